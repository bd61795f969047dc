"""Access logs in the form of the profile `nginx-presensi`, one file per day, written where requests got to."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.simulation.behaviour import DAY
from pipeline.simulation.faults import CENTRAL, FAILURE, GATEWAY, SILENCE, Fault, in_gaps
from pipeline.simulation.people import (
    HOME,
    OFFICES_ELSEWHERE,
    OTHER_REGIONS,
    SYSTEMS,
    VERSIONS,
    Flags,
    Floats,
    Ints,
    Senders,
)
from pipeline.simulation.requests import BARE, LOGIN, Requests
from pipeline.simulation.schedule import Month

HEALTH_EVERY = 60  # seconds: a common monitor; three missing checks in a row are a gap of the log, not chance
PLAIN_DAYS = 1  # the newest file is not compressed yet, as logrotate leaves them
PATHS = ("/api/presensi/masuk", "/api/presensi/pulang", "/api/presensi", "/api/login")


@dataclass(frozen=True)
class Lines:
    """What one vantage wrote, in its own order. `at` is the end of the request, seconds of its local clock."""

    at: Floats
    address: pa.Array
    path: Ints  # index into PATHS, -1 for health checks
    status: Ints
    millis: Ints
    upstream: Flags  # an upstream answered (or was waited for)
    agent: pa.Array
    tail: pa.Array  # uid, wil, ver


def _texts(values: list[str] | pa.Array, index: Any) -> pa.Array:
    texts = pa.array(values, pa.string()) if isinstance(values, list) else values
    return texts.take(pa.array(index))


def _addresses(requests: Requests, senders: Senders) -> pa.Array:
    person, office, line = requests.person, requests.office, requests.is_office_line
    region, host = senders.region[person], senders.host[person]
    home = region == 0
    second = np.where(line, np.where(home, 32 + office // 256, 100 + region), 64 + senders.carrier[person])
    third = np.where(line, np.where(home, office % 256, host % OFFICES_ELSEWHERE), host // 256)
    fourth = np.where(line, 10 + host % 4, 1 + host % 250)
    first = _texts(["100.", "10."], line.astype(np.int64))
    number = [str(value) for value in range(256)]
    parts = [_texts(number, part) for part in (second, third, fourth)]
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(first, parts[0], ""), parts[1], parts[2], "."
    )


def _tails(senders: Senders, nips: list[str]) -> list[str]:
    wil = [HOME, *OTHER_REGIONS]
    uids = nips + senders.uid[len(nips) :].tolist()
    return [
        f'uid="{uid}" wil="{wil[region]}" ver="{VERSIONS[version]}"\n'
        for uid, region, version in zip(uids, senders.region.tolist(), senders.version.tolist(), strict=True)
    ]


def _agents() -> list[str]:
    return [f"PresensiASN/{version} ({system})" for version in VERSIONS for system in SYSTEMS]


def vantage_lines(
    requests: Requests, senders: Senders, nips: list[str], faults: tuple[Fault, ...]
) -> tuple[Lines, Lines]:
    """Lines of `gerbang` (home region, sees everything but the phone's own trouble) and of `pusat`."""
    address = _addresses(requests, senders)
    path = np.where(senders.is_plain[requests.person], 2, requests.direction)
    path = np.where(requests.kind == LOGIN, 3, path)
    person = requests.person
    agent = _texts(_agents(), senders.version[person] * len(SYSTEMS) + senders.system[person])
    tail = _texts(_tails(senders, nips), person)

    def pick(vantage: str, status: Ints, millis: Ints, end: Floats) -> Lines:
        rows = np.flatnonzero((status > 0) & ~in_gaps(faults, vantage, end))
        rows = rows[np.argsort(end[rows], kind="stable")]
        index = pa.array(rows)
        return Lines(
            end[rows], address.take(index), path[rows], status[rows], millis[rows],
            requests.fate[rows] != BARE, agent.take(index), tail.take(index))  # fmt: skip

    return (
        pick("gerbang", requests.gate_status, requests.gate_ms, requests.gate_end),
        pick("pusat", requests.server_status, requests.server_ms, requests.server_end),
    )


def health_lines(month: Month, faults: tuple[Fault, ...], vantage: str, rng: np.random.Generator) -> Lines:
    """The monitor's own checks, once a minute; at the province they reach the application behind nginx.

    A host that hangs answers no check and writes no line; a gateway whose upstream is cut stays healthy itself.
    """
    is_server = vantage == "pusat"
    at = np.arange(3, month.days * DAY, HEALTH_EVERY, dtype=np.float64)
    bad, mute = np.zeros(len(at), dtype=np.bool_), in_gaps(faults, vantage, at)
    for fault in faults:
        is_hit = fault.layer == CENTRAL if is_server else fault.layer == GATEWAY and fault.region == 0
        if is_hit and fault.symptom in (FAILURE, SILENCE):
            down = (at >= fault.start) & (at < fault.end) & (rng.random(len(at)) < fault.share)
            bad, mute = bad | (down & (fault.symptom == FAILURE)), mute | (down & (fault.symptom == SILENCE))
    at, bad = at[~mute], bad[~mute]
    zero = np.zeros(len(at), dtype=np.int64)
    return Lines(
        at, _texts(["10.0.0.9"], zero), zero - 1, np.where(bad, 503, 200), zero + 1, np.full(len(at), is_server),
        _texts(["monitor/1.0"], zero), _texts(['uid="-" wil="-" ver="-"\n'], zero))  # fmt: skip


def merged(first: Lines, second: Lines) -> Lines:
    """Both in order of time."""
    order = np.argsort(np.concatenate([first.at, second.at]), kind="stable")

    def both(name: str) -> Any:
        one, other = getattr(first, name), getattr(second, name)
        if isinstance(one, pa.Array):
            return pa.concat_arrays([one, other]).take(pa.array(order))
        return np.concatenate([one, other])[order]

    return Lines(*(both(each.name) for each in fields(Lines)))


_CLOCK = pa.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)], pa.string())
_MILLIS = pa.array([f"{ms // 1000}.{ms % 1000:03d}" for ms in range(12_000)], pa.string())
_CODES = pa.array([str(code) for code in range(600)], pa.string())
_REQUESTS = [f"POST {path} HTTP/1.1" for path in PATHS] + ["GET /health HTTP/1.1"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _day_bytes(lines: Lines, low: int, high: int, midnight: int, stamp: str, offset: str) -> bytes:
    part = slice(low, high)
    size = high - low
    arrow = {name: getattr(lines, name).slice(low, size) for name in ("address", "agent", "tail")}
    second = np.floor(lines.at[part]).astype(np.int64) - midnight
    millis = _texts(_MILLIS, np.minimum(lines.millis[part], len(_MILLIS) - 1))
    status = _texts(_CODES, lines.status[part])
    seen = pa.array(lines.upstream[part])
    nothing = pa.scalar("-", pa.string())
    text = pc.binary_join_element_wise(
        arrow["address"], f" - - [{stamp}:", _texts(_CLOCK, second), f' {offset}] "',
        _texts(_REQUESTS, lines.path[part] % len(_REQUESTS)), '" ', status, ' 32 "-" "', arrow["agent"], '" rt=',
        millis, " ust=", pc.if_else(seen, status, nothing), " urt=", pc.if_else(seen, millis, nothing), " ",
        arrow["tail"], "")  # fmt: skip
    if not size:
        return b""
    # All values lie one behind the other in the array's data buffer: that is the file.
    return bytes(text.buffers()[2])[: pc.sum(pc.binary_length(text)).as_py()]


def write_logs(folder: Path, lines: Lines, month: Month, utc_hours: int, fast: float = 0.0) -> None:
    """One file per day of the log's own zone, gz except the newest. `lines.at` is Asia/Jakarta (UTC+7).

    The host's clock is `fast` seconds ahead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shift = (utc_hours - 7) * 3600 + fast
    local = replace(lines, at=lines.at + shift)
    days = range(-1 if shift < 0 else 0, month.days)
    edges = np.searchsorted(local.at, [day * DAY for day in [*days, month.days]])
    for number, day in enumerate(days):
        date = month.date(day)
        stamp = f"{date.day:02d}/{_MONTHS[date.month - 1]}/{date.year}"
        data = _day_bytes(
            local, int(edges[number]), int(edges[number + 1]), day * DAY, stamp, f"+{utc_hours:02d}00"
        )
        name = f"access-{date.isoformat()}.log"
        if day >= month.days - PLAIN_DAYS:
            (folder / name).write_bytes(data)
        else:
            (folder / f"{name}.gz").write_bytes(_zipped(data))


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()
