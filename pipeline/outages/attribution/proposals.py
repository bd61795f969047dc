"""Places worth a hypothesis in a window, and whether a group of senders still deviates."""

from __future__ import annotations

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.attribution.cells import WindowCells
from pipeline.outages.attribution.hypotheses import LAYER_OF_PLACE
from pipeline.outages.attribution.outages import leaves_of
from pipeline.outages.attribution.slices import slice_scan
from pipeline.outages.attribution.window_groups import FAILURE, WindowGroup
from pipeline.outages.scores import NULL_FACTORS, one_sided_deviance

MOST_PROPOSED = 3
"""Slices per scan, and values per slice, that are proposed."""
MOST_FAILURES = 3.0
"""By which the usual failures may be exceeded without an outage."""


def proposed_places(windows: WindowGroup, cells: WindowCells) -> dict[str, tuple[str, ...]]:
    """Values by dimension: that of the windows' own group and those of the best slices, each set of leaves once.

    A place that shares no leaf with the windows' group does not explain it, even if it deviates in the same minutes.
    """
    mine = leaves_of(windows.kind, windows.value, cells)
    wanted: dict[str, list[str]] = {name: [] for name in (*LAYER_OF_PLACE, "region")}
    if windows.kind in wanted:
        wanted[windows.kind].append(windows.value)
    for x, b, excess in (
        (cells.failed, cells.senders * cells.share, True),
        (cells.senders, cells.expected, False),
    ):
        for found in slice_scan(x, b, cells.groups, excess, cells.phi, MOST_PROPOSED):
            for dimension, values in found.values.items():
                wanted[dimension] += values[:MOST_PROPOSED]
        for dimension in LAYER_OF_PLACE:
            wanted[dimension] += _most_deviating(dimension, cells, x, b, excess)
    wanted["client"] += [wider for code in wanted["client"] for wider in _wider_clients(code)]
    seen: set[bytes] = set()
    out: dict[str, tuple[str, ...]] = {"region": tuple(dict.fromkeys(wanted["region"]))}
    for dimension in LAYER_OF_PLACE:
        kept = []
        for value in sorted(dict.fromkeys(wanted[dimension]), key=lambda v: ("*" in v, v)):
            leaves = cells.members(dimension, value)
            if leaves.tobytes() not in seen and (leaves & mine).any():
                seen.add(leaves.tobytes())
                kept.append(value)
        out[dimension] = tuple(kept)
    return out


def _wider_clients(code: str) -> tuple[str, ...]:
    """`Android/4.2.1` -> `Android/*`, `*/4.2.1`."""
    system, slash, version = code.partition("/")
    return (f"{system}/*", f"*/{version}") if slash and "*" not in code else ()


def _most_deviating(dimension: str, cells: WindowCells, x: Array, b: Array, excess: bool) -> list[str]:
    """The one value of a dimension that deviates most; none where no leaf has a value."""
    texts = cells.groups[dimension]
    there = texts != ""
    names, codes = np.unique(texts[there].astype(str), return_inverse=True)
    if not len(names):
        return []
    f = one_sided_deviance(np.bincount(codes, x[there]), np.bincount(codes, b[there]), excess)
    return [str(names[int(np.argmax(f))])]


def residual_nats(windows: WindowGroup, cells: WindowCells, left: Flags) -> float:
    """Nats by which some leaves of the windows' group still show its symptom, at the vantage where they do most.

    `left` is (leaves,). Compared with the most favourable null counts: the fewest senders, three times the usual
    failures.
    """
    mine = left & leaves_of(windows.kind, windows.value, cells)
    worst = 0.0
    for vantage, symptom in sorted({(s.vantage, s.symptom) for s in windows.segments}):
        use = mine & (cells.vantage == vantage)
        if symptom == FAILURE:
            usual = MOST_FAILURES * (cells.senders * cells.share)[use].sum()
            worst = max(worst, float(one_sided_deviance(cells.failed[use].sum(), usual, True)))
        else:
            usual = NULL_FACTORS[0] * cells.expected[use].sum()
            worst = max(worst, float(one_sided_deviance(cells.senders[use].sum(), usual, False)))
    return worst / cells.phi


def is_version_worse(windows: WindowGroup, cells: WindowCells, left: Flags) -> bool:
    """Whether a client version fails at least twice as often as the other leaves that are left, at the same vantages."""
    own = cells.members("client", windows.value)
    at = left & np.isin(cells.vantage, sorted({s.vantage for s in windows.segments}))
    _, failed, _ = cells.total(own & at)
    _, others_failed, _ = cells.total(~own & at)
    tried, others = float(cells.senders[own & at].sum()), float(cells.senders[~own & at].sum())
    return failed * max(others, 1) >= 2 * others_failed * max(tried, 1)
