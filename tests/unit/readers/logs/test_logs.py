"""Access logs: what becomes of requests, whoever wrote the line; what counts once; where a log is silent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import InputRefusedError, SettingsError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.logs.addresses import BlockIndex, TrustedProxies
from pipeline.readers.profiles import load_log_profile
from tests.support import PROFILES
from tests.support.log_world import (
    NIP_A,
    Logs,
    caddy,
    combined,
    haproxy,
    json_line,
    presensi,
    profile_of,
)


def test_requests_become_attempts_with_start_outcome_and_block(logs: Logs) -> None:
    """The start is the logged end less the request time; the last upstream status counts; the narrowest block wins."""
    lines = [
        presensi(),
        presensi(status=502, ust="504, 502", rt="10.004"),
        presensi(status=503, ust="-", rt="0.003", address="10.1.9.9"),
        presensi(status=302),
        presensi(status=409),
        presensi(request="POST /api/presensi?x=1 HTTP/1.1", status=499, ust="-"),
        presensi(request="GET /api/presensi-riwayat HTTP/1.1"),
        presensi(uid="-"),
        presensi(time="02/Jan/2026:00:00:10 +0000", request="GET /health HTTP/1.1", uid="-"),
    ]
    logs.put("pusat.log", ["\n", *lines]).read()
    assert [
        (row["line_no"], row["outcome_code"], row["direction_code"], row["unit_id"]) for row in logs.attempts
    ] == [
        (2, "ok", "in", "A"),
        (3, "failed", "in", "A"),
        (4, "failed", "in", None),
        (5, "rejected", "in", "A"),
        (6, "rejected", "in", "A"),
        (7, "failed", None, "A"),
    ]
    retried = logs.attempts[1]
    assert str(retried["requested_at"]) == "2026-01-01 23:59:59"
    assert (retried["upstream_status"], retried["is_retried"]) == ("502", True)
    assert logs.attempts[0]["row_sha256"] == hashlib.sha256(lines[0].rstrip("\n").encode()).hexdigest()
    counts = (
        "request",
        "ok",
        "failed",
        "gateway_failed",
        "upstream_failed",
        "client_failed",
        "health",
        "health_failed",
    )
    assert [logs.total(f"{name}_count") for name in counts] == [8, 3, 3, 1, 1, 1, 1, 0]


OUTCOMES = [
    ({"status": 200}, "ok"),
    ({"status": 299}, "ok"),
    ({"status": 300}, "rejected"),  # a redirect to a login
    ({"status": 407}, "rejected"),
    ({"status": 408}, "failed"),
    ({"status": 429}, "failed"),
    ({"status": 499}, "failed"),
    ({"status": 500}, "failed"),
    ({"status": "000"}, "failed"),
    ({"status": 200, "rt": "59.999"}, "ok"),
    ({"status": 200, "rt": "60.000"}, "failed"),
    ({"status": 200, "ust": "502, 200"}, "ok"),
    ({"status": 200, "ust": "502 : 200"}, "ok"),
]


def test_outcomes_at_their_boundaries(logs: Logs) -> None:
    logs.put("pusat.log", [presensi(**case) for case, _outcome in OUTCOMES]).read()
    assert [row["outcome_code"] for row in logs.attempts] == [outcome for _case, outcome in OUTCOMES]
    assert [row["line_no"] for row in logs.attempts if row["is_retried"]] == [12, 13]


def test_a_redirect_is_an_answer_except_at_the_punch(logs: Logs) -> None:
    logs.put("pusat.log", presensi(request="GET /api/login HTTP/1.1", status=302)).read()
    assert logs.total("ok_count") == 1


def test_a_sender_counts_once_a_minute_however_often_it_retries(logs: Logs) -> None:
    seconds = range(10, 40, 5)
    logs.put(
        "pusat.log", [presensi(f"02/Jan/2026:07:00:{s} +0700", status=504, ust="504") for s in seconds]
    ).read()
    (row,) = logs.minutes
    assert (row["request_count"], row["sender_count"], row["failed_sender_count"]) == (6, 1, 1)
    assert (row["region_code"], row["client_code"], row["network_cidr"]) == (
        "3205",
        "Android/4.2.1",
        "10.1.2.0/24",
    )


SAME_REQUEST = [
    ("nginx-presensi", presensi()),
    ("json-lines", json_line()),
    ("caddy-json", caddy(ts=1767312010.0, duration=0.2)),
    ("nginx-combined", combined()),
    ("apache-combined", combined()),
    ("haproxy-http", haproxy()),
    ("nginx-combined", combined(tail=' "-"')),
    ("apache-combined", combined(tail=' 1234 "x \\" y"')),
    (
        "nginx-ingress",
        combined(tail=" 462 0.200 [app-80] [] 10.0.50.80:9000 32 0.199 200 752178adb17130b291aefd8c386279e7"),
    ),
]


@pytest.mark.parametrize(("profile", "line"), SAME_REQUEST)
def test_every_shipped_format_tells_of_the_same_request(logs: Logs, profile: str, line: str) -> None:
    """From the office block, in the minute of its start, answered ok."""
    logs.put("pusat.log", line, profile).read()
    (row,) = logs.minutes
    assert (row["unit_id"], row["region_code"], row["ok_count"], row["request_count"]) == ("A", "3205", 1, 1)
    assert str(row["minute_at"]) == "2026-01-02 00:00:00"


def test_json_with_a_user_gives_the_attempts_that_nginx_gives(
    logs: Logs, tmp_path: Path, sandbox: Sandbox
) -> None:
    logs.put("pusat.log", presensi(status=502, ust="504, 502", rt="10.004")).read()
    (tmp_path / "json").mkdir()
    other = Logs(tmp_path / "json", sandbox)
    other.put(
        "pusat.log", json_line(status=502, upstream_status="504, 502", request_time=10.004), "json-lines"
    ).read()
    differing = {"row_sha256", "is_authenticated"}
    assert [{k: v for k, v in row.items() if k not in differing} for row in other.attempts] == [
        {k: v for k, v in row.items() if k not in differing} for row in logs.attempts
    ]


def test_a_body_code_that_means_refused_is_no_stored_punch(logs: Logs) -> None:
    lines = [
        json_line(kode="DI_LUAR_RADIUS"),
        json_line(kode="OK"),
        json_line(kode="DI_LUAR_RADIUS", status=502),
    ]
    logs.put("pusat.log", lines, "json-lines", refused_body_codes=("DI_LUAR_RADIUS",)).read()
    assert [row["outcome_code"] for row in logs.attempts] == ["rejected", "ok", "failed"]


JSON_TIMES = [
    ("2026-01-02T07:00:10+07:00", "2026-01-02 00:00:10"),
    ("2026-01-02T07:00:10.900+0700", "2026-01-02 00:00:10.900000"),
    ("2026-01-02T00:00:10Z", "2026-01-02 00:00:10"),
    ("2026-01-02T07:00:10", "2026-01-02 00:00:10"),  # the zone of the source
]


def test_json_times_keep_their_offset_and_borrow_the_zone_only_without_one(logs: Logs) -> None:
    logs.put("pusat.log", [json_line(time=written) for written, _utc in JSON_TIMES], "json-lines").read()
    assert [str(row["answered_at"]) for row in logs.attempts] == [utc for _written, utc in JSON_TIMES]


def test_json_that_misleads_is_read_by_its_structure(logs: Logs) -> None:
    """A nested `time`, a key given as text, white space between tokens, an escaped letter."""
    lines = [
        '{"extra":{"time":"2020-01-01T00:00:00Z"},' + json_line()[1:],
        json_line(http_user_agent='"time":"2020-01-01T00:00:00Z"'),
        json_line().replace('":"', '" : "'),
        json_line(uri="/api/presensi/m\\u0061suk").replace("\\\\u", "\\u"),
    ]
    logs.put("pusat.log", lines, "json-lines").read()
    assert [(row["line_no"], str(row["answered_at"])) for row in logs.attempts] == [
        (number, "2026-01-02 00:00:10") for number in (1, 2, 3, 4)
    ]


def test_haproxy_writes_the_start_and_the_request_ends_later(logs: Logs) -> None:
    """A backend that hangs for 30 s failed the punch of 07:00:09, not one of 07:00:39."""
    lines = [haproxy(millis="30000", status="504", ended="sH--"), haproxy(status="503", server="app/<NOSRV>", ended="SC--"),
             haproxy(status="-1", server="app/web1", ended="CH--"), haproxy(status="408", server="app/<NOSRV>",
             ended="cR--", request="<BADREQ>"), "Jan  2 07:00:10 lb haproxy[1]: 10.0.0.9:5 [02/Jan/2026:07:00:09.800] "
             "presensi/1: SSL handshake failure\n"]  # fmt: skip
    logs.put("gerbang.log", lines, "haproxy-http", vantage="gerbang").read()
    assert {str(row["minute_at"]) for row in logs.minutes} == {"2026-01-02 00:00:00"}
    counts = ("request", "failed", "upstream_failed", "gateway_failed", "client_failed")
    assert [logs.total(f"{name}_count") for name in counts] == [4, 4, 1, 1, 2]
    assert str(logs.coverage[0]["ended_at"]) == "2026-01-02 00:00:40"
    assert logs.bad == [(5, "LOG_NOT_REQUEST")]


def test_an_escaped_quote_is_part_of_its_field(logs: Logs) -> None:
    """Apache writes a quote in an agent as \\"; cut there, the line would fall apart."""
    logs.put("a.log", combined(agent='Presensi/1.0 (iOS; \\"x\\")'), "apache-combined").read()
    assert (logs.minutes[0]["client_code"], logs.bad) == ("iOS/1.0", [])


