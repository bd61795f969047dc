"""Outages found against outages planted: precision and recall by overlap, edges, layer, scope, calibration.

Never point-adjusted F1, which counts a whole window as found for one of its minutes. A log gap is no outage: an
outage found where only lines are missing is a false event; a finding that calls itself `log_gap` is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.engine.rows import Row

if TYPE_CHECKING:
    import pandas as pd

SCOPES = ("scope_region", "scope_unit_id", "scope_network", "scope_provider", "scope_client")
LEAST_SENDERS = 20
"""An outage that fewer people were to meet is not counted as missed (it leaves too little of a trace)."""


@dataclass(frozen=True)
class Event:
    """One true outage; what was found of it, null where nothing was. Minutes, positive is too late."""

    outage_no: int
    true_layer: str
    expected_senders: int
    outage_id: str | None
    found_layer: str | None
    is_scope_right: bool
    start_error: float | None
    end_error: float | None
    fragments: int

    @property
    def is_due(self) -> bool:
        """Enough people were to meet it."""
        return self.expected_senders >= LEAST_SENDERS


@dataclass(frozen=True)
class Claim:
    """One published outage, and whether it overlaps a true one and names its layer."""

    outage_id: str
    layer_code: str
    confidence: float
    p_central: float
    is_true: bool
    is_layer_right: bool
    is_central: bool


@dataclass(frozen=True)
class Events:
    """Outages of one month."""

    true: tuple[Event, ...]
    claims: tuple[Claim, ...]
    gaps_true: int
    gaps_found: int

    @property
    def missed(self) -> int:
        """True outages with enough senders that no published outage overlaps."""
        return sum(event.is_due and event.outage_id is None for event in self.true)

    @property
    def false(self) -> int:
        """Published outages that overlap no true one."""
        return sum(not claim.is_true for claim in self.claims)


def _rows(frame: pd.DataFrame) -> list[Row]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(k): v for k, v in row.items()} | {n: row.get(n) or None for n in SCOPES} for row in rows]


def _can_meet(one: str | None, other: str | None) -> bool:
    """The same, or one is part of the other: null is everybody, and a client's `*` is either system or any version."""
    if not one or not other or one == other:
        return True
    parts = (one.split("/"), other.split("/"))
    return "*" in one + other and all(a == b or "*" in (a, b) for a, b in zip(*parts, strict=False))


def _overlap(true: Row, found: Row) -> float:
    """Seconds in common; 0 also where the scopes cannot meet."""
    if not all(_can_meet(true[n], found[n]) for n in SCOPES):
        return 0.0
    start = max(true["first_affected_at"], found["started_at"])
    end = min(true["last_affected_at"], found["ended_at"])
    return float(max(0.0, (end - start).total_seconds()))


def _is_scope_right(true: Row, found: Row) -> bool:
    """The same values in the same dimensions.

    Of lost writes only the home region is visible (other regions' exports are not given), so naming it is right too.
    """
    names = [n for n in SCOPES if n != "scope_region" or true.get("symptom_code") != "lost_write" or true[n]]
    return all(true[n] == found[n] for n in names)


def _match(true: Row, found: list[Row]) -> Event:
    meeting = [f for f in found if _overlap(true, f) > 0]
    event = {
        "outage_no": int(true["outage_no"]), "true_layer": true["layer_code"],
        "expected_senders": int(true["expected_senders"]), "fragments": len(meeting),
    }  # fmt: skip
    if not meeting:
        return Event(
            **event, outage_id=None, found_layer=None, is_scope_right=False, start_error=None, end_error=None
        )
    best = max(meeting, key=lambda f: (_is_scope_right(true, f), _overlap(true, f), f["outage_id"]))
    return Event(
        **event,
        outage_id=best["outage_id"],
        found_layer=best["layer_code"],
        is_scope_right=_is_scope_right(true, best),
        start_error=(best["started_at"] - true["first_affected_at"]).total_seconds() / 60,
        end_error=(best["ended_at"] - true["last_affected_at"]).total_seconds() / 60,
    )


def _claim(found: Row, true: list[Row]) -> Claim:
    meeting = sorted(
        (t for t in true if _overlap(t, found) > 0),
        key=lambda t: (_is_scope_right(t, found), _overlap(t, found)),
    )
    layers = {meeting[-1]["layer_code"]} if meeting else set()
    return Claim(
        outage_id=found["outage_id"], layer_code=found["layer_code"], confidence=float(found["confidence"]),
        p_central=float(found["p_central"] or 0), is_true=bool(meeting), is_layer_right=found["layer_code"] in layers,
        is_central="central" in layers,
    )  # fmt: skip


def score_events(true: pd.DataFrame, found: pd.DataFrame) -> Events:
    """`true`: outage.csv; `found`: bukti/outage.parquet."""
    planted, published = _rows(true), _rows(found)
    outages = [t for t in planted if t["layer_code"] != "log_gap" and t["first_affected_at"] is not None]
    claims = [f for f in published if f["layer_code"] != "log_gap"]
    return Events(
        true=tuple(_match(t, claims) for t in outages),
        claims=tuple(_claim(f, outages) for f in claims),
        gaps_true=sum(t["layer_code"] == "log_gap" for t in planted),
        gaps_found=len(published) - len(claims),
    )


def events_from_json(content: dict[str, Any]) -> Events:
    """What `asdict` made, back."""
    return Events(
        true=tuple(Event(**event) for event in content["true"]),
        claims=tuple(Claim(**claim) for claim in content["claims"]),
        gaps_true=content["gaps_true"],
        gaps_found=content["gaps_found"],
    )
