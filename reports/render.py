"""The report as files: templates filled with the page models, nothing else."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from functools import cache

import jinja2
import pyarrow as pa
from markupsafe import Markup

from pipeline.wording.indonesian_format import number, percent, probability, rupiah
from reports.minutes import draft_minutes
from reports.models import CLASSIFICATION, ReportMeta
from reports.month import MonthTables
from reports.overview import build_overview, unit_rows
from reports.person_timeline import as_svg
from reports.story import Story
from reports.unit_pages import build_unit_pages

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
__all__ = ["ReportMeta", "render_report", "render_story"]


def stylesheet() -> str:
    """The one stylesheet, put into every page."""
    return importlib.resources.files("reports").joinpath("static/laporan.css").read_text("utf-8")


@cache
def environment() -> jinja2.Environment:
    """Templates in which every value is escaped and every unknown name is an error."""
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(rp=rupiah, bil=number, persen=percent, peluang=probability)
    # Our own stylesheet: escaping would break its quotes. "</" cannot occur in it (tested).
    env.globals.update(csp=POLICY, css=Markup(stylesheet()), kelas=CLASSIFICATION)  # noqa: S704
    return env


def render_story(story: Story) -> str:
    """One person's month as a self-contained page."""
    drawings = [Markup(as_svg(each.drawing, f"g{each.finding_id}")) for each in story.chapters]  # noqa: S704 - ours, escaped
    chapters = list(zip(story.chapters, drawings, strict=True))
    return environment().get_template("cerita.html").render(page=story, chapters=chapters)


def render_report(tables: Mapping[str, pa.Table], meta: ReportMeta) -> dict[str, bytes]:
    """Relative path -> bytes of the report and the draft minutes; same input, same bytes.

    `tables` are keyed by table name and follow `schemas`.
    """
    month = MonthTables(tables, meta)
    env = environment()
    overview = build_overview(month)
    pages = {"laporan/index.html": env.get_template("index.html").render(page=overview, meta=meta)}
    template = env.get_template("opd.html")
    for name, page in build_unit_pages(month, unit_rows(month)):
        pages[f"laporan/opd/{name}"] = template.render(page=page, meta=meta)
    template = env.get_template("berita-acara.html")
    for name, minutes in draft_minutes(month).items():
        pages[name] = template.render(page=minutes, meta=meta)
    return {path: text.encode() for path, text in pages.items()}
