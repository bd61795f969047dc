"""Photograph the landing page for the README: `python docs/make_screenshot.py LAPORAN/index.html [PICTURE]`.

Needs Debian's chromium and the dev dependencies. Same page, same browser: same picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]


def photograph(browser: Browser, page_path: Path, picture: Path) -> None:
    """The top 1200 x 1400 points of a page, as PNG."""
    context = browser.new_context(
        viewport={"width": 1200, "height": 1400}, offline=True, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    page = context.new_page()
    page.goto(page_path.resolve().as_uri())
    page.screenshot(path=picture, animations="disabled")
    context.close()


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else here / "laporan.png"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        photograph(launched, Path(sys.argv[1]), target)
        launched.close()
