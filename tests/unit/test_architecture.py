"""What the linter of imports cannot say: names in strings, loose modules, and one docstring at the head of a folder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGES = ("pipeline", "reports", "schemas")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})
MOST_LOOSE = 6
LONGEST_RULE = 120
LONGEST_FUNCTION = 50


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_at_most_six_modules_lie_loose_in_the_pipeline() -> None:
    loose = [path.name for path in (ROOT / "pipeline").glob("*.py") if path.name != "__init__.py"]
    assert len(loose) <= MOST_LOOSE, loose


@pytest.mark.parametrize("folder", FOLDERS, ids=shown)
def test_a_folder_opens_with_what_belongs_in_it(folder: Path) -> None:
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))


def test_only_the_command_line_imports_a_module_by_a_string() -> None:
    """A name in a string is an arrow that no linter sees."""
    found = {
        shown(path)
        for path in MODULES
        if re.search(r"import_module|__import__|runpy", path.read_text("utf-8"))
    }
    assert found == {"pipeline/cli.py"}


def test_the_command_line_imports_only_commands_by_a_string() -> None:
    assert 'import_module(f"pipeline.commands.{cmd_name}")' in (ROOT / "pipeline" / "cli.py").read_text(
        "utf-8"
    )


def test_no_module_of_the_domain_imports_pages() -> None:
    """Renderers are handed in by the commands."""
    below = [
        path for path in MODULES if path.parts[len(ROOT.parts)] != "reports" and "commands" not in path.parts
    ]
    assert [
        shown(path)
        for path in below
        if re.search(r"^\s*(from|import) reports\b", path.read_text("utf-8"), re.M)
    ] == []


def test_a_rule_is_one_file_on_one_screen() -> None:
    rules = sorted((ROOT / "pipeline" / "stages").rglob("*.sql"))
    assert rules
    assert [shown(rule) for rule in rules if rule.with_suffix(".py").exists()] == []
    assert [shown(rule) for rule in rules if len(rule.read_text("utf-8").splitlines()) > LONGEST_RULE] == []


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_a_function_is_at_most_fifty_lines() -> None:
    long = [
        f"{shown(path)}:{function.lineno} {function.name}"
        for path in MODULES
        for function in functions(path)
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
