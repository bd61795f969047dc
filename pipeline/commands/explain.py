"""`rekon explain`: one person's month, from the input lines to the rupiah."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.workspace import workspace_option
from pipeline.engine.rows import Row
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from reports.story import Story


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
        _print(story)
        return
    from reports.render import render_story

    html.write_text(render_story(story), "utf-8")
    click.echo(str(html))


def _facts(workspace: Path, nip: str) -> dict[str, list[Row]]:
    """Raises SettingsError where nothing has been run, or nothing is known of the NIP."""
    from pipeline.audit.facts import OF_PERSON, read_facts
    from pipeline.engine.scratch import finished_run
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.settings import load_settings
    from schemas.codes import NIP

    path = finished_run(workspace, load_settings(workspace).period)
    if not re.fullmatch(NIP, nip):
        raise SettingsError("NIP harus 18 angka.")
    facts = read_facts(OF_PERSON, partial(answer_read_only, path), nip=nip)
    if not facts["person_month"]:
        raise SettingsError("NIP itu tidak punya kewajiban hadir pada periode ini.")
    return facts


def _print(story: Story) -> None:
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
