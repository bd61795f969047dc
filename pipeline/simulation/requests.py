"""Requests travel from the phone over a line and the gateway to the province; each hop may fail; people retry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.acts import Sides
from pipeline.simulation.people import Flags, Floats, Ints, Senders
from pipeline.simulation.schedule import GROUPS, SHIFT_CYCLE, SHIFTS

OK, CLIENT, GATEWAY, SERVER, LINK, DOWN, SILENT, REFUSED, LOST = range(9)
PUNCH, LOGIN, TWICE = range(3)
TIMEOUT = 10.0
PATIENCE = 18
LOST_SHARE = 2e-4  # accepted, yet never stored


@dataclass(frozen=True)
class Fault:
    """A hop that is broken in [start, end): `link` for the home region only, `central` for everyone."""

    layer: str
    start: float
    end: float


@dataclass(frozen=True)
class Requests:
    """One element per request, in no particular order."""

    side: Ints  # index into Sides; -1 for requests outside any duty
    person: Ints
    kind: Ints  # PUNCH, LOGIN, TWICE (double tap)
    direction: Ints  # 0 in, 1 out
    begin: Floats
    fate: Ints
    gate_status: Ints  # 0 where the gateway never saw it
    gate_ms: Ints
    server_status: Ints  # 0 where the province never saw it
    server_ms: Ints


@dataclass(frozen=True)
class Outcome:
    """Per side: what became of the act."""

    act: Floats  # first request that was not refused; the act itself where none was sent
    stored: Floats  # when the server accepted; NaN for never or lost
    hit: Flags  # the outage met the act
    unlucky: Flags  # a hop failed by chance
    traced: Flags  # own failed or lost line in some log
    lost: Flags


def _fates(begin: Floats, home: Flags, fault: Fault | None, rng: np.random.Generator) -> Ints:
    dice = rng.random(len(begin))
    fate = np.select([dice < 0.0004, dice < 0.0007, dice < 0.0020], [CLIENT, GATEWAY, SERVER], OK)
    fate = np.where((fate == GATEWAY) & ~home, SERVER, fate)
    if fault is not None:
        down = (begin >= fault.start) & (begin < fault.end)
        if fault.layer == "link":
            fate = np.where(down & home, LINK, fate)
        else:
            fate = np.where(down, np.where(rng.random(len(begin)) < 0.3, SILENT, DOWN), fate)
    return fate.astype(np.int64)


def _traffic(fate: Ints, home: Flags, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Status and milliseconds at the gateway and at the province; 0 where unseen."""
    size = len(fate)
    quick = np.minimum(np.exp(rng.normal(4.6, 0.5, size)), 4000).astype(np.int64) + 8
    kind = rng.random(size)
    broken = np.select([kind < 0.6, kind < 0.8], [502, 503], 504)
    slow = np.where(broken == 504, 10_000, rng.integers(20, 400, size))
    server = np.select(
        [fate == SERVER, fate == DOWN, fate == REFUSED, np.isin(fate, (CLIENT, GATEWAY, LINK, SILENT))],
        [500, broken, 403, 0], 200)  # fmt: skip
    server_ms = np.where(server == 0, 0, np.where(fate == DOWN, slow, quick))
    cut = np.where(kind < 0.7, 504, 502)
    gate = np.select(
        [fate == CLIENT, fate == GATEWAY, fate == LINK, fate == SILENT], [0, 503, cut, 504], server
    )
    hurt = np.where(gate == 502, rng.integers(1000, 4000, size), 10_000 + rng.integers(0, 9, size))
    gate_ms = np.select([fate == GATEWAY, np.isin(fate, (LINK, SILENT))], [3, hurt], server_ms + 14)
    gate, gate_ms = np.where(home, gate, 0), np.where(home & (gate > 0), gate_ms, 0)
    return gate, gate_ms, server, server_ms


