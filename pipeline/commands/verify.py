"""`rekon verify`: whether what lies in terbit/ is what was published."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import engine_of, stage_progress, workspace_option

if TYPE_CHECKING:
    from pipeline.audit.recomputation import Recomputed
    from pipeline.audit.verification import Verification


@click.command("verify")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
@click.option("--recompute", is_flag=True, help="Hitung ulang dari masukan yang disimpan, bandingkan bita.")
@click.option("--finding", metavar="ID", help="Turunkan rupiah satu temuan dari baris masukannya.")
@click.option(
    "--head", metavar="HEX", help="Kepala buku terbit pada berita acara: harus ada dalam rantainya."
)
@click.option(
    "--signers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Berkas allowed_signers yang dipercaya (bawaan: milik ruang kerja).",
)
@click.argument("run", required=False)
def command(
    workspace: Path,
    as_json: bool,
    recompute: bool,
    finding: str | None,
    head: str | None,
    signers: Path | None,
    run: str | None,
) -> None:
    """Periksa apakah semua yang terbit masih seperti saat diterbitkan; tidak mengubah apa pun.

    Tanpa RUN seluruh terbit/ diperiksa: rantai buku terbit, sidik setiap berkas, angka kendali, berkas keputusan.
    Dengan --recompute setiap revisi dan batch dihitung ulang dari terbit/ saja, di folder coretan; perlu waktu selama
    `rekon run` untuk masing-masing. Dengan --finding setiap langkah satu temuan dicetak: kewajiban, rekaman, bukti,
    pita dan pasalnya, batas, pembulatan, selisih. Dengan --head buku terbit dibandingkan dengan kepala yang tercetak
    pada berita acara yang ditandatangani: buku yang dipotong sesudahnya tampak. RUN adalah nama satu revisi atau batch, misalnya 2026-01/r1-0123456789ab.
    """
    from pipeline.audit.verification import raise_problems, verify

    if finding is not None:
        from pipeline.commands.verify_finding import print_derivation

        print_derivation(workspace, run, finding, as_json=as_json)
        return
    found = verify(workspace, run, signers, head)
    # What is not as published has no right answer to compare with.
    recomputed = _recomputed(workspace, found) if recompute and not found.problems else ()
    if as_json:
        click.echo(json.dumps(_document(found, recomputed), sort_keys=True))
    else:
        click.echo("\n".join([*_lines(found), *(_line(each) for each in recomputed)]))
    raise_problems(found, recomputed)


def _recomputed(workspace: Path, found: Verification) -> tuple[Recomputed, ...]:
    from pipeline.audit.recomputation import is_repeatable, recompute
    from pipeline.audit.verification import PUBLISHED
    from pipeline.commands.month import STEPS, remake
    from pipeline.publishing.ledger import read_ledger

    ledger = read_ledger(workspace)
    entries = [each.entry for each in found.checked if each.entry.kind in PUBLISHED]
    if len(entries) > 1:  # of one that was asked for it is said why not
        entries = [entry for entry in entries if is_repeatable(ledger, entry)]
    engine = engine_of(workspace)
    with stage_progress(STEPS * len(entries)) as progress:
        again = partial(remake, progress=progress)
        return tuple(recompute(workspace, ledger, entry, engine, again) for entry in entries)


def _document(found: Verification, recomputed: tuple[Recomputed, ...]) -> dict[str, Any]:
    return {
        "schema": 1,
        "head": found.head,
        "is_torn": found.is_torn,
        "is_valid": not (found.problems or found.unknown or any(each.differing for each in recomputed)),
        "checked": [
            {
                "sequence": each.entry.sequence,
                "kind": each.entry.kind,
                "path": each.entry.path,
                "files": each.file_count,
                "removed": each.removed_count,
                "signatures": [vars(signed) for signed in each.signed],
                "problems": list(each.problems),
            }
            for each in found.checked
        ],
        "recomputed": [
            {
                "path": each.entry.path,
                "files": each.file_count,
                "versions": list(each.versions),
                "differing": list(each.differing),
            }
            for each in recomputed
        ],
        "strange": list(found.unexpected),
        "unknown": list(found.unknown),
    }


def _lines(found: Verification) -> list[str]:
    from pipeline.audit.verification import PUBLISHED
    from pipeline.publishing.ledger import LOCK

    lines = [f"Kepala buku terbit: {found.head[:16]}; rantainya utuh."]
    if found.is_torn:
        lines.append(
            "Baris terakhir buku terbit terpotong (sisa proses yang terhenti): tidak dihitung, dan dibuang oleh "
            "perintah menulis yang berikut."
        )
    for each in found.checked:
        result = f"{len(each.problems)} tidak cocok" if each.problems else f"{each.file_count} berkas cocok"
        if each.entry.kind == LOCK:
            result = f"periode {each.entry.period} dikunci sesudah revisi ini"
        if each.removed_count:
            result += f", {each.removed_count} dimusnahkan"
        if each.entry.kind in PUBLISHED and not each.problems:
            names = ", ".join(signed.signer for signed in each.signed)
            result += f", tanda tangan: {names}" if names else ", tidak ditandatangani"
        lines.append(f"{each.entry.sequence:>4}  {each.entry.path}  {result}")
    return lines


def _line(recomputed: Recomputed) -> str:
    shown = f"      {recomputed.entry.path}  dihitung ulang: "
    if recomputed.differing:
        return f"{shown}{len(recomputed.differing)} berbeda"
    if recomputed.versions:
        return f"{shown}isi tabel sama, dengan versi lain ({'; '.join(recomputed.versions)})"
    return f"{shown}{recomputed.file_count} berkas sama sampai bitanya"
