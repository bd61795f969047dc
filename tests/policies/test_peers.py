"""Each case of another attendance system is answered by our rules: like the peer, or differently for a stated reason.

The facts stand in `peers/`: what was given, what the peer answers. Public collections of such cases hold them at greater
length; where one lies beside the repository, what is restated is compared with it.
"""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest

from tests.support import SHARED, needs_data
from tests.support.peers.cases import AGREED, CASES, DIFFERENT

for subject in ("placement", "status", "hours", "rupiah"):
    importlib.import_module(f"tests.support.peers.{subject}")

SOURCE = SHARED / "peers" / "oracle_cases.json"
SYSTEMS = {
    "Frappe HR": "frappe/hrms",
    "Manado": "AndantioKorah/bkpsdmaio",
    "Odoo": "Odoo",
    "Pekalongan": "koleksibot/presensi-pekalongan",
    "SIAPTEK": "mobiledevelopt/siaptek_web",
    "SIAPTUBA": "diskominfotuba/siaptuba-web",
    "TimeTrex": "TimeTrex",
}
LITERAL = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\d\d:\d\d|\d+(?:\.\d+)?")


def named(ident: str) -> str:
    """The case, the peer and its answer."""
    return f"{ident} {CASES[ident]['system']}: {CASES[ident]['answer']}"


def literals(value: Any) -> set[str]:
    """Dates, times and numbers of a value, numbers without the zeros that end a fraction; `2 727` is one number."""
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", json.dumps(value, ensure_ascii=False))
    return {re.sub(r"\.0+$", "", found) for found in LITERAL.findall(text)}


@pytest.mark.parametrize("ident", AGREED, ids=named)
def test_our_answer_is_the_peers(ident: str) -> None:
    ours, theirs = AGREED[ident](CASES[ident])
    assert ours == theirs


@pytest.mark.parametrize("ident", DIFFERENT, ids=named)
def test_our_answer_is_another_and_documented(ident: str) -> None:
    reason, answer = DIFFERENT[ident]
    ours, documented = answer(CASES[ident])
    assert ours == documented, reason


def test_every_case_of_a_peer_is_answered_once() -> None:
    assert AGREED.keys() | DIFFERENT.keys() == CASES.keys()
    assert not AGREED.keys() & DIFFERENT.keys()


@needs_data(SOURCE)
def test_what_is_restated_of_a_case_is_what_the_collection_says() -> None:
    """The same cases and systems; every date, time, number and code that our tests use stands in the collection's case."""
    collected = {case["id"]: case for case in json.loads(SOURCE.read_text("utf-8"))}
    assert CASES.keys() == collected.keys()
    for ident, case in CASES.items():
        theirs = collected[ident]
        assert theirs["peer"].startswith(SYSTEMS[case["system"]]), ident
        used = {key: value for key, value in case.items() if key not in ("id", "system", "answer")}
        told = literals({key: theirs[key] for key in ("config", "input", "expect", "test")})
        if "D+1" in json.dumps(theirs):  # without dates of their own: D is 4 March
            told |= {"2026-03-04", "2026-03-05"}
        told |= {f"{hour}:00" for hour in told if re.fullmatch(r"\d\d", hour)}
        assert literals(used) <= told, ident
        if "codes" in used:
            assert used["codes"] == theirs["expect"] or ident == "ID-07", ident
