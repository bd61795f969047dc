"""`rekon profile`: which profile reads this file, and a profile to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.readers.fitting import Fit

GOOD = 0.5
SHOWN = 4


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@workspace_option
def command(file: Path, workspace: Path) -> None:
    """Kenali FILE: profil mana yang cocok dan mengapa, lalu baris pertama yang terbaca.

    Menulis profil awal ke profil/NAMA.toml di ruang kerja untuk disunting; yang sudah ada tidak ditimpa.
    Semua profil dicoba pada awal berkas: tabel (CSV, XLSX, Parquet, dump mesin) dan log akses, juga yang
    terkompresi. Vendor baru cukup profil baru.
    """
    from pipeline.errors import InputRefusedError
    from pipeline.readers.files.sandbox import run_limited
    from pipeline.readers.fitting import fit_profiles
    from pipeline.readers.profiles import FOLDER, shipped_profiles

    own = tuple(sorted(path.stem for path in (workspace / FOLDER).glob("*.toml")))
    target = workspace / FOLDER / f"{_slug(file.name)}.toml"
    # What was made for this file stands before what is shipped.
    first = [target.stem] if target.stem in own else []
    codes = tuple(dict.fromkeys((*first, *shipped_profiles(), *own)))
    fits = run_limited(file.name, fit_profiles, file.resolve(), codes, workspace.resolve())
    click.echo(render(file.name, fits))
    if target.exists():
        click.echo(f"Profil {target.name} sudah ada di {FOLDER}/; tidak ditimpa.")
    else:
        base = fits[0].profile if fits else "baku"
        text = _profile_text(base, workspace / FOLDER)
        target.parent.mkdir(exist_ok=True)
        target.write_text(starter(file.name, base, text, fits), "utf-8")
        click.echo(f"Profil awal untuk disunting: {FOLDER}/{target.name}")
    if not fits or fits[0].share < GOOD:
        raise InputRefusedError(
            f"{file.name}: belum ada profil yang cocok. Sunting {FOLDER}/{target.name}, lalu ulangi perintah ini."
        )


def render(name: str, fits: list[Fit]) -> str:
    """What fits, why, and the first rows."""
    from pipeline.readers.files.snapshots import shown

    good = [fit for fit in fits if fit.share >= GOOD]
    lines = []
    for fit in good[:1]:
        lines += [
            f'{shown(name)}: cocok dengan profil "{fit.profile}", jenis "{fit.kind}".',
            f"  {fit.readable} dari {fit.records} baris contoh terbaca.",
            "  Kolom: " + ", ".join(f"{theirs} -> {ours}" for ours, theirs in fit.columns.items()),
        ]
        lines += [f"  Kolom yang diabaikan: {', '.join(fit.ignored)}"] if fit.ignored else []
        lines += [f"  Kode yang belum dikenal: {'; '.join(fit.unknown_codes)}"] if fit.unknown_codes else []
        for number, row in enumerate(fit.rows, start=1):
            lines.append(f"  Baris {number}: " + ", ".join(f"{ours}={text}" for ours, text in row.items()))
        lines += ["", "  Untuk rekon.toml:", *_source(fit)]
    others = [fit for fit in fits if fit not in good[:1]][:SHOWN]
    if others:
        lines += ["", "Pilihan lain:" if good else "Yang paling mirip:"]
    for fit in others:
        if fit.missing:
            lines.append(
                f'  "{fit.profile}", jenis "{fit.kind}": kolom wajib {", ".join(fit.missing)} tidak ada; '
                f"dikenal {', '.join(fit.columns.values())}"
            )
        else:
            lines.append(
                f'  "{fit.profile}", jenis "{fit.kind}": {fit.readable} dari {fit.records} baris terbaca'
            )
    return "\n".join(shown(line) for line in lines)


def _source(fit: Fit) -> list[str]:
    lines = [
        "    [[source]]",
        f'    kind = "{fit.kind}"',
        '    files = ["masukan/{period}/..."]',
        f'    profile = "{fit.profile}"',
    ]
    return (
        [*lines, '    vantage = "pusat"     # atau gerbang, aplikasi']
        if fit.kind in ("access_log", "probe")
        else lines
    )


def starter(name: str, base: str, text: str, fits: list[Fit]) -> str:
    """A profile to edit: the one that fits best, with what it does not understand on top."""
    from pipeline.readers.files.snapshots import shown

    best = fits[0] if fits else None
    notes = [
        f"# Profil awal untuk {shown(name)}, disalin dari `{base}`. Sunting, lalu pakai namanya di rekon.toml."
    ]
    if best is not None:
        notes += [f"# Kolom berkas yang belum dipakai: {title}" for title in best.ignored]
        notes += [
            f"# Kolom wajib yang belum ditemukan: {header} (tambahkan ke aliases)" for header in best.missing
        ]
        notes += [f"# Kode yang belum dikenal, {code}" for code in best.unknown_codes]
    return "\n".join(shown(note) for note in notes) + "\n\n" + text


def _profile_text(code: str, folder: Path) -> str:
    own = folder / f"{code}.toml"
    if own.is_file():
        return own.read_text("utf-8")
    return files("pipeline").joinpath("profiles", f"{code}.toml").read_text("utf-8")


def _slug(name: str) -> str:
    stem = name.split(".", maxsplit=1)[0]
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "vendor"
    # A profile of the workspace stands before a shipped one of the same name: never by accident.
    return f"{slug}-vendor" if files("pipeline").joinpath("profiles", f"{slug}.toml").is_file() else slug
