"""Lines of each shipped profile of logs: what servers write, and what is odd about it."""

from __future__ import annotations

from pipeline.readers.logs.parsing import MARK
from tests.support.log_world import (
    caddy,
    combined,
    haproxy,
    json_line,
    presensi,
)

SAMPLES = {
    "nginx-presensi": [
        presensi(),
        presensi(ust="502, 200"),
        presensi(ust="-", status=499, uid="-", wil="-"),
        presensi(address="2001:db8::7", request="-", status=400),
        presensi(agent="x [02/Jan/2026:07:00:10 +0700] y"),
        presensi(request=f"GET /{MARK} HTTP/1.1"),
    ],
    "nginx-combined": [combined(), combined(tail=' "10.0.0.1, 1.2.3.4"'), combined(address="unix:", request="")],
    "apache-combined": [
        combined(),
        combined(agent='\\"x\\" \\\\'),
        combined(tail=' 1234 "a \\" b"'),
        combined(status="-"),
        '10.1.2.3 - - [02/Jan/2026:07:00:10 +0700] "GET / HTTP/1.1" 200 5\n',
    ],
    "nginx-ingress": [combined(tail=" 462 0.200 [a-80] [] 10.0.50.80:9000, 10.0.50.81:9000 0, 32 0.1, 0.1 502, 200 7fe")],
    "haproxy-http": [
        haproxy(),
        haproxy(status="503", server="app/<NOSRV>", ended="SC--"),
        haproxy(request="<BADREQ>", status="400"),
        haproxy(request="GET /" + "s" * 90)[:-2] + "\n",
    ],
    "json-lines": [
        json_line(),
        json_line(nip=None, request_time=None),
        json_line(http_user_agent='"time":"2026-01-02T07:00:10Z"'),
        '{"x":{"time":"2026-01-01T00:00:00Z"},' + json_line()[1:],
        json_line(uri="/\u00e9\u4e2d\\"),
    ],
    "caddy-json": [
        caddy(),
        caddy(ts=1767312010.123456789, duration=1e-05, status=0),
        caddy().replace("1767312010.25", "1767312010.12345640072073017"),  # more digits than a double has
    ],
}  # fmt: skip