class _Session:
    """The retries of every act of the month, as arrays over sides; each round sends at most one request each."""

    def __init__(self, sides: Sides, senders: Senders, fault: Fault | None, rng: np.random.Generator) -> None:
        size = len(sides.act)
        self.fault, self.rng = fault, rng
        self.home = (senders.region == 0)[sides.person]
        self.act, self.begin, self.stored = sides.act.copy(), sides.act.copy(), np.full(size, np.nan)
        self.hit, self.unlucky, self.traced, self.lost = (np.zeros(size, dtype=np.bool_) for _ in range(4))
        self.used = np.zeros(size, dtype=np.int64)
        self.tries = rng.geometric(0.22, size) + 1
        self.returns = rng.random(size) < 0.6
        end = fault.end if fault else 0.0
        self.comeback = end + rng.exponential(700, size) + rng.uniform(5, 120, size)
        self.first_wait, self.refused = rng.uniform(20, 60, size), rng.random(size) < 0.01
        self.parts: list[tuple[Ints, Ints, Floats, Ints]] = []

    def discourage(self, fault: Fault) -> None:
        """A few hear that it is down and never try before recovery, or at all."""
        reach = self.home | (fault.layer == "central")
        shy = reach & (self.begin >= fault.start) & (self.begin < fault.end)
        shy &= self.rng.random(len(shy)) < 0.03
        self.hit |= shy
        self.begin = np.where(shy, np.where(self.returns, self.comeback, np.nan), self.begin)
        self.returns &= ~shy
        self.refused &= ~shy

    def log_in(self, active: Ints) -> None:
        """One in ten signs in first."""
        who = active[self.rng.random(len(active)) < 0.1]
        at = self.begin[who] - self.rng.uniform(4, 15, len(who))
        fate = _fates(at, self.home[who], self.fault, self.rng)
        self.parts.append((who, np.full(len(who), LOGIN), at, fate))

    def book(self, active: Ints, fate: Ints) -> None:
        """Remember what became of this round's requests."""
        at = self.begin[active]
        self.parts.append((active, np.full(len(active), PUNCH), at, fate))
        bad = np.isin(fate, (CLIENT, GATEWAY, SERVER, LINK, DOWN, SILENT))
        self.stored[active[fate == OK]] = at[fate == OK]
        self.lost[active[fate == LOST]] = True
        self.hit[active[np.isin(fate, (LINK, DOWN, SILENT))]] = True
        self.unlucky[active[np.isin(fate, (CLIENT, GATEWAY, SERVER))]] = True
        self.traced[active[bad & (fate != CLIENT) & self.home[active] | (fate == LOST)]] = True
        self.used[active[bad]] += 1

    def wait(self, again: Ints, fate: Ints) -> None:
        """Growing waits of 20 s to 5 min."""
        grown = self.first_wait[again] * 1.6 ** np.minimum(self.used[again], 9)
        pause = np.minimum(grown, 300) * self.rng.uniform(0.7, 1.3, len(again))
        self.begin[again] += pause + np.where(np.isin(fate, (LINK, SILENT)), TIMEOUT, 0)

    def patient(self, again: Ints) -> Ints:
        """Who goes on. Of those who gave up during the fault, some look in now and then, some after recovery."""
        tired = self.used[again] >= self.tries[again]
        if self.fault is not None:
            may = self.returns[again] & (self.begin[again] < self.fault.end) & self.hit[again]
            back = again[tired & may]
            told = self.rng.random(len(back)) < 0.4
            late = np.maximum(self.begin[back], self.comeback[back])
            now_and_then = self.begin[back] + self.rng.exponential(1100, len(back))
            self.begin[back] = np.where(told, late, now_and_then)
            self.tries[back], self.returns[back] = self.used[back] + np.where(told, 3, 1), ~told
            tired = self.used[again] >= self.tries[again]
        return again[~tired]

    def tap_twice(self) -> None:
        """Half a percent of accepted requests are sent again a moment later."""
        who = np.flatnonzero(~np.isnan(self.stored) & (self.rng.random(len(self.stored)) < 0.005))
        at = self.stored[who] + self.rng.uniform(2, 8, len(who))
        part = (who, np.full(len(who), TWICE), at, np.zeros(len(who), np.int64))
        self.parts.append(part if self.fault is None else _outside(part, self.fault))


