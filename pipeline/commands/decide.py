"""rekon decide: take filled verification sheets and certifications back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.decisions.intake import Taken


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
    from pipeline.decisions.intake import take_back

    taken = take_back(workspace, files)
    if as_json:
        document = {"schema": 1, "files": [_document(each) for each in taken]}
        click.echo(json.dumps(document, sort_keys=True))
        return
    for each in taken:
        for line in _lines(each):
            click.echo(line)


def _document(taken: Taken) -> dict[str, Any]:
    return {
        "file": taken.name,
        "kind": taken.kind,
        "recorded": taken.path,
        "is_new": taken.is_new,
        "counts": dict(taken.counts),
        "blank": taken.blank_count,
        "refused": [vars(refusal) for refusal in taken.refusals],
    }


def _lines(taken: Taken) -> list[str]:
    from pipeline.wording.labels import REFUSALS, TAKEN, label

    counted = ", ".join(f"{count} {TAKEN[code]}" for code, count in taken.counts.items() if count)
    known = "" if taken.is_new or not counted else " (sudah diterima sebelumnya)"
    void = f" ({taken.void_count} di antaranya tidak berlaku)" if taken.void_count else ""
    unusable = len({refusal.row_no for refusal in taken.refusals}) - taken.void_count
    lines = [
        f"{taken.name}: {counted or 'tidak ada yang dapat dipakai'}{void}{known}; "
        f"{unusable} tidak dapat dipakai, {taken.blank_count} belum diisi"
    ]
    for refusal in taken.refusals:
        detail = f" ({refusal.detail})" if refusal.detail else ""
        lines.append(
            f"  baris {refusal.row_no}, {refusal.subject}: {refusal.code}, {label(REFUSALS, refusal.code)}{detail}"
        )
    return lines
