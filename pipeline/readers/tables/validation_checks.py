"""What the validation of a kind of record is made of: checks over `typed`, and the select list of what is accepted."""

from __future__ import annotations

from dataclasses import dataclass

from schemas import Table


@dataclass(frozen=True)
class Check:
    """A problem that a record may have: its code, the header it lies under, and the condition over `typed` that finds it."""

    code: str
    header: str
    condition: str


@dataclass(frozen=True)
class KindValidation:
    """From raw to canonical. `key`: columns of `typed` that no two accepted rows share.

    `clean` holds the rows of `typed` to accept; `source` is it, or a query over it where a record gives several rows.
    """

    kind: str
    target: type[Table] | None
    typed: str
    checks: tuple[Check, ...]
    accepted: str
    source: str = "clean"
    key: tuple[str, ...] = ()
    amount: str = "0"
    """Column of `typed` that holds money."""
    silent: str = "false"
    """Condition over `clean`: an accepted record of which no row is made, because it holds no time and no note that is known."""


def filled(*headers: str) -> tuple[Check, ...]:
    return tuple(Check("VALUE_MISSING", header, f"{header} is null") for header in headers)


def nip_checks(header: str) -> tuple[Check, ...]:
    return (
        Check("NIP_PRECISION", header, f"is_imprecise({header})"),
        Check("NIP_FORMAT", header, f"not is_nip({header}) and not is_imprecise({header})"),
    )


def near_period(column: str, header: str) -> Check:
    """Plausible are moments from a day before the period to 31 days after it."""
    return Check("TIME_IMPLAUSIBLE", header, f"{column} < earliest_at or {column} >= latest_at")
