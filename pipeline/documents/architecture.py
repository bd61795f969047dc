"""The generated parts of docs/architecture.md: who imports whom, by chapter, and the stages in order."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pipeline
from pipeline.errors import SettingsError
from pipeline.stages import STAGES

PACKAGES = ("pipeline", "reports", "schemas")
BLOCK = re.compile(r"(<!-- ([a-z ]+): generated -->\n).*?(<!-- end -->)", re.DOTALL)
COMMANDS = "commands"
"""The chapter that the loose modules of the command line belong to; other loose modules are their own."""


def architecture() -> str:
    """docs/architecture.md with its generated parts made anew; raises SettingsError away from a checkout."""
    root = Path(pipeline.__file__).parent.parent
    page = root / "docs" / "architecture.md"
    if not page.is_file():
        raise SettingsError(
            "`rekon docs` perlu dijalankan dari salinan repositori: docs/architecture.md tidak ada."
        )
    parts = {"import graph": import_graph(root), "stages": stage_list()}
    return BLOCK.sub(lambda block: f"{block[1]}{parts[block[2]]}\n{block[3]}", page.read_text("utf-8"))


def import_graph(root: Path) -> str:
    """A mermaid graph of the chapters: an arrow where one imports another, but for those that longer ways imply."""
    below: dict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            own = _chapter(path.relative_to(root).with_suffix("").parts)
            below[own] |= {_chapter(tuple(name.split("."))) for name in _imported(path)} - {own}
    lines = [
        f"    {chapter} --> {other}"
        for chapter, others in sorted(below.items())
        for other in sorted(others)
        if not any(other in _reached(below, third) for third in others - {other})
    ]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def _reached(below: dict[str, set[str]], chapter: str) -> set[str]:
    """What a chapter imports, itself or through others."""
    found: set[str] = set()
    waiting = [chapter]
    while waiting:
        for other in below.get(waiting.pop(), set()) - found:
            found.add(other)
            waiting.append(other)
    return found


def stage_list() -> str:
    """The stages' names in order, a line for each run of stages of one chapter."""
    runs: list[tuple[str, list[str]]] = []
    for stage in STAGES:
        if not runs or runs[-1][0] != stage.chapter:
            runs.append((stage.chapter, []))
        runs[-1][1].append(stage.name)
    return "\n".join(["```", *(f"{chapter}: {' -> '.join(names)}" for chapter, names in runs), "```"])


def _imported(path: Path) -> set[str]:
    """Names of our modules that a file imports, wherever in it, also for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in PACKAGES and name != "pipeline"}


def _chapter(parts: tuple[str, ...]) -> str:
    if parts[0] != "pipeline":
        return parts[0]
    name = parts[1]
    return COMMANDS if name in ("cli", "__main__") else name
