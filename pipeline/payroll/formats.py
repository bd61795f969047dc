"""Payroll files as their receivers want them: delimiter, encoding, columns and order are TOML, never code.

`baku` is penyesuaian-tpp.csv itself; any other format is one more file of the batch with the same rows.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.resources
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.engine.strict_toml import Reading, parse
from pipeline.errors import SettingsError, TotalsError

BAKU = "baku"
DELIMITERS = (";", ",", "\t")
ENCODINGS = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "cp1252": "cp1252"}
QUOTES: dict[str, Literal[0, 1, 2]] = {
    "minimal": csv.QUOTE_MINIMAL,
    "text": csv.QUOTE_NONNUMERIC,
    "all": csv.QUOTE_ALL,
}
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}\.(csv|txt)")


@dataclass(frozen=True)
class Column:
    """A header and either the field that it shows or a fixed value."""

    header: str
    field: str | None
    value: str | None


@dataclass(frozen=True)
class PayrollFormat:
    """One form of the payroll file."""

    file: str
    delimiter: str
    encoding: str
    quote: str
    line_end: str
    columns: tuple[Column, ...]

    def csv_bytes(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The rows in this form; TotalsError where the encoding cannot hold a value."""
        stream = io.StringIO(newline="")
        writer = csv.writer(
            stream,
            delimiter=self.delimiter,
            quoting=QUOTES[self.quote],
            lineterminator=LINE_ENDS[self.line_end],
        )
        writer.writerow([column.header for column in self.columns])
        writer.writerows(
            [column.value if column.field is None else row[column.field] for column in self.columns]
            for row in rows
        )
        try:
            return stream.getvalue().encode(ENCODINGS[self.encoding])
        except UnicodeEncodeError:
            raise TotalsError(
                f"{self.file}: ada isi yang tidak dapat ditulis dalam {self.encoding}; pakai utf-8."
            ) from None


def load_format(name: str, workspace: Path, fields: tuple[str, ...]) -> PayrollFormat | None:
    """The format that rekon.toml names: None for `baku`, a `.toml` of the workspace, or a shipped example."""
    if name == BAKU:
        return None
    shown = name if name.endswith(".toml") else f"{name}.toml"
    shipped = importlib.resources.files("pipeline").joinpath("payroll_formats", shown)
    own = workspace / shown
    if name.endswith(".toml") and own.is_file():
        content = own.read_bytes()
    elif not name.endswith(".toml") and shipped.is_file():
        content = shipped.read_bytes()
    else:
        raise SettingsError(f"rekon.toml: payroll.format: `{name}` tidak ada di ruang kerja maupun bawaan.")
    reading = _FormatReading(shown)
    found = reading.read(parse(shown, content), fields)
    reading.refuse("bentuk berkas penggajian")
    return found


def format_sha256(name: str, workspace: Path) -> dict[str, str]:
    """File of the workspace -> hash, where the format is one; the shipped ones are part of the code's."""
    if not name.endswith(".toml"):
        return {}
    return {name: hashlib.sha256((workspace / name).read_bytes()).hexdigest()}


class _FormatReading(Reading):
    def read(self, document: dict[str, Any], fields: tuple[str, ...]) -> PayrollFormat:
        top = self.keys(document, "", ("file", "delimiter", "encoding", "quote", "line_end", "column"))
        name = self.text(top.get("file"), "file") or ""
        if not FILE_NAME.fullmatch(name) or name.startswith("penyesuaian-tpp."):
            self.say("file", "harus nama berkas .csv atau .txt yang sederhana, selain penyesuaian-tpp.csv")
        for key, known in (
            ("delimiter", DELIMITERS), ("encoding", tuple(ENCODINGS)), ("quote", tuple(QUOTES)), ("line_end", tuple(LINE_ENDS)),
        ):  # fmt: skip
            self.choice(top.get(key), key, known)
        columns = []
        for place, entry in self.tables(top.get("column"), "column"):
            read = self.keys(entry, place, ("header",), ("field", "value"))
            if ("field" in read) == ("value" in read):
                self.say(place, "harus berisi tepat satu dari `field` dan `value`")
            elif "field" in read:
                self.choice(read["field"], f"{place}.field", fields)
            columns.append(Column(str(read.get("header")), read.get("field"), read.get("value")))
        used = [column.field for column in columns]
        for needed in ("nip", "adjustment_idr"):
            if needed not in used:
                self.say("column", f"tidak ada kolom dengan field `{needed}`")
        return PayrollFormat(
            file=name,
            delimiter=str(top.get("delimiter")),
            encoding=str(top.get("encoding")),
            quote=str(top.get("quote")),
            line_end=str(top.get("line_end")),
            columns=tuple(columns),
        )
