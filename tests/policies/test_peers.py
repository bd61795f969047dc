"""Each case of another attendance system is answered by our rules: like the peer, or differently for a stated reason.

The facts are in the shared data beside the repository; where that is absent the tests skip.
"""

from __future__ import annotations

import importlib
import json

import pytest

from tests.support.peers.cases import AGREED, CASES, DIFFERENT

for subject in ("placement", "status", "hours", "rupiah"):
    importlib.import_module(f"tests.support.peers.{subject}")

pytestmark = pytest.mark.skipif(not CASES, reason="the shared data is not beside the repository")


def named(ident: str) -> str:
    """The case, the peer and its answer."""
    case = CASES.get(ident)
    return f"{ident} {case['peer'].split()[0]} answers {json.dumps(case['expect'])[:80]}" if case else ident


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
