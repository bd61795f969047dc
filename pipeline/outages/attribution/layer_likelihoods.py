"""Log-likelihoods of what each evidence source shows, given the state that a hypothesis puts it in.

An evidence source is the log of one vantage for one region, the health checks or probes of a vantage, the gateway's
upstream field, the times at which punches were received, or the people who use a line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import betaln, logsumexp

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.attribution.cells import WindowCells
from pipeline.outages.scores import FAILING_SHARES, NULL_FACTORS, SILENT_SHARES, bb_log, nb_log

FAILING_FACTORS = (0.3, 1.0, 3.0, 8.0)
"""By which the senders of a failing group may differ from the usual."""
FAILING_K = 2.0
"""k of the senders of a failing group: people retry at first and give up later, so that their number says little."""
NORMAL, FAILING, SILENT, LOGGED, ANY = range(5)
"""States of a group. Only of checks: LOGGED is normal or failing, ANY is no statement at all."""


def leaf_log_likelihoods(cells: WindowCells) -> dict[int, Array]:
    """Per state the log-likelihood of senders and failed senders at each value of its common factor, (values, leaves)."""
    n, x, b = cells.senders, cells.failed, cells.expected
    thetas = np.array(NULL_FACTORS)[:, None]
    normal = nb_log(n, thetas * b, cells.k) + bb_log(x, n, cells.share)
    failing = [
        nb_log(n, factor * b, FAILING_K) + bb_log(x, n, p1)
        for factor in FAILING_FACTORS for p1 in FAILING_SHARES
    ]  # fmt: skip
    silent = nb_log(n, np.array(SILENT_SHARES)[:, None] * b, cells.k) + betaln(x + 1, n - x + 1)
    return {NORMAL: normal, FAILING: np.stack(failing), SILENT: silent}


def block_log_likelihood(logs: Mapping[int, Array], states: Ints, leaves: Flags) -> float:
    """Log-likelihood of one region's leaves at one vantage.

    All leaves in the same state share one unknown factor, over whose values the likelihood is averaged: what happens to
    a whole day counts once, not once per leaf. `states` and `leaves` are (leaves,).
    """
    total = 0.0
    for state in np.unique(states[leaves]).tolist():
        use = leaves & (states == state)
        total += _log_mean(logs[state][:, use])
    return total


def _log_mean(logs: Array) -> float:
    """Log of the mean likelihood over the values of a factor that all these leaves share; `logs` (values, leaves)."""
    summed = logs.sum(axis=1)
    return float(logsumexp(summed) - math.log(len(summed)))


def checks_log_likelihood(seen: float, failed: float, usual: float, state: int) -> float:
    """Log-likelihood of regular checks (health checks, probes): all there and good, there and failing, or absent."""

    def one(kind: int) -> float:
        if kind == SILENT:
            return float(nb_log(seen, 0.01 * usual, 5.0)) + float(betaln(failed + 1, seen - failed + 1))
        share = 0.01 if kind == NORMAL else 0.9
        return float(nb_log(seen, usual, 50.0)) + float(bb_log(failed, seen, share))

    kinds = {LOGGED: (NORMAL, FAILING), ANY: (NORMAL, FAILING, SILENT)}.get(state, (state,))
    return float(logsumexp([one(kind) for kind in kinds])) - math.log(len(kinds))


def received_log_likelihood(seen: float, usual: float, state: int) -> float:
    """Log-likelihood of the punches that were received in the window: as usual, or (nearly) none."""

    def one(kind: int) -> float:
        factors = NULL_FACTORS if kind == NORMAL else SILENT_SHARES[:2]
        logs = [float(nb_log(seen, factor * usual, 20.0)) for factor in factors]
        return float(logsumexp(logs)) - math.log(len(logs))

    kinds = {NORMAL: (NORMAL,), ANY: (NORMAL, SILENT)}.get(state, (SILENT,))
    return float(logsumexp([one(kind) for kind in kinds])) - math.log(len(kinds))
