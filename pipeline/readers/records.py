"""What one tabular file held: accepted cells as Arrow columns in batches, and the records that could not be cut."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.readers.header import Header
from pipeline.readers.kinds import Role
from pipeline.readers.table_profiles import TableProfile

BATCH = 20_000
NUMBER_LIMIT = 10**15
ALMOST = 999_000  # microseconds: Excel's fractions of a day fall a hair short of the second


@dataclass(frozen=True)
class Reject:
    """A problem of structure: physical line (or row of the sheet, 0 for all of it) and code of the catalogue."""

    line_no: int
    code: str
    sheet: str | None = None


@dataclass
class Records:
    """Records of one kind. `count` cut into cells, `rejects` the others; `record_count` by another method."""

    wanted: tuple[str, ...]
    count: int = 0
    record_count: int = 0
    rejects: list[Reject] = field(default_factory=list)
    _rows: list[list[str | None]] = field(default_factory=list)
    _batches: list[pa.RecordBatch] = field(default_factory=list)

    def add(
        self, sheet: str | None, line_no: int, row_sha256: str, cells: list[str], places: list[int]
    ) -> None:
        """One record; `places` gives the cell of each wanted header, -1 where there is none."""
        values = [(cells[place].strip() or None) if place >= 0 else None for place in places]
        self._rows.append([sheet, str(line_no), row_sha256, *values])
        self.count += 1
        if len(self._rows) >= BATCH:
            self._flush()

    def reject(self, line_no: int, code: str, sheet: str | None = None) -> None:
        """One record that could not be cut into cells."""
        self.rejects.append(Reject(line_no, code, sheet))

    def table(self, file_id: str, constants: dict[str, str]) -> pa.Table:
        """Rows of the kind's raw table; a constant stands where a whole column is absent."""
        self._flush()
        names = ("sheet", "line_no", "row_sha256", *self.wanted)
        table = pa.Table.from_batches(self._batches, pa.schema([(name, pa.string()) for name in names]))
        line_no = table["line_no"].cast(pa.int64())
        table = table.set_column(1, "line_no", line_no)
        for header, constant in constants.items():
            place = table.column_names.index(header)
            if table[header].null_count == table.num_rows:
                table = table.set_column(place, header, pa.repeat(pa.scalar(constant), table.num_rows))
        return table.add_column(0, "file_id", pa.repeat(pa.scalar(file_id), table.num_rows))

    def _flush(self) -> None:
        if self._rows:
            names = ("sheet", "line_no", "row_sha256", *self.wanted)
            columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(columns, list(names)))
            self._rows = []


def places_of(header: Header, wanted: tuple[str, ...]) -> list[int]:
    """The cell of each wanted header, -1 where there is none."""
    return [header.places.get(name, -1) for name in wanted]


def cells_sha256(cells: list[str]) -> str:
    """Identity of a record that never was text."""
    return hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()


def cell_text(value: Any, role: Role | None, table: TableProfile) -> str:
    """A typed cell as the profile would write it.

    Numbers of 16 digits and more keep their exponent, so that a NIP stored as a number is seen as one. A date or time
    in a column that holds neither is written in ISO form, which no profile of such a column reads.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return str(int(number)) if abs(number) < NUMBER_LIMIT and number.is_integer() else repr(number)
    if isinstance(value, dt.timedelta):
        is_clock = dt.timedelta() <= value < dt.timedelta(days=1)
        value = (dt.datetime.min + value).time() if is_clock else str(value)
    if isinstance(value, dt.datetime) and value.microsecond >= ALMOST:
        value += dt.timedelta(microseconds=1_000_000 - value.microsecond)
    if isinstance(value, dt.datetime) and role == "date" and value.time() == dt.time():
        value = value.date()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime) and role == "instant":
        value = dt.datetime.combine(value, dt.time())
    return _moment_text(value, role, table)


def _moment_text(value: Any, role: Role | None, table: TableProfile) -> str:
    if isinstance(value, dt.datetime):
        if role == "instant" and value.tzinfo is None:
            return value.strftime(_finest(table.instants))
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.strftime(table.dates[0]) if role == "date" else value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime(_finest(table.clocks)) if role == "clock" else value.isoformat("seconds")
    return str(value)


def _finest(formats: tuple[str, ...]) -> str:
    return next((form for form in formats if "%S" in form), formats[0])
