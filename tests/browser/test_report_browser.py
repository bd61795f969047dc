"""The report in a real browser: offline, without script, on a phone and on paper."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from reports.render import render_report
from tests.support import ROOT, lacking
from tests.support.report_tables import META, OUTAGE, report_tables

sys.path.insert(0, str(ROOT / "docs"))
from make_screenshot import CHROMIUM, FLAGS, photograph

pytestmark = [
    pytest.mark.browser,
    lacking("chromium", Path(CHROMIUM).exists()),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("terbit")
    for path, page in render_report(report_tables(300), META).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page)
    return root / "laporan"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, java_script_enabled=True, locale="id-ID")
    yield context.new_page()
    context.close()


def test_a_page_is_one_request_and_no_complaint(page: Page, folder: Path) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.goto((folder / "index.html").as_uri())
    assert seen == [(folder / "index.html").as_uri()]
    assert page.locator("svg.waktu").bounding_box() is not None


def test_a_deep_link_brings_the_person_into_view(page: Page, folder: Path) -> None:
    """Also in a block that the browser has not laid out yet."""
    last = "198604041997050299"
    path = next(p for p in sorted((folder / "opd").iterdir()) if f'id="p{last}"' in p.read_text("utf-8"))
    page.goto(f"{path.as_uri()}#p{last}")
    page.wait_for_timeout(200)
    box = page.locator(f"#p{last}").bounding_box()
    viewport = page.viewport_size
    assert box is not None
    assert viewport is not None
    assert -box["height"] < box["y"] < viewport["height"]


def test_a_finding_leads_to_its_outage(page: Page, folder: Path) -> None:
    page.goto((folder / "opd" / "2-09.html").as_uri())
    page.locator(".bukti summary").first.click()
    page.locator(".bukti[id], .bukti a").first.click()
    assert page.url.endswith(f"index.html#gangguan-{OUTAGE}")


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_scrolls_sideways(page: Page, folder: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in (folder / "index.html", folder / "opd" / "2-09.html"):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_prints_without_evidence_unless_it_is_asked_for(page: Page, folder: Path) -> None:
    page.goto((folder / "opd" / "2-09.html").as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".bukti").first.is_visible()
    page.emulate_media(media="screen")
    page.check("#lengkap")
    page.emulate_media(media="print")
    assert page.locator(".bukti dl").first.is_visible()


def test_the_readme_picture_is_reproducible(browser: Browser, folder: Path, tmp_path: Path) -> None:
    pictures = [tmp_path / "a.png", tmp_path / "b.png"]
    for picture in pictures:
        photograph(browser, folder / "index.html", picture)
    first, second = (picture.read_bytes() for picture in pictures)
    assert first.startswith(b"\x89PNG")
    assert first == second
