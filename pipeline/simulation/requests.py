"""Requests travel from the phone over a line and the gateway to the province; each hop may fail; people retry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.behaviour import Sides
from pipeline.simulation.faults import (
    CENTRAL,
    CLIENT,
    GATEWAY,
    HOPS,
    LINK,
    LOST_WRITE,
    SILENCE,
    Fault,
    Where,
    in_gaps,
    reach,
)
from pipeline.simulation.people import Flags, Floats, Ints, Senders
from pipeline.simulation.schedule import Month
from pipeline.simulation.unrelated_requests import unrelated_requests

# What became of a request. BARE: the gateway's own 5xx; CUT: no answer over the link; DOWN and HUNG: the province's
# errors and time-outs; BUG: an error of one app version; MUTE: it left no line anywhere.
OK, OFF, BARE, BROKEN, CUT, DOWN, HUNG, REFUSED, LOST, MUTE, BUG = range(11)
BAD = (OFF, BARE, BROKEN, CUT, DOWN, HUNG, MUTE, BUG)
PUNCH, LOGIN, TWICE = range(3)
TIMEOUT = 10.0
PATIENCE = 18
LOST_SHARE = 2e-4  # accepted, yet never stored
WRONG_KEY = 3e-4
FORGETFUL_VERSION = 2  # after a time-out this old app takes the day as begun, and sends the other direction
FORGETS = 0.25  # share of its users to whom that happens
SWITCHES = 0.35  # share of apps that are allowed on a second line, and of people who use it


@dataclass(frozen=True)
class Requests:
    """One element per request, in no particular order."""

    side: Ints  # index into Sides; -1 for requests outside any duty
    person: Ints
    kind: Ints  # PUNCH, LOGIN, TWICE (double tap)
    direction: Ints  # 0 in, 1 out: what was sent
    begin: Floats
    office: Ints
    is_office_line: Flags
    fate: Ints
    by: Ints  # index of the fault that met it, -1 for none
    gate_status: Ints  # 0 where the gateway never saw it
    gate_ms: Ints
    server_status: Ints  # 0 where the province never saw it
    server_ms: Ints

    @property
    def gate_end(self) -> Floats:
        """When the gateway wrote its line."""
        return self.begin + self.gate_ms / 1000

    @property
    def server_end(self) -> Floats:
        """When the province wrote its line."""
        return self.begin + self.server_ms / 1000 + 0.007


@dataclass(frozen=True)
class Outcome:
    """Per side: what became of the attempts."""

    attempt: Floats  # first request that was not refused; of `Sides` where none was sent
    hit_by: Ints  # index of the first fault that met an attempt, -1 for none
    unlucky: Flags  # a hop failed by chance
    traced: Flags  # own failed or lost line in some log that did not lose it
    lost: Flags
    flipped: Flags  # accepted in the other direction
    where: Where


Part = tuple[Ints, Ints, Ints, Floats, Flags, Ints, Ints]  # side, kind, direction, begin, line, fate, by


def _met(fault: Fault, size: int, rng: np.random.Generator) -> Ints:
    if fault.layer == CENTRAL and fault.symptom != LOST_WRITE:
        hung = np.ones(size, dtype=np.bool_) if fault.symptom == SILENCE else rng.random(size) < 0.3
        return np.where(hung, HUNG, DOWN)
    if fault.layer == GATEWAY:
        return np.full(size, MUTE if fault.symptom == SILENCE else BARE)
    return np.full(size, {CENTRAL: LOST, LINK: CUT, CLIENT: BUG}.get(fault.layer, MUTE))


def fates(
    begin: Floats, where: Where, faults: tuple[Fault, ...], rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Fate of each request and the fault that decided it; the broken hop nearest to the phone decides."""
    dice = rng.random(len(begin))
    fate = np.select([dice < 0.0004, dice < 0.0007, dice < 0.0020], [OFF, BARE, BROKEN], OK).astype(np.int64)
    fate = np.where((fate == BARE) & (where.region > 0), BROKEN, fate)
    by = np.full(len(begin), -1, dtype=np.int64)
    broken = [k for k, fault in enumerate(faults) if fault.layer in HOPS]
    for k in sorted(broken, key=lambda k: (-HOPS[faults[k].layer], k)):
        rows = np.flatnonzero((begin >= faults[k].start) & (begin < faults[k].end))
        rows = rows[reach(faults[k], where.take(rows))]
        rows = rows[rng.random(len(rows)) < faults[k].share]
        if faults[k].symptom == LOST_WRITE:
            rows = rows[fate[rows] == OK]
        fate[rows], by[rows] = _met(faults[k], len(rows), rng), k
    return fate, by


