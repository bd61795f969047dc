"""Broken, hostile and odd tables of public corpora: read to the row, quarantined by line, or refused; nothing crashes.

Every file goes the way of a user's file, under a profile that names its own first row. The corpora are not part of the
project; each test skips where they are absent. Origins and licences: their READMEs.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Limits, Sandbox
from pipeline.readers.files.text_lines import open_text
from pipeline.readers.tables.delimited import cut_records
from tests.support import needs_data
from tests.support.corpora import TORTURE, Outcome, Tables, peak_bytes, titles, torture_files
from tests.support.exports import Month

pytestmark = [pytest.mark.campaign, needs_data(TORTURE)]

LIMITS = Limits(cpu_seconds=60, seconds=120)
"""No file needs a twentieth of it; one that hangs is refused as such, which no test below allows."""
WORDS = re.compile(
    "kepala tabel|kolom wajib|dua kali|tidak berjudul|tanda kutip|UTF-16|terkompresi|mengembang|rusak|membentang|"
    "entitas|sebenarnya|bukan|jenis berkas|tampak seperti data"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def tables(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(tmp_path_factory.mktemp("torture"), sandbox)


@pytest.fixture(scope="module")
def outcomes(tables: Tables, sandbox: Sandbox) -> dict[str, Outcome]:
    """Of each file, by its path; the memory of the child that read them all stays below 1 GB."""
    found = {path.relative_to(TORTURE).as_posix(): tables.read(path) for path in torture_files()}
    assert sandbox.run("", peak_bytes) < 1 << 30
    return found


def quarantined(outcome: Outcome) -> list[int]:
    return [line for line, _code in outcome.rejects if line]


def test_every_file_is_read_to_the_record_or_refused_with_a_reason(outcomes: dict[str, Outcome]) -> None:
    """No reader died: its refusal would say so. A quarantined record has its line and one reason."""
    assert len(outcomes) == len(torture_files()) == 912
    for name, outcome in outcomes.items():
        if outcome.refusal is not None:
            assert outcome.refusal.startswith(Path(name).name), name
            assert WORDS.search(outcome.refusal), name
            assert "pembaca berkas gagal" not in outcome.refusal, name
        else:
            lines = quarantined(outcome)
            assert outcome.records == outcome.accepted + len(lines), name
            assert len(set(lines)) == len(lines), name


def test_records_without_a_quote_are_the_lines_below_the_header(outcomes: dict[str, Outcome]) -> None:
    """A third count: of a plain text file, whatever else is wrong with it."""
    checked = 0
    for name, outcome in outcomes.items():
        content = (TORTURE / name).read_bytes()
        packed = content[:4] in (b"PK\x03\x04", b"PAR1", b"\x28\xb5\x2f\xfd") or content[:2] == b"\x1f\x8b"
        if outcome.refusal is None and b'"' not in content and not packed:
            lines = [line for line in re.split(b"\r\n|\r|\n", content) if line.strip()]
            assert outcome.records == len(lines) - 1, name
            checked += 1
    assert checked > 300


def wanted(want: str, outcome: Outcome) -> bool:
    """Whether the outcome is the one that the makers of a generated fault ask for."""
    if outcome.refusal is not None:
        return "refuse" in want
    if rows := re.search(r"accept (\d+) row", want):
        return (outcome.accepted, outcome.rejects) == (int(rows[1]), ())
    if want == "refuse or read as gz":
        return (outcome.accepted, outcome.rejects) == (1500, ())
    if want.startswith("quarantine") and "NIP_PRECISION" not in want:
        return len(quarantined(outcome)) == 1 and outcome.accepted >= 1499
    return "must not be believed" in want or "NIP_PRECISION" in want


EXPECTED = json.loads((TORTURE / "generated/expected.json").read_text("utf-8")) if TORTURE.exists() else {}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_generated_fault_ends_as_its_makers_want(name: str, outcomes: dict[str, Outcome]) -> None:
    assert wanted(EXPECTED[name]["want"], outcomes[f"generated/{name}"])


def test_the_generated_faults_are_all_there(outcomes: dict[str, Outcome]) -> None:
    """In a list of the folder and in the list of what is wanted; UTF-16 is read where it is declared."""
    assert {f"generated/{name}" for name in EXPECTED} == {
        name for name in outcomes if name.startswith("generated/")
    }
    assert len(EXPECTED) == 37


PUNCH_PROFILE = """
dates = ["%Y-%m-%d"]
clocks = ["%H:%M"]
instants = ["%Y-%m-%d"]
[table.codes.direction]
[table.codes.channel]
[table.kind.punch]
required = ["nip", "waktu"]
aliases.waktu = ["tgl"]
"""


@pytest.mark.parametrize(
    ("name", "codes"), [("sci", ["NIP_PRECISION", None]), ("float", ["NIP_PRECISION"]), ("apos", [None])]
)
def test_a_nip_that_was_a_number_is_quarantined_and_an_apostrophe_is_stripped(
    name: str, codes: list[str | None], tmp_path: Path
) -> None:
    """The good NIP belongs to nobody of the month: it comes as far as that question."""
    (tmp_path / "profil").mkdir()
    (tmp_path / "profil" / "tgl.toml").write_text(f"[table]{PUNCH_PROFILE}")
    month = Month(tmp_path)
    month.put("punch", f"{name}.csv", (TORTURE / f"generated/{name}.csv").read_bytes(), "tgl")
    found = [
        (row["line_no"], row["code"]) for row in month.validated().rejects if row["column_name"] == "nip"
    ]
    assert found == [(line, code or "UNKNOWN_NIP") for line, code in enumerate(codes, start=2)]


@pytest.mark.parametrize(("name", "encoding"), [("generated/utf16.csv", "utf-16"), ("duckdb-csv/encodings/utf16.csv", "utf-16"),
    ("duckdb-csv/encodings/utf16.csv.gz", "utf-16"), ("duckdb-csv/encodings/latin1.csv", "latin-1"),
    ("duckdb-csv/encodings/latin1.csv.gz", "latin-1"), ("frictionless/latin1.csv", "latin-1")])  # fmt: skip
def test_an_encoding_is_read_where_the_profile_declares_it_and_refused_where_not(
    name: str, encoding: str, tables: Tables, outcomes: dict[str, Outcome]
) -> None:
    outcome = tables.read(TORTURE / name, encoding=encoding)
    assert (outcome.refusal, outcome.rejects) == (None, ())
    assert outcome.accepted == len(tables.rows) > 1
    undeclared = outcomes[name]
    assert undeclared.refusal is not None or "ROW_ENCODING" in undeclared.codes


RULES = sorted(path.stem for path in (TORTURE / "csv-rules").glob("ok_*.csv"))


@pytest.mark.parametrize("name", RULES)
def test_a_sound_file_gives_the_cells_that_the_rules_say(name: str, tables: Tables) -> None:
    """Cells as cut are those of the JSON to the blank; on the way to a table blanks around a value go."""
    path = TORTURE / "csv-rules" / f"{name}.csv"
    rows = json.loads(path.with_suffix(".json").read_text("utf-8"))
    mark = {"ok_semicolon": ";", "ok_tab": "\t"}.get(name, ",")
    with open_text(path, name, "utf-8") as lines:
        assert [cells for _first, _last, _text, cells in cut_records(lines, mark)] == rows
    outcome = tables.read(path)
    assert outcome == Outcome(len(rows) - 1, len(rows) - 1)
    width = len(rows[0])
    kept = [[cell for cell in row if cell is not None] for row in tables.cells()]
    assert all(len(row) <= width for row in kept)
    assert kept == [[cell.strip() for cell in row if cell.strip()] for row in rows[1:]]


BAD_RULES = {
    "bad_short_row": ((3, "ROW_RAGGED"),),
    "bad_long_row": ((3, "ROW_RAGGED"),),
    "bad_text_after_quote": ((2, "ROW_QUOTE"),),
    "bad_quote_inside_bare_field": ((2, "ROW_QUOTE"),),
    "bad_open_quote": r"baris 2 tidak pernah ditutup",
    "bad_duplicate_header": "`nip` ada dua kali, di kolom 1 dan 2",
    "bad_blank_header": "kolom 2 tidak berjudul",
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_a_faulty_file_is_not_repaired_by_guess(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome, expected = outcomes[f"csv-rules/{name}.csv"], BAD_RULES[name]
    if isinstance(expected, str):
        assert re.search(expected, outcome.refusal or "")
    else:
        assert outcome.rejects == expected


SPECTRUM = sorted(path.stem for path in (TORTURE / "csv-spectrum/csvs").glob("*.csv"))


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(name: str, tables: Tables) -> None:
    """`location_coordinates` has quotes in bare fields and bytes that were lost long ago: quarantined, not repaired."""
    outcome = tables.read(TORTURE / f"csv-spectrum/csvs/{name}.csv")
    if name == "location_coordinates":
        assert outcome == Outcome(1, 0, ((2, "ROW_QUOTE"),))
        return
    said = json.loads((TORTURE / f"csv-spectrum/json/{name}.json").read_text("utf-8"))
    objects = said if isinstance(said, list) else [said]
    assert outcome == Outcome(len(objects), len(objects))
    ends = [[cell.replace("\r\n", "\n") for cell in row if cell is not None] for row in tables.cells()]
    assert ends == [
        [value.strip().replace("\r\n", "\n") for value in row.values() if value.strip()] for row in objects
    ]


CELLS = {
    "calamine/date.xlsx": (2, ["2021-01-02", "16"]),
    "calamine/date_1904.xlsx": (2, ["2021-01-02", "16"]),
    "calamine/date_iso.xlsx": (2, ["2021-01-01T10:10:10"]),
    "calamine/merge_cells.xlsx": (2, ["Column Merge"]),
    "calamine/merged_range.xlsx": (3, ["A3", "B3", "C3", "E3", "F3", "G3"]),
    "calamine/shared_formula_simple.xlsx": (2, ["2", "4"]),
    "calamine/non_monotonic_si.xlsx": (5, ["5", "10", "15"]),
    "calamine/strict_iso_paths.xlsx": (2, ["150-031260-001_B", "1.5", "7", "4", "5", "2"]),
    "calamine/nonstandard-xml-ns-prefix.xlsx": (3, ["2", "4"]),
    "calamine/table_with_absolute_paths.xlsx": (4, ["101", "West"]),
    "calamine/header-row.xlsx": (10, ["2"]),
    "calamine/no-header.xlsx": (4, ["b", "1"]),
    "frictionless/leading-zeros.csv": (4, ["00003"]),
    "frictionless/cast-int-to-string-issue-1251.xlsx": (2, ["001", "b", "1", "a", "1"]),
    "frictionless/timezone.csv": (4, ["2020-01-01T15:00:00+03:00", "15:00:00+03:00"]),
    "frictionless/bom.csv": (3, ["2", "中国人"]),
    "frictionless/sheet2.xlsx": (3, ["2", "中国人"]),
    "frictionless/ascii-notvalid.csv": (2, ["1", "ssµ", "ab€"]),
    "frictionless/compression/implicit-gz.csv": (2, ["1", "english"]),
    "duckdb-csv/hive-partitioning/simple/part=a/date=2012-01-01/test.csv": (2, ["1", "value1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_what_its_file_says(name: str, tables: Tables) -> None:
    """Dates of both epochs, merged cells, cached values of formulas, odd packaging, identifiers that stay text, and
    a path that is no data."""
    line, cells = CELLS[name]
    outcome = tables.read(TORTURE / name)
    assert outcome.refusal is None
    found = [row for row, raw in zip(tables.cells(), tables.rows, strict=True) if raw["line_no"] == line]
    assert [cell for cell in found[0] if cell is not None][: len(cells)] == cells


REFUSED = {
    "calamine/pass_protected.xlsx": "protected",
    "calamine/issue252.xlsx": "rusak",
    "calamine/empty_sheet.xlsx": "tidak ada kepala tabel",
    "calamine/errors.xlsx": "kolom wajib",
    "frictionless/duplicate-headers.csv": "`nip` ada dua kali, di kolom 1 dan 3",
    "frictionless/blank-headers.csv": "kolom 2 tidak berjudul",
    "frictionless/compression/implicit-zip.csv": "arsip ZIP",
    "frictionless/chunk1.csv.zip": "jenis berkas ini tidak dibaca",
    "duckdb-csv/multiple_line_too_long.csv.gz": "mengembang di luar batas",
    "duckdb-csv/line_too_long_with_newline.csv.gz": "tidak ada kepala tabel",
    "duckdb-parquet/invalid.parquet": "Parquet rusak",
    "duckdb-parquet/page_size_corruption.parquet": "Parquet rusak",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_its_readme_calls_unusable_is_refused_with_the_reason(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert REFUSED[name] in (outcomes[name].refusal or "")


QUARANTINED = {
    "frictionless/defective-rows.csv": ((2, "ROW_RAGGED"), (3, "ROW_RAGGED")),
    "frictionless/latin1.csv": ((3, "ROW_ENCODING"),),
    "frictionless/table-infer-iso-8859-7.csv": tuple((line, "ROW_ENCODING") for line in (2, 3, 4, 5)),
    "duckdb-csv/nullbyte.csv": ((2, "ROW_NUL"),),
    "duckdb-csv/nullterm.csv": ((2, "ROW_NUL"),),
    "duckdb-csv/rejects/multiple_errors/multiple_errors.csv": (
        (4, "ROW_RAGGED"), (5, "ROW_RAGGED"), (6, "ROW_QUOTE"), (7, "ROW_RAGGED"), (8, "ROW_RAGGED")),
    "duckdb-csv/rejects/multiple_errors/invalid_utf_more.csv": ((3, "ROW_RAGGED"),),
}  # fmt: skip


@pytest.mark.parametrize("name", QUARANTINED)
def test_a_record_with_several_faults_is_one_quarantined_line(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    assert outcomes[name].rejects == QUARANTINED[name]


PARQUET = [path for path in torture_files() if path.suffix == ".parquet"] if TORTURE.exists() else []


def test_a_broken_parquet_is_refused_or_two_readers_agree_on_its_rows(outcomes: dict[str, Outcome]) -> None:
    """Readers differ on which of them they refuse; none may differ on how many rows it saw."""
    read = {}
    for path in PARQUET:
        outcome = outcomes[path.relative_to(TORTURE).as_posix()]
        if outcome.refusal is not None:
            continue
        read[path.name] = outcome.accepted
        try:
            table = duckdb.read_parquet(str(path)).to_arrow_table()
        except duckdb.Error:
            continue
        assert table.num_rows == outcome.accepted, path.name
    assert not [
        name
        for name in outcomes
        if "/broken/" in name and name.endswith(".parquet") and Path(name).name in read
    ]
    assert read == {
        "nation.dict-malformed.parquet": 25, "bloom_filter_bad_length_range.parquet": 100000,
        "bloom_filter_bad_numbytes.parquet": 100000, "corrupt_stats.parquet": 5, "invalid_utf8_stats.parquet": 3,
        "ARROW-GH-41317.parquet": 5, "ARROW-GH-43605.parquet": 21186,
    }  # fmt: skip


def test_nothing_is_written_outside_the_workspace(tables: Tables, tmp_path: Path, sandbox: Sandbox) -> None:
    """`trav.xlsx` holds a member whose name climbs out."""
    own = Tables(tmp_path / "a" / "b", sandbox)
    own.folder.mkdir(parents=True)
    assert own.read(TORTURE / "generated/trav.xlsx").accepted == 1
    assert [
        path.name for path in tmp_path.rglob("*") if path.is_file() and own.folder not in path.parents
    ] == []


OUTSIDE = {
    "a.xls": "calamine/pass_protected.xlsx",
    "a.ods": "calamine/date.xlsx",
    "a.xlsm": "calamine/date.xlsx",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_type_outside_the_contract_is_refused_by_its_name(
    name: str, tables: Tables, tmp_path: Path
) -> None:
    path = tmp_path / name
    shutil.copyfile(TORTURE / OUTSIDE[name], path)
    assert "jenis berkas ini tidak dibaca" in (tables.read(path).refusal or "")


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("empty.csv.gz", gzip.compress(b"", mtime=0)), ("bare.csv.gz", b"")],
)
def test_a_file_without_a_byte_is_refused_as_empty(
    name: str, content: bytes, tables: Tables, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert re.search("kosong|tanpa isi", tables.read(path).refusal or "")


DANGEROUS = ("dims.xlsx", "lol_sheet.xlsx", "quad.xlsx")


def test_a_reader_without_its_checks_dies_alone_on_what_they_keep_out(tmp_path: Path) -> None:
    """Were a hostile workbook to slip through the scan, it would cost its file and no more: the next one is read."""
    with Sandbox(Limits(memory_bytes=2 << 30, cpu_seconds=20, seconds=30)) as sandbox:
        for name in DANGEROUS:
            path = TORTURE / "generated" / name
            with pytest.raises(InputRefusedError, match=re.escape(name)):
                sandbox.run(name, unguarded, path)
            assert sandbox.run("base.xlsx", titles, TORTURE / "generated/base.xlsx", "base.xlsx") == [
                "nip",
                "unit",
            ]


def unguarded(path: Path) -> int:
    """What calamine alone makes of a workbook."""
    import python_calamine

    with python_calamine.CalamineWorkbook.from_path(path) as book:
        return sum(len(book.get_sheet_by_name(sheet).to_python()) for sheet in book.sheet_names)
