"""What is wrong with a month's inputs, for the people who can repair them: a summary and the full list.

Nothing here is published: the list goes to kerja/, holds no value but masked ones, and is always safe to delete.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.readers.files.snapshots import shown

if TYPE_CHECKING:
    from pipeline.engine.outcome import RunOutcome
    from pipeline.engine.stage import RefusedFile

HEADERS = ("berkas", "lembar", "baris", "kolom", "kode", "tingkat", "nilai_tersamar", "yang_perlu_dilakukan")
SEVERITIES = {"record": "baris tidak dipakai", "warning": "peringatan", "file": "lembar tidak dibaca"}
DATE = dt.datetime(2000, 1, 1)
"""Creation date of the workbook: the same list is the same bytes."""


@dataclass(frozen=True)
class FileQuality:
    """One used input file and what became of its records."""

    path: str
    kind: str
    records: int
    accepted: int
    quarantined: int
    warnings: int


@dataclass(frozen=True)
class Problems:
    """One code of one column in one file, and how many records have it."""

    path: str
    code: str
    column: str | None
    message: str
    count: int


@dataclass(frozen=True)
class Quality:
    """The state of a month's inputs."""

    period: str
    refusals: tuple[str, ...]
    files: tuple[FileQuality, ...]
    problems: tuple[Problems, ...]
    copies: tuple[tuple[str, str], ...]
    """Files that are not read, each with the one that holds the same."""
    overlaps: tuple[tuple[str, int], ...]
    """Logs, and how many lines at their start another log ends on."""
    people: int
    people_without_punch: int
    days_without_punch: tuple[dt.date, ...]
    lines: tuple[tuple[str, ...], ...]
    """The full list, in the order of HEADERS."""

    @property
    def is_usable(self) -> bool:
        """Whether a run would not stop at its inputs."""
        return not self.refusals


def quality_of(outcome: RunOutcome, refusals: Sequence[RefusedFile]) -> Quality:
    """The state of inputs that were read and validated; `refusals` are the files that cannot be used."""
    people, silent = _rows(outcome, _PEOPLE)[0]
    return Quality(
        outcome.settings.period,
        tuple(refusal.message for refusal in refusals),
        tuple(FileQuality(shown(str(row[0])), *row[1:]) for row in _rows(outcome, _FILES)),
        tuple(Problems(shown(str(row[0])), *row[1:]) for row in _rows(outcome, _PROBLEMS)),
        tuple((shown(str(path)), shown(str(used))) for path, used in _rows(outcome, _COPIES)),
        tuple((shown(str(path)), count) for path, count in _rows(outcome, _OVERLAPS)),
        people,
        silent,
        tuple(row[0] for row in _rows(outcome, _SILENT_DAYS)),
        tuple(_line(row) for row in _rows(outcome, _LIST)),
    )


def write_lists(quality: Quality, folder: Path) -> tuple[Path, Path]:
    """Write the full list as periksa-<period>.xlsx and .csv (UTF-8 with BOM, `;`, as spreadsheets expect here)."""
    stem = folder / f"periksa-{quality.period}"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows([[_harmless(cell) for cell in line] for line in quality.lines])
    table, book = stem.with_suffix(".csv"), stem.with_suffix(".xlsx")
    table.write_bytes(text.getvalue().encode("utf-8-sig"))
    _write_book(quality, book)
    return book, table


def _write_book(quality: Quality, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"created": DATE})
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Masalah")
        sheet.freeze_panes(1, 0)
        for column, (header, width) in enumerate(zip(HEADERS, (40, 14, 8, 18, 18, 20, 22, 70), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, header, bold)
        for row, line in enumerate(quality.lines[: (1 << 20) - 1], start=1):
            for column, cell in enumerate(line):
                sheet.write_string(row, column, cell, wrap)
        sheet.autofilter(0, 0, max(1, len(quality.lines)), len(HEADERS) - 1)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236); full-width signs count in some."""
    return f"'{cell}" if cell.lstrip().startswith(tuple("=+-@|%＝＋－＠")) else cell


def _line(row: tuple[Any, ...]) -> tuple[str, ...]:
    path, sheet, line_no, column, code, severity, value, message = (
        "" if cell is None else str(cell) for cell in row
    )
    return shown(path), shown(sheet), line_no, column, code, SEVERITIES[severity], value, message


def _rows(outcome: RunOutcome, sql: str) -> list[tuple[Any, ...]]:
    return list(zip(*outcome.warehouse.query(sql).to_pydict().values(), strict=True))


_USED = "inner join source_file on source_file.file_id = {}.file_id and source_file.same_as_path is null"
_FILES = f"""
select source_file.path, source_file.kind_code, file_total.record_count, file_total.accepted_count,
    file_total.quarantined_count, file_total.warning_count
from file_total {_USED.format("file_total")} order by source_file.path
"""  # noqa: S608 - our own words
_PROBLEMS = f"""
select source_file.path, quarantine.code, quarantine.column_name, quarantine.message, count(*) as record_count
from quarantine {_USED.format("quarantine")}
group by all
order by record_count desc, source_file.path, quarantine.code, quarantine.column_name, quarantine.message
"""  # noqa: S608
_LIST = f"""
select source_file.path, quarantine.sheet, quarantine.line_no, quarantine.column_name, quarantine.code,
    quarantine.severity_code, quarantine.masked_value, quarantine.message
from quarantine {_USED.format("quarantine")}
order by source_file.path, quarantine.sheet nulls first, quarantine.line_no, quarantine.issue_no
"""  # noqa: S608
_COPIES = "select path, same_as_path from source_file where same_as_path is not null order by path"
_OVERLAPS = f"""
select source_file.path, log_count.overlap_count
from log_count {_USED.format("log_count")} where log_count.overlap_count > 0 order by source_file.path
"""  # noqa: S608
_PEOPLE = """
select count(distinct duty.nip) as people,
    count(distinct duty.nip) filter (where duty.nip not in (select punch.nip from punch)) as silent
from duty
"""
_SILENT_DAYS = """
select duty.duty_date from duty where not duty.is_excused
group by duty.duty_date
having max(duty.duty_date) not in (
    select to_local(punch.punched_at, setting.zone)::date from punch cross join setting
)
order by duty.duty_date
"""
