"""`rekon explain`: a person's month that can be checked with a pencil and the input files."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.engine.scratch import database_path
from pipeline.engine.warehouse import answer_read_only
from pipeline.wording import labels
from reports.person_timeline import PersonTimeline, TimelineRow, as_svg, as_text

PERIOD = "2026-01"
ENGLISH = (
    set(labels.CAUSES) | set(labels.ACTIONS) | set(labels.STATUSES) | set(labels.ROLES) | set(labels.STATES)
)
ENGLISH |= set(labels.RULES) | set(labels.COUNTERS) | set(labels.LAYERS) - {"site", "client", "link"}


@pytest.fixture(scope="module")
def nip(published_month: Path) -> str:
    """Somebody with an approved finding."""
    asked = "select min(nip) as nip from recommendation where status_code = 'approved'"
    found: str = answer_read_only(database_path(published_month, PERIOD), asked)["nip"][0].as_py()
    return found


@pytest.fixture(scope="module")
def told(published_month: Path, nip: str) -> str:
    result = CliRunner().invoke(rekon, ["explain", "-C", str(published_month), nip])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_rupiah_add_up_line_by_line(told: str) -> None:
    listed = [
        (int(amount.replace(".", "").replace("Rp", "")), text)
        for amount, text in re.findall(r"^ +(-?Rp[\d.]+)  (.+)$", told, re.MULTILINE)
    ]
    totals = ["Jumlah menurut catatan", "Bila semua usul disetujui", "Dengan yang sudah disetujui saja"]
    at = [[text for _, text in listed].index(total) for total in totals]
    recorded, potential, restored = (listed[place][0] for place in at)
    moves = listed[at[0] + 1 : at[1]]
    assert sum(amount for amount, _ in listed[: at[0]]) == recorded > 0
    assert recorded + sum(amount for amount, _ in moves) == potential
    assert recorded + sum(amount for amount, text in moves if "disetujui" in text) == restored < recorded


def test_a_request_that_two_logs_hold_is_told_once(published_month: Path) -> None:
    """The province writes a line only for what got through the gateway, which has one for each."""
    asked = """
        select nip, duty_date::varchar as day, sum(failed_count)::int as failed from attempt_group
        inner join finding using (nip, duty_date, side_code)
        where nip in (select nip from attempt where outcome_code = 'ok' and vantage_code = 'pusat')
        group by all having sum(ok_count) = 2 and sum(failed_count) > 0 and sum(rejected_count) = 0 order by all limit 1"""
    (row,) = answer_read_only(database_path(published_month, PERIOD), asked).to_pylist()
    told = CliRunner().invoke(
        rekon, ["explain", "-C", str(published_month), row["nip"], "--date", row["day"]]
    )
    assert f"Permintaan sendiri di log: 1 berhasil, {row['failed']} gagal, 0 ditolak" in told.output


def test_every_line_of_evidence_is_told_with_its_file(published_month: Path, nip: str, told: str) -> None:
    edges = answer_read_only(
        database_path(published_month, PERIOD),
        "select path, line_no from evidence_edge inner join finding using (finding_id)"  # noqa: S608 - 18 digits
        " inner join source_file on sha256 = file_sha256 and same_as_path is null"
        f" where nip = '{nip}'",
    ).to_pylist()
    assert edges
    assert all(f"{edge['path']} baris {edge['line_no']}: " in told for edge in edges)


def test_no_code_of_the_tables_is_left_in_the_story(told: str) -> None:
    assert {word for word in re.findall(r"[a-z_]+", told) if word in ENGLISH} == set()


def test_a_date_narrows_the_findings_and_not_the_sums(published_month: Path, nip: str, told: str) -> None:
    day = (
        CliRunner().invoke(rekon, ["explain", "-C", str(published_month), nip, "--date", "2026-01-03"]).output
    )
    assert day.count("Catatan: ") < told.count("Catatan: ")
    assert day.partition("wajib ")[0].count("Rp") == told.partition("wajib ")[0].count("Rp")


def test_the_page_stands_alone_and_each_drawing_says_what_it_shows(
    published_month: Path, nip: str, told: str, tmp_path: Path
) -> None:
    target = tmp_path / "cerita.html"
    CliRunner().invoke(rekon, ["explain", "-C", str(published_month), nip, "--html", str(target)])
    text = target.read_text("utf-8")
    parser = html5lib.HTMLParser(strict=True)
    page = parser.parse(text)
    drawings = list(page.iter("{http://www.w3.org/2000/svg}svg"))
    assert len(drawings) == told.count("Catatan: ") > 0
    assert text.count("<desc") == len(drawings)
    assert not re.search(r"(src|href)=\"(?!#)", text)


START = dt.datetime(2026, 1, 5, 0, 0)


def drawing(*lanes: TimelineRow) -> PersonTimeline:
    return PersonTimeline(
        START, START + dt.timedelta(hours=2), "Asia/Jakarta", lanes, "wajib 08.00 WIB <dan lain>."
    )


def test_a_mark_stands_under_its_hour() -> None:
    lines = as_text(drawing(TimelineRow("wajib", marks=((START + dt.timedelta(hours=1), "wajib"),))))
    assert lines[0].index("|") == lines[1].index("08.00")


def test_what_lies_beyond_the_drawing_is_cut_at_its_edge() -> None:
    day = dt.timedelta(days=1)
    lines = as_text(
        drawing(
            TimelineRow("gangguan", ((START - day, START + day),)),
            TimelineRow("wajib", marks=((START + day, "wajib"),)),
        )
    )
    assert lines[0].count("=") == 66
    assert len(lines[1]) == len(lines[0])


def test_words_in_a_drawing_are_escaped() -> None:
    assert "&lt;dan lain&gt;" in as_svg(drawing(TimelineRow("<b>")), "g")
    assert "<b>" not in as_svg(drawing(TimelineRow("<b>")), "g")
