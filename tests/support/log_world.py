"""Lines of access logs, one maker per shipped format, and the reader run over them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.logs.parsing import LogBatch, LogFile, read_logs
from pipeline.readers.logs.profiles import LogProfile
from pipeline.readers.logs.reading import read_month
from pipeline.readers.logs.summaries import sum_up
from pipeline.readers.profiles import load_log_profile

NIP_A, NIP_B = "198001012006041001", "199002022020122002"
PUNCHES = pa.schema([("nip", pa.string()), ("punched_at", pa.timestamp("us"))])
BLOCKS = [
    {"cidr": "10.1.0.0/16", "unit_id": None, "provider": "Operator", "region_code": None},
    {"cidr": "10.1.2.0/24", "unit_id": "A", "provider": "Jalur", "region_code": "3205"},
    {"cidr": "2001:db8::/32", "unit_id": "B", "provider": "Enam", "region_code": "3205"},
]


def presensi(
    time: str = "02/Jan/2026:07:00:10 +0700", request: str = "POST /api/presensi/masuk HTTP/1.1", status: int | str = 200,
    rt: str = "0.200", ust: str = "200", uid: str = NIP_A, address: str = "10.1.2.3",
    agent: str = "PresensiASN/4.2.1 (Android 14)", wil: str = "3205",
) -> str:  # fmt: skip
    """A line of `nginx-presensi`."""
    return (
        f'{address} - - [{time}] "{request}" {status} 32 "-" "{agent}" '
        f'rt={rt} ust={ust} urt={ust} uid="{uid}" wil="{wil}" ver="4.2.1"\n'
    )


def combined(
    time: str = "02/Jan/2026:07:00:10 +0700", request: str = "POST /api/presensi/masuk HTTP/1.1", status: int | str = 200,
    address: str = "10.1.2.3", agent: str = "PresensiASN/4.2.1 (Android 14)", tail: str = "",
) -> str:  # fmt: skip
    """A line of `nginx-combined` and `apache-combined`."""
    return f'{address} - - [{time}] "{request}" {status} 32 "-" "{agent}"{tail}\n'


def haproxy(
    accepted: str = "02/Jan/2026:07:00:09.800", millis: str = "200", status: str = "200", server: str = "app/web1",
    ended: str = "----", request: str = "POST /api/presensi/masuk HTTP/1.1", address: str = "10.1.2.3:50112",
) -> str:  # fmt: skip
    """A line of `haproxy-http` behind a syslog head."""
    return (
        f"Jan  2 07:00:10 lb haproxy[28029]: {address} [{accepted}] presensi~ {server} 0/0/1/150/{millis} {status} 32 "
        f'- - {ended} 87/87/87/1/0 0/0 {{PresensiASN/4.2.1}} "{request}"\n'
    )


def json_line(**changed: Any) -> str:
    """A line of `json-lines`; a key set to None is left out."""
    keys: dict[str, Any] = {
        "time": "2026-01-02T07:00:10+07:00", "remote_addr": "10.1.2.3", "method": "POST", "uri": "/api/presensi/masuk",
        "status": 200, "body_bytes_sent": 32, "request_time": 0.2, "upstream_status": "200",
        "upstream_response_time": "0.2", "http_user_agent": "PresensiASN/4.2.1 (Android 14)", "nip": NIP_A,
        "wilayah": "3205", "versi": "4.2.1",
    } | changed  # fmt: skip
    kept = {key: value for key, value in keys.items() if value is not None}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False) + "\n"


def caddy(
    ts: float = 1767312010.25, duration: float = 0.25, status: int = 200, uri: str = "/api/presensi/masuk"
) -> str:
    """A line of `caddy-json`."""
    request = {
        "remote_ip": "10.0.0.1", "client_ip": "10.1.2.3", "method": "POST", "uri": uri,
        "headers": {"User-Agent": ["PresensiASN/4.2.1 (Android 14)"], "X-Nip": [NIP_A]},
    }  # fmt: skip
    line = {
        "level": "info", "ts": ts, "logger": "http.log.access.log0", "msg": "handled request", "request": request,
        "duration": duration, "size": 32, "status": status,
    }  # fmt: skip
    return json.dumps(line, separators=(",", ":")) + "\n"


class Logs:
    """Logs in the making, and what the reader makes of them."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.files: list[LogFile] = []

    def put(
        self, name: str, content: str | bytes | Iterable[str], profile: str = "nginx-presensi", *,
        vantage: str = "pusat", zone: str = "Asia/Jakarta", **changed: Any,
    ) -> Logs:  # fmt: skip
        """Write a log, to be read by a profile with some keys `changed`."""
        path = self.folder / name
        text = content if isinstance(content, str | bytes) else "".join(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        own = LogProfile.model_validate(profile_of(profile).model_dump() | changed)
        self.files.append(LogFile(f"{len(self.files):016x}", name, path, vantage, zone, own))
        return self

    def read(
        self,
        nips: tuple[str, ...] = (NIP_A, NIP_B),
        refuse: Callable[[InputRefusedError], None] | None = None,
        punches: Iterable[tuple[str, datetime]] = (),
    ) -> Logs:
        """Fills lags, minutes, attempts, coverage (lists of dicts), counts and bad; a refusal is raised, or given to `refuse`.

        `punches`: nip and time of what the export holds, by which the clocks of the logs are set.
        """
        scratch = self.folder / "scratch"
        scratch.mkdir()
        month = read_month(self.files, self.sandbox, scratch, 2, list(nips), refuse or _raised)
        stored = [{"nip": nip, "punched_at": at} for nip, at in punches]
        pq.write_table(pa.Table.from_pylist(stored, PUNCHES), scratch / "punch.parquet")
        laid, self.lags = self.sandbox.run("log akses", sum_up, month, BLOCKS)
        self.minutes, self.attempts, self.coverage = (
            pq.read_table(scratch / f"{name}.parquet").sort_by([(key, "ascending") for key in keys]).to_pylist()
            for name, *keys in (("request_minute", "minute_at"), ("attempt", "file_id", "line_no"), ("coverage", "started_at"))
        )  # fmt: skip
        self.counts, self.bad = (
            month.counts(laid),
            [(line, code) for _file, line, code in month.bad_lines()],
        )
        return self

    def total(self, name: str) -> int:
        """The sum of a column of request_minute."""
        return int(sum(row[name] for row in self.minutes))


def _raised(error: InputRefusedError) -> None:
    raise error


def profile_of(code: str) -> LogProfile:
    """A shipped profile."""
    return load_log_profile(code, Path("nowhere"))


def parsed(folder: Path, profile: LogProfile, content: bytes) -> tuple[int, list[Any], list[Any]]:
    """Lines counted, requests with all that is known of them, malformed lines: read in this process."""
    path = folder / "x.log"
    path.write_bytes(content)
    for old in folder.glob("*.parquet"):
        old.unlink()
    engine = duckdb.connect()
    engine.execute(f"copy (select '{NIP_A}' as nip) to '{folder / 'person.parquet'}'")
    file = LogFile("0" * 16, "x.log", path, "pusat", "Asia/Jakarta", profile)
    (log,) = read_logs(LogBatch(0, (file,), folder, threads=1))
    requests: list[Any] = []
    if list(folder.glob("request-*.parquet")):
        requests = engine.execute(
            f"""select request.* exclude (shape_no), shape.* exclude (shape_no, is_entire)
            from '{folder}/request-*.parquet' as request
            inner join '{folder}/shape-*.parquet' as shape using (shape_no) order by line_no"""  # noqa: S608 - a folder of the test
        ).fetchall()
    assert len(requests) == log.accepted_count
    return log.record_count, requests, list(log.bad)


def by_the_full_pattern(profile: LogProfile) -> LogProfile:
    """The profile whose time marks never occur, so that every line goes the long way."""
    return profile.model_copy(update={"time_marks": ("\x01<", ">\x01")})