def _traffic(fate: Ints, home: Flags, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Status and milliseconds at the gateway and at the province; 0 where unseen."""
    size = len(fate)
    quick = np.minimum(np.exp(rng.normal(4.6, 0.5, size)), 4000).astype(np.int64) + 8
    kind = rng.random(size)
    broken = np.select([kind < 0.6, kind < 0.8], [502, 503], 504)
    slow = np.where(broken == 504, 10_000, rng.integers(20, 400, size))
    server = np.select(
        [np.isin(fate, (BROKEN, BUG)), fate == DOWN, fate == REFUSED, np.isin(fate, (OFF, BARE, CUT, HUNG, MUTE))],
        [500, broken, 403, 0], 200)  # fmt: skip
    server_ms = np.where(server == 0, 0, np.where(fate == DOWN, slow, quick))
    cut = np.where(kind < 0.7, 504, 502)
    gate = np.select(
        [np.isin(fate, (OFF, MUTE)), fate == BARE, fate == CUT, fate == HUNG], [0, 503, cut, 504], server
    )
    hurt = np.where(gate == 502, rng.integers(1000, 4000, size), 10_000 + rng.integers(0, 9, size))
    gate_ms = np.select([fate == BARE, np.isin(fate, (CUT, HUNG))], [3, hurt], server_ms + 14)
    gate, gate_ms = np.where(home, gate, 0), np.where(home & (gate > 0), gate_ms, 0)
    return gate, gate_ms, server, server_ms


def _where(senders: Senders, person: Ints, office: Ints, rng: np.random.Generator) -> Where:
    """From where each of the people sends: over the office line as often as is their habit."""
    is_office_line = rng.random(len(person)) < senders.wifi_share[person]
    return Where(senders.region[person], office, is_office_line, senders.carrier[person], senders.version[person],
                 senders.is_ios[person])  # fmt: skip


class _Session:
    """The retries of every side of the month, as arrays over sides; each round sends at most one request each."""

    def __init__(
        self, sides: Sides, senders: Senders, faults: tuple[Fault, ...], rng: np.random.Generator
    ) -> None:
        size, person = len(sides.attempt), sides.person
        self.faults, self.rng = faults, rng
        self.where = _where(senders, person, sides.office, rng)
        self.attempt, self.begin = sides.attempt.copy(), sides.attempt.copy()
        self.direction, self.stored = sides.side.copy(), np.full(size, np.nan)
        self.wrong = ~senders.is_plain[person] & (rng.random(size) < WRONG_KEY)
        self.direction[self.wrong] ^= 1
        forgets = (self.where.version == FORGETFUL_VERSION) & (rng.random(size) < FORGETS)
        self.forgets = forgets & ~senders.is_plain[person] & ~self.wrong
        self.switches = rng.random(size) < SWITCHES
        self.hit_by = np.full(size, -1, dtype=np.int64)
        self.unlucky, self.lost = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
        self.used = np.zeros(size, dtype=np.int64)
        self.tries = rng.geometric(0.22, size) + 1
        self.returns = rng.random(size) < 0.6
        self.delay = rng.exponential(700, size) + rng.uniform(5, 120, size)
        self.first_wait, self.refused = rng.uniform(20, 60, size), rng.random(size) < 0.01
        self.ends = np.array([*(fault.end for fault in faults), 0.0])  # index -1: no fault
        self.parts: list[Part] = []

    def discourage(self) -> None:
        """A few know of the outage and do not try before recovery, or at all."""
        for k, fault in enumerate(self.faults):
            if fault.layer not in (CENTRAL, GATEWAY, LINK) or fault.share < 1 or fault.symptom == LOST_WRITE:
                continue
            rows = np.flatnonzero((self.begin >= fault.start) & (self.begin < fault.end) & (self.hit_by < 0))
            rows = rows[reach(fault, self.where.take(rows))]
            shy = rows[self.rng.random(len(rows)) < 0.03]
            self.hit_by[shy] = k
            self.begin[shy] = np.where(self.returns[shy], fault.end + self.delay[shy], np.nan)
            self.returns[shy] = self.refused[shy] = False

    def send(self, active: Ints, kind: int, at: Floats) -> tuple[Ints, Ints]:
        """One request each; remembers what became of it."""
        fate, by = fates(at, self.where.take(active), self.faults, self.rng)
        self.keep(active, kind, at, fate, by)
        return fate, by

    def keep(self, active: Ints, kind: int, at: Floats, fate: Ints, by: Ints) -> None:
        """Remember requests."""
        line = self.where.is_office_line[active]
        self.parts.append((active, np.full(len(active), kind), self.direction[active], at, line, fate, by))

    def log_in(self, active: Ints) -> None:
        """One in ten signs in first."""
        who = active[self.rng.random(len(active)) < 0.1]
        self.send(who, LOGIN, self.begin[who] - self.rng.uniform(4, 15, len(who)))

    def book(self, active: Ints, fate: Ints, by: Ints) -> None:
        """What this round's requests did to their senders."""
        bad = np.isin(fate, BAD)
        self.stored[active[fate == OK]] = self.begin[active[fate == OK]]
        self.lost[active[fate == LOST]] = True
        first = active[(by >= 0) & (self.hit_by[active] < 0)]
        self.hit_by[first] = by[(by >= 0) & (self.hit_by[active] < 0)]
        self.unlucky[active[bad & (by < 0)]] = True
        self.used[active[bad]] += 1
        forgot = active[np.isin(fate, (CUT, DOWN, HUNG, BROKEN)) & self.forgets[active]]
        self.direction[forgot] ^= 1
        self.forgets[forgot] = False
        moved = active[(fate == MUTE) & self.switches[active]]
        self.where.is_office_line[moved] ^= True
        self.switches[moved] = False

    def wait(self, again: Ints, fate: Ints) -> None:
        """Growing waits of 20 s to 5 min."""
        grown = self.first_wait[again] * 1.6 ** np.minimum(self.used[again], 9)
        pause = np.minimum(grown, 300) * self.rng.uniform(0.7, 1.3, len(again))
        self.begin[again] += pause + np.where(np.isin(fate, (CUT, HUNG, MUTE)), TIMEOUT, 0)

    def patient(self, again: Ints) -> Ints:
        """Who goes on. Of those who gave up during the fault, some look in now and then, some after recovery."""
        tired = self.used[again] >= self.tries[again]
        end = self.ends[self.hit_by[again]]
        back = again[tired & self.returns[again] & (self.begin[again] < end)]
        waits = self.rng.random(len(back)) < 0.4
        late = np.maximum(self.begin[back], self.ends[self.hit_by[back]] + self.delay[back])
        self.begin[back] = np.where(waits, late, self.begin[back] + self.rng.exponential(1100, len(back)))
        self.tries[back], self.returns[back] = self.used[back] + np.where(waits, 3, 1), ~waits
        return again[self.used[again] < self.tries[again]]

    def tap_twice(self) -> None:
        """Half a percent of accepted requests are sent again a moment later, and accepted too."""
        who = np.flatnonzero(~np.isnan(self.stored) & (self.rng.random(len(self.stored)) < 0.005))
        at = self.stored[who] + self.rng.uniform(2, 8, len(who))
        _, by = fates(at, self.where.take(who), self.faults, self.rng)
        who, at = who[by < 0], at[by < 0]
        self.keep(who, TWICE, at, np.zeros(len(who), np.int64), np.full(len(who), -1))


def send(
    sides: Sides,
    senders: Senders,
    month: Month,
    faults: tuple[Fault, ...],
    has_losses: bool,
    rng: np.random.Generator,
) -> tuple[Requests, Outcome]:
    """Send every attempt, retry with growing waits, give up, come back after recovery.

    Returns all requests, and per side of `sides` what became of its own.
    """
    session = _Session(sides, senders, faults, rng)
    where = session.where.take(np.arange(len(sides.attempt)))
    session.discourage()
    active = np.flatnonzero(~np.isnan(session.begin))
    for number in range(PATIENCE):
        if not len(active):
            break
        at = session.begin[active]
        fate, by = fates(at, session.where.take(active), faults, rng)
        if number == 0:
            fate = np.where(session.refused[active] & (fate == OK), REFUSED, fate)
            session.log_in(active)
        if has_losses:
            chance = (fate == OK) & (senders.region[sides.person[active]] == 0)
            fate = np.where(chance & (rng.random(len(fate)) < LOST_SHARE), LOST, fate)
        session.keep(active, PUNCH, at, fate, by)
        session.book(active, fate, by)
        done = np.isin(fate, (OK, LOST))
        session.wait(active[~done], fate[~done])
        if number == 0:
            refused = active[fate == REFUSED]
            session.attempt[refused] = session.begin[refused]
        active = session.patient(active[~done])
    session.tap_twice()
    flipped = (session.direction != sides.side) & (~np.isnan(session.stored) | session.lost)
    requests = _assemble(session.parts, sides, senders, month, faults, rng)
    traced = _traced(requests, faults, len(sides.attempt))
    return requests, Outcome(
        session.attempt, session.hit_by, session.unlucky | session.wrong, traced, session.lost, flipped, where
    )


def _traced(requests: Requests, faults: tuple[Fault, ...], sides: int) -> Flags:
    """Sides with an own failed or lost line that some log still has; no log of other regions is read for persons."""
    seen = (requests.gate_status > 0) & ~in_gaps(faults, "gerbang", requests.gate_end)
    seen |= (requests.server_status > 0) & ~in_gaps(faults, "pusat", requests.server_end)
    seen &= np.isin(requests.fate, (*BAD, LOST)) & (requests.side >= 0) & (requests.kind == PUNCH)
    traced = np.zeros(sides, dtype=np.bool_)
    traced[requests.side[seen]] = True
    return traced


def _assemble(
    parts: list[Part],
    sides: Sides,
    senders: Senders,
    month: Month,
    faults: tuple[Fault, ...],
    rng: np.random.Generator,
) -> Requests:
    side, kind, direction, begin, line, fate, by = (
        np.concatenate([part[n] for part in parts]) for n in range(7)
    )
    who, way, at = unrelated_requests(senders, month, rng)
    unrelated = _where(senders, who, senders.office[who], rng)
    unrelated_fate, unrelated_by = fates(at, unrelated, faults, rng)
    person = np.concatenate([sides.person[side], who])
    office = np.concatenate([sides.office[side], unrelated.office])
    fate = np.concatenate([fate, unrelated_fate])
    seen = _traffic(fate, senders.region[person] == 0, rng)
    return Requests(
        np.concatenate([side, np.full(len(who), -1)]), person, np.concatenate([kind, np.full(len(who), PUNCH)]),
        np.concatenate([direction, way]), np.concatenate([begin, at]), office,
        np.concatenate([line, unrelated.is_office_line]), fate, np.concatenate([by, unrelated_by]), *seen)  # fmt: skip
