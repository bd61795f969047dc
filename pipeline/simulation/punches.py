"""The punches an export holds: what the province stored, and what fingerprint machines handed in, when they did.

Schools punch at machines that are offline and uploaded weeks later, some not at all before the export
(so in Pekalongan, where schools hand in at the end of the month). A faulty server may carry records over late:
in Jakarta 2,460 absent became 1,441 and then 381 as the data arrived (suara.com, 4 January 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from pipeline.simulation.behaviour import DAY, Sides
from pipeline.simulation.faults import DEVICE, DEVICE_SILENT, Fault
from pipeline.simulation.people import Flags, Floats, Ints, Senders
from pipeline.simulation.requests import LOGIN, OK, Requests
from pipeline.simulation.schedule import GROUPS, HOUR, Month

APP = -1
ONLINE, WEEKS_LATE, SILENT = range(3)
NEVER = np.inf
SHIPPED = (14, 26)  # days on which offline machines are carried to the office and read out


@dataclass(frozen=True)
class Punches:
    """Ordered by person and time; whole seconds from local midnight of the month's first day."""

    person: Ints
    at: Ints
    direction: Ints  # 0 in, 1 out, 2 none
    received: Ints
    machine: Ints  # office of the machine, APP for the app

    def take(self, index: Ints | Flags) -> Punches:
        """The chosen ones."""
        return Punches(*(getattr(self, each.name)[index] for each in fields(self)))

    def ordered(self) -> Punches:
        """By person, time and direction."""
        return self.take(np.lexsort((self.direction, self.at, self.person)))

    def known_by(self, second: float) -> Punches:
        """What an export made at that moment holds."""
        return self.take(self.received <= second)


def by_app(requests: Requests, senders: Senders, rng: np.random.Generator) -> Punches:
    """What the province stored."""
    kept = (requests.server_status == 200) & (requests.kind != LOGIN) & (requests.fate == OK)
    rows = np.flatnonzero(kept & (senders.region[requests.person] == 0))
    at = np.floor(requests.server_end[rows]).astype(np.int64)
    person = requests.person[rows]
    direction = np.where(senders.is_plain[person], 2, requests.direction[rows])
    punches = Punches(person, at, direction, at, np.full(len(at), APP)).ordered()
    return replace(punches, received=punches.at + rng.integers(0, 4, len(at)))


def machine_state(office: Ints) -> Ints:
    """Of six schools with machines two are online, three are read out weeks later, one is silent."""
    return np.array([WEEKS_LATE, ONLINE, WEEKS_LATE, SILENT, ONLINE, WEEKS_LATE])[office // 6 % 6]


def last_upload(month: Month, office: Ints) -> Floats:
    """The second from which on punches of a machine have not arrived, NEVER where all have; one per element of `office`."""
    silent_since = float(min(SHIPPED[1] - 7, month.days) * DAY)
    return np.where(machine_state(office) == SILENT, silent_since, NEVER)


def silent_machines(senders: Senders, month: Month) -> tuple[Fault, ...]:
    """Machines of the home region that sent nothing any more while others did."""
    schools = np.unique(senders.office[(senders.region == 0) & (senders.group == GROUPS.index("guru"))])
    silent = schools[machine_state(schools) == SILENT]
    since = last_upload(month, silent)
    end = float(month.days * DAY)
    return tuple(
        Fault(DEVICE, start, end, DEVICE_SILENT, office=office)
        for office, start in zip(silent.tolist(), since.tolist(), strict=True)
    )


def by_machine(sides: Sides, uses: Flags, month: Month, rng: np.random.Generator) -> Punches:
    """Punches of those who use a machine (`uses`, per side); the key pressed may be missing, never the time."""
    rows = np.flatnonzero(
        uses & ~np.isnan(sides.attempt) & (sides.attempt < last_upload(month, sides.office))
    )
    at = np.floor(sides.attempt[rows]).astype(np.int64)
    office = sides.office[rows]
    late = np.full(len(rows), float(month.days * DAY - 6 * HOUR))
    for day in reversed(SHIPPED):
        late = np.where(at < day * DAY + 10 * HOUR, day * DAY + 10 * HOUR + office * 60, late)
    soon = at + rng.integers(2, 40, len(rows))
    received = np.where(machine_state(office) == ONLINE, soon, np.maximum(late, at)).astype(np.int64)
    direction = np.where(rng.random(len(rows)) < 0.1, 2, sides.side[rows])
    return Punches(sides.person[rows], at, direction, received, office).ordered()


def joined(first: Punches, second: Punches) -> Punches:
    """Both, in order."""
    names = [each.name for each in fields(Punches)]
    return Punches(
        *(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names)
    ).ordered()


def carried_late(
    punches: Punches, start: float, release: tuple[float, float], rng: np.random.Generator
) -> Punches:
    """From `start` on three of ten records wait at the faulty server, half to the first release, half to the second."""
    dice = rng.random(len(punches.at))
    waits = (punches.at >= start) & (punches.at < release[1]) & (dice < 0.3)
    until = np.where((dice < 0.15) & (punches.at < release[0]), release[0], release[1])
    received = np.where(waits, until - 60 + dice * 50, punches.received).astype(np.int64)
    return replace(punches, received=received)
