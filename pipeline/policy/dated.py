"""Dated entries of a policy file: `{from, value, reference}` without gap or overlap."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from pipeline.engine.rows import Row
from pipeline.engine.strict_toml import Reading
from schemas import Table

Rows = dict[type[Table], list[Row]]

OPEN_END = dt.date(9999, 12, 31)
UNREAD = dt.date.min


class DatedReading(Reading):
    """Reads a policy document; `first` is the day from which every value must be known, once that is read."""

    first = UNREAD
    first_of = "kebijakan (`valid_from`)"

    def dated(
        self, value: Any, path: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> list[Row]:
        """Dated entries -> rows with valid_from, valid_to, reference and `path`; no gap, no overlap."""
        rows: list[Row] = []
        for place, entry in self.tables(value, path):
            read = self.keys(entry, place, ("from", "reference", *required), ("to", *optional))
            begin, until = (
                self.date(read.get("from"), f"{place}.from"),
                self.date(read.get("to"), f"{place}.to"),
            )
            self.text(read.get("reference"), f"{place}.reference")
            if begin is None:
                continue
            end = None if until is None else until + dt.timedelta(days=1)
            rows.append({**read, "path": place, "valid_from": begin, "valid_to": end})
        for number, row in enumerate(rows):
            following = rows[number + 1]["valid_from"] if number + 1 < len(rows) else OPEN_END
            row["valid_to"] = row["valid_to"] or following
            self._joins(row, following)
        if rows and self.first not in (UNREAD, rows[0]["valid_from"]):
            self.say(f"{rows[0]['path']}.from", f"harus {self.first}, hari pertama {self.first_of}")
        return rows

    def _joins(self, row: Row, following: dt.date) -> None:
        if row["valid_from"] >= row["valid_to"]:
            self.say(f"{row['path']}.from", "tidak mendahului akhirnya atau entri berikutnya: tumpang tindih")
        elif row["valid_to"] > following:
            self.say(f"{row['path']}.to", f"tumpang tindih dengan entri berikutnya yang mulai {following}")
        elif row["valid_to"] < following:
            self.say(f"{row['path']}.to", f"celah: tidak ada nilai sejak {row['valid_to']}")


def spanned(span: Row, **fields: Any) -> Row:
    """A row of a dated table: its fields with the span and reference of its entry."""
    return {**{key: span.get(key) for key in ("valid_from", "valid_to", "reference", "path")}, **fields}


def clipped(rows: Iterable[Row], begin: dt.date, end: dt.date) -> list[Row]:
    """The parts of dated rows within [begin, end)."""
    return [
        {**row, "valid_from": max(row["valid_from"], begin), "valid_to": min(row["valid_to"], end)}
        for row in rows
        if row["valid_from"] < end and row["valid_to"] > begin
    ]


def spans(rows: Iterable[Row]) -> list[tuple[dt.date, dt.date]]:
    """The spans between two changes of anything among dated rows."""
    edges = {row[key] for row in rows for key in ("valid_from", "valid_to")}
    return list(itertools.pairwise(sorted(edges)))


def held_on(rows: Iterable[Row], day: dt.date) -> list[Row]:
    """The dated rows that hold on a day."""
    return [row for row in rows if row["valid_from"] <= day < row["valid_to"]]


def in_force(rows: Iterable[Row], day: dt.date) -> Row | None:
    """The first dated row that holds on a day."""
    return next(iter(held_on(rows, day)), None)
