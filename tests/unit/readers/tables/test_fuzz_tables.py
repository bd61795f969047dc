"""No bytes whatever make a reader of tables fail otherwise than by a refusal, and it loses no row.

`loses_nothing` holds a reading against an independent count. An example that ends in anything but a reading or an
InputRefusedError fails its test. `pytest --hypothesis-profile=campaign` runs 100,000 examples of each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import random
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputRefusedError
from pipeline.readers.files.snapshots import plain_copy, take_snapshot
from pipeline.readers.tables.kinds import HEADERS
from pipeline.readers.tables.profiles import BLANKS
from tests.support.exports import Month
from tests.support.files_to_harm import ENCODINGS, PACKERS, PARQUETS, TEXTS, WORKBOOK, packed
from tests.support.fuzzing import (
    BYTES,
    CELLS,
    SEEDS,
    TABLES,
    a_cell,
    harmed,
    loses_nothing,
    profile_of,
    reading,
    titles_of,
    written,
)
from tests.support.workbooks import HEAD, workbook

with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as _book:
    PARTS = {name: _book.read(name) for name in _book.namelist()}
PARTS_HARMED = sorted(name for name in PARTS if name.startswith("xl/w")) + ["xl/sharedStrings.xml"] * 2
XML = [b"<", b">", b"/>", b"</row>", b"<row>", b'<row r="9">', b"<c>", b"<v>1</v>", b"<v></v>", b"<is><t>x</t></is>", b'r="A1"',
    b' t="s"', b' t="e"', b' t="str"', b' t="inlineStr"', b' t="b"', b' s="99"', b"&amp;", b"&x;", b"<!--", b"-->", b"<![CDATA[",
    b"<f>A1</f>", b'"', b"99999999999999999999", b"-1", b"1E400", b"NaN", b"x:"]  # fmt: skip


def typed(chance: random.Random) -> Any:
    """What may be typed into the cell of a workbook."""
    return chance.choice(
        [
            None, chance.choice(CELLS).replace("\0", ""), chance.uniform(-1e9, 1e9), chance.randrange(-(10**17), 10**17),
            chance.random() < 0.5, dt.datetime(1950, 1, 1) + dt.timedelta(seconds=chance.randrange(4_000_000_000)),
            dt.time(chance.randrange(24)), "#N/A",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("profile", TEXTS)
@given(seed=SEEDS)
def test_a_well_formed_text_is_read_to_the_letter(profile: str, seed: int) -> None:
    """Each record has the cells and the physical line with which it was written; only a NUL is not read."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    kind, text, records = written(chance, profile)
    constants = profile_of(profile).of(kind).constants
    found = reading((chance.choice(["", "\ufeff"]) + text).encode(), kind, profile_of(profile))
    assert found is not None and found.has_every_record
    with_nul = [line for line, cells in records if any("\0" in cell for cell in cells.values())]
    assert [(reject.line_no, reject.code) for reject in found.records.rejects] == [
        (line, "ROW_NUL") for line in with_nul
    ]
    assert found.rows == [
        (line, [cells.get(header, constants.get(header, "")).strip() or None for header in HEADERS[kind]])
        for line, cells in records
        if line not in with_nul
    ]