FORWARDED = [
    ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
    ("10.0.0.1", "1.1.1.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),  # the leftmost may be invented
    ("203.0.113.9", "1.1.1.1", "203.0.113.9"),  # the peer itself is nobody's proxy
    ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),  # all are trusted: the leftmost
    ("10.0.0.1", "unknown, 10.0.0.3", "10.0.0.3"),
    ("10.0.0.1", "203.0.113.7:50112", "203.0.113.7"),
    ("10.0.0.1", "[2001:db8::5]:443", "2001:db8::5"),
    ("fd00::1", "2001:db8::5", "2001:db8::5"),
    ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
    ("unix:", "203.0.113.7", "203.0.113.7"),
    ("10.0.0.1", None, "10.0.0.1"),
    ("10.0.0.1", "", "10.0.0.1"),
    (None, "203.0.113.7", None),
]


@pytest.mark.parametrize(("peer", "forwarded", "client"), FORWARDED)
def test_the_client_stands_right_of_what_it_could_invent(
    peer: str | None, forwarded: str | None, client: str | None
) -> None:
    proxies = TrustedProxies(["10.0.0.0/8", "fd00::/8", "unix:"])
    assert proxies.client(peer, forwarded) == client


def test_a_proxy_that_is_not_trusted_is_the_sender(logs: Logs) -> None:
    line = json_line(remote_addr="10.0.0.1", http_x_forwarded_for="10.1.2.3")
    logs.put("a.log", line, "json-lines", trusted_proxies=("10.0.0.1/32",))
    logs.put("b.log", line, "json-lines", vantage="gerbang").read()
    assert {row["vantage_code"]: row["network_cidr"] for row in logs.minutes} == {
        "pusat": "10.1.2.0/24",
        "gerbang": None,
    }


