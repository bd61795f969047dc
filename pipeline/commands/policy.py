"""`rekon policy`: check a policy file, show it in words, tell what changed, run its own cases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option
from pipeline.errors import InputRefusedError, SettingsError

if TYPE_CHECKING:
    from pipeline.policy.dated import Rows
    from pipeline.policy.describe import Change

DAY = click.DateTime(["%Y-%m-%d"])
file_argument = click.argument("file", required=False)


@click.group()
def command() -> None:
    """Periksa, baca, bandingkan, dan uji berkas kebijakan TPP.

    FILE adalah berkas .toml atau nama contoh; tanpa FILE dipakai kebijakan ruang kerja.
    """


@command.command()
@workspace_option
@file_argument
def check(workspace: Path, file: str | None) -> None:
    """Periksa kelengkapan FILE: semua masalah sekaligus, dengan letak kuncinya."""
    name, rows, document = load(workspace, file)
    from pipeline.audit.policy_cases import read_cases
    from schemas import AssessmentRule, PolicyPeriod

    cases = read_cases(name, document)
    variants = {row["variant_code"] for row in rows[AssessmentRule]}
    click.echo(
        f"{name}: lengkap. Kode {document['code']}, status {document['status']}, berlaku sejak"
        f" {document['valid_from']}; {len(rows[PolicyPeriod])} masa aturan, {len(variants) - 1} pengecualian,"
        f" {len(cases)} contoh hitungan."
    )


@command.command()
@workspace_option
@file_argument
@click.option("--date", "day", type=DAY, required=True, help="Hari yang ditanyakan, seperti 2026-01-15.")
def show(workspace: Path, file: str | None, day: dt.datetime) -> None:
    """Tampilkan aturan FILE yang berlaku pada satu hari, dengan pasalnya."""
    from pipeline.policy.describe import rules_on
    from pipeline.wording.indonesian_format import long_date

    name, rows, document = load(workspace, file)
    in_time(name, document, day.date())
    lines = rules_on(rows, day.date())
    click.echo(f"{document['code']} ({document['status']}) pada {long_date(day.date())}, menurut {name}")
    click.echo("aturan\tnilai\tpasal")
    for line in lines:
        click.echo("\t".join(line))


@command.command()
@workspace_option
@click.argument("files", nargs=-1)
@click.option("--from", "begin", type=DAY, help="Hari pertama yang dibandingkan.")
@click.option("--to", "until", type=DAY, help="Hari terakhir yang dibandingkan.")
def diff(
    workspace: Path, files: tuple[str, ...], begin: dt.datetime | None, until: dt.datetime | None
) -> None:
    """Katakan apa yang berubah: di antara dua hari (satu FILE) atau dua FILES, dan bulan mana yang tersentuh."""
    from pipeline.policy.dated import OPEN_END
    from pipeline.policy.describe import changes_between, changes_since

    if len(files) < 2:
        if begin is None or until is None:
            raise SettingsError("isi --from dan --to, atau dua berkas.")
        name, rows, document = load(workspace, files[0] if files else None)
        in_time(name, document, begin.date())
        changes = changes_since(rows, begin.date(), until.date())
    else:
        loaded = [load(workspace, file) for file in files[:2]]
        first = max(document["valid_from"] for _, _, document in loaded)
        end = OPEN_END if until is None else until.date() + dt.timedelta(days=1)
        changes = changes_between(
            loaded[0][1], loaded[1][1], max(first, begin.date()) if begin else first, end
        )
    for change in changes:
        click.echo(sentence(change))
    click.echo(f"{len(changes)} perubahan." if changes else "Tidak ada yang berbeda.")


@command.command()
@workspace_option
@file_argument
def cases(workspace: Path, file: str | None) -> None:
    """Hitung contoh di dalam FILE ([[case]]) dengan aturan yang sama seperti sebuah run."""
    from pipeline.audit.policy_cases import read_cases, run_cases
    from pipeline.wording.indonesian_format import rupiah

    name, rows, document = load(workspace, file)
    listed = read_cases(name, document)
    if not listed:
        raise SettingsError(
            f"{name}: tidak ada contoh hitungan. Tambahkan [[case]] (lihat contoh kepmendagri)."
        )
    failed = 0
    for outcome in run_cases(rows, listed):
        failed += bool(outcome.problems)
        mark = "SALAH" if outcome.problems else "benar"
        click.echo(f"{mark}  {outcome.case.name} ({outcome.case.reference}): {rupiah(outcome.deduction_idr)}")
        for problem in outcome.problems:
            click.echo(f"       {problem}")
    if failed:
        raise InputRefusedError(f"{name}: {failed} dari {len(listed)} contoh hitungan tidak cocok.")
    click.echo(f"{len(listed)} contoh hitungan cocok.")


@command.command()
@workspace_option
def sensitivity(workspace: Path) -> None:
    """Tampilkan seberapa jauh setiap pertimbangan kebijakan menggerakkan jumlah run yang terakhir.

    Gangguan yang ditemukan tetap; yang dihitung lagi hanya aturannya.
    """
    from pipeline.engine.scratch import finished_run
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.settings import load_settings
    from pipeline.wording.indonesian_format import rupiah

    path = finished_run(workspace, load_settings(workspace).period)
    rows = answer_read_only(path, "select * from sensitivity order by alternative_no").to_pylist()
    click.echo("pertimbangan\tmenurut catatan\tbila semua usul disetujui\tselisih\ttanpa surat\tperlu surat")
    for row in rows:
        moved = row["potential_idr"] - rows[0]["potential_idr"]
        sums = (
            row["recorded_idr"],
            row["potential_idr"],
            moved,
            row["ready_idr"],
            row["needs_statement_idr"],
        )
        click.echo("\t".join((row["words"], *map(rupiah, sums))))


def load(workspace: Path, file: str | None) -> tuple[str, Rows, dict[str, Any]]:
    """Name, rows and document of a policy: a path, a preset, or the workspace's own."""
    from pipeline.engine.strict_toml import parse
    from pipeline.policy import compile_document, read_policy
    from pipeline.settings import load_settings

    if file is None:
        name, content = read_policy(workspace, load_settings(workspace).policy)
    else:
        name, content = read_policy(Path(), file)
    document = parse(name, content)
    return name, compile_document(name, document), document