@pytest.mark.parametrize("profile", TEXTS)
@given(seed=SEEDS)
def test_a_harmed_text_loses_no_row(profile: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    kind, text, _records = written(chance, profile)
    assert loses_nothing(harmed(chance, text.encode(chance.choice(ENCODINGS))), kind, profile_of(profile))


@given(body=st.text(alphabet='ab",\n\r ', max_size=60))
def test_the_independent_count_agrees_with_the_parser_on_any_quotes(body: str) -> None:
    assert loses_nothing(b"titik,mulai,selesai\n" + body.encode(), "coverage", profile_of("baku"))


@given(seed=SEEDS)
def test_a_harmed_machine_dump_loses_no_line(seed: int) -> None:
    """Parted by TAB, comma or blanks, with its fields in the order that the profile gives."""
    chance = random.Random(seed)  # noqa: S311
    mark = chance.choice(["\t", ",", ";", BLANKS])
    profile = profile_of("attlog").model_copy(update={"delimiter": mark})
    between = chance.choice([" ", "  ", " \t"]) if mark == BLANKS else mark
    end = chance.choice(["\n", "\r\n", "\r"])
    lines = [
        between.join(a_cell(chance, "attlog", "punch") for _ in range(chance.randint(3, 6)))
        for _ in range(chance.randrange(8))
    ]
    content = harmed(chance, (end.join(lines) + chance.choice(["", end])).encode(), chance.randrange(4))
    assert loses_nothing(content, "punch", profile)


@given(seed=SEEDS)
def test_a_harmed_workbook_loses_no_row(seed: int) -> None:
    """Bytes of one of its parts are changed, or of the ZIP itself."""
    chance = random.Random(seed)  # noqa: S311
    if chance.random() < 0.2:
        content = harmed(chance, WORKBOOK)
    else:
        part = chance.choice(PARTS_HARMED)
        content = packed({**PARTS, part: harmed(chance, PARTS[part], pool=XML + BYTES)})
    assert loses_nothing(content, "punch", profile_of("rekap-harian"))


@given(seed=SEEDS)
def test_no_row_of_any_workbook_is_lost(seed: int) -> None:
    """Whatever is typed into the cells: the parser, the XML and the hand that filled the rows agree on their number."""
    chance = random.Random(seed)  # noqa: S311
    rows = [[typed(chance) for _ in range(chance.randrange(7))] for _ in range(chance.randrange(8))]
    found = reading(workbook(("A", [HEAD, *rows])), "punch", profile_of("rekap-harian"))
    filled = sum(
        any(cell.strip(" \n") if isinstance(cell, str) else cell is not None for cell in row) for row in rows
    )
    assert found is None or (found.has_every_record and found.records.record_count == filled)


@given(seed=SEEDS)
def test_a_harmed_parquet_loses_no_row(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    content = harmed(chance, chance.choice(PARQUETS), 2)
    assert loses_nothing(content, "punch", profile_of("baku"))


@given(seed=SEEDS)
def test_a_harmed_wrapper_gives_its_content_or_is_refused(seed: int) -> None:
    """What a gz unpacks to is what was packed, or the file is refused: a flipped bit never passes its check sum."""
    chance = random.Random(seed)  # noqa: S311
    text = written(chance, "baku")[1].encode() * chance.choice([1, 1, 50])
    suffix = chance.choice([".gz", ".zst", ".zip"])
    whole = PACKERS[suffix](text)
    content = harmed(chance, whole, 2) if chance.random() < 0.9 else whole
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(content)
        try:
            shot = take_snapshot(Path(folder), path.name, is_log=chance.random() < 0.5)
        except InputRefusedError as error:
            assert str(error).startswith("x.")
            assert suffix == ".zip" or content != whole or not text
            return
        plain = plain_copy(Path(folder), shot.sha256).read_bytes()
        assert hashlib.sha256(plain).hexdigest() == shot.plain_sha256
        assert suffix != ".gz" or plain == text


ROWS = 200
PLAIN = str.maketrans(dict.fromkeys('\t\r\n\0;",', " "))


@pytest.mark.parametrize("profile", sorted(TABLES))
@settings(max_examples=settings().max_examples // ROWS)
@given(seed=SEEDS)
def test_every_row_is_accepted_or_quarantined_whatever_its_cells_say(profile: str, seed: int) -> None:
    """A thousand rows in batches: the rules cost the same for one row as for many."""
    chance = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        month = Month(Path(folder))
        for kind in TABLES[profile]:
            table = profile_of(profile)
            mark, columns = table.delimiter or "\t", table.of(kind).columns
            titles = columns or titles_of(profile, kind)
            rows = [[a_cell(chance, profile, kind).translate(PLAIN) for _ in titles] for _ in range(ROWS)]
            text = "\n".join(mark.join(row) for row in (rows if columns else [titles, *rows]))
            month.put(kind, f"{kind}.csv", text, profile)
        found = month.validated()
        for name, records in month.records.items():
            broken = {
                row["line_no"]
                for row in found.rejects
                if row["file_id"] == name and row["severity_code"] == "record"
            }
            assert found.accepted[name] + len(broken) == records.count
