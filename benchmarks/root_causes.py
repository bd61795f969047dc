"""Score the search for exact root-cause sets on labelled incidents: F1 added over all cases, and seconds a case.

Run as `python -m benchmarks.root_causes FOLDER`, a folder with `rs`, `b0` and `s` as published sets store them: leaves
with observed and expected values and the sets of attribute values that were at fault. One rule serves all three;
what differs, the noise, is measured on each case (`pipeline.outages.attribution.slices.measured_noise`).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.outages.arrays import Array
from pipeline.outages.attribution.slices import measured_noise, root_causes

HISTORY = 4 * 60
"""Seconds of a real incident's past that its usual share of failures is taken from."""
SHRINK = 100.0
"""A leaf's usual share is drawn to that of all leaves as if by a hundred requests."""
HUNDREDTHS = 100.0
ATTRIBUTES = ("a", "b", "c", "d", "e")

Cause = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """Leaves with their attributes, observed and expected values, and the true sets."""

    kind: str
    leaves: pd.DataFrame
    x: Array
    b: Array
    causes: set[Cause]


def written(text: str) -> set[Cause]:
    """`a=a1&b=b2;c=c3` as sets."""
    return {
        frozenset((pair.partition("=")[0], pair.partition("=")[2]) for pair in one.split("&"))
        for one in text.split(";")
    }


def real(folder: Path) -> Iterator[Case]:
    """Failed of all requests by leaf, in the minute of the incident and in the four before it."""
    labels = (folder / "anomaly.yaml").read_text(encoding="utf-8")
    minute = dict(re.findall(r"data: (.+)\n\s+timestamp: (\d+)", labels))
    for name, causes in sorted(json.loads((folder / "labels.json").read_text()).items()):
        frame = pd.read_csv(folder / f"{name}.csv.gz")
        names = [column for column in frame if column not in ("min", "value", "cnt")]
        frame[names] = frame[names].astype(str)
        last = int(minute[name])
        now = frame[frame["min"] == last].groupby(names, as_index=False)[["value", "cnt"]].sum()
        past = frame[(frame["min"] < last) & (frame["min"] >= last - HISTORY)]
        usual = past["value"].sum() / max(past["cnt"].sum(), 1)
        known = past.groupby(names, as_index=False)[["value", "cnt"]].sum()
        both = now.merge(known, on=names, how="left", suffixes=("", "_past")).fillna(
            {"value_past": 0, "cnt_past": 0}
        )
        share = (both["value_past"] + SHRINK * usual) / (both["cnt_past"] + SHRINK)
        sets = {frozenset(cause.items()) for cause in causes}
        yield Case(
            "rs", both[names], both["value"].to_numpy(float), (both["cnt"] * share).to_numpy(float), sets
        )


def made(folder: Path, unit: float) -> Iterator[Case]:
    """Observed and predicted values by leaf, one case a time stamp."""
    injected = pd.read_csv(folder / "injection_info.csv")
    for path in sorted(folder.glob("*.parquet")):
        frame = pd.read_parquet(path)
        names = [name for name in ATTRIBUTES if name in frame]
        mine = injected[injected["setting"] == path.stem] if "setting" in injected else injected
        truth = dict(zip(mine["timestamp"], mine["set"], strict=True))
        noise = dict(
            zip(injected["timestamp"], injected.get("noise_level", injected["timestamp"]), strict=True)
        )
        for stamp, leaves in frame.groupby("timestamp"):
            kind = f"s, noise {noise[stamp] // 0.05 * 0.05:.2f}" if "noise_level" in injected else "b0"
            yield Case(kind, leaves[names].astype(str), leaves["real"].to_numpy(float) / unit,
                       leaves["predict"].to_numpy(float) / unit, written(truth[stamp]))  # fmt: skip


def found(case: Case) -> set[Cause]:
    """The sets that the scan names; failures rise above the usual, values may move either way."""
    groups = {name: case.leaves[name].to_numpy(object) for name in case.leaves}
    slices = root_causes(
        case.x, case.b, groups, measured_noise(case.x, case.b), True if case.kind == "rs" else None
    )
    return {frozenset((name, values[0]) for name, values in one.values.items()) for one in slices}


def scores(cases: Iterator[Case]) -> pd.DataFrame:
    """True, false and missed sets and seconds by case."""
    rows = []
    for case in cases:
        start = time.perf_counter()
        named = found(case)
        took = time.perf_counter() - start
        rows.append(
            (case.kind, len(named & case.causes), len(named - case.causes), len(case.causes - named), took)
        )
    return pd.DataFrame(rows, columns=["kind", "true", "false", "missed", "seconds"])


def f1(rows: pd.DataFrame) -> float:
    """Of sets added over cases."""
    true, wrong = rows["true"].sum(), rows["false"].sum() + rows["missed"].sum()
    return float(2 * true / max(2 * true + wrong, 1))


def main(folder: Path) -> None:
    """A line per set, and for generated ones per level of noise."""
    sources = {"rs": real(folder / "rs"), "b0": made(folder / "b0", 1.0), "s": made(folder / "s", HUNDREDTHS)}
    for name, cases in sources.items():
        rows = scores(cases)
        parts = [(name, rows)] + [(str(k), part) for k, part in rows.groupby("kind") if k != name]
        for label, part in parts:
            true, false, missed = (int(part[column].sum()) for column in ("true", "false", "missed"))
            print(f"{label}: {len(part)} cases, F1 {f1(part):.3f} (true {true}, false {false}, missed {missed}); "
                  f"{part['seconds'].median():.3f} s a case, at most {part['seconds'].max():.3f} s")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
