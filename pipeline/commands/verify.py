"""`rekon verify`: whether what lies in terbit/ is what was published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.verification import Verification


@click.command("verify")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
@click.argument("run", required=False)
def command(workspace: Path, as_json: bool, run: str | None) -> None:
    """Periksa apakah semua yang terbit masih seperti saat diterbitkan; tidak mengubah apa pun.

    Tanpa RUN seluruh terbit/ diperiksa: rantai buku terbit, sidik setiap berkas, angka kendali, berkas keputusan.
    RUN adalah nama satu revisi atau batch, misalnya 2026-01/r1-0123456789ab.
    """
    from pipeline.verification import verify

    found = verify(workspace, run)
    click.echo(json.dumps(_document(found), sort_keys=True) if as_json else "\n".join(_lines(found)))
    _judge(found)


def _document(found: Verification) -> dict[str, Any]:
    return {
        "schema": 1,
        "head": found.head,
        "is_torn": found.is_torn,
        "is_valid": not found.problems and not found.unknown,
        "checked": [
            {
                "sequence": each.entry.sequence,
                "kind": each.entry.kind,
                "path": each.entry.path,
                "files": each.file_count,
                "problems": list(each.problems),
            }
            for each in found.checked
        ],
        "strange": list(found.strange),
        "unknown": list(found.unknown),
    }


def _lines(found: Verification) -> list[str]:
    lines = [f"Kepala buku terbit: {found.head[:16]}; rantainya utuh."]
    if found.is_torn:
        lines.append(
            "Baris terakhir buku terbit terpotong (sisa proses yang terhenti): tidak dihitung, dan dibuang oleh "
            "perintah menulis yang berikut."
        )
    for each in found.checked:
        said = f"{len(each.problems)} tidak cocok" if each.problems else f"{each.file_count} berkas cocok"
        lines.append(f"{each.entry.sequence:>4}  {each.entry.path}  {said}")
    return lines


def _judge(found: Verification) -> None:
    from pipeline.errors import PublicationUnknownError, VerificationError

    if found.problems:
        raise VerificationError(
            "Yang tersimpan bukan yang diterbitkan:\n"
            + "\n".join(f"  {problem}" for problem in found.problems)
            + "\nTidak ada yang diperbaiki otomatis: pulihkan dari salinan cadangan dan laporkan ke Inspektorat."
        )
    if found.unknown:
        raise PublicationUnknownError(
            "Ada di terbit/ tetapi tidak tercatat di buku terbit: "
            + ", ".join(found.unknown)
            + ". Prosesnya terhenti, atau buku terbit terpotong: bandingkan dengan salinannya."
        )
