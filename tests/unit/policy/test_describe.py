"""What a policy says in words, sentence by sentence, as a file that a lawyer can read through."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands.policy import sentence
from pipeline.engine.strict_toml import parse
from pipeline.policy import compile_document, preset_names, read_policy
from pipeline.policy.dated import Rows
from pipeline.policy.describe import changes_between, changes_since, rules_on
from tests.support.regimes import FILES, FOLDER, regime

FIRST, DAY, LAST = dt.date(2026, 1, 1), dt.date(2026, 4, 20), dt.date(2027, 1, 1)


def compiled() -> dict[str, Rows]:
    """Every example policy and every regime of tests/policies."""
    documents: dict[str, dict[str, Any]] = {
        name: parse(*read_policy(Path(), name)) for name in ("kepmendagri", *preset_names())
    }
    documents |= {path.stem: regime(path) for path in FILES}
    return {name: compile_document(f"{name}.toml", document) for name, document in documents.items()}


def held(name: str, text: str, request: pytest.FixtureRequest) -> str:
    """What the file holds; written anew first where that is asked for."""
    path = FOLDER / name
    if request.config.getoption("--write-golden"):
        path.write_text(text, "utf-8")
    return path.read_text("utf-8")


def test_every_rule_of_every_policy_reads_as_it_did(request: pytest.FixtureRequest) -> None:
    """Each file's rules in force on 20 April 2026, but those that a file before it says in the same words."""
    said: set[str] = set()
    text = ""
    for name, rows in compiled().items():
        lines = [line for line in map(" | ".join, rules_on(rows, DAY)) if line not in said]
        text += "\n".join([f"== {name}", *lines, "", ""])
        said |= set(lines)
    assert text.splitlines() == held("kebijakan.txt", text, request).splitlines()


def test_every_difference_from_the_usual_policy_reads_as_it_did(request: pytest.FixtureRequest) -> None:
    """What each regime changes within 2026, and how it differs from the example kepmendagri in the meantime."""
    rows = compiled()
    usual, text = rows["kepmendagri"], ""
    for path in FILES:
        other = rows[path.stem]
        lines = [sentence(change) for change in changes_between(usual, other, FIRST, LAST)]
        lines += [f"dalam 2026: {sentence(change)}" for change in changes_since(other, FIRST, LAST)]
        text += "\n".join([f"== {path.stem}", *lines, "", ""])
    assert text.splitlines() == held("beda-kebijakan.txt", text, request).splitlines()


def test_before_its_first_day_a_policy_says_nothing() -> None:
    rows = compile_document("k.toml", parse(*read_policy(Path(), "kepmendagri")))
    assert rules_on(rows, dt.date(2020, 12, 31)) == []
    assert rules_on(rows, dt.date(2021, 1, 1)) != []


def test_the_tenth_rule_of_the_actions_is_told_after_the_second() -> None:
    document = parse(*read_policy(Path(), "kepmendagri"))
    (actions,) = document["actions"]
    causes = ("lost", "failed", "delayed", "flipped", "unsynced", "blocked", "unexplained")
    more = [{"causes": [cause], "grades": ["A"], "action": "restore"} for cause in causes]
    rows = compile_document(
        "k.toml", {**document, "actions": [{**actions, "rules": more + actions["rules"]}]}
    )
    told = [line for line in rules_on(rows, DAY) if line.topic.startswith("tindakan")]
    assert [line.topic.partition(":")[0] for line in told] == [f"tindakan {place}" for place in range(1, 15)]
    assert "hilang di server" in told[0].topic
    assert told[7].topic == "tindakan 8: sebab log tidak mencakup"
