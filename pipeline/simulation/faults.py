"""What can break, for whom, and how it shows: the hops of docs/method/attribution.md, and logs that lose lines."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from pipeline.simulation.people import (
    HOME,
    OFFICE_PROVIDERS,
    OTHER_REGIONS,
    PROVIDERS,
    SYSTEM_NAMES,
    VERSIONS,
    Flags,
    Floats,
    Ints,
    unit_code,
)

ANY = -1
CENTRAL, LINK, GATEWAY, NETWORK, SITE, CLIENT = "central", "link", "gateway", "network", "site", "client"
LAYERS = (CENTRAL, LINK, GATEWAY, NETWORK, SITE, CLIENT)
LOG_GAP, DEVICE = "log_gap", "device"
FAILURE, SILENCE, LOST_WRITE, NO_LINES = "failure", "silence", "lost_write", "no_lines"
DEVICE_SILENT = "device_silent"
# A request meets the hops in this order; the first that is broken for it decides.
HOPS = {SITE: 0, NETWORK: 1, GATEWAY: 2, LINK: 3, CENTRAL: 4, CLIENT: 5}


@dataclass(frozen=True)
class Fault:
    """A hop that is broken in [start, end), seconds from local midnight of the month's first day.

    `symptom`: errors that somebody logs (failure), nothing at all (silence), 2xx without storing (lost_write), or a
    service that lives while `vantage` writes no lines (no_lines; layer `log_gap`). ANY is no restriction.
    """

    layer: str
    start: float
    end: float
    symptom: str = FAILURE
    share: float = 1.0  # of the requests that meet it
    region: int = ANY
    office: int = ANY
    provider: int = ANY
    version: int = ANY
    system: int = ANY  # index into SYSTEM_NAMES
    vantage: str = ""

    @property
    def true_layer(self) -> str:
        """What can be known: a link or gateway elsewhere is seen from the province alone."""
        return "undetermined" if self.layer in (LINK, GATEWAY) and self.region != 0 else self.layer

    @property
    def scope(self) -> tuple[str, str, str, str, str]:
        """scope_region, scope_unit_id, scope_network, scope_provider, scope_client; only what explains."""
        region = "" if self.region == ANY or self.office != ANY else (HOME, *OTHER_REGIONS)[self.region]
        unit = "" if self.office == ANY else unit_code(self.office)
        provider = "" if self.provider == ANY else PROVIDERS[self.provider]
        system = "*" if self.system == ANY else SYSTEM_NAMES[self.system]
        client = "" if self.version == ANY else f"{system}/{VERSIONS[self.version]}"
        return region, unit, "", provider, client


@dataclass(frozen=True)
class Where:
    """From where requests are sent; arrays of one length."""

    region: Ints
    office: Ints  # through all regions, home first
    is_office_line: Flags
    carrier: Ints
    version: Ints
    system: Ints  # index into SYSTEM_NAMES

    @property
    def provider(self) -> Ints:
        """Index into PROVIDERS of the line in use."""
        return np.where(self.is_office_line, office_provider(self.office), self.carrier)

    def take(self, index: Ints) -> Where:
        """The chosen ones."""
        return Where(*(getattr(self, each.name)[index] for each in fields(self)))


def office_provider(office: Ints) -> Ints:
    """Index into PROVIDERS of an office's own line."""
    lines = np.array([PROVIDERS.index(name) for name in OFFICE_PROVIDERS])
    return lines[office % len(lines)]


def reach(fault: Fault, where: Where) -> Flags:
    """Who depends on the broken hop."""
    held = np.ones(len(where.region), dtype=np.bool_)
    if fault.region != ANY:
        held &= where.region == fault.region
    if fault.office != ANY:
        held &= (where.office == fault.office) & where.is_office_line
    if fault.provider != ANY:
        held &= where.provider == fault.provider
    if fault.version != ANY:
        held &= where.version == fault.version
    if fault.system != ANY:
        held &= where.system == fault.system
    return held


def may_reach(fault: Fault, where: Where) -> Flags:
    """Who might have met it over either of their lines: so the truth finds who was touched without having sent anything."""
    lines = (np.full(len(where.region), is_office_line) for is_office_line in (True, False))
    over_office, over_carrier = (reach(fault, replace(where, is_office_line=line)) for line in lines)
    return over_office | over_carrier


def in_gaps(faults: tuple[Fault, ...], vantage: str, at: Floats) -> Flags:
    """Which lines, written at `at`, are missing from the log."""
    lost = np.zeros(len(at), dtype=np.bool_)
    for fault in faults:
        if fault.layer == LOG_GAP and fault.vantage == vantage:
            lost |= (at >= fault.start) & (at < fault.end)
    return lost
