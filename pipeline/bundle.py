"""bukti/*.parquet: the tables that auditors read, as bytes that depend on the rows alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas import (
    Assessment,
    DutySide,
    EvidenceEdge,
    Finding,
    Outage,
    OutageEvidence,
    Quarantine,
    Recommendation,
    Table,
)

# The columns that others build on come first (inputs.md section 5), the contract's others after them.
LEADING: dict[type[Table], tuple[str, ...]] = {
    DutySide: (
        "nip",
        "unit_id",
        "duty_date",
        "side_code",
        "due_at",
        "recorded_at",
        "state_code",
        "minutes_off",
    ),
    Finding: (),
    Assessment: ("nip", "duty_date", "side_code", "scenario_code", "band_code", "rate_bps", "base_idr"),
    Recommendation: ("recommendation_id", "finding_id", "nip", "unit_id", "duty_date", "action_code"),
    Outage: (
        "outage_id",
        "started_at",
        "ended_at",
        "impact_started_at",
        "impact_ended_at",
        "layer_code",
        "scope_region",
        "scope_unit_id",
        "scope_network",
        "scope_provider",
        "scope_client",
        "severity_bps",
        "confidence",
        "false_alarm_bound",
        "is_certified",
        "p_central",
    ),
    OutageEvidence: (),
    EvidenceEdge: (),
    Quarantine: (),
}
TRAILING: dict[type[Table], tuple[str, ...]] = {
    Assessment: ("unit_id",),
    Recommendation: ("side_code",),
}
ROWS_PER_GROUP = 1 << 17


def table_files(tables: Mapping[str, pa.Table]) -> tuple[dict[str, bytes], dict[str, int]]:
    """The files of bukti/ and the rows of each, by path."""
    files: dict[str, bytes] = {}
    rows: dict[str, int] = {}
    for contract in LEADING:
        table = _as_published(contract, tables[contract.table_name()])
        path = f"bukti/{contract.table_name()}.parquet"
        files[path] = parquet_bytes(table)
        rows[path] = table.num_rows
    return files, rows


def parquet_bytes(table: pa.Table) -> bytes:
    """One layout whatever the chunks, threads or origin of the rows; microsecond UTC without zone."""
    stream = io.BytesIO()
    pq.write_table(
        table.combine_chunks().replace_schema_metadata(None),
        stream,
        version="2.6",
        compression="zstd",
        compression_level=3,
        data_page_version="1.0",
        row_group_size=ROWS_PER_GROUP,
        store_schema=False,
        coerce_timestamps="us",
    )
    return stream.getvalue()


def _as_published(contract: type[Table], table: pa.Table) -> pa.Table:
    """Rows in key order; the three scenarios only, without the steps between them."""
    table = table.sort_by([(name, "ascending") for name in contract.key()])
    hidden: set[str] = set()
    if contract is Assessment:
        table = table.filter(pc.not_equal(table["scenario_code"], "step"))
        hidden = {"step_no"}
    leading, trailing = LEADING[contract], TRAILING.get(contract, ())
    between = [name for name in contract.columns() if name not in {*leading, *trailing, *hidden}]
    return table.select([*leading, *between, *trailing])
