"""What one tabular file held: accepted cells as Arrow columns in batches, and the records that could not be cut."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.readers.tables.header import Header
from pipeline.readers.tables.kinds import ORIGIN, Role
from pipeline.readers.tables.profiles import TableProfile

BATCH = 20_000
NUMBER_LIMIT = 10**15
ALMOST = 999_000  # microseconds: Excel's fractions of a day fall just short of the second


@dataclass(frozen=True)
class Reject:
    """A problem of structure: physical line (or row of the sheet, 0 for all of it) and code of the catalogue."""

    line_no: int
    code: str
    sheet: str | None = None


@dataclass
class Records:
    """Records of one file. `count` were cut into cells, `rejects` not; `record_count` comes from another method.

    Every so many records a batch of rows of the kind's raw table goes to `sink`, so that a file needs little memory.
    """

    wanted: tuple[str, ...]
    file_id: str = ""
    constants: dict[str, str] = field(default_factory=dict)
    """Header -> what stands in every record of a file that has no such column."""
    sink: Callable[[pa.RecordBatch], object] = lambda _batch: None
    count: int = 0
    record_count: int = 0
    rejects: list[Reject] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _origins: list[tuple[str | None, int, str]] = field(default_factory=list)
    _cells: list[list[str]] = field(default_factory=list)

    def use(self, header: Header) -> None:
        """The cells from here on lie under this header."""
        self.flush()
        self._places = header.places

    def add(self, sheet: str | None, line_no: int, row_sha256: str, cells: list[str]) -> None:
        """One record."""
        self._origins.append((sheet, line_no, row_sha256))
        self._cells.append(cells)
        self.count += 1
        if len(self._cells) >= BATCH:
            self.flush()

    def reject(self, line_no: int, code: str, sheet: str | None = None) -> None:
        """One record that could not be cut into cells."""
        self.rejects.append(Reject(line_no, code, sheet))

    @property
    def schema(self) -> pa.Schema:
        """Columns of the kind's raw table."""
        return pa.schema(
            [(name, pa.int64() if name == "line_no" else pa.string()) for name in (*ORIGIN, *self.wanted)]
        )

    def flush(self) -> None:
        """Hand over what has gathered."""
        if not self._cells:
            return
        size = len(self._cells)
        sheets, lines, digests = zip(*self._origins, strict=True)
        columns = [
            pa.repeat(pa.scalar(self.file_id), size),
            pa.array(sheets, pa.string()),
            pa.array(lines, pa.int64()),
            pa.array(digests, pa.string()),
            *(self._column(name, size) for name in self.wanted),
        ]
        self.sink(pa.RecordBatch.from_arrays(columns, schema=self.schema))
        self._origins, self._cells = [], []

    def _column(self, name: str, size: int) -> pa.Array:
        place = self._places.get(name)
        if place is None:
            return pa.repeat(pa.scalar(self.constants.get(name), pa.string()), size)
        return pa.array([row[place].strip() or None for row in self._cells], pa.string())


def cells_sha256(cells: list[str]) -> str:
    """What identifies a record that was never text: the sha256 of its cells, parted by a unit separator."""
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
