"""Find the header of a table: the first row, near the top, that has every required column."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import InputRefusedError, nearest
from pipeline.readers.catalogue import masked
from pipeline.readers.files.snapshots import shown
from pipeline.readers.tables.profiles import KindProfile, TableProfile


@dataclass(frozen=True)
class Header:
    """Where our headers stand. `last_line` is the header's last physical line, 0 where the file has none."""

    places: dict[str, int]
    width: int
    last_line: int


def plain(header: str) -> str:
    """Headers match case-insensitively, ignoring spaces, `_` and `.`."""
    return re.sub(r"[\s_.]", "", header).casefold()


def places_in(cells: list[str], profile: KindProfile, wanted: tuple[str, ...]) -> dict[str, list[int]]:
    """Our header -> the columns of the row that mean it."""
    at: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if key := plain(cell):
            at.setdefault(key, []).append(place)
    found: dict[str, list[int]] = {}
    for header in wanted:
        keys = dict.fromkeys(map(plain, (header, *profile.aliases.get(header, ()))))
        if columns := [place for key in keys for place in at.get(key, [])]:
            found[header] = columns
    return found


def find_header(
    rows: list[tuple[int, list[str]]],
    name: str,
    table: TableProfile,
    kind: str,
    wanted: tuple[str, ...],
    *,
    allow_untitled: bool,
) -> Header | None:
    """The header among the first rows (last physical line, cells); None where no row has the required columns.

    Raises InputRefusedError where the header is ambiguous: a column given twice or without a title, or rows
    above it that look like records.
    """
    profile = table.of(kind)
    above = 0
    for number in range(len(rows)):
        parts = rows[number : number + table.header_rows]
        titles = _lowest_filled([cells for _line, cells in parts])
        found = places_in(titles, profile, wanted)
        if not found or any(header not in found for header in profile.required):
            above = max(above, _filled(rows[number][1]))
            continue
        line = parts[-1][0]
        if above >= _filled(titles):
            raise InputRefusedError(
                f"{name}: di atas kepala tabel (baris {line}) ada baris yang tampak seperti data. "
                "Letakkan kepala tabel di atas semua data."
            )
        for header, columns in found.items():
            if len(columns) > 1:
                raise InputRefusedError(
                    f"{name}: kolom `{header}` ada dua kali, di kolom {columns[0] + 1} dan {columns[1] + 1}. "
                    "Hapus salah satu."
                )
        _refuse_repeats(titles, name, allow_untitled=allow_untitled)
        return Header({header: columns[0] for header, columns in found.items()}, len(titles), line)
    return None


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _lowest_filled(rows: list[list[str]]) -> list[str]:
    width = max(map(len, rows))
    return [
        next((row[place] for row in reversed(rows) if place < len(row) and row[place].strip()), "")
        for place in range(width)
    ]


def _refuse_repeats(cells: list[str], name: str, *, allow_untitled: bool) -> None:
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells):
        key = plain(cell)
        if not key:
            if allow_untitled:
                continue
            raise InputRefusedError(
                f"{name}: kolom {place + 1} tidak berjudul. Beri judul atau hapus kolomnya, "
                "atau nyatakan untitled_columns = true di profil."
            )
        if key in seen and not allow_untitled:
            raise InputRefusedError(
                f"{name}: kolom `{cell.strip()}` ada dua kali, di kolom {seen[key] + 1} dan {place + 1}. "
                "Hapus salah satu."
            )
        seen.setdefault(key, place)


def refuse_headless(
    rows: list[tuple[int, list[str]]], name: str, profile: KindProfile, wanted: tuple[str, ...]
) -> InputRefusedError:
    """What to say where no row has the required columns: expected, seen, nearest."""
    best = max(rows, key=lambda row: (len(places_in(row[1], profile, wanted)), -row[0]), default=None)
    if best is None:
        return InputRefusedError(f"{name}: tidak ada kepala tabel. Ekspor ulang dengan baris judul kolom.")
    found = places_in(best[1], profile, wanted)
    missing = [header for header in profile.required if header not in found]
    # A row without any known header may be somebody's record: only its shape is said.
    seen = tuple(
        shown(cell.strip()) if found else masked(cell.strip()) or "" for cell in best[1] if cell.strip()
    )
    hint = nearest(missing[0], seen) if missing else ""
    return InputRefusedError(
        f"{name}: kolom wajib {', '.join(missing) or 'apa pun'} tidak ada. "
        f"Diharapkan: {', '.join(profile.required or wanted)}. "
        f"Terlihat di baris {best[0]}: {', '.join(seen[:30])}.{hint} "
        "Sesuaikan ekspor, profil, atau pemisah kolomnya."
    )
