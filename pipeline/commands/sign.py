"""`rekon sign`: a signature over a publication's manifest, with a key of the signer's own."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.workspace import workspace_option


@click.command("sign")
@workspace_option
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Kunci privat OpenSSH penanda tangan; tidak disalin ke mana pun.",
)
@click.argument("run")
def command(workspace: Path, key: Path, run: str) -> None:
    """Tandatangani manifes RUN (revisi atau batch) dengan kunci OpenSSH.

    RUN diperiksa lebih dahulu. Siapa yang boleh menandatangani tertulis dalam berkas allowed_signers di ruang kerja,
    bawaan `penanda-tangan` (`[signature] signers` di rekon.toml): satu baris `nama kunci-publik` untuk setiap orang.
    """
    from pipeline.audit.verification import published_entry, raise_problems, verify
    from pipeline.engine.locks import workspace_lock
    from pipeline.publishing.ledger import read_ledger
    from pipeline.publishing.published import folder_of
    from pipeline.publishing.signatures import sign, signers_file

    with workspace_lock(workspace):
        entry = published_entry(read_ledger(workspace), run)
        raise_problems(verify(workspace, entry.path))
        signer = sign(folder_of(workspace, entry), key, signers_file(workspace))
    click.echo(f"{entry.path} ditandatangani {signer}.")