def test_ipv6_senders_have_a_block_too(logs: Logs) -> None:
    logs.put("a.log", presensi(address="2001:db8::7")).put(
        "b.log", presensi(address="::ffff:10.1.2.9"), vantage="gerbang"
    ).read()
    assert [row["unit_id"] for row in sorted(logs.minutes, key=lambda row: row["vantage_code"])] == ["A", "B"]


def clock(minute: int) -> str:
    return f"02/Jan/2026:07:{minute:02d}:00 +0700"


LINES = [presensi(clock(minute)) for minute in range(10)]


def test_the_overlap_of_rotated_logs_counts_once_and_equal_lines_elsewhere_are_real(logs: Logs) -> None:
    logs.put("a.log", [*LINES[:6], LINES[5]]).put("b.log", [LINES[5], LINES[5], *LINES[6:]]).read()
    assert len(logs.attempts) == 11
    assert [count["overlap_count"] for count in logs.counts] == [0, 2]


@pytest.mark.parametrize(
    ("parts", "requests"),
    [
        ((LINES[:6], LINES[4:]), 10),  # a seam of two lines
        ((LINES[4:], LINES[:6]), 10),  # whatever their names
        ((LINES[:6], LINES[6:]), 10),  # none
        ((LINES, LINES[:4]), 10),  # a copy taken earlier in the day
        ((LINES, LINES[3:7]), 10),  # a stretch cut out for somebody
        ((LINES[:5], LINES[2:8], LINES[5:]), 10),  # a chain
        ((LINES[:5], [LINES[5], *LINES[3:5]]), 8),  # the same lines, but not at a seam
        ((LINES[:5], [*LINES[3:5], LINES[4], *LINES[5:]]), 11),  # a third equal line after the seam is real
    ],
)
def test_what_two_files_share_at_a_seam_counts_once(
    logs: Logs, parts: tuple[list[str], ...], requests: int
) -> None:
    for number, part in enumerate(parts):
        logs.put(f"{number}.log", part)
    logs.read()
    assert len(logs.attempts) == requests