def in_time(name: str, document: dict[str, Any], day: dt.date) -> None:
    """Raise SettingsError for a day before the policy's first."""
    if day < document["valid_from"]:
        raise SettingsError(f"{name}: {day} sebelum hari pertama kebijakan, {document['valid_from']}.")


def sentence(change: Change) -> str:
    """A change in words, with the months that it touches."""
    from pipeline.policy.dated import OPEN_END
    from pipeline.wording.indonesian_format import month

    if change.before is None:
        what = f"baru: {change.after}"
    elif change.after is None:
        what = f"dihapus, tadinya {change.before}"
    elif change.before == change.after:
        what = f"tetap {change.after}, pasalnya berganti"
    else:
        what = f"dari {change.before} menjadi {change.after}"
    months = f"bulan {month(f'{change.begin:%Y-%m}')}"
    last = change.end - dt.timedelta(days=1)
    if change.end == OPEN_END:
        months += " dan sesudahnya"
    elif f"{last:%Y-%m}" != f"{change.begin:%Y-%m}":
        months += f" sampai {month(f'{last:%Y-%m}')}"
    days = [] if change.begin.day == 1 else [f"sejak tanggal {change.begin.day}"]
    days += [] if change.end.day == 1 or change.end == OPEN_END else [f"sampai tanggal {last.day}"]
    part = f" ({' '.join(days)})" if days else ""
    return f"{change.topic}: {what}; {months}{part}. {change.article}"
