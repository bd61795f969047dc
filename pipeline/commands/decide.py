"""rekon decide: take in filled verification sheets and certified outages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.decisions.intake import IntakeResult


@click.command("decide")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
def command(workspace: Path, as_json: bool, files: tuple[Path, ...]) -> None:
    """Terima kembali lembar verifikasi dan penetapan gangguan (XLSX atau CSV).

    Yang dapat dipakai disimpan di keputusan/<periode>/ dan dicatat di buku terbit; setiap keputusan yang tidak
    berlaku disebut baris dan alasannya. Sesudahnya jalankan `rekon run`, lalu `rekon finalize`.
    """
    from pipeline.decisions.intake import take_in

    results = take_in(workspace, files)
    if as_json:
        document = {"schema": 1, "files": [_document(each) for each in results]}
        click.echo(json.dumps(document, sort_keys=True))
        return
    for each in results:
        for line in _lines(each):
            click.echo(line)


def _document(result: IntakeResult) -> dict[str, Any]:
    return {
        "file": result.name,
        "kind": result.kind,
        "recorded": result.path,
        "is_new": result.is_new,
        "counts": dict(result.counts),
        "blank": result.blank_count,
        "refused": [vars(row) for row in result.refused],
    }


def _lines(result: IntakeResult) -> list[str]:
    from pipeline.wording.labels import REFUSALS, TAKEN, label

    counted = ", ".join(f"{count} {TAKEN[code]}" for code, count in result.counts.items() if count)
    known = "" if result.is_new or not counted else " (sudah diterima sebelumnya)"
    void = f" ({result.void_count} di antaranya tidak berlaku)" if result.void_count else ""
    unusable = len({row.row_no for row in result.refused}) - result.void_count
    lines = [
        f"{result.name}: {counted or 'tidak ada yang dapat dipakai'}{void}{known}; "
        f"{unusable} tidak dapat dipakai, {result.blank_count} belum diisi"
    ]
    for row in result.refused:
        detail = f" ({row.detail})" if row.detail else ""
        lines.append(f"  baris {row.row_no}, {row.subject}: {row.code}, {label(REFUSALS, row.code)}{detail}")
    return lines
