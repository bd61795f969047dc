"""`rekon check`: read and validate everything, publish nothing, say what to repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.workspace import stage_progress, workspace_option

if TYPE_CHECKING:
    from pipeline.audit.input_quality import Quality

MOST = 15
DAYS = 10


@click.command()
@workspace_option
@click.pass_context
def command(ctx: click.Context, workspace: Path) -> None:
    """Baca dan periksa semua masukan bulan di rekon.toml; tidak ada yang diterbitkan.

    Mencetak ringkasan mutu data dan menulis daftar lengkap masalah ke kerja/periksa-PERIODE.xlsx dan .csv.
    Selesai dengan kode 3 bila ada berkas yang tidak dapat dipakai: `rekon run` akan berhenti di situ.
    """
    from pipeline.audit.input_quality import quality_of, write_lists
    from pipeline.errors import InputRefusedError
    from pipeline.run import READING, check_inputs

    root = workspace.resolve()
    with stage_progress(len(READING)) as progress, check_inputs(root, progress) as (outcome, refusals):
        quality = quality_of(outcome, refusals)
    book, table = write_lists(quality, root / "kerja")
    click.echo(render(quality))
    click.echo(f"Daftar lengkap: {book.relative_to(root)} dan {table.relative_to(root)}")
    if not quality.is_usable:
        ctx.exit(InputRefusedError.exit_code)


def render(quality: Quality) -> str:
    """The summary that a person reads."""
    lines = [f"Mutu masukan periode {quality.period}", ""]
    if quality.refusals:
        lines += ["Berkas yang ditolak; `rekon run` berhenti sampai ini diperbaiki:"]
        lines += [f"  {message}" for message in quality.refusals]
        lines += ["  Profil mana yang cocok: `rekon profile BERKAS`.", ""]
    width = max((len(file.path) for file in quality.files), default=6)
    lines.append(
        f"{'berkas':<{width}}  {'jenis':<10} {'catatan':>9} {'diterima':>9} {'karantina':>9} {'peringatan':>10}"
    )
    lines += [
        f"{file.path:<{width}}  {file.kind:<10} {file.records:>9} {file.accepted:>9} {file.quarantined:>9} "
        f"{file.warnings:>10}"
        for file in quality.files
    ]
    lines += [f"{path}: isinya sama dengan {used}; dipakai sekali." for path, used in quality.copies]
    lines += [
        f"{path}: {count} baris sudah ada di log lain; dihitung sekali." for path, count in quality.overlaps
    ]
    lines += ["", *_problem_lines(quality), *_people_lines(quality)]
    return "\n".join(lines)


def _problem_lines(quality: Quality) -> list[str]:
    if not quality.problems:
        return [
            "Tidak ada masalah pada isi berkas"
            + (" lain yang dapat diperiksa." if quality.refusals else "."),
            "",
        ]
    lines = ["Masalah terbanyak:"]
    for problem in quality.problems[:MOST]:
        where = f"{problem.path}, kolom {problem.column}" if problem.column else problem.path
        lines.append(f"  {problem.count} x {problem.code} ({where}): {problem.message}")
    if len(quality.problems) > MOST:
        lines.append(f"  ... dan {len(quality.problems) - MOST} macam lagi di daftar lengkap")
    return [*lines, ""]


def _people_lines(quality: Quality) -> list[str]:
    if not quality.people:
        return []
    lines = [
        f"{quality.people} pegawai wajib hadir; {quality.people_without_punch} tanpa satu pun catatan presensi."
    ]
    if days := quality.days_without_punch:
        named = ", ".join(day.isoformat() for day in days[:DAYS]) + (" ..." if len(days) > DAYS else "")
        lines.append(f"{len(days)} hari wajib hadir tanpa satu pun catatan presensi: {named}.")
    return lines
