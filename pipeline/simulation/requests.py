"""Requests travel from the phone over a line and the gateway to the province; each hop may fail; people retry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.acts import Sides
from pipeline.simulation.people import Flags, Floats, Ints, Senders

OK, CLIENT, GATEWAY, SERVER, LINK, DOWN, SILENT, REFUSED, LOST = range(9)
PUNCH, LOGIN, TWICE = range(3)
TIMEOUT = 10.0
PATIENCE = 18


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


def send(
    sides: Sides, senders: Senders, fault: Fault | None, allow_lost: bool, rng: np.random.Generator
) -> tuple[Requests, Outcome]:
    """Send every act, retry with growing waits, give up, come back after recovery."""
    size = len(sides.act)
    home_of = senders.region == 0
    act, stored = sides.act.copy(), np.full(size, np.nan)
    hit, unlucky, traced, lost = (np.zeros(size, dtype=np.bool_) for _ in range(4))
    tries = rng.geometric(0.22, size) + 1
    returns = rng.random(size) < 0.6
    comeback = (fault.end if fault else 0.0) + rng.exponential(700, size) + rng.uniform(5, 120, size)
    first_wait, refused = rng.uniform(20, 60, size), rng.random(size) < 0.01
    begin = act.copy()
    if fault is not None:
        reach = home_of[sides.person] | (fault.layer == "central")
        shy = reach & (begin >= fault.start) & (begin < fault.end) & (rng.random(size) < 0.03)
        hit |= shy
        begin = np.where(shy, np.where(returns, comeback, np.nan), begin)
        returns &= ~shy
        refused &= ~shy
    used = np.zeros(size, dtype=np.int64)
    parts: list[tuple[Ints, Ints, Floats, Ints]] = []
    active = np.flatnonzero(~np.isnan(begin))
    for number in range(PATIENCE):
        if not len(active):
            break
        at, home = begin[active], home_of[sides.person[active]]
        fate = _fates(at, home, fault, rng)
        if number == 0:
            fate = np.where(refused[active] & (fate == OK), REFUSED, fate)
            login = active[rng.random(len(active)) < 0.1]
            log_at = begin[login] - rng.uniform(4, 15, len(login))
            parts.append((login, np.full(len(login), LOGIN), log_at,
                          _fates(log_at, home_of[sides.person[login]], fault, rng)))  # fmt: skip
        if allow_lost:
            fate = np.where((fate == OK) & home & (rng.random(len(fate)) < 2e-4), LOST, fate)
        parts.append((active, np.full(len(active), PUNCH), at, fate))
        done, bad = np.isin(fate, (OK, LOST)), np.isin(fate, (CLIENT, GATEWAY, SERVER, LINK, DOWN, SILENT))
        stored[active[fate == OK]] = at[fate == OK]
        lost[active[fate == LOST]] = True
        hit[active[np.isin(fate, (LINK, DOWN, SILENT))]] = True
        unlucky[active[np.isin(fate, (CLIENT, GATEWAY, SERVER))]] = True
        traced[active[bad & (fate != CLIENT) & home | (fate == LOST)]] = True
        again = active[~done]
        used[active[bad]] += 1
        wait = np.minimum(first_wait[again] * 1.6 ** np.minimum(used[again], 9), 300) * rng.uniform(
            0.7, 1.3, len(again)
        )
        begin[again] += wait + np.where(np.isin(fate[~done], (LINK, SILENT)), TIMEOUT, 0)
        if number == 0:
            act[active[fate == REFUSED]] = begin[active[fate == REFUSED]]
        tired = used[again] >= tries[again]
        if fault is not None:
            back = again[tired & returns[again] & (begin[again] < fault.end) & hit[again]]
            told = rng.random(len(back)) < 0.4
            late = np.maximum(begin[back], comeback[back])
            begin[back] = np.where(told, late, begin[back] + rng.exponential(1100, len(back)))
            tries[back], returns[back] = used[back] + np.where(told, 3, 1), ~told
            tired = used[again] >= tries[again]
        active = again[~tired]
    ok = ~np.isnan(stored)
    twice = np.flatnonzero(ok & (rng.random(size) < 0.005))
    twice_at = stored[twice] + rng.uniform(2, 8, len(twice))
    parts.append((twice, np.full(len(twice), TWICE), twice_at, np.zeros(len(twice), np.int64)))
    if fault is not None:
        parts[-1] = _outside(parts[-1], fault)
    return _assemble(parts, sides, senders, rng), Outcome(act, stored, hit, unlucky, traced, lost)


def _outside(part: tuple[Ints, Ints, Floats, Ints], fault: Fault) -> tuple[Ints, Ints, Floats, Ints]:
    keep = (part[2] < fault.start) | (part[2] >= fault.end)
    return part[0][keep], part[1][keep], part[2][keep], part[3][keep]


def _assemble(
    parts: list[tuple[Ints, Ints, Floats, Ints]], sides: Sides, senders: Senders, rng: np.random.Generator
) -> Requests:
    side, kind, begin, fate = (np.concatenate([part[field] for part in parts]) for field in range(4))
    person, direction = sides.person[side], sides.side[side]
    stray = np.flatnonzero(rng.random(len(senders)) < 0.01)
    clerks = stray[senders.group[stray] < 3]
    night = rng.integers(2, 26, len(clerks)) * 86_400 + rng.integers(1, 3 * 3600, len(clerks))
    side = np.concatenate([side, np.full(len(clerks), -1)])
    person = np.concatenate([person, clerks])
    kind = np.concatenate([kind, np.full(len(clerks), PUNCH)])
    direction = np.concatenate([direction, rng.integers(0, 2, len(clerks))])
    begin = np.concatenate([begin, night.astype(np.float64)])
    fate = np.concatenate([fate, np.zeros(len(clerks), dtype=np.int64)])
    seen = _traffic(fate, senders.region[person] == 0, rng)
    return Requests(side, person, kind, direction, begin, fate, *seen)
