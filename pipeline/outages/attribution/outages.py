"""What an outage of attribution is: its windows, its posterior, and the leaves that it explains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Flags
from pipeline.outages.attribution.cells import WindowCells
from pipeline.outages.attribution.hypotheses import Scope
from pipeline.outages.attribution.layer_model import Posterior, Signals
from pipeline.outages.attribution.window_groups import WindowGroup
from pipeline.outages.segments import NEAR_MINUTES


@dataclass(frozen=True)
class ExplainedOutage:
    """One outage: the windows that date it, its posterior, and the cells and signals that this was computed from."""

    windows: WindowGroup
    posterior: Posterior
    cells: WindowCells
    signals: Signals
    layer: str
    scope: Scope

    def leaves(self, cells: WindowCells) -> Flags:
        """Leaves that this outage explains, (leaves,)."""
        mask = np.ones(len(cells.vantage), dtype=np.bool_)
        for dimension, value in self.scope:
            mask &= leaves_of(dimension, value, cells)
        return mask


def leaves_of(kind: str, value: str, cells: WindowCells) -> Flags:
    """Leaves of a group of senders, (leaves,); the gateway's log need not name its own region."""
    if kind == "vantage":
        return np.asarray(cells.vantage == value, dtype=np.bool_)
    own = cells.members(kind, value)
    if kind == "region":
        return np.asarray(
            own | ((cells.vantage == "gerbang") & (cells.groups["region"] == "")), dtype=np.bool_
        )
    return own


def merge_outages(found: list[ExplainedOutage]) -> list[ExplainedOutage]:
    """The outages by time; those of the same layer and scope that overlap or lie within two minutes are one."""
    out: list[ExplainedOutage] = []
    for one in sorted(found, key=lambda o: (o.layer, o.scope, o.windows.hard)):
        last = out[-1] if out else None
        if (
            last is not None
            and (last.layer, last.scope) == (one.layer, one.scope)
            and one.windows.hard.start <= last.windows.impact.end + NEAR_MINUTES
        ):
            both = tuple(dict.fromkeys((*last.windows.segments, *one.windows.segments)))
            out[-1] = replace(last, windows=WindowGroup(last.windows.kind, last.windows.value, both))
        else:
            out.append(one)
    return sorted(out, key=lambda o: (o.windows.hard, o.layer, o.scope))
