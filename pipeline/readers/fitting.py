"""Which profile fits an unknown file? Each is tried on the first rows, and what it understands is counted.

Only the top of the file is looked at; whether every row can be used is for a check of the month to say.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from pipeline.errors import InputRefusedError
from pipeline.readers.files.text_lines import is_blank, open_text
from pipeline.readers.logs.parsing import LogBatch, LogFile, read_logs
from pipeline.readers.logs.profiles import LogProfile
from pipeline.readers.profiles import load_profile
from pipeline.readers.tables import parquet, workbook
from pipeline.readers.tables.delimited import cut_records
from pipeline.readers.tables.formats import MONEY, MONTHS
from pipeline.readers.tables.header import Header, find_header, places_in
from pipeline.readers.tables.kinds import CODES, HEADERS, ROLES
from pipeline.readers.tables.profiles import BLANKS, DELIMITERS, TableProfile
from pipeline.readers.tables.records import cell_text
from pipeline.readers.tables.workbook_scan import scan_workbook

SAMPLE = 200
BYTES = 256 << 10
SHOWN = 3
LOG_FIELDS = {
    "mulai": "mulai_utc", "address": "pengirim", "region": "wilayah", "client_code": "klien", "endpoint_code": "titik_akhir",
    "outcome_code": "hasil", "status": "kode_http", "upstream_status": "kode_hulu",
}  # fmt: skip
"""What is shown of a request, and as what."""
MONEY_HEADERS = ("tpp", "potongan")
NumberedRows = list[tuple[int, list[Any]]]
_ENGLISH = {name: month for month, names in MONTHS.items() for name in names}


@dataclass(frozen=True)
class Fit:
    """How a profile understands the top of a file. `columns`: our header -> the file's title (or field number)."""

    profile: str
    kind: str
    records: int
    readable: int
    columns: dict[str, str]
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    rows: tuple[dict[str, str], ...] = ()

    @property
    def share(self) -> float:
        """Records of the sample that are understood; 0 where a required column is missing."""
        return 0.0 if self.missing or not self.records else self.readable / self.records


def fit_profiles(path: Path, codes: tuple[str, ...], workspace: Path) -> list[Fit]:
    """Every profile and kind that finds anything in the file, the best first. Raises InputRefusedError."""
    with tempfile.TemporaryDirectory() as folder:
        sample = _sample(path, Path(folder))
        typed = _typed_rows(sample, path.name)
        fits: list[Fit] = []
        refusals: list[InputRefusedError] = []
        for code in codes:
            profile = load_profile(code, workspace)
            try:
                if profile.table is not None:
                    fits += _fit_table(sample, path.name, typed, code, profile.table)
                elif profile.log is not None and typed is None:
                    fits += _fit_log(sample, code, profile.log, Path(folder))
            except InputRefusedError as error:  # such as an encoding that another profile declares
                refusals.append(error)
    if refusals and not fits:
        raise refusals[0]
    return sorted(fits, key=_rank)


def _rank(fit: Fit) -> tuple[float, ...]:
    """Of two that fit equally, the one named first comes first; of two logs, the one that reads more fields."""
    values = sum(map(len, fit.rows)) if fit.kind == "access_log" else 0
    return -fit.share, -len(fit.columns), len(fit.missing), len(fit.unknown_codes), -values


def _sample(path: Path, folder: Path) -> Path:
    """The file itself, or the first lines of a text."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in (b"PK\x03\x04", b"PAR1"):
        return path
    try:
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(path, "rb") as packed:
                head = packed.read(BYTES)
        elif magic == b"\x28\xb5\x2f\xfd":
            with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
                head = stream.read(BYTES)
        else:
            with path.open("rb") as plain:
                head = plain.read(BYTES)
    except (OSError, EOFError, zlib.error):
        raise InputRefusedError(f"{path.name}: berkas terkompresi rusak. Minta salinan baru.") from None
    sample = folder / "contoh"
    sample.write_bytes(head[: head.rfind(b"\n") + 1] if len(head) == BYTES else head)
    return sample


def _typed_rows(path: Path, name: str) -> dict[str, NumberedRows] | None:
    """The first filled rows of each sheet, or of a Parquet file; None for text."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        try:
            return _parquet_rows(path)
        except parquet.FAULTS:
            raise parquet.unreadable(name) from None
    if magic == b"PK\x03\x04":
        try:
            return _workbook_rows(path, name)
        except workbook.FAULTS:
            raise workbook.unreadable(name) from None
    return None


