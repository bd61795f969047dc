"""`rekon explain`: one person's month, from the input lines to the rupiah."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from reports.story import Story

FACTS = {
    "setting": "select * from setting",
    "employee": "select name from employee where nip = '{nip}' order by valid_from",
    "person_month": "select * from person_month where nip = '{nip}' order by unit_id",
    "absence_count": "select * from absence_count where nip = '{nip}'",
    "assessment": """
        select * from assessment where nip = '{nip}' and scenario_code = 'recorded'
        order by duty_date nulls last, side_code, band_code""",
    "finding": """
        select finding.*, recommendation.status_code, recommendation.adjustment_idr, duty.zone,
            duty_side.accept_from, duty_side.accept_to,
            outage.layer_code, outage.impact_started_at, outage.impact_ended_at
        from finding
        inner join recommendation using (finding_id)
        inner join duty on duty.nip = finding.nip and duty.duty_date = finding.duty_date
        inner join duty_side on duty_side.nip = finding.nip and duty_side.duty_date = finding.duty_date
            and duty_side.side_code = finding.side_code
        left join outage on outage.outage_id = finding.outage_id
        where finding.nip = '{nip}' order by finding.duty_date, finding.side_code""",
    "attempt": "select * from attempt where nip = '{nip}' order by requested_at, attempt_id",
    "attempt_group": "select * from attempt_group where nip = '{nip}' order by duty_date, side_code, group_no",
    "punch": """
        select punch_placement.*, punch.line_no, source_file.path
        from punch_placement inner join punch using (punch_id)
        inner join source_file on source_file.file_id = punch.file_id and source_file.same_as_path is null
        where punch_placement.nip = '{nip}' order by punch_placement.punched_at, punch_placement.punch_id""",
    "evidence_edge": """
        select evidence_edge.*, source_file.path
        from evidence_edge inner join finding using (finding_id)
        inner join source_file on source_file.sha256 = evidence_edge.file_sha256 and source_file.same_as_path is null
        where finding.nip = '{nip}' order by path, line_no, rule_id""",
}
"""The person's rows by table; `{nip}` is 18 digits."""


@click.command()
@workspace_option
@click.argument("nip")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Hanya temuan hari ini.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Tulis sebagai halaman ke berkas ini."
)
def command(workspace: Path, nip: str, day: dt.datetime | None, html: Path | None) -> None:
    """Jelaskan bulan NIP dari hasil `rekon run` yang terakhir: bukti, garis waktu, dan rupiahnya."""
    from reports.story import build_story

    story = build_story(_facts(workspace, nip), nip, day.date() if day else None)
    if html is None:
        _tell(story)
        return
    from reports.render import render_story

    html.write_text(render_story(story), "utf-8")
    click.echo(str(html))


def _facts(workspace: Path, nip: str) -> dict[str, list[dict[str, Any]]]:
    """Raises SettingsError where nothing has been run, or nothing is known of the NIP."""
    from pipeline.engine.scratch import database_path
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.settings import load_settings

    path = database_path(workspace, load_settings(workspace).period)
    if not path.exists():
        raise SettingsError("belum ada hasil untuk periode ini. Jalankan `rekon run` dahulu.")
    if len(nip) != 18 or not nip.isascii() or not nip.isdigit():
        raise SettingsError("NIP harus 18 angka.")
    facts = {name: answer_read_only(path, sql.format(nip=nip)).to_pylist() for name, sql in FACTS.items()}
    if not facts["person_month"]:
        raise SettingsError("NIP itu tidak punya kewajiban hadir pada periode ini.")
    return facts


def _tell(story: Story) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    for line, style in _lines(story):
        console.print(line, style=style)


def _lines(story: Story) -> Iterator[tuple[str, str | None]]:
    from pipeline.wording.indonesian_format import rupiah
    from reports.person_timeline import as_text

    yield f"{story.title}, {story.month}", "bold"
    yield from ((line, None) for line in story.summary)
    yield "", None
    yield "Rupiah", "bold"
    totals = (
        (story.recorded, "Jumlah menurut catatan", story.recorded_idr),
        (story.moves, "Bila semua usul disetujui", story.potential_idr),
        ((), "Dengan yang sudah disetujui saja", story.restored_idr),
    )
    for rows, name, total in totals:
        yield from ((f"  {rupiah(amount):>14}  {text}", None) for text, amount in rows)
        yield f"  {rupiah(total):>14}  {name}", "bold"
    for chapter in story.chapters:
        yield "", None
        yield chapter.title, "bold"
        yield from ((f"  {line}", "cyan") for line in as_text(chapter.drawing))
        yield from ((f"  {line}", None) for line in chapter.sentences)
        for role, lines in chapter.evidence:
            yield f"  {role}:", None
            yield from ((f"    {line}", None) for line in lines)
    if story.chapters:
        yield "", None
        yield "| wajib  = gangguan  x gagal  o berhasil  - ditolak  ^ dipulihkan", "dim"
    if story.unplaced:
        yield "", None
        yield "Rekaman di luar semua jendela (tetap disimpan, tidak dihitung):", "bold"
        yield from ((f"  {line}", None) for line in story.unplaced)
