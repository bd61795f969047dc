"""What happens in a scenario: faults, what is declared of them, and who abuses them. All else is the same month."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np

from pipeline.errors import SettingsError
from pipeline.simulation.faults import (
    ANY,
    CENTRAL,
    CLIENT,
    FAILURE,
    GATEWAY,
    LAYERS,
    LINK,
    LOG_GAP,
    LOST_WRITE,
    NETWORK,
    NO_LINES,
    SILENCE,
    SITE,
    Fault,
    office_provider,
)
from pipeline.simulation.people import Senders
from pipeline.simulation.schedule import HOUR, Month

DAY = 86_400
MINUTE = 60


@dataclass(frozen=True)
class Declared:
    """A certified incident as an office declares it, whether true or not. Texts as in insiden.csv."""

    layer: str
    start: float
    end: float
    region: str
    unit: str


@dataclass(frozen=True)
class Plan:
    """One scenario of one month. Clocks in seconds that a log is ahead."""

    faults: tuple[Fault, ...] = ()
    declared: tuple[Declared, ...] = ()
    has_losses: bool = True  # now and then an accepted request is not stored
    is_half_empty: bool = False
    server_fast: float = 0.0
    truants: float = 0.0  # share of people who stay away on the day of the first fault
    has_machines: bool = False  # schools punch at fingerprint machines
    late_from: float = 0.0  # records are carried over late from here on
    deliveries: tuple[float, ...] = ()  # moments of the early exports
    liars: float = 0.0  # share of own faults beside an outage for which a superior signs all the same


def declare(fault: Fault) -> Declared:
    """The incident as it was."""
    region, unit, *_ = fault.scope
    return Declared(fault.layer, fault.start, fault.end, region, unit)


def truly(*faults: Fault, **other: float) -> Plan:
    """Everything that broke is declared as it was."""
    return Plan(faults, tuple(declare(fault) for fault in faults if fault.layer != LOG_GAP), **other)  # type: ignore[arg-type]


def _at(day: int, clock: str) -> float:
    hour, minute = clock.split(":")
    return float(day * DAY + int(hour) * HOUR + int(minute) * MINUTE)


def _dispute(month: Month, layer: str, region: int = ANY) -> Fault:
    day = month.working_days()[0]
    return Fault(layer, _at(day, "06:40"), _at(day, "08:55"), region=region)


def _overload(month: Month, rng: np.random.Generator) -> Plan:
    """Everyone presses the button before the apel (Barito Kuala, October 2019): some get through."""
    mondays = [day for day in month.working_days() if month.date(day).weekday() == 0]
    return truly(*(
        Fault(CENTRAL, _at(day, "07:10"), _at(day, "07:40"), share=float(rng.uniform(0.35, 0.6))) for day in mondays
    ))  # fmt: skip


def _late_data(day: int) -> Plan:
    """The hours of Jakarta, 2 to 4 January 2019 (suara.com): what was absent at 09:49 and 16:35 arrived later."""
    moments = (_at(day, "09:49"), _at(day, "16:35"), _at(day + 2, "11:00"))
    return Plan(late_from=_at(day, "05:00"), deliveries=moments)


def _declared(month: Month) -> Plan:
    """One declaration is true, one stretches forty minutes to a morning, one is invented."""
    days = month.working_days()
    link = Fault(LINK, _at(days[2], "07:05"), _at(days[2], "07:45"), region=0)
    gate = Fault(GATEWAY, _at(days[7], "07:10"), _at(days[7], "07:50"), region=0)
    region = link.scope[0]
    stretched = Declared(GATEWAY, _at(days[7], "06:00"), _at(days[7], "12:00"), region, "")
    invented = Declared(LINK, _at(days[12], "06:30"), _at(days[12], "09:00"), region, "")
    return Plan((link, gate), (declare(link), stretched, invented))


def _drawn(month: Month, senders: Senders, rng: np.random.Generator) -> Fault:
    """Layer uniform; length 5-150 min log-uniform; 60 % touch a punch peak; scope by size."""
    layer = LAYERS[int(rng.integers(len(LAYERS)))]
    day = int(rng.choice(month.working_days()))
    length = exp(rng.uniform(log(5), log(150))) * MINUTE
    if rng.random() < 0.6:
        low, high = (7 * HOUR, 7.5 * HOUR) if rng.random() < 0.6 else (16 * HOUR, 16.5 * HOUR)
        begin = rng.uniform(low - length + 5 * MINUTE, high)
    else:
        begin = rng.uniform(5.5 * HOUR, 20 * HOUR)
    start = day * DAY + round(begin)
    home = int((senders.region == 0).sum())
    person = int(rng.integers(home))
    share, symptom = 1.0, FAILURE
    if layer in (CENTRAL, GATEWAY):
        share = float(rng.uniform(0.35, 0.9)) if rng.random() < 0.3 else 1.0
        symptom = SILENCE if share == 1.0 and rng.random() < 0.25 else FAILURE
    elsewhere = layer in (LINK, GATEWAY) and rng.random() < 0.1
    region = int(rng.integers(int(senders.region.max()) + 1)) if elsewhere else 0
    line = office_provider(senders.office[[person]])[0] if rng.random() < 0.25 else senders.carrier[person]
    return Fault(
        layer, start, start + round(length), symptom, share,
        region=region if layer in (LINK, GATEWAY) else ANY,
        office=int(senders.office[person]) if layer == SITE else ANY,
        provider=int(line) if layer == NETWORK else ANY,
        version=int(senders.version[person]) if layer == CLIENT else ANY,
        system=int(senders.is_ios[person]) if layer == CLIENT and rng.random() < 0.5 else ANY,
    )  # fmt: skip


def _random(month: Month, senders: Senders, rng: np.random.Generator) -> Plan:
    """0 to 6 outages; one in ten may overlap another in time; half of them are declared."""
    faults: list[Fault] = []
    wanted = int(rng.integers(0, 7))
    while len(faults) < wanted:
        fault = _drawn(month, senders, rng)
        is_near = any(fault.start < f.end + 15 * MINUTE and f.start < fault.end + 15 * MINUTE for f in faults)
        if not is_near or (rng.random() < 0.1 and all(f.layer != fault.layer for f in faults)):
            faults.append(fault)
    faults.sort(key=lambda f: (f.start, f.end, f.layer))
    return Plan(tuple(faults), tuple(declare(f) for f in faults if rng.random() < 0.5))


def make_plan(scenario: str, month: Month, senders: Senders, rng: np.random.Generator) -> Plan:
    """The plan of a scenario; raises SettingsError for an unknown one."""
    days = month.working_days()
    first, second = days[min(4, len(days) - 1)], days[min(11, len(days) - 1)]
    plans = {
        "dispute": lambda: truly(_dispute(month, LINK, 0)),
        "province-down": lambda: truly(_dispute(month, CENTRAL)),
        "quiet": lambda: Plan(has_losses=False, is_half_empty=True),
        "overload": lambda: _overload(month, rng),
        "isp": lambda: truly(
            Fault(NETWORK, _at(first, "06:50"), _at(first, "09:20"), provider=0),
            Fault(NETWORK, _at(second, "15:40"), _at(second, "17:10"), provider=1)),
        "app-version": lambda: truly(
            Fault(CLIENT, _at(first, "05:30"), _at(first, "12:00"), version=1),
            Fault(CLIENT, _at(second, "15:00"), _at(second, "18:00"), version=0, system=1)),
        "site-power": lambda: truly(
            Fault(SITE, _at(first, "06:30"), _at(first, "10:00"), office=2),
            Fault(SITE, _at(second, "15:00"), _at(second, "17:30"), office=1)),
        "log-gap": lambda: Plan((
            Fault(LOG_GAP, _at(first, "06:50"), _at(first, "09:00"), NO_LINES, vantage="gerbang"),
            Fault(LOG_GAP, _at(second, "15:30"), _at(second, "17:00"), NO_LINES, vantage="pusat"))),
        "lost-writes": lambda: truly(Fault(CENTRAL, _at(first, "07:05"), _at(first, "07:50"), LOST_WRITE)),
        "skew": lambda: truly(_dispute(month, LINK, 0), server_fast=95.0),
        "declared": lambda: _declared(month),
        "random": lambda: _random(month, senders, rng),
        "shifts": lambda: truly(
            Fault(CENTRAL, _at(first, "20:30"), _at(first, "22:10")),
            Fault(LINK, _at(second, "06:30"), _at(second, "08:20"), region=0)),
        "machines": lambda: truly(_dispute(month, LINK, 0), has_machines=True),
        "late-data": lambda: _late_data(days[0]),
        "abuse": lambda: truly(_dispute(month, LINK, 0), truants=0.12, liars=0.5),
    }  # fmt: skip
    if scenario not in plans:
        raise SettingsError(f"skenario `{scenario}` tidak dikenal; pilih {', '.join(SCENARIOS)}")
    return plans[scenario]()


SCENARIOS = ("dispute", "province-down", "quiet", "overload", "isp", "app-version", "site-power", "log-gap",
             "lost-writes", "skew", "declared", "random", "shifts", "abuse", "machines", "late-data")  # fmt: skip
