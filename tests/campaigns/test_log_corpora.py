"""Public logs through our readers: what is an access log is read to the line, what is none is refused by name.

The corpora are not part of the project; each test skips where they are absent. Origins and licences: their READMEs.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.logs.patterns import full
from pipeline.readers.logs.profiles import LogProfile
from pipeline.readers.profiles import shipped_profiles
from tests.support import needs_data
from tests.support.corpora import LOGS, Outcome, read_logs
from tests.support.log_world import parsed, profile_of

pytestmark = [pytest.mark.campaign, needs_data(LOGS)]

LNAV = LOGS / "lnav"
TABLES = ("adms", "attlog", "baku", "cuti", "rekap-harian", "siasn", "uptime-kuma")
PROFILES = tuple(code for code in shipped_profiles() if code not in TABLES)


def lines_of(path: Path) -> int:
    """Lines that are not blank, by a third way."""
    return sum(1 for line in path.read_bytes().split(b"\n") if line.strip())


COMBINED = ("apache-combined", "nginx-combined")
READ = {
    "logfile_access_log.0": (COMBINED, 3, ()),
    "logfile_access_log.1": (COMBINED, 1, ()),  # request "-", status 400
    "logfile_shop_access_log.0": (COMBINED, 1000, ()),
    "logfile_caddy_log.1": (("caddy-json",), 4, ()),
    "logfile_haproxy.0": (("haproxy-http",), 13, ((1, "LOG_NOT_REQUEST"), (2, "LOG_NOT_REQUEST"),
        (3, "LOG_NOT_REQUEST"), (14, "LOG_NOT_REQUEST"))),
}  # fmt: skip
"""Name -> profiles that read it, requests, and the lines that are none."""


@pytest.mark.parametrize("code", PROFILES)
def test_each_file_of_lnav_is_read_by_its_profile_and_refused_by_any_other(
    code: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    """Every line is a request, or has its number and reason; no file is left out, none half read."""
    files = sorted(LNAV.glob("*.json")) + sorted(LNAV.glob("*file_*.[0-9g]*"))
    assert len(files) == len(list(LNAV.iterdir())) - 2 == 43
    found = read_logs(files, profile_of(code), tmp_path / "x", sandbox)
    assert sorted(found) == sorted(path.name for path in files)
    for path in files:
        outcome = found[path.name]
        profiles, requests, bad = READ.get(path.name, ((), 0, ()))
        if code in profiles:
            assert outcome == Outcome(lines_of(path), requests, bad), path.name
        else:
            assert outcome.refusal is not None, path.name
        if path.suffix != ".gz":
            assert outcome.records == lines_of(path) == outcome.accepted + len(outcome.rejects)


FAULTS = [
    ("logfile_bad_access_log.0", "nginx-combined", 2, {"LOG_SHAPE": 1}, "1 dari 3 baris .* di baris 2"),
    ("logfile_invalid_utf8.0", "nginx-combined", 0, {"LOG_SHAPE": 5, "LOG_ENCODING": 1}, "6 dari 6 baris"),
    ("logfile_caddy_log.0", "caddy-json", 0, {"LOG_NOT_REQUEST": 35, "LOG_SHAPE": 4}, "4 dari 4 .* di baris 16"),
    ("textfile_broken_gz.txt.gz", "nginx-combined", 0, {}, "terkompresi rusak"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "requests", "codes", "said"), FAULTS)
def test_a_faulty_file_is_refused_with_what_is_wrong(
    name: str, code: str, requests: int, codes: dict[str, int], said: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    """A line without its ident fields; a line that is no UTF-8; a container's name before each line; a cut gz."""
    found = read_logs([LNAV / name], profile_of(code), tmp_path / "x", sandbox)
    outcome = found[name]
    assert (outcome.accepted, outcome.codes) == (requests, codes)
    assert re.match(f"^{re.escape(name)}: .*{said}", outcome.refusal or "")