def _parquet_rows(path: Path) -> dict[str, NumberedRows]:
    with pq.ParquetFile(path, pre_buffer=False) as file:
        batch = next(file.iter_batches(batch_size=SAMPLE), None)
        rows = [list(row.values()) for row in batch.to_pylist()] if batch is not None else []
        return {"": list(enumerate([list(file.schema_arrow.names), *rows]))}


def _workbook_rows(path: Path, name: str) -> dict[str, NumberedRows]:
    scans = scan_workbook(path, name)
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        return {
            str(sheet): list(
                islice(
                    (
                        (number, row)
                        for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows(), start=1)
                        if number in scan.filled
                    ),
                    SAMPLE,
                )
            )
            for sheet, scan in scans.items()
        }


def _fit_table(
    path: Path, name: str, typed: dict[str, NumberedRows] | None, code: str, table: TableProfile
) -> Iterator[Fit]:
    for kind, profile in table.kind.items():
        if profile.columns:
            if typed is None:
                named = {header: place for place, header in enumerate(profile.columns) if header}
                rows = [row for row in _split_rows(path, name, table) if len(row[1]) >= len(profile.columns)]
                fit = _tried(code, kind, table, Header(named, len(profile.columns), 0), rows, [])
                if fit.readable:
                    yield fit
            continue
        found: list[Fit] = []
        for rows in _candidates(path, name, typed, table):
            texts = [(number, [cell_text(cell, None, table) for cell in row]) for number, row in rows]
            top = texts[: table.header_within]
            try:
                header = find_header(top, name, table, kind, HEADERS[kind], allow_untitled=True)
            except InputRefusedError:
                continue
            if header is not None:
                titles = next(cells for number, cells in texts if number == header.last_line)
                below = [row for row in rows if row[0] > header.last_line][table.skip_after_header :]
                found.append(_tried(code, kind, table, header, below, titles))
            else:
                found += _near(code, kind, table, top)
        if found:
            yield max(found, key=lambda fit: (fit.share, len(fit.columns)))


def _candidates(
    path: Path, name: str, typed: dict[str, NumberedRows] | None, table: TableProfile
) -> Iterator[NumberedRows]:
    if typed is not None:
        yield from typed.values()
        return
    for mark in (table.delimiter,) if table.delimiter in DELIMITERS else DELIMITERS:
        with open_text(path, name, table.encoding) as lines:
            cut = islice(cut_records(lines, mark or ","), SAMPLE)
            yield [(last, list(cells)) for _first, last, _text, cells in cut if not isinstance(cells, str)]


def _split_rows(path: Path, name: str, table: TableProfile) -> NumberedRows:
    with open_text(path, name, table.encoding) as lines:
        sample = [(number, line.rstrip("\r\n")) for number, line in enumerate(islice(lines, SAMPLE), start=1)]
    mark = None if table.delimiter == BLANKS else table.delimiter
    return [(number, list(line.split(mark))) for number, line in sample if not is_blank(line)]


def _near(code: str, kind: str, table: TableProfile, top: list[tuple[int, list[str]]]) -> Iterator[Fit]:
    """A profile that knows some columns of the likeliest header, and misses required ones."""
    required = table.of(kind).required
    found = [(places_in(cells, table.of(kind), HEADERS[kind]), cells) for _number, cells in top]
    places, titles = max(found, key=lambda pair: len(pair[0]), default=({}, []))
    if len(places) >= 2 or len(required) == 1 == len(places):
        columns = {ours: titles[at[0]].strip() for ours, at in places.items()}
        yield Fit(code, kind, 0, 0, columns, missing=tuple(h for h in required if h not in places))


