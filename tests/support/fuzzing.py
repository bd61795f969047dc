"""Material for fuzzing the readers: exports as vendors write them, and the harm that files come to.

Everything is drawn from a seed: hypothesis chooses seeds, and a failure names the one that shows it. (Drawing each
cell through hypothesis takes ten times as long as reading it.)
"""

from __future__ import annotations

import csv
import functools
import io
import random
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow as pa
from hypothesis import strategies as st

from pipeline.errors import InputRefusedError
from pipeline.readers.files.text_lines import is_blank
from pipeline.readers.profiles import load_profile, load_table_profile, shipped_profiles
from pipeline.readers.tables.kinds import CODES, HEADERS
from pipeline.readers.tables.profiles import TableProfile
from pipeline.readers.tables.records import Records
from pipeline.readers.tables.tabular import constants_of, read_table
from tests.support.exports import NIP_A, NIP_B

NOWHERE = Path("nowhere")
SEEDS = st.integers(0, 2**64 - 1)
BYTES = [
    b"", b'"', b'""', b",", b";", b"\t", b" ", b"\n", b"\r", b"\r\n", b"\0", b"'", b"=", b"-", b"0", b"9", b"E+17",
    b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc2\xa0", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1a", b"<", b"&", b">",
    b"\x1f\x8b", b"PK\x03\x04", b"PAR1",
]  # fmt: skip
CELLS = [
    "", "-", "0", "7", "07", "1.234.567", "1.234.567,00", "99999999999999999999", "1.98001E+17", "'" + NIP_A, NIP_A, NIP_B,
    "198001012006041001.0", "１９８００１０１２００６０４１００１", "2026-01-02", "02/01/2026", "2 Januari 2026", "0024-01-02",
    "31/02/2026", "2026-01-02 07:30:59", "2026-01-02T07:30:00.25+07:00", "2026-01-02T24:00:00", "02/01/2026 07:30",
    "2026-02-30 25:61:61", "07:30", "07.30", "7.05", "24:00:00", "23:59:60", "00:00:00", "255", "masuk", "PULANG", "hadir", "DL",
    "Dinas A", "A", "B", "3205", "Asia/Makassar", "Mars/Olympus", "10.1.0.0/16", "::/0", "10.0.0.0/99", "PNS", "kantor-5", "M01:8",
    "=1+1", "@x", "a;b", "a,b", "a\tb", "a\nb", "a\rb", "a\r\n\r\nb", 'a"b', '"', "Ünï", "中", "\x0b", "\x1c", "\x85", "\xa0", "\u2028",
    "\ufeff", "\x00",
]  # fmt: skip
ODD = "0123456789 -:./,;'\"\tabZé\xa0\u3000\U0001f600\x00\x0b\x7f\\"


@functools.cache
def profile_of(code: str) -> TableProfile:
    """A shipped profile, read once: an example takes less time than a TOML file."""
    return load_table_profile(code, NOWHERE)


TABLES: dict[str, tuple[str, ...]] = {
    code: tuple(sorted(table.kind))
    for code in shipped_profiles()
    if (table := load_profile(code, NOWHERE).table) is not None
}
"""Shipped profiles of tables -> the kinds that they read."""


def titles_of(profile: str, kind: str) -> list[str]:
    """Our headers of a kind, those that the profile requires first."""
    required = profile_of(profile).of(kind).required
    return [*required, *(header for header in HEADERS[kind] if header not in required)]


def a_cell(chance: random.Random, profile: str, kind: str) -> str:
    """A value of any kind, one of the profile's own codes, or any letters."""
    table = profile_of(profile)
    codes = [written for group in CODES.get(kind, {}).values() for written in table.codes.get(group, {})]
    pool = chance.choice([CELLS, CELLS, [*codes, *table.empty, ""], None])
    return "".join(chance.choices(ODD, k=chance.randrange(5))) if pool is None else chance.choice(pool)


def harmed(chance: random.Random, content: bytes, most: int = 4, pool: list[bytes] = BYTES) -> bytes:
    """The content with a few bytes put in, taken out or exchanged."""
    for _ in range(chance.randint(min(1, most), most)):
        at = chance.randint(0, len(content))
        cut = chance.choice([0, 0, 1, 1, 2, 8, 64, 4096])
        new = chance.choice([*pool, chance.randbytes(1), chance.randbytes(3)])
        content = content[:at] + new + content[at + cut :]
    return content


def written(chance: random.Random, profile: str) -> tuple[str, str, list[tuple[int, dict[str, str]]]]:
    """Kind and text of a well-formed export, and its records: physical line, and cells by header."""
    kind, table = chance.choice(TABLES[profile]), profile_of(profile)
    titles = titles_of(profile, kind)
    titles = titles[: chance.randint(len(table.of(kind).required), len(titles))]
    delimiter = table.delimiter or chance.choice(",;\t")
    end, quoting = chance.choice(["\n", "\r\n", "\r"]), chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    text, line_no, records = delimiter.join(titles) + end, 2, []
    for _ in range(chance.randrange(5)):
        cells = [a_cell(chance, profile, kind) for _ in titles]
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=delimiter, quoting=quoting).writerow(cells)
        body = stream.getvalue().removesuffix("\r\n")
        text += body + end
        if not is_blank(body):
            records.append((line_no, dict(zip(titles, cells, strict=True))))
        line_no += len(re.split("\r\n|\r|\n", body))
    return kind, text, records


@dataclass(frozen=True)
class Reading:
    """What a reader made of a file: its rejects, and sheet, line and cells of each accepted record."""

    records: Records
    accepted: list[dict[str, str | int | None]]

    @property
    def rows(self) -> list[tuple[int, list[str | int | None]]]:
        """Line and cells of each accepted record."""
        return [(cast("int", row["line_no"]), list(row.values())[4:]) for row in self.accepted]

    @property
    def has_every_record(self) -> bool:
        """Whether each record that the independent count finds was accepted or rejected, and once only."""
        places = [(reject.sheet, reject.line_no) for reject in self.records.rejects if reject.line_no]
        places += [(cast("str | None", row["sheet"]), cast("int", row["line_no"])) for row in self.accepted]
        return len(set(places)) == len(places) == self.records.record_count


def reading(content: bytes, kind: str, table: TableProfile) -> Reading | None:
    """Read in this process; None where the file was refused by its name. Any other end is an error."""
    batches: list[pa.RecordBatch] = []
    records = Records(HEADERS[kind], "x", constants_of("x", table, kind, None), batches.append)
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            read_table(Path(file.name), "x", table, kind, records)
        except InputRefusedError as error:
            if re.match("x[:,] ", str(error)):
                return None
            raise
    return Reading(records, pa.Table.from_batches(batches, records.schema).to_pylist())


def loses_nothing(content: bytes, kind: str, table: TableProfile) -> bool:
    """Whether the file is refused by its name, or every record of it is accepted or rejected."""
    found = reading(content, kind, table)
    return found is None or found.has_every_record