def test_a_zone_of_half_an_hour_and_persian_paths_are_read(tmp_path: Path) -> None:
    """03:56:14 +0330 is 00:26:14 UTC; a trailing field is X-Forwarded-For."""
    content = (LNAV / "logfile_shop_access_log.0").read_bytes()
    _count, requests, _bad = parsed(tmp_path, profile_of("nginx-combined"), content)
    assert str(requests[0][3]) == "2019-01-22 00:26:14"


def test_a_haproxy_request_ends_when_syslog_wrote_it_and_began_seconds_earlier(tmp_path: Path) -> None:
    """The minute and second are those of the line; the hour is that of the zone."""
    content = (LNAV / "logfile_haproxy.0").read_bytes()
    _count, requests, _bad = parsed(tmp_path, profile_of("haproxy-http"), content)
    written = {number: line[10:15] for number, line in enumerate(content.decode().split("\n"), start=1)}
    assert {f"{row[3]:%M:%S}" for row in requests} <= set(written.values())
    assert max((row[3] - row[4]).total_seconds() for row in requests) > 3


SAMPLES = {
    "access_log": ("apache-combined", "rr....r.r"),
    "haproxy_log": ("haproxy-http", "nnnn.r"),
    "error_log": ("apache-combined", "......"),
}
"""Definition -> profile, and of each sample line whether it is read (r), known to be no request (n) or malformed."""


@pytest.mark.parametrize("definition", SAMPLES)
def test_samples_of_lnavs_formats(definition: str, tmp_path: Path) -> None:
    """Access logs that are not `combined` need a profile of their own: a host before the line, ISO times, two blanks
    between fields, no zone. TCP lines of HAProxy and error logs hold no request and are malformed."""
    code, expected = SAMPLES[definition]
    text = json.loads((LNAV / f"format_{definition}.json").read_text("utf-8"))
    lines = [sample["line"] for form in text.values() if "sample" in form for sample in form["sample"]]
    content = "".join(f"{line}\n" for line in lines).encode()
    count, requests, bad = parsed(tmp_path, profile_of(code), content)
    assert count == len(lines) == len(expected)
    letters = {row[1]: "r" for row in requests}
    letters |= {line: "n" if reason == "LOG_NOT_REQUEST" else "." for line, reason in bad}
    assert "".join(letters[number] for number in sorted(letters)) == expected