def _tried(
    code: str, kind: str, table: TableProfile, header: Header, rows: NumberedRows, titles: list[str]
) -> Fit:
    roles, groups = ROLES.get(kind, {}), CODES.get(kind, {})
    unknown: dict[str, None] = {}
    readable, first = 0, []
    for _number, row in rows:
        cells = {
            ours: cell_text(row[place], roles.get(ours), table).strip()
            for ours, place in header.places.items()
            if place < len(row)
        }
        cells = {ours: text for ours, text in cells.items() if text and text not in table.empty}
        first.append(cells)
        is_read = all(_understood(ours, text, roles.get(ours), table) for ours, text in cells.items())
        for ours, group in groups.items():
            known = {written.lower().strip() for written in table.codes.get(group, {})}
            if ours in cells and cells[ours].lower() not in known and (known or ours != "keterangan"):
                unknown.setdefault(f"{ours}: {cells[ours]}")
        readable += is_read and any(ours in cells for ours in table.of(kind).required)
    columns = {
        ours: titles[place].strip() if titles else str(place + 1) for ours, place in header.places.items()
    }
    used = set(header.places.values())
    ignored = tuple(
        title.strip() for place, title in enumerate(titles) if place not in used and title.strip()
    )
    return Fit(
        code, kind, len(rows), readable, columns, ignored, (), tuple(unknown)[:20], tuple(first[:SHOWN])
    )


def _understood(header: str, text: str, role: str | None, table: TableProfile) -> bool:
    if header.startswith("nip"):
        return re.fullmatch(r"[0-9]{18}", re.sub(r"[\s'`]", "", text)) is not None
    if header in MONEY_HEADERS:
        return re.fullmatch(MONEY[table.money][0], text) is not None
    if role is None:
        return True
    formats = {"date": table.dates, "clock": table.clocks, "instant": table.instants}[role]
    plain = re.sub(r"(:\d{2})\.\d+", r"\1", re.sub(r"(?<=:\d{2})(Z|[+-]\d{2}:?\d{2})$", "", text))
    word = re.search("[A-Za-z]{3,}", plain)
    if word is not None and word[0].lower() in _ENGLISH:
        plain = plain.replace(word[0], _ENGLISH[word[0].lower()])
    return any(_parses(plain, form) for form in formats)


def _parses(text: str, form: str) -> bool:
    try:
        dt.datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _fit_log(path: Path, code: str, profile: LogProfile, folder: Path) -> Iterator[Fit]:
    pq.write_table(pa.table({"nip": pa.array([], pa.string())}), folder / "person.parquet")
    file = LogFile("contoh", "contoh", path, "pusat", "UTC", profile)
    (log,) = read_logs(LogBatch(0, (file,), folder, 1))
    if log.accepted_count:
        columns = {"baris log": "seluruh baris"}
        yield Fit(code, "access_log", log.record_count, log.accepted_count, columns, rows=_requests(folder))
    for read in folder.glob("*-000000-*.parquet"):
        read.unlink()


def _requests(folder: Path) -> tuple[dict[str, str], ...]:
    """What the first lines of a log were read as."""
    shapes = {
        row["shape_no"]: row for row in pq.read_table(folder / "shape-000000-000000.parquet").to_pylist()
    }
    requests = (
        pq.read_table(folder / "request-000000-000000.parquet").sort_by("line_no").slice(0, SHOWN).to_pylist()
    )
    found = []
    for request in requests:
        fields = shapes[request["shape_no"]] | {"mulai": request["started_at"]}
        found.append(
            {ours: str(fields[name]) for name, ours in LOG_FIELDS.items() if fields[name] is not None}
        )
    return tuple(found)
