"""Duty sides and money against the truth: causes, actions, wrong restores, restored times, recorded deductions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

RESTORED = ("restore", "restore_partly")
KEY = ["nip", "duty_date", "side_code"]
ANY = "apa pun"
UNNAMED = ("", "unexplained", "no_coverage")


@dataclass(frozen=True)
class CauseCount:
    """Sides of one cause: in truth, in the findings, in both; the last two only where a log has an own trace."""

    cause_code: str
    true_count: int
    found_count: int
    both_count: int
    true_traced_count: int
    both_traced_count: int


@dataclass(frozen=True)
class SideScores:
    """Counts are of duty sides unless named otherwise; minutes are absolute."""

    people: int
    people_equal: int
    people_worse: int  # restoring everything that is open would raise their deduction
    difference_idr: int
    restored: int
    deserving: int
    deserving_by_action: tuple[tuple[str, int], ...]
    traceless_by_action: tuple[tuple[str, int], ...]  # of those, without an own line in any log
    deserving_traced: int
    deserving_traced_restored: int
    own_fault: int
    own_fault_restored: int  # without a statement that a third person signed in time
    own_fault_untouched: int
    own_fault_untouched_statement: int
    late_acts_fully_restored: int
    in_gap: int  # found sides that were due while a log lost its lines
    in_gap_refused: int  # ... that end `not_supported`, though the missing lines may have shown a request
    false_statements: int
    false_statements_restored: int
    restored_minutes_off: tuple[
        float, ...
    ]  # grade A: minutes from the truth, median, 95 %, largest; () for none
    causes: tuple[CauseCount, ...]

    @property
    def deserving_heard(self) -> int:
        """Deserving sides that are restored or may be, with a statement."""
        return sum(
            number for code, number in self.deserving_by_action if code in (*RESTORED, "needs_statement")
        )

    @property
    def deserving_refused(self) -> int:
        """Deserving sides that end `not_supported`."""
        return dict(self.deserving_by_action).get("not_supported", 0)


def _by_action(action: pd.Series) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((str(code), int(number)) for code, number in action.value_counts().items()))


def _quantiles(values: pd.Series) -> tuple[float, ...]:
    import numpy as np

    if values.empty:
        return ()
    return tuple(round(float(q), 3) for q in np.quantile(values, [0.5, 0.95, 1.0], method="inverted_cdf"))


def _causes(both: pd.DataFrame) -> tuple[CauseCount, ...]:
    true = both["cause_code"].where(~both["cause_code"].isin(UNNAMED), "")
    # What a third person falsely signed in time cannot be detected; such sides are counted apart.
    unseen = both["found_cause"].isin(UNNAMED) | both["is_false_statement"]
    found = both["found_cause"].where(~unseen, "")
    traced = both["has_own_lines"]

    def count(code: str, is_true: pd.Series, is_found: pd.Series) -> CauseCount:
        agreed = is_true & is_found
        flags = (is_true, is_found, agreed, is_true & traced, agreed & traced)
        return CauseCount(code, *(int(flag.sum()) for flag in flags))

    names = sorted({*true, *found} - {""})
    return tuple(count(c, true == c, found == c) for c in names) + (
        (count(ANY, true != "", found != ""),) if names else ()
    )


def _money(true: pd.DataFrame, assessment: pd.DataFrame) -> tuple[int, int, int]:
    """People with the true recorded deduction, sum of differences, people whom the potential scenario harms."""
    sums = assessment.groupby(["nip", "scenario_code"])["deduction_idr"].sum().unstack(fill_value=0)
    sums = sums.reindex(index=true["nip"], columns=["recorded", "potential"], fill_value=0).astype("int64")
    gap = (sums["recorded"].to_numpy() - true["recorded_idr"].to_numpy()).tolist()
    worse = int((sums["potential"] > sums["recorded"]).sum())
    return sum(value == 0 for value in gap), sum(abs(value) for value in gap), worse


def score_sides(
    true: pd.DataFrame, deduction: pd.DataFrame, finding: pd.DataFrame, assessment: pd.DataFrame
) -> SideScores:
    """`true`, `deduction`: side.csv and deduction.csv; the others: bukti."""
    names = [*KEY, "cause_code", "action_code", "grade_code", "restored_at"]
    found = finding[names].rename(columns={"cause_code": "found_cause"})
    both = true.merge(found, on=KEY, how="left", validate="one_to_one")
    # What has not arrived yet is not judged, and no finding is the right finding
    # (docs/method/evidence.md, "What has not arrived").
    waits = both["found_cause"].isna() & (both["cause_code"] == "unsynced")
    both["found_cause"] = both["found_cause"].fillna("").mask(waits, "unsynced")
    action = both["action_code"].fillna("none")
    restored, deserving, own = action.isin(RESTORED), both["is_deserving"], both["is_own_fault"]
    traced, false = deserving & both["has_own_lines"], both["is_false_statement"]
    gap = both["is_in_gap"]
    untouched = own & (both["outage_no"] == "")
    equal, difference, worse = _money(deduction, assessment)
    sign = both["side_code"].map({"in": 1, "out": -1})
    # Logs tell whole seconds: within two seconds of a full minute the minute before may be read.
    late = ((both["act_at"] - both["due_at"]).dt.total_seconds() * sign - 2) // 60 >= 1
    off = (both["restored_at"] - both["act_at"]).dt.total_seconds().abs()[
        restored & (both["grade_code"] == "A")
    ] / 60
    return SideScores(
        people=len(deduction),
        people_equal=equal,
        people_worse=worse,
        difference_idr=difference,
        restored=int(restored.sum()),
        deserving=int(deserving.sum()),
        deserving_by_action=_by_action(action[deserving]),
        traceless_by_action=_by_action(action[deserving & ~both["has_own_lines"]]),
        deserving_traced=int(traced.sum()),
        deserving_traced_restored=int((traced & restored).sum()),
        own_fault=int(own.sum()),
        own_fault_restored=int((own & restored & ~false).sum()),
        own_fault_untouched=int(untouched.sum()),
        own_fault_untouched_statement=int((untouched & (action == "needs_statement")).sum()),
        late_acts_fully_restored=int((late & (action == "restore") & ~false).sum()),
        in_gap=int((gap & both["action_code"].notna()).sum()),
        in_gap_refused=int((gap & (action == "not_supported")).sum()),
        false_statements=int(false.sum()),
        false_statements_restored=int((false & restored).sum()),
        restored_minutes_off=_quantiles(off.dropna()),
        causes=_causes(both),
    )
