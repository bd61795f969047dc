"""Cases of other attendance systems, and the register of our answers to them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from typing import Any

from tests.support import ROOT
from tests.support.peers.world import Person, World, clock, policy, settle

FACTS = ROOT / "tests" / "policies" / "peers"
DAY = dt.date(2026, 3, 4)
MARCH = [dt.date(2026, 3, n) for n in range(1, 32)]
Case = dict[str, Any]
Answer = Callable[[Case], tuple[Any, Any]]
AGREED: dict[str, Answer] = {}
"""Case -> (ours, the peer's)."""
DIFFERENT: dict[str, tuple[str, Answer]] = {}
"""Case -> why we answer differently, and (ours, what we document)."""


CASES: dict[str, Case] = {
    case["id"]: case
    for path in sorted(FACTS.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
}
"""Id -> what was given to the peer and what it answers, restated in our own words."""


def agrees(*ids: str) -> Callable[[Answer], Answer]:
    def register(answer: Answer) -> Answer:
        AGREED.update(dict.fromkeys(ids, answer))
        return answer

    return register


def differs(ident: str, reason: str) -> Callable[[Answer], Answer]:
    def register(answer: Answer) -> Answer:
        DIFFERENT[ident] = reason, answer
        return answer

    return register


def at(text: str, day: dt.date = DAY) -> dt.datetime:
    """'2026-03-04 08:45' or '08:45' of `day`."""
    return dt.datetime.fromisoformat(text) if "-" in text else dt.datetime.combine(day, clock(text))


def day_of(start: str, end: str, *scans: tuple[str, str | None], **values: Any) -> World:
    """One person's day with one duty of the given hours; scans are (time, direction)."""
    person = Person(tuple((at(when), side) for when, side in scans))
    return settle(policy(hours=(start, end), **values), [person], DAY)


def states(world: World, day: dt.date = DAY, person: int = 0) -> list[tuple[str, int | None]]:
    return [world.sides[person][day, side] for side in ("in", "out")]


def days_of(start: str, end: str, *days: tuple[tuple[str, str], ...]) -> list[list[tuple[str, int | None]]]:
    """States of in and out of the same duty with the scans (time, direction) of each day, one person each."""
    people = [Person(tuple((at(when), side) for when, side in scans)) for scans in days]
    world = settle(policy(hours=(start, end)), people, DAY)
    return [states(world, person=number) for number in range(len(people))]