def test_two_servers_of_a_vantage_do_not_hide_a_seam_from_one_another(logs: Logs) -> None:
    other = [presensi(clock(minute), address="10.1.2.9") for minute in range(10)]
    logs.put("a1.log", LINES[:6]).put("b1.log", other[:6]).put("a2.log", LINES[4:]).put(
        "b2.log", other[5:]
    ).read()
    assert len(logs.attempts) == 20


def test_equal_lines_of_two_vantages_are_two_testimonies(logs: Logs) -> None:
    logs.put("a.log", LINES).put("b.log", LINES, vantage="gerbang").read()
    assert len(logs.attempts) == 20


def test_malformed_lines_are_quarantined_until_there_are_too_many(logs: Logs) -> None:
    """One in a hundred is allowed, one in 99 is not."""
    good = [presensi(f"02/Jan/2026:07:{n // 60:02d}:{n % 60:02d} +0700") for n in range(99)]
    logs.put("pusat.log", [*good, "GET nothing\n"]).read()
    assert logs.bad == [(100, "LOG_SHAPE")]


def test_a_log_with_too_many_malformed_lines_is_refused_by_its_first(logs: Logs) -> None:
    good = [presensi(f"02/Jan/2026:07:{n // 60:02d}:{n % 60:02d} +0700") for n in range(98)]
    with pytest.raises(InputRefusedError, match=r"^pusat\.log: 1 dari 99 baris .* baris 99"):
        logs.put("pusat.log", [*good, "GET nothing\n"]).read()


def test_every_log_that_cannot_be_used_is_named_and_the_others_are_read(logs: Logs) -> None:
    """Whether it broke the reading, held no line, or held too many wrong ones, of which the lines stay known."""
    said: list[str] = []
    logs.put("a.log", LINES[:6]).put("b.log", [*LINES[:6], "GET nothing\n"]).put("c.log", b"x" * (65 << 20))
    logs.put("d.log", "\n").put("e.log", LINES[4:]).read(refuse=lambda error: said.append(str(error)))
    assert [(words.split(":")[0], words.split()[1]) for words in said] == [
        ("c.log", "baris"),
        ("b.log", "1"),
        ("d.log", "tidak"),
    ]
    assert len(logs.attempts) == 10
    assert logs.bad == [(7, "LOG_SHAPE")]
    assert [count["overlap_count"] for count in logs.counts] == [0, 0, 0, 2]


MALFORMED = [
    (b"GET nothing\n", "LOG_SHAPE"),
    (presensi(agent="x" * (16 << 10)).encode(), "LOG_TOO_LONG"),
    (presensi(agent="\udcff").encode("utf-8", "surrogateescape"), "LOG_ENCODING"),
    (presensi("31/Feb/2026:07:00:10 +0700").encode(), "LOG_TIME"),
    (presensi("-").encode(), "LOG_TIME"),
    (presensi().encode().replace(b"rt=", b"rt "), "LOG_SHAPE"),
    (presensi().encode()[:-3] + b"\n", "LOG_SHAPE"),  # the disk was full
]


def test_each_malformed_line_has_its_number_and_reason(logs: Logs) -> None:
    """After blank lines, a byte order mark and CRLF as well; the good line between them is read."""
    content = (
        b"\xef\xbb\xbf\r\n \n"
        + b"".join(line for line, _code in MALFORMED)
        + presensi().replace("\n", "\r\n").encode()
    )
    logs.put("pusat.log", content, max_malformed_share=1.0).read()
    assert logs.bad == [(number, code) for number, (_line, code) in enumerate(MALFORMED, start=3)]
    assert [row["line_no"] for row in logs.attempts] == [10]
    assert logs.counts[0]["record_count"] == len(MALFORMED) + 1


def checks(*seconds: int, request: str = "GET /health HTTP/1.1") -> list[str]:
    def at(second: int) -> str:
        return f"02/Jan/2026:{7 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d} +0000"

    return [presensi(at(second), request, uid="-", rt="0.000") for second in seconds]


def spans(logs: Logs) -> list[tuple[str, str]]:
    return [(str(row["started_at"])[11:], str(row["ended_at"])[11:]) for row in logs.coverage]


def test_coverage_breaks_where_health_checks_stop(logs: Logs) -> None:
    """Three minutes of silence are a gap where checks come every 30 seconds; a second less is not."""
    seconds = [*range(0, 600, 30), *range(749, 900, 30), *range(869 + 210, 1500, 30)]
    logs.put("pusat.log", checks(*seconds)).read()
    assert spans(logs) == [("07:00:00", "07:15:00"), ("07:17:59", "07:25:00")]


