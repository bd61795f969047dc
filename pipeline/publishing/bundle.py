"""bukti/*.parquet: the tables that auditors read, as bytes that depend on the rows alone."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from schemas import (
    AbsenceCount,
    Assessment,
    DeductionCheck,
    DutySide,
    EvidenceEdge,
    Finding,
    Outage,
    OutageEvidence,
    PersonMonth,
    Quarantine,
    Recommendation,
    Table,
)

# The columns that others build on come first (docs/contract/outputs.md), the contract's others after them.
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
    PersonMonth: (),
    AbsenceCount: (),
    DeductionCheck: (),
    Quarantine: (),
}
TRAILING: dict[type[Table], tuple[str, ...]] = {
    Assessment: ("unit_id",),
    Recommendation: ("side_code",),
}
HIDDEN: dict[type[Table], tuple[str, ...]] = {Assessment: ("step_no",)}
ALSO_CSV = (EvidenceEdge,)
PACKAGE_NAME = "datapackage.json"
FIELD_TYPES = {
    "varchar": "string",
    "date": "date",
    "bigint": "integer",
    "boolean": "boolean",
    "double": "number",
    "timestamp": "datetime",
}
PROFILES = {"parquet": "data-resource", "csv": "tabular-data-resource"}
MEDIA_TYPES = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
ROWS_PER_GROUP = 1 << 17


def table_files(tables: Mapping[str, pa.Table]) -> tuple[dict[str, bytes], dict[str, int]]:
    """The files of bukti/ and the rows of each, by path."""
    files: dict[str, bytes] = {}
    rows: dict[str, int] = {}
    for contract in LEADING:
        table = as_published(contract, tables[contract.table_name()])
        path = table_path(contract.table_name())
        files[path] = parquet_bytes(table)
        rows[path] = table.num_rows
        if contract in ALSO_CSV:
            files[f"bukti/{contract.table_name()}.csv"] = csv_bytes(table)
    files[PACKAGE_NAME] = _package(files, rows)
    return files, rows


def table_path(name: str) -> str:
    """Where a revision's folder has a table."""
    return f"bukti/{name}.parquet"


def csv_bytes(table: pa.Table) -> bytes:
    """RFC 4180 with a header line, LF, UTF-8; a null is an empty field, a text is quoted."""
    stream = io.BytesIO()
    pa_csv.write_csv(table.combine_chunks(), stream)
    return stream.getvalue()


def _package(files: Mapping[str, bytes], rows: Mapping[str, int]) -> bytes:
    """The Frictionless description of the tables: schema, size, hash of every file under bukti/ (Data Package v1).

    Parquet has nulls of its own: there an empty text is a value, which Table Schema would take for none.
    """
    contracts = {contract.table_name(): contract for contract in LEADING}
    resources = []
    for path in sorted(files):
        name, _, kind = path.removeprefix("bukti/").partition(".")
        resources.append(
            {
                "name": f"{name}-{kind}".replace("_", "-"),
                "profile": PROFILES[kind],
                "path": path,
                "format": kind,
                "mediatype": MEDIA_TYPES[kind],
                "description": " ".join((contracts[name].__doc__ or "").split()),
                "bytes": len(files[path]),
                "hash": f"sha256:{hashlib.sha256(files[path]).hexdigest()}",
                "rows": rows[table_path(name)],
                "schema": _schema(contracts[name]) | ({"missingValues": []} if kind == "parquet" else {}),
            }
        )
    document = {"profile": "data-package", "name": "rekon-bukti", "resources": resources}
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def _schema(contract: type[Table]) -> dict[str, Any]:
    """The Table Schema of the published columns; there a primary key allows no null."""
    shown, descriptions, nullable = _columns(contract), contract.described(), contract.nullable()
    fields = [
        {
            "name": column,
            "type": FIELD_TYPES[contract.columns()[column]],
            "description": descriptions[column],
            "constraints": {"required": column not in nullable},
        }
        for column in shown
    ]
    is_key = nullable.isdisjoint(contract.key()) and set(contract.key()) <= set(shown)
    return {"fields": fields, **({"primaryKey": list(contract.key())} if is_key else {})}


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


def as_published(contract: type[Table], table: pa.Table) -> pa.Table:
    """Rows in key order; the three scenarios only, without the steps between them."""
    table = table.sort_by([(name, "ascending") for name in contract.key()])
    if contract is Assessment:
        table = table.filter(pc.not_equal(table["scenario_code"], "step"))
    return table.select(_columns(contract))


def _columns(contract: type[Table]) -> list[str]:
    """The published columns, in order."""
    leading, trailing = LEADING[contract], TRAILING.get(contract, ())
    hidden = HIDDEN.get(contract, ())
    between = [name for name in contract.columns() if name not in {*leading, *trailing, *hidden}]
    return [*leading, *between, *trailing]