ENDPOINTS: dict[str, Any] = {
    "user_id_authenticated": False, "has_upstream": False, "client_system": "(Android|iOS)", "client_version": "x/([0-9]+)",
    "endpoints": [{"code": "health", "path": "/health"}],
}  # fmt: skip
VENDORS: dict[str, tuple[dict[str, Any], int]] = {
    "logfile_cloudflare.json": (
        {"time_marks": ['"EdgeEndTimestamp":"', '"'], "time_format": "iso", "json_paths": {
            "time": ["/EdgeEndTimestamp"], "status": ["/EdgeResponseStatus"], "address": ["/ClientIP"],
            "method": ["/ClientRequestMethod"], "uri": ["/ClientRequestURI"]}}, 1),
    "logfile_uwsgi.0": (
        {"time_marks": ["} [", "]"], "time_format": "%a %b %d %H:%M:%S %Y", "request_time_unit": "ms", "pieces": [
            {"pattern": r"\[pid: [0-9]+\|app: [0-9]+\|req: [0-9/]+\] (\S+) \(\) \{[^}]*\} \[([^\]]+)\] (\S+) (\S+) => "
             r"generated [0-9]+ bytes in ([0-9]+) (?:msecs|micros) \(HTTP/[0-9.]+ ([0-9]{3})\).*",
             "fields": ["address", "time", "method", "uri", "request_time", "status"]}]}, 19),
    "logfile_regexp_access_log.0": (
        {"time_format": "%d/%b/%Y:%H:%M:%S %z", "pieces": [
            {"pattern": r"\S+ (\S+) \S+ (\S+) \[([^\]]+)\] ", "fields": ["address", "remote_user", "time"]},
            {"field": "request"}, {"pattern": " ([0-9]{3}) ([0-9]+) ", "fields": ["status", "bytes"]},
            {"field": "referer"}, {"constant": " "}, {"field": "agent"}, {"pattern": "( [0-9]+)?", "fields": ["rest"]}]}, 2),
    "logfile_w3c.0": (
        {"time_marks": ["\x01", "\x01"], "time_format": "iso", "not_request": "^#", "pieces": [
            {"pattern": r"(\S+ \S+) (\S+) \S+ \S+ \S+ (\S+) (\S+) \S+ ([0-9]{3}) (\S+)",
             "fields": ["time", "address", "method", "uri", "status", "agent"]}]}, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", VENDORS)
def test_another_vendors_log_needs_a_profile_and_no_code(name: str, tmp_path: Path, sandbox: Sandbox) -> None:
    """CDN JSON, an application server, a proxy of its own format, W3C extended."""
    written, requests = VENDORS[name]
    profile = LogProfile.model_validate(ENDPOINTS | written)
    found = read_logs([LNAV / name], profile, tmp_path / "x", sandbox)
    outcome = found[name]
    assert (outcome.accepted, outcome.refusal) == (requests, None)
    assert outcome.records == lines_of(LNAV / name) == requests + outcome.codes.get("LOG_NOT_REQUEST", 0)


STATUSES = {200: 8434, 304: 430, 404: 212, 301: 161, 206: 42, 500: 3, 416: 2, 403: 2}
PACKED = LOGS / "apache" / "apache_combined.log.gz"


@pytest.fixture(scope="module")
def apache(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, int, list[Any], list[Any]]:
    content = gzip.decompress(PACKED.read_bytes())
    return content, *parsed(tmp_path_factory.mktemp("apache"), profile_of("apache-combined"), content)


def test_every_line_of_a_real_apache_log_is_read_but_the_one_without_its_quote(
    apache: tuple[bytes, int, list[Any], list[Any]],
) -> None:
    """Its README counts 8,435 lines of status 200: the cut one is among them."""
    content, records, requests, bad = apache
    assert (records, len(requests), bad) == (9287, 9286, [(8270, "LOG_SHAPE")])
    assert b"20/May/2015:12:05:17" in content.split(b"\n")[8269]
    counted: dict[int, int] = {}
    for row in requests:
        counted[row[13]] = counted.get(row[13], 0) + 1
    assert counted == STATUSES
    assert {row[3].minute for row in requests} == {5}
    assert (str(requests[0][3])[:10], str(requests[-1][3])[:10]) == ("2015-05-17", "2015-05-20")


@pytest.mark.parametrize("packed", ["gz", "zst", "plain"])
def test_a_log_is_the_same_packed_or_not(
    packed: str, apache: tuple[bytes, int, list[Any], list[Any]], tmp_path: Path, sandbox: Sandbox
) -> None:
    """One malformed line of 9,287 is far below the limit of one in a hundred."""
    content = {
        "gz": PACKED.read_bytes(),
        "zst": pa.compress(apache[0], codec="zstd", asbytes=True),
        "plain": apache[0],
    }[packed]
    path = tmp_path / f"access.log.{packed}"
    path.write_bytes(content)
    found = read_logs([path], profile_of("apache-combined"), tmp_path / "x", sandbox)
    assert found == {path.name: Outcome(9287, 9286, ((8270, "LOG_SHAPE"),))}


ORACLE = LOGS / "oracle" / "parse_oracle.json"
PROFILE_OF = {
    "combined": "apache-combined", "common": "apache-combined", "combined_missing_quotes": "apache-combined",
    "nginx_combined": "nginx-combined", "nginx_main_xff": "nginx-combined", "nginx_ingress_upstreaminfo": "nginx-ingress",
    "haproxy_http": "haproxy-http", "haproxy_http_bare": "haproxy-http",
    "nginx_error": "nginx-combined", "apache_error_ipv6": "apache-combined",
}  # fmt: skip
ERROR_LOGS = ("nginx_error", "apache_error_ipv6")
"""An error log repeats requests that the access log has, without outcome or duration: as a source it is refused."""
NOT_KEPT = {
    "note": "says why the line is there",
    "bytes": "sizes say nothing of an outage; `-` is no number and 0 is one, so neither is kept",
    "referer": "may hold what a person did elsewhere: not kept",
    "user": "a login of HTTP authentication is no NIP; a profile names the field that holds one",
    "identity": "as user",
    "client_port": "a person is known by address and NIP",
    "frontend": "the vantage is named by the source", "backend": "as frontend",
    "captured_req": "named by a profile where it holds an agent or a NIP", "captured_res": "as captured_req",
    "gzip_ratio": "not used", "request_length": "not used", "req_id": "not used",
    "upstream": "the status of the upstream is what tells where a request failed", "upstream_time": "as upstream",
}  # fmt: skip
"""Keys of the oracle that our readers leave out, and why: data minimisation."""
ENTRIES = json.loads(ORACLE.read_text("utf-8")) if ORACLE.exists() else []


def fields(profile: LogProfile, line: str) -> dict[str, Any]:
    """What the full pattern finds in a line."""
    engine = duckdb.connect()
    engine.execute("create table source as select ? as text, 1 as shape_no", [line])
    found = engine.execute(full(profile, "source"))
    names = [column[0] for column in found.description or ()]
    return dict(zip(names, found.fetchall()[0], strict=True))


def as_the_oracle_writes(key: str, found: dict[str, Any], request: Any) -> Any:
    """Our reading of one key. `request` is the row of the request: its end and start are columns 3 and 4."""
    words = (found["request"] or "").split(" ")
    sent = found["request"] if found["request"] != "<BADREQ>" else None
    forms: dict[str, Any] = {
        "client": found["address"], "peer": found["address"], "agent": found["agent"],
        "status": int(found["status"]) if found["status"] else None, "request": found["request"] or "",
        "method": words[0] if sent else None, "path": words[1] if sent and len(words) > 1 else None,
        "http": words[-1].removeprefix("HTTP/"), "ts_utc": f"{request[3]:%Y-%m-%dT%H:%M:%SZ}",
        "accept_local": found["time"], "server": None if found["upstream"] == "<NOSRV>" else found["upstream"],
        "term": found["termination"], "total": f"+{found['request_time']}", "t": found["request_time"],
        "xff": (found["forwarded"] or "").split(", "), "request_time": float(found["request_time"] or 0),
        "upstream_status": int(found["upstream_status"]) if found["upstream_status"] else None,
    }  # fmt: skip
    return forms[key]


@pytest.mark.parametrize("number", range(len(ENTRIES)))
def test_the_parse_oracle(number: int, tmp_path: Path) -> None:
    """Twenty of the 22 lines are read with the fields that the tests of two other parsers expect.

    Two readings differ in form: HAProxy's `t` lists five timers of which the last is the request's, and its accept time is
    written in the log's own form.
    """
    entry = ENTRIES[number]
    profile, want = profile_of(PROFILE_OF[entry["format"]]), dict(entry["want"])
    count, requests, bad = parsed(tmp_path, profile, f"{entry['line']}\n".encode())
    assert count == 1
    if entry["format"] in ERROR_LOGS:
        assert bad == [(1, "LOG_SHAPE")]
        return
    assert bad == []
    if "t" in want:
        want["t"] = str(want["t"][-1])
    if "accept_local" in want:
        want["accept_local"] = "09/Dec/2013:12:59:46.633"
    kept = {key: value for key, value in want.items() if key not in NOT_KEPT}
    found = fields(profile, entry["line"])
    assert {key: as_the_oracle_writes(key, found, requests[0]) for key in kept} == kept
    assert kept


def test_the_oracle_is_whole() -> None:
    assert len(ENTRIES) == 22
    assert {entry["format"] for entry in ENTRIES} == PROFILE_OF.keys()
