"""Strings that break software, as names and remarks: unharmed in what is read, text and nothing else in what people open.

The lists are not part of the project; each test skips where they are absent. Origins and licences: their READMEs.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import html5lib
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
import xlsxwriter

from pipeline.audit.input_quality import Quality, write_lists
from pipeline.wording.slugs import slug
from reports.render import render_report
from reports.sheets import render_sheets
from tests.support import needs_data
from tests.support.corpora import TORTURE
from tests.support.exports import PEOPLE, Month
from tests.support.report_tables import META, report_tables, table

pytestmark = needs_data(TORTURE)

RISKY = tuple("=+-@|%＝＋－＠")
HEAD = PEOPLE.partition("\n")[0].split(",")[:6]
UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML cannot hold: such a cell cannot stand in a workbook or a page."""


def naughty() -> list[str]:
    found: list[str] = json.loads((TORTURE / "blns/blns.json").read_text("utf-8"))
    return found


def payloads() -> list[str]:
    """One a line; the lists are full of repeats."""
    files = sorted(
        path for path in (TORTURE / "payloads").rglob("*") if path.is_file() and path.suffix in ("", ".txt")
    )
    lines = (line for path in files for line in path.read_text("utf-8", "replace").splitlines())
    return list(dict.fromkeys(line for line in lines if line.strip()))


def strings() -> list[str]:
    return [text for text in (*naughty(), *payloads()) if text.strip()] if TORTURE.exists() else []


def rows_of(names: list[str]) -> list[list[str]]:
    """People with these names, one each."""
    return [[f"1980010120060410{number % 90 + 10}"[:12] + f"{number:06d}", name, "PNS", "A", "kantor-5", "1"]
            for number, name in enumerate(names)]  # fmt: skip


def as_csv(names: list[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([HEAD, *rows_of(names)])
    return text.getvalue().encode()


def as_xlsx(names: list[str]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("A")
        for row_no, row in enumerate([HEAD, *rows_of(names)]):
            for column, cell in enumerate(row):
                sheet.write_string(row_no, column, cell)
    return target.getvalue()


def as_parquet(names: list[str]) -> bytes:
    target = io.BytesIO()
    columns = zip(*rows_of(names), strict=True)
    pq.write_table(
        pa.table({head: pa.array(cells) for head, cells in zip(HEAD, columns, strict=True)}), target
    )
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "written"), [("a.csv", as_csv), ("a.xlsx", as_xlsx), ("a.parquet", as_parquet)]
)
def test_a_name_is_read_as_it_was_written(name: str, written: object, tmp_path: Path) -> None:
    """`null` and `undefined`, numbers, formulas, SQL, right-to-left and zero-width letters: text, also when accepted."""
    names = [text for text in strings() if name != "a.xlsx" or not UNPRINTED.search(text)]
    assert len(names) > 3000
    month = Month(tmp_path)
    month.put("employee", name, written(names))  # type: ignore[operator]
    assert [row["nama"] for row in month.cells(name)] == [text.strip() for text in names]
    found = month.validated()
    assert found.rejects == []
    assert found.accepted[name] == found.tables["employee"].num_rows == len(names)


def markup(pages: dict[str, bytes]) -> tuple[Counter[str], str]:
    """How often each element and attribute occurs in pages, and all their text with single spaces."""
    counted: Counter[str] = Counter()
    words = []
    for page in pages.values():
        tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
        for element in tree.iter():
            counted[str(element.tag)] += 1
            counted.update(f"{element.tag} {name}" for name in element.attrib)
        words += ["".join(tree.itertext())]
    return counted, " ".join(" ".join(words).split())


def test_no_element_of_a_report_comes_from_a_name() -> None:
    """Parsed, not searched: the pages have the elements and attributes of those for plain names, and each string as text.

    Many strings make a name, for the parser is slow; one that broke out would change the counts all the same.
    """
    parts = [text for text in strings() if not UNPRINTED.search(text)]
    names = [" ".join(parts[start::500]) for start in range(500)]
    hostile, text = markup(render_report(report_tables(500, name=lambda n: names[n % 500]), META))
    plain, _ = markup(render_report(report_tables(500), META))
    assert hostile == plain
    assert [part for part in parts if " ".join(part.split()) not in text] == []


def formulas(book: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    return sum(len(re.findall(r"<f[ >]", part)) for part in parts)


def test_no_cell_of_a_verification_sheet_is_a_formula() -> None:
    names = [text for text in strings() if not UNPRINTED.search(text)]
    tables = report_tables(len(names), name=lambda n: names[n % len(names)])
    tables["duty"] = table("duty", [])
    written = render_sheets(tables, META)
    assert written
    shown = set()
    for book in written.values():
        assert formulas(book) == 0
        read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
        shown |= {
            str(cell)
            for sheet in read.sheet_names
            for row in read.get_sheet_by_name(sheet).to_python()
            for cell in row
        }
    assert sum(text in shown for text in names) > 1000


def test_no_cell_of_the_list_of_problems_is_a_formula(tmp_path: Path) -> None:
    """In CSV a quoted formula is still one: an apostrophe stands before it, also where its sign is full-width."""
    cells = [*strings(), "\t=1+1", "＝1+1", " ＠SUM(1)", "-5"]
    cells = [re.sub(r"[\r\n]+", " ", text) for text in cells if not UNPRINTED.search(text)]
    lines = tuple(
        ("a.csv", "", str(number), "nama", "X", "y", cell, "z") for number, cell in enumerate(cells)
    )
    book, listed = write_lists(Quality("2026-01", (), (), (), (), (), 0, 0, (), lines), tmp_path)
    assert formulas(book.read_bytes()) == 0
    read = list(csv.reader(io.StringIO(listed.read_text("utf-8-sig"), newline=""), delimiter=";"))[1:]
    assert len(read) == len(cells)
    for (*_, cell, _message), text in zip(read, cells, strict=True):
        assert not cell.lstrip().startswith(RISKY), text
        assert cell in (text, f"'{text}")


def test_no_path_comes_out_of_a_name() -> None:
    """Unit codes name files: whatever they are, the file stays in its folder, and no two meet."""
    codes = list(dict.fromkeys(strings()))
    files = [slug(code) for code in codes]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", file) for file in files)
    assert len(set(files)) == len(codes)
