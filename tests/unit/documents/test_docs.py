"""The documents say what is there: commands, recipes, links, decision records."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import pipeline.errors
from pipeline.cli import COMMANDS
from pipeline.decisions.sheets import REQUIRED
from pipeline.payroll.batches import COLUMNS
from pipeline.publishing.bundle import LEADING
from pipeline.publishing.ledger import Entry
from pipeline.readers.logs.profiles import FIELDS, IGNORED, LogProfile
from pipeline.readers.tables.kinds import HEADERS
from pipeline.settings import KINDS, Settings, Source
from tests.support import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDES = [page for page in PAGES if page.name != "CHANGELOG.md" and page.parent.name != "decisions"]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
RECIPES = dict(re.findall(r"^([a-z-]+):.*?##\s*(.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
WRITTEN = {".py", ".sql", ".toml", ".html", ".css", ".md", ".yml", ".cfg"}
"""Endings of the files that people write and read."""
CITED = re.compile(r"[\w./-]*\w\.md\b")
OUTSIDE = re.compile(  # notes that lie beside the repository, by name and number
    r"\b(?i:design|reliability|domain|outages|inputs|ux)(?:\.md)?,? "
    r"(?:(?:sections?|bagian|fact) )?[A-Z]?[0-9]|\(section [0-9]"
)


def sources() -> list[Path]:
    """Every file that people wrote, but for synthetic data and this file, which spells what it looks for."""
    named = [path for path in ROOT.rglob("*") if path.suffix in WRITTEN or path.name == "Makefile"]
    skipped = {"data", "node_modules", "build", "dist"}
    own = [
        path
        for path in named
        if not any(part in skipped or part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]
    return sorted({*own, ROOT / ".ci" / "run"} - {Path(__file__)})


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_told_in_the_readme_or_the_docs(name: str) -> None:
    assert any(f"rekon {name}" in page.read_text("utf-8") for page in PAGES)


def test_every_command_that_a_page_names_exists() -> None:
    for page in GUIDES:
        named = set(re.findall(r"`rekon ([a-z]+)", page.read_text("utf-8")))
        assert named <= COMMANDS.keys(), shown(page)


def test_every_recipe_that_a_page_names_exists_and_says_what_it_does() -> None:
    for page in GUIDES:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
        assert named <= RECIPES.keys(), shown(page)
    assert {"demo", "test"} <= RECIPES.keys()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_to_files_resolve(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        place = page.parent / path if path else page
        assert place.exists(), target
        if anchor:
            titles = HEADING.findall(place.read_text("utf-8"))
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, (
                target
            )


PLACE = re.compile(r"`((?:pipeline|schemas|reports|tests|docs|benchmarks|data)/[\w./*-]+)`")


@pytest.mark.parametrize("page", GUIDES, ids=shown)
def test_every_place_in_the_repository_that_a_page_names_is_there(page: Path) -> None:
    named = PLACE.findall(page.read_text("utf-8"))
    assert [place for place in named if not list(ROOT.glob(place.rstrip("/")))] == []


def test_nothing_cites_a_document_that_is_not_in_the_repository() -> None:
    """A name is looked for from the root, beside the file, and in docs/, where the generated documents lie."""
    strange = []
    for path in sources():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            lost = [
                name
                for name in CITED.findall(line)
                if not any((base / name).is_file() for base in (ROOT, path.parent, ROOT / "docs"))
            ]
            if lost or OUTSIDE.search(line):
                strange.append(f"{shown(path)}:{number}: {line.strip()}")
    assert not strange, "\n".join(strange)


def told(page: str) -> set[str]:
    """Every word of a page."""
    return set(re.findall(r"[\w-]+", (ROOT / "docs" / page).read_text("utf-8")))


def test_the_contract_of_inputs_names_every_kind_header_setting_and_field() -> None:
    named = [*KINDS, *(header for headers in HEADERS.values() for header in headers), *FIELDS, *IGNORED]
    named += [*Settings.model_fields, *Source.model_fields, *LogProfile.model_fields]
    assert sorted(set(named) - told("contract/inputs.md")) == []


def test_the_contract_of_outputs_names_every_table_column_field_and_exit_code() -> None:
    errors = (value for value in vars(pipeline.errors).values() if isinstance(value, type))
    codes = {str(each.exit_code) for each in errors if issubclass(each, pipeline.errors.RekonError)}
    named = {*COLUMNS, *(field.name for field in fields(Entry)), *codes, "130", *REQUIRED["incident"]}
    named |= {contract.table_name() for contract in LEADING}
    assert sorted(named - told("contract/outputs.md")) == []


@pytest.mark.parametrize("record", RECORDS, ids=shown)
def test_a_decision_record_has_a_number_a_title_a_status_and_fits_a_screen(record: Path) -> None:
    text = record.read_text("utf-8")
    number = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", record.name)
    assert number is not None
    assert text.startswith(f"# {int(number[1])}. ")
    assert re.search(r"^Status: ", text, re.MULTILINE)
    assert re.search(r"^Decided: .+\.$", text, re.MULTILINE)
    assert len(text.splitlines()) <= 40


def test_decision_numbers_are_used_once() -> None:
    numbers = [record.name[:4] for record in RECORDS]
    assert len(numbers) == len(set(numbers))
