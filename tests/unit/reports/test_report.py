"""The report says what the tables say, in correct Indonesian, safely and deterministically."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from xml.etree import ElementTree

import html5lib
import pyarrow as pa
import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from pipeline.wording import indonesian_format as format_id
from pipeline.wording.slugs import slug
from reports.month import MonthTables
from reports.outage_chart import BinSpan, Panel, draw_outage, nice_ceiling
from reports.outage_timeline import SenderCounts, build_outage_timeline
from reports.render import render_report, stylesheet
from tests.support.report_tables import (
    META,
    OUTAGE,
    Tables,
    report_tables,
    requests,
    table,
    utc,
    without_outage,
)

HOSTILE = "</style><script>alert('x')</script><img src=x onerror=alert(1)> & \"O'Neil\""
INDEX = "laporan/index.html"
HEALTH = "laporan/opd/2-09.html"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return report_tables()


@pytest.fixture(scope="module")
def pages(tables: Tables) -> dict[str, str]:
    return {path: page.decode() for path, page in render_report(tables, META).items()}


def words(page: str) -> str:
    """The text of a page, without tags, with single spaces."""
    body = page.partition("</head>")[2]
    text = " ".join(html5lib.parse(body, namespaceHTMLElements=False).itertext())
    return re.sub(r"\s+", " ", text)


def test_the_first_heading_answers_when_and_whose_fault(pages: dict[str, str]) -> None:
    heading = re.search(r"<h1>(.*?)</h1>", pages[INDEX])
    assert heading is not None
    assert heading[1] == (
        "Ada gangguan pada 2 Januari 2026 pukul 06.40–08.55 WIB: "
        "jalur dari gerbang wilayah 3205 ke server provinsi terputus"
    )


def test_the_lead_says_that_the_province_was_up_and_how_sure_that_is(pages: dict[str, str]) -> None:
    lead = pages[INDEX].partition("<h2")[0]
    assert "Server provinsi hidup, tetapi wilayah 3205 terputus darinya: " in lead
    assert "12.340 (biasanya 12.100) pengirim dari wilayah lain dilayani" in lead
    assert "dari wilayah ini hanya 0 (biasanya 3.010)" in lead
    assert "server provinsi mati, terbantah: peluangnya &lt;0,1%" in lead
    assert "bila benar mati, peluang melihat data ini di bawah satu banding semiliar." in lead


def test_the_province_at_fault_is_said_as_plainly(tables: Tables) -> None:
    outage = tables["outage"].to_pylist()[0] | {
        "layer_code": "central",
        "p_central": 0.9995,
        "scope_region": None,
    }
    lead = render_report({**tables, "outage": table("outage", [outage])}, META)[INDEX].decode()
    assert "server provinsi tidak melayani" in lead
    assert "Server provinsi sendiri yang bermasalah: peluangnya &gt;99,9%." in lead
    assert "Server provinsi hidup" not in lead.partition("<h2")[0]


def test_a_month_without_outage_says_so_and_makes_no_claim(tables: Tables) -> None:
    page = render_report(without_outage(tables), META)[INDEX].decode()
    assert "<h1>Tidak ditemukan gangguan presensi pada Januari 2026</h1>" in page
    assert "<svg" not in page


def test_the_page_says_when_silence_would_be_seen_and_of_which_opd_never(pages: dict[str, str]) -> None:
    rows = [row for row in pages["laporan/index.html"].split("<tr>") if '<td class="n">744,0</td>' in row]
    gate, server = (row.split('<td class="n">744,0</td>')[1] for row in rows)
    assert gate.startswith(
        '<td>tidak dapat dibandingkan</td><td class="n">5,0</td><td>Dinas Kesehatan; Kantor Penghubung Ambon</td>'
    )
    assert '</td><td class="n">0,0</td><td>Dinas Pendidikan; Dinas Kesehatan; Kantor' in server


def test_totals_tie_and_the_page_says_so(pages: dict[str, str]) -> None:
    """14 people at Rp36.000: two approved (72.000), two times 12.000 + 36.000 + 36.000 proposed."""
    text = words(pages[INDEX])
    assert "Rp504.000 − Rp72.000 = Rp432.000" in text
    assert "bukan potongan nyata" in text
    assert pages[INDEX].count(">cocok<") == 5
    assert "TIDAK COCOK" not in text


def test_a_total_that_does_not_tie_is_shown_as_such(tables: Tables) -> None:
    moves = tables["recommendation"].to_pylist()
    moves[0]["adjustment_idr"] += 1
    page = render_report({**tables, "recommendation": table("recommendation", moves)}, META)[INDEX].decode()
    assert page.count("TIDAK COCOK") == 2


def test_the_timeline_and_its_table_show_the_same_figures(tables: Tables) -> None:
    month = MonthTables(tables, META)
    drawn = build_outage_timeline(month, SenderCounts(month), month.outages[0])
    assert drawn is not None
    gate, province, others = drawn.during
    hard = [row for row in drawn.bins if row.is_hard]
    assert [row.label for row in hard][::26] == ["06.40", "08.50"]
    assert gate.senders == sum(row.totals[0] for row in hard) == gate.failed
    assert province.senders == 0
    assert (gate.usual, province.usual, others.usual) == (None, 3010.0, 12100.0), "what the tests expected"
    assert str(format_id.number(gate.senders)) in drawn.svg


def test_the_table_counts_the_minutes_of_the_window_and_not_its_whole_bins(tables: Tables) -> None:
    month = MonthTables(tables, META)
    whole = month.outages[0]
    later = {**whole, "started_at": utc(2, 6, 43, 5)}
    at_gate = [r for r in requests() if r["vantage_code"] == "gerbang"]
    first = sum(r["sender_count"] for r in at_gate if utc(2, 6, 40) <= r["minute_at"] < utc(2, 6, 43))
    traffic = SenderCounts(month)
    everything, _ = traffic.during("gerbang", True, whole)
    assert first > 0
    assert traffic.during("gerbang", True, later) == (everything - first, everything - first)


def test_the_drawing_is_well_formed_and_described() -> None:
    drawing = draw_outage("w1", "Judul <b>", "Isi & arti", (Panel("A<", (1, 5), (0, 5), (1.0, 2.0)),),
                       ((0, "07.00"),), BinSpan(0.5, 1), BinSpan(0, 2))  # fmt: skip
    root = ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing
    assert [child.text for child in root][:2] == ["Judul <b>", "Isi & arti"]
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize(("value", "ceiling"), [(1, 2), (9, 10), (11, 12), (580, 600), (1300, 1600)])
def test_axes_end_at_an_even_round_number(value: int, ceiling: int) -> None:
    assert nice_ceiling(value) == ceiling


def test_every_finding_shows_its_evidence_lines_and_a_stable_anchor(pages: dict[str, str]) -> None:
    opd = [page for path, page in pages.items() if "/opd/" in path]
    for n in range(14):
        page = next(page for page in opd if f'id="p19860404199705{n:04}"' in page)
        assert f"{n:016x}" in page
        assert f"masukan/2026-01/log/gerbang.log.gz baris {100 + n} " in page
    assert f'href="../index.html#gangguan-{OUTAGE}"' in pages[HEALTH]
    assert f'id="gangguan-{OUTAGE}"' in pages[INDEX]


def test_contradicting_evidence_stands_beside_supporting_evidence(pages: dict[str, str]) -> None:
    refuted = next(p for p in pages.values() if 'id="p198604041997050004"' in p)
    part = refuted.partition('id="p198604041997050004"')[2].partition("<tbody")[0]
    assert "1 mendukung, 1 membantah" in part
    assert "surat keterangan ditandatangani sendiri" in part
    assert "masukan/2026-01/presensi.csv baris 44" in part


def test_times_are_in_the_zone_of_the_opd(pages: dict[str, str]) -> None:
    """09:01 in Jakarta is 11:01 in Ambon."""
    assert "11.01 WIT" in pages["laporan/opd/3-07.html"]
    assert "09.01 WIB" in pages[HEALTH]


def test_people_without_findings_are_not_listed(tables: Tables) -> None:
    nip = tables["finding"].to_pylist()[1]["nip"]
    rest = [f for f in tables["finding"].to_pylist() if f["nip"] != nip]
    text = b"".join(render_report({**tables, "finding": table("finding", rest)}, META).values()).decode()
    assert nip not in text


def test_hostile_names_stay_text() -> None:
    tables = report_tables(name=lambda _n: HOSTILE)
    for name in ("unit", "incident", "quarantine", "source_file", "outage_evidence"):
        field = {"unit": "name", "incident": "issuer", "quarantine": "message", "source_file": "path"}
        column = field.get(name, "sentence")
        rows = [row | {column: HOSTILE} for row in tables[name].to_pylist()]
        tables[name] = table(name, rows)
    for page in render_report(tables, replace(META, policy_code=HOSTILE)).values():
        tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
        assert not tree.findall(".//script")
        assert not tree.findall(".//img")
        assert not [e for e in tree.iter() for name in e.attrib if name.startswith("on")]
        assert "O'Neil" in "".join(tree.itertext())


def test_pages_are_strict_html_and_load_nothing(pages: dict[str, str]) -> None:
    for page in pages.values():
        html5lib.HTMLParser(strict=True).parse(page)
        assert "default-src &#39;none&#39;" in page
        assert not re.search(r"https?://|<script|<link|@import|url\((?!#)", page)
        assert "TERBATAS" in page.partition("<main")[0]


def test_links_lead_to_pages_and_anchors_that_exist(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        for href in re.findall(r'href="([^"]+)"', page):
            target, _, fragment = href.partition("#")
            parts = path.rpartition("/")[0].split("/")
            for part in filter(None, target.split("/")):
                parts = parts[:-1] if part == ".." else [*parts, part]
            found = "/".join(parts) if target else path
            assert found in pages, href
            assert not fragment or f'id="{fragment}"' in pages[found], href


def test_row_order_of_the_tables_changes_no_byte(tables: Tables) -> None:
    shuffled = {
        name: rows.take(pa.array(range(rows.num_rows)[::-1], pa.int64())) for name, rows in tables.items()
    }
    assert render_report(shuffled, META) == render_report(tables, META)


def test_a_big_opd_is_split_into_pages_under_two_megabytes() -> None:
    pages = render_report(report_tables(5_000), META)
    parts = sorted(path for path in pages if path.startswith("laporan/opd/2-09"))
    assert parts == ["laporan/opd/2-09.2.html", HEALTH]
    assert max(len(page) for page in pages.values()) < 2_000_000
    assert sum(page.count(b'<tbody class="p"') for page in pages.values()) == 5_000


@pytest.mark.parametrize("amount", [0, 7, 1_234, 1_234_567, -98_765, 10**12])
def test_rupiah_is_written_as_in_the_locale(amount: int) -> None:
    locale = format_currency(amount, "IDR", "¤#,##0;-¤#,##0", locale="id_ID", currency_digits=False)
    assert format_id.rupiah(amount) == locale


@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_written_as_in_the_locale(month: int) -> None:
    day = dt.date(2026, month, 9 + month)
    assert format_id.long_date(day) == format_date(day, "d MMMM y", locale="id_ID")
    assert format_id.weekday_date(day) == format_date(day, "EEEE, d MMMM y", locale="id_ID")


def test_numbers_shares_and_clocks_are_written_as_in_the_locale() -> None:
    assert format_id.number(1234.56, 1) == format_decimal(1234.6, locale="id_ID")
    assert format_id.percent(0.123) == format_percent(0.123, "0.0%", locale="id_ID")
    at = dt.datetime(2026, 1, 2, 0, 21, 59)
    assert (
        format_id.clock(at, "Asia/Jakarta") == format_time(dt.time(7, 21), "HH.mm", locale="id_ID") + " WIB"
    )
    assert format_id.clock(at, "Asia/Makassar") == "08.21 WITA"


def test_an_exclusive_end_is_shown_as_the_minute_that_follows() -> None:
    start, end = dt.datetime(2026, 1, 1, 23, 40, 59), dt.datetime(2026, 1, 2, 1, 54, 1)
    assert format_id.span(start, end, "Asia/Jakarta") == "2 Januari 2026 pukul 06.40–08.55 WIB"
    assert (
        format_id.span(start, end, "UTC")
        == "1 Januari 2026 pukul 23.40 sampai 2 Januari 2026 pukul 01.55 UTC"
    )


def test_a_probability_is_never_certainty() -> None:
    assert [format_id.probability(p) for p in (0.0, 0.5, 1.0)] == ["<0,1%", "50,0%", ">99,9%"]


def test_slugs_keep_safe_names_and_never_meet() -> None:
    assert slug("2-09_A") == "2-09_A"
    changed = [slug(name) for name in ("1.01", "1/01", "1 01", "../..", "", "Ä", "CON.html")]
    assert len(set(changed)) == len(changed)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in changed)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_has_a_contrast_of_at_least_four_and_a_half() -> None:
    names = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", stylesheet()))
    pairs = [(names[text], names[back]) for text in ("teks", "redup", "biru") for back in ("kertas", "halus")]
    pairs += [(names[c], names[f"latar-{c}"]) for c in ("merah", "kuning", "hijau", "biru")]
    pairs += [(names["teks"], names["latar-kuning"]), (names["redup"], names["latar-kuning"])]
    pairs += [("#ffffff", names["utama"]), (names["redup"], "#fafbfc"), (names["merah"], "#fafbfc")]
    heat = re.findall(r"\.h\d { background: (#\w{6}|var\(--halus\));(?: color: (#\w+);)? }", stylesheet())
    assert len(heat) == 5
    for back, text in heat:
        shade = names["halus"] if back.startswith("var") else back
        pairs.append(({"": names["teks"], "#fff": "#ffffff"}.get(text, text), shade))
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_the_stylesheet_cannot_leave_its_element() -> None:
    assert "</" not in stylesheet()


def test_an_open_probability_is_not_called_refuted(tables: Tables) -> None:
    outage = tables["outage"].to_pylist()[0] | {"p_central": 0.125}
    lead = render_report({**tables, "outage": table("outage", [outage])}, META)[INDEX].decode()
    assert "Peluang bahwa server provinsi yang bermasalah: 12,5%." in lead
    assert "terbantah: peluangnya" not in lead


def test_a_log_whose_clock_was_off_says_by_how_much_and_that_it_was_corrected(pages: dict[str, str]) -> None:
    text = words(pages[INDEX])
    assert "95 detik lebih cepat (1.200 permintaan); sudah dikoreksi" in text
    assert "tidak dapat dibandingkan" in text