def send(
    sides: Sides, senders: Senders, days: int, fault: Fault | None, allow_lost: bool, rng: np.random.Generator
) -> tuple[Requests, Outcome]:
    """Send every act, retry with growing waits, give up, come back after recovery."""
    session = _Session(sides, senders, fault, rng)
    if fault is not None:
        session.discourage(fault)
    active = np.flatnonzero(~np.isnan(session.begin))
    for number in range(PATIENCE):
        if not len(active):
            break
        home = session.home[active]
        fate = _fates(session.begin[active], home, fault, rng)
        if number == 0:
            fate = np.where(session.refused[active] & (fate == OK), REFUSED, fate)
            session.log_in(active)
        if allow_lost:
            fate = np.where((fate == OK) & home & (rng.random(len(fate)) < LOST_SHARE), LOST, fate)
        session.book(active, fate)
        done = np.isin(fate, (OK, LOST))
        session.wait(active[~done], fate[~done])
        if number == 0:
            refused = active[fate == REFUSED]
            session.act[refused] = session.begin[refused]
        active = session.patient(active[~done])
    session.tap_twice()
    outcome = Outcome(session.act, session.stored, session.hit, session.unlucky, session.traced, session.lost)
    return _assemble(session.parts, sides, senders, days, rng), outcome


def _outside(part: tuple[Ints, Ints, Floats, Ints], fault: Fault) -> tuple[Ints, Ints, Floats, Ints]:
    keep = (part[2] < fault.start) | (part[2] >= fault.end)
    return part[0][keep], part[1][keep], part[2][keep], part[3][keep]


def _assemble(
    parts: list[tuple[Ints, Ints, Floats, Ints]],
    sides: Sides,
    senders: Senders,
    days: int,
    rng: np.random.Generator,
) -> Requests:
    side, kind, begin, fate = (np.concatenate([part[field] for part in parts]) for field in range(4))
    person, direction = sides.person[side], sides.side[side]
    who, way, at = _strays(senders, days, rng)
    side = np.concatenate([side, np.full(len(who), -1)])
    person = np.concatenate([person, who])
    kind = np.concatenate([kind, np.full(len(who), PUNCH)])
    direction = np.concatenate([direction, way])
    begin = np.concatenate([begin, at])
    fate = np.concatenate([fate, np.zeros(len(who), dtype=np.int64)])
    seen = _traffic(fate, senders.region[person] == 0, rng)
    return Requests(side, person, kind, direction, begin, fate, *seen)


def _strays(senders: Senders, days: int, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """Requests outside any duty of the month: a few at night, and the shifts that cross its two edges.

    The night shift of the day before the month checks out on its first morning; on its last day reserves
    without a roster row stand in for the evening and night shifts that would reach into the next month.
    """
    clerks = np.flatnonzero((rng.random(len(senders)) < 0.01) & (senders.group < 3))
    night = rng.integers(2, 26, len(clerks)) * 86_400 + rng.integers(1, 3 * 3600, len(clerks))
    who, way, at = [clerks], [rng.integers(0, 2, len(clerks))], [night.astype(np.float64)]
    shift = np.array(list(SHIFT_CYCLE))[(senders.offset + np.array([[-1], [days - 1]])) % len(SHIFT_CYCLE)]
    nurses = senders.group == GROUPS.index("nakes-shift")
    last = (days - 1) * 86_400.0
    start, end = SHIFTS["S"]
    for members, direction, due in (
        (shift[0] == "M", 1, float(SHIFTS["M"][1] - 86_400)),
        (shift[1] == "S", 0, last + start),
        (shift[1] == "S", 1, last + end),
        (shift[1] == "M", 0, last + SHIFTS["M"][0]),
    ):
        people = np.flatnonzero(nurses & members & (rng.random(len(senders)) < 0.97))
        came = due + np.minimum(rng.normal(-1080, 480, len(people)), -60)
        left = due + 20 + rng.exponential(600, len(people))
        who.append(people)
        way.append(np.full(len(people), direction))
        at.append(came if direction == 0 else left)
    return np.concatenate(who), np.concatenate(way), np.concatenate(at)
