"""The totals of a month as its manifest states them; money in whole rupiah."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pipeline.publishing.totals.sums import Tables, distinct, sum_of, sums

SCENARIOS = ("recorded_idr", "restored_idr", "potential_idr")
RECORDS = ("record", "accepted", "quarantined", "warning")


def stated(tables: Tables) -> dict[str, Any]:
    """Records and money."""
    files = tables["file_total"]
    return {
        "records": {name: sum_of(files, f"{name}_count") for name in RECORDS},
        **stated_money(tables),
    }


def stated_money(tables: Tables) -> dict[str, Any]:
    """The totals that the published tables give."""
    months, recommendation = tables["person_month"], tables["recommendation"]
    by_status = sums(recommendation, ("status_code",), {"adjustment_idr": 1})
    return {
        "people": len(distinct(months, "nip")),
        "findings": tables["finding"].num_rows,
        **{name: sum_of(months, name) for name in SCENARIOS},
        "approved_idr": by_status.get(("approved",), 0),
        "proposed_idr": by_status.get(("proposed",), 0),
        "units": list(_units(months)),
    }


def _units(months: pa.Table) -> Iterable[dict[str, Any]]:
    grouped = months.group_by("unit_id", use_threads=False).aggregate(
        [("nip", "count_distinct"), *((name, "sum") for name in SCENARIOS)]
    )
    for row in grouped.sort_by("unit_id").to_pylist():
        yield {
            "unit_id": row["unit_id"],
            "people": row["nip_count_distinct"],
            **{name: row[f"{name}_sum"] for name in SCENARIOS},
        }
