"""Requests of a month's logs as tables, laid over one another without their overlaps, placed by address."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.readers.logs.addresses import BlockIndex
from pipeline.readers.logs.reading import LogMonth

MEMORY_LIMIT = "300MB"  # more spills to the disk


class LogTables:
    """`request` (a row per line), `leaf_shape` (what lines have in common but for their time), `leaf`, `log_file`, `punch`."""

    def __init__(self, month: LogMonth, blocks: list[dict[str, Any]]) -> None:
        """`blocks`: cidr, unit_id, provider, region_code."""
        self.month = month
        self.overlaps: dict[int, int] = {}
        """Place of a file -> lines at its start on which another file ended."""
        self.engine = duckdb.connect(
            str(month.folder / "logs.duckdb"),
            config={
                "threads": month.threads,
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(month.folder / "spill"),
            },
        )
        for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false"):
            self.engine.execute(f"set {setting}")
        self.engine.execute(_TABLES)
        for table in ("request", "shape"):
            for path in sorted(month.folder.glob(f"{table}-*.parquet")):
                self.engine.execute(f"insert into all_{table} by name from read_parquet(?)", [str(path)])
        self.engine.execute("delete from all_request where list_contains(?, file_no)", [list(month.refused)])
        self.engine.execute(
            "create table punch as from read_parquet(?)", [str(month.folder / "punch.parquet")]
        )
        self._drop_overlaps()
        self._place(blocks)

    def _drop_overlaps(self) -> None:
        """Where a file starts with the lines on which another ended, those lines count once."""
        spans = {
            number: (started_at, ended_at)
            for number, started_at, ended_at in self.engine.execute(
                "select file_no, min(ended_at), max(ended_at) from all_request group by file_no"
            ).fetchall()
        }
        dropped = dict.fromkeys(spans, 0)
        order = sorted(spans, key=lambda number: (*spans[number], self.month.files[number].name))
        for place, number in enumerate(order):
            file, (started_at, _) = self.month.files[number], spans[number]
            for earlier in order[:place]:
                if self.month.files[earlier].vantage == file.vantage and spans[earlier][1] >= started_at:
                    hashes, lines = self._hashes(number)
                    overlap = _overlap(self._hashes(earlier)[0], hashes)
                    if overlap > self.overlaps.get(number, 0):
                        self.overlaps[number] = overlap
                        dropped[number] = int(lines[overlap - 1])
        self._store(
            "seam",
            pa.table(
                {
                    "file_no": pa.array(dropped.keys(), pa.int32()),
                    "last_line": pa.array(dropped.values(), pa.int64()),
                    "lag_seconds": pa.array([0] * len(dropped), pa.int64()),
                }
            ),
        )
        self.engine.execute(_REQUESTS)

    def counts(self) -> dict[int, dict[str, int]]:
        """Of each file (by its place) the lines that overlap, and of the others those of own people."""
        own = self.engine.execute(
            "select file_no, count(row_sha256) from request group by file_no"
        ).fetchall()
        return {
            number: {"overlap_count": self.overlaps.get(number, 0), "own_count": count}
            for number, count in own
        }

    def align(self, lags: dict[str, int]) -> None:
        """Times of `request` are the export's from here on: these many seconds later, by vantage."""
        for number, file in enumerate(self.month.files):
            self.engine.execute(
                "update seam set lag_seconds = ? where file_no = ?", [lags.get(file.vantage, 0), number]
            )

    def _hashes(self, number: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        found = self.engine.execute(
            "select line_hash, line_no from all_request where file_no = ? order by line_no", [number]
        ).fetchnumpy()
        return np.asarray(found["line_hash"], dtype=np.uint64), np.asarray(found["line_no"])

    def _place(self, blocks: list[dict[str, Any]]) -> None:
        index = BlockIndex(block["cidr"] for block in blocks)
        known = {block["cidr"]: block for block in blocks}
        rows = []
        for (address,) in self.engine.execute("select distinct address from all_shape order by 1").fetchall():
            block = known.get(index.find(address) or "", {})
            rows.append(
                {"address": address, **{name: block.get(name) for name in _PLACE.names if name != "address"}}
            )
        self._store("place", pa.Table.from_pylist(rows, _PLACE))
        self._store(
            "log_file",
            pa.table(
                {
                    "file_no": pa.array(range(len(self.month.files)), pa.int32()),
                    "file_id": pa.array([file.file_id for file in self.month.files], pa.string()),
                    "vantage_code": pa.array([file.vantage for file in self.month.files], pa.string()),
                    "is_authenticated": pa.array(
                        [file.profile.user_id_authenticated for file in self.month.files], pa.bool_()
                    ),
                }
            ),
        )
        self.engine.execute(_PLACED)

    def _store(self, name: str, rows: pa.Table) -> None:
        self.engine.register("incoming", rows)
        self.engine.execute(f"create table {name} as from incoming")
        self.engine.unregister("incoming")


_TABLES = """
create table all_request (
    file_no integer, line_no bigint, line_hash ubigint, shape_no bigint, ended_at timestamp, started_at timestamp,
    row_sha256 varchar
);
create table all_shape (
    is_entire boolean, shape_no bigint, address varchar, sender ubigint, nip varchar, region varchar,
    client_code varchar, endpoint_code varchar, outcome_code varchar, status integer, upstream_status varchar, is_retried boolean,
    microseconds bigint, is_gateway_failed boolean, is_upstream_failed boolean,
    is_client_failed boolean
);
"""
_REQUESTS = """
create view request as
select all_request.* replace (
    all_request.ended_at + to_seconds(seam.lag_seconds) as ended_at,
    all_request.started_at + to_seconds(seam.lag_seconds) as started_at
)
from all_request
inner join seam on seam.file_no = all_request.file_no and all_request.line_no > seam.last_line
"""
_PLACE = pa.schema(
    [(name, pa.string()) for name in ("address", "cidr", "unit_id", "provider", "region_code")]
)
_PLACED = """
create table placed_shape as
select all_shape.*, place.unit_id, place.cidr, place.provider,
    coalesce(all_shape.region, place.region_code) as region_code
from all_shape inner join place on place.address = all_shape.address;
create table leaf as
select row_number() over () as leaf_no, region_code, unit_id, cidr, provider, client_code
from (select distinct region_code, unit_id, cidr, provider, client_code from placed_shape);
create table leaf_shape as
select placed_shape.*, leaf.leaf_no
from placed_shape
inner join leaf
    on leaf.region_code is not distinct from placed_shape.region_code
    and leaf.unit_id is not distinct from placed_shape.unit_id
    and leaf.cidr is not distinct from placed_shape.cidr
    and leaf.provider is not distinct from placed_shape.provider
    and leaf.client_code is not distinct from placed_shape.client_code;
"""


def _overlap(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> int:
    """The largest k for which the first k of `after` are the last k of `before`, or lie within it as a whole."""
    if not len(after):
        return 0
    for start in np.flatnonzero(before == after[0]).tolist():
        common = min(len(after), len(before) - start)
        if np.array_equal(before[start : start + common], after[:common]):
            return common
    return 0