def test_any_line_proves_that_a_log_is_written(logs: Logs) -> None:
    """The monitor stopped for ten minutes, people did not."""
    lines = checks(*range(0, 600, 30)) + checks(700, 850, 1000, 1150, request="GET /api/berita HTTP/1.1")
    logs.put("pusat.log", lines + checks(*range(1200, 1500, 30))).read()
    assert spans(logs) == [("07:00:00", "07:24:31")]


def test_a_missing_file_between_two_is_a_gap_from_its_last_line_to_the_next(logs: Logs) -> None:
    logs.put("1.log", checks(*range(0, 600, 10))).put("3.log", checks(*range(1207, 1800, 10))).read()
    assert spans(logs) == [("07:00:00", "07:09:51"), ("07:20:07", "07:29:58")]


def test_rotation_alone_is_no_gap(logs: Logs) -> None:
    logs.put("1.log", checks(*range(0, 600, 10))).put("2.log", checks(*range(600, 1200, 10))).read()
    assert spans(logs) == [("07:00:00", "07:19:51")]


def test_rare_checks_allow_three_of_their_intervals(logs: Logs) -> None:
    """Every two minutes: six minutes of silence are a gap, five are not."""
    seconds = [*range(0, 2400, 120), 2280 + 300, *range(2580 + 360, 5000, 120)]
    logs.put("pusat.log", checks(*seconds)).read()
    assert spans(logs)[0] == ("07:00:00", "07:43:01")


def test_a_log_without_checks_is_silent_at_night_and_no_gap_within_the_hour(logs: Logs) -> None:
    logs.put("pusat.log", checks(0, 3599, 7199, request="GET / HTTP/1.1")).read()
    assert spans(logs) == [("07:00:00", "08:00:00"), ("08:59:59", "09:00:00")]


def test_a_log_without_a_line_is_refused(logs: Logs) -> None:
    with pytest.raises(InputRefusedError, match=r"kosong\.log: tidak ada baris"):
        logs.put("kosong.log", "\n \r\n").read()


def test_no_logs_at_all_give_nothing(logs: Logs) -> None:
    logs.read()
    assert (logs.minutes, logs.attempts, logs.coverage) == ([], [], [])


def test_a_stranger_leaves_counts_and_no_trace_of_the_person(logs: Logs) -> None:
    logs.put("pusat.log", presensi(uid=NIP_A)).read(nips=())
    assert (logs.total("request_count"), logs.attempts) == (1, [])


def test_the_narrowest_block_wins_and_mapped_addresses_count_as_ipv4() -> None:
    index = BlockIndex(["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"])
    texts = ("10.1.2.3", "10.9.9.9", "::ffff:10.1.2.3", "2001:db8::1", "192.0.2.1", "unix:")
    found = [index.find(text) for text in texts]
    assert found == ["10.1.0.0/16", "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", None, None]


BAD_PROFILES = [
    ('field = "agent"', 'field = "agen"', "medan `agen` tidak dikenal"),
    ("[[log.endpoints]]", "[[log.endpoint]]", "Maksudnya `endpoints`"),
    ("time_format", "time_formt", "Maksudnya `time_format`"),
    ('field = "agent"', 'field = "request"', "dua kali"),
    ("trusted_proxies = []", 'trusted_proxies = ["10.0.0.0/33"]', "trusted_proxies"),
    ('{ constant = " " },', '{ constant = " ", field = "agent" },', "tepat satu"),
    ("'(Android|iOS)'", "'(Android|iOS'", "client_system: pola"),
    ('path = "/api/login"', 'path = "/api/(login"', r"endpoints\.3: pola"),
    ('"%d/%b/%Y:%H:%M:%S %z"', '"%d/%b/%Y %Q"', "time_format: pola"),
    ("([0-9]{3}) ([0-9]+|-) ", "([0-9]{3}) [0-9]+ ", r"pieces\.2: pola"),  # two fields, one group
    ("max_malformed_share = 0.01", "timeout_seconds = inf", "timeout_seconds"),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD_PROFILES)
def test_a_profile_with_a_mistake_names_it(tmp_path: Path, old: str, new: str, said: str) -> None:
    shipped = PROFILES / "nginx-combined.toml"
    (tmp_path / "profil").mkdir()
    (tmp_path / "profil" / "punyaku.toml").write_text(shipped.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(SettingsError, match=said):
        load_log_profile("punyaku", tmp_path)


def test_only_the_profile_of_the_app_trusts_its_user_ids() -> None:
    """docs/decisions: a proof of the act (grade A) needs an authenticated user."""
    codes = ("nginx-presensi", "json-lines", "caddy-json", "nginx-combined", "haproxy-http")
    assert [profile_of(code).user_id_authenticated for code in codes] == [True, False, False, False, False]
