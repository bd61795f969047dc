"""By how many seconds is the export's clock ahead of each log's? People are judged by the export's."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.readers.logs.offsets import offset
from pipeline.readers.logs.tables import LogTables

FEWEST_MATCHES = 10
_MATCHED = """
with accepted as (
    select request.file_no, request.line_no, log_file.vantage_code, leaf_shape.nip,
        date_trunc('second', request.ended_at) as answered_at
    from request
    inner join log_file on log_file.file_no = request.file_no
    inner join leaf_shape on leaf_shape.shape_no = request.shape_no
    where request.row_sha256 is not null
        and leaf_shape.outcome_code = 'ok' and leaf_shape.endpoint_code in ('punch_in', 'punch_out', 'punch')
), nearest as (
    select accepted.vantage_code, epoch(punch.punched_at)::bigint - epoch(accepted.answered_at)::bigint as seconds,
        row_number() over (
            partition by accepted.file_no, accepted.line_no
            order by abs(epoch(punch.punched_at) - epoch(accepted.answered_at)), punch.punched_at
        ) as near_rank
    from accepted
    inner join punch on punch.nip = accepted.nip
        and punch.punched_at >= accepted.answered_at - interval '10' minute
        and punch.punched_at <= accepted.answered_at + interval '10' minute
)
select vantage_code, quantile_disc(seconds, 0.5)::bigint as lag_seconds, count(*) as matched_count
from nearest where near_rank = 1 group by vantage_code having count(*) >= ? order by vantage_code
"""
_STARTED = """
select epoch(request.started_at)::bigint as second
from request
inner join log_file on log_file.file_no = request.file_no
inner join leaf_shape on leaf_shape.shape_no = request.shape_no
where log_file.vantage_code = ? and leaf_shape.endpoint_code <> 'health'
"""


def clock_lags(tables: LogTables) -> list[dict[str, Any]]:
    """ClockLag rows. `punch` (nip, punched_at) of the tables is what the export holds.

    The median of (stored punch - accepted request) per person's own requests. A log that names nobody is compared
    with one that was measured, by the requests that both saw. What neither way measures has no row.
    """
    found: list[dict[str, Any]] = (
        tables.engine.sql(_MATCHED, params=[FEWEST_MATCHES]).to_arrow_table().to_pylist()
    )
    known = {row["vantage_code"] for row in found}
    for vantage in sorted({file.vantage for file in tables.month.files} - known) if found else ():
        found += _beside(tables, vantage, max(found, key=lambda row: row["matched_count"]))
    return found


def _beside(tables: LogTables, vantage: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    one, other = (
        np.asarray(tables.engine.execute(_STARTED, [name]).fetchnumpy()["second"], dtype=np.int64)
        for name in (known["vantage_code"], vantage)
    )
    apart = offset(one, other)
    if apart is None:
        return []
    return [
        {"vantage_code": vantage, "lag_seconds": known["lag_seconds"] - apart[0], "matched_count": apart[1]}
    ]
