"""Time detection and attribution on one region's month of counts: 25,000 people, 70 units, 12 providers, 30 versions.

Run as `python -m benchmarks.outage_month`; prints seconds per stage and the peak memory. The month is drawn in a process
of its own, so that the peak is that of the stages and the tables they read.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from schemas import Attempt, Calendar, Outage, RequestMinute, Setting
from schemas.table import Table

PEOPLE, UNITS, PROVIDERS, VERSIONS, OTHERS, DAYS = 25_000, 70, 12, 30, 5, 31
FIRST = dt.date(2026, 1, 1)
STAGES = (BY_NAME["detect_outages"], BY_NAME["attribute_outages"])
MIDNIGHT = np.datetime64("2025-12-31T17:00", "us")
BROKEN = (1440 + 400, 1440 + 535)


def requests(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """RequestMinute and Attempt rows of two punches a working day; the gateway's link is broken on the second day."""
    senders = PEOPLE + OTHERS * PEOPLE // 2
    region = np.where(np.arange(senders) < PEOPLE, 0, 1 + np.arange(senders) % OTHERS)
    unit = np.where(region == 0, rng.integers(0, UNITS, senders), UNITS)
    provider, client = rng.integers(0, PROVIDERS, senders), rng.integers(0, VERSIONS, senders)
    parts = []
    for day in range(DAYS):
        if day == 0 or day % 7 in (2, 3):
            continue
        for due, spread in ((435, 18.0), (975, 14.0)):
            at = day * 1440 + np.rint(due + rng.normal(0, spread, senders)).astype(np.int64)
            parts.append(pd.DataFrame({"who": np.arange(senders), "minute": at}))
    sent = pd.concat(parts)
    sent = pd.DataFrame(
        {
            "who": sent["who"], "minute": sent["minute"], "region": region[sent["who"]], "unit": unit[sent["who"]],
            "provider": provider[sent["who"]], "client": client[sent["who"]]}
    )  # fmt: skip
    out, own = [], []
    for vantage in ("gerbang", "pusat"):
        mine = sent[sent["region"] == 0] if vantage == "gerbang" else sent
        cut = mine["minute"].between(BROKEN[0], BROKEN[1] - 1) & (mine["region"] == 0)
        mine = mine.assign(failed=cut.astype(int))[(vantage == "gerbang") | ~cut]
        own.append(mine[mine["region"] == 0].assign(vantage_code=vantage))
        counts = mine.groupby(["minute", "region", "unit", "provider", "client"], as_index=False)["failed"]
        rows = counts.agg(["size", "sum"])
        home = (rows["unit"] < UNITS).to_numpy()
        n, x = rows["size"].to_numpy(), rows["sum"].to_numpy()
        frame = pd.DataFrame(0, index=np.arange(len(rows)), columns=list(RequestMinute.columns()))
        values = {
            "vantage_code": vantage,
            "minute_at": MIDNIGHT + rows["minute"].to_numpy().astype("timedelta64[m]"),
            "region_code": np.where(home, "3205", (3209 + rows["region"]).astype(str)),
            "unit_id": np.where(home, "OPD" + rows["unit"].astype(str), None),
            "network_cidr": np.where(home, "10." + rows["unit"].astype(str) + ".0.0/16", None),
            "provider": "ISP" + rows["provider"].astype(str),
            "client_code": "Android/" + rows["client"].astype(str),
            "request_count": n, "ok_count": n - x, "failed_count": x, "upstream_failed_count": x,
            "sender_count": n, "failed_sender_count": x}  # fmt: skip
        out.append(frame.assign(**values))
    return pd.concat(out), attempts(pd.concat(own, ignore_index=True))


def attempts(sent: pd.DataFrame) -> pd.DataFrame:
    """One row per request of the region's own people."""
    at = MIDNIGHT + sent["minute"].to_numpy().astype("timedelta64[m]")
    unit = sent["unit"].astype(str)
    values = {
        "attempt_id": "f:" + sent.index.astype(str), "vantage_code": sent["vantage_code"],
        "nip": "1990010120150" + (10_000 + sent["who"]).astype(str), "requested_at": at, "answered_at": at,
        "endpoint_code": "punch", "outcome_code": np.where(sent["failed"] > 0, "failed", "ok"),
        "status_code": np.where(sent["failed"] > 0, 504, 200), "is_retried": False, "unit_id": "OPD" + unit,
        "network_cidr": "10." + unit + ".0.0/16", "provider": "ISP" + sent["provider"].astype(str),
        "client_code": "Android/" + sent["client"].astype(str), "is_authenticated": True, "row_sha256": "0" * 64,
        "file_id": "f", "line_no": 1}  # fmt: skip
    return pd.DataFrame(values, columns=list(Attempt.columns()))


def draw(database: Path) -> None:
    """Write the tables that the stages read; all but requests, calendar and setting are empty."""
    warehouse = Warehouse(database)
    last = FIRST + dt.timedelta(days=DAYS)
    dates = [FIRST + dt.timedelta(days=number) for number in range(DAYS)]
    rows: dict[type[Table], list[tuple[object, ...]]] = {
        Setting: [("2026-01", "3205", "Asia/Jakarta", FIRST, last)],
        Calendar: [(day, day.isoweekday(), day == FIRST, False, False, None, None) for day in dates],
    }
    for table, frame in zip((RequestMinute, Attempt), requests(np.random.default_rng(1)), strict=True):
        warehouse.write(table, frame)
    tables = {table for stage in STAGES for table in stage.reads} - {RequestMinute, Attempt}
    for table in sorted(tables - {table for stage in STAGES for table in stage.writes}, key=str):
        warehouse.write(table, pd.DataFrame(rows.get(table, []), columns=list(table.columns())))
    warehouse.close()


def peak() -> str:
    """Most memory held so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"


def main() -> None:
    """Time both stages on the drawn month."""
    settings = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child = multiprocessing.get_context("spawn").Process(target=draw, args=(folder / "month.duckdb",))
        child.start()
        child.join()
        warehouse = Warehouse(folder / "month.duckdb", threads=2, memory_limit="512MB", scratch=folder)
        print(f"tables ready: {peak()}")
        for stage in STAGES:
            start, busy = time.perf_counter(), time.process_time()
            stage.run(StageContext(stage, warehouse, settings, folder, folder))
            wall, cpu = time.perf_counter() - start, time.process_time() - busy
            print(f"{stage.name}: {wall:.1f} s, of them {cpu:.1f} s on a processor; peak {peak()}")
        print(f"outages found: {len(warehouse.arrow(Outage))}")
        warehouse.close()


if __name__ == "__main__":
    main()
