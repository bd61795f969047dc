"""The bundled month as other systems would have handed it over: a recap, machine dumps, JSON logs.

The converters know the month by its files alone, as a vendor's export would: nothing here calls the pipeline.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import xlsxwriter

from tests.support import PROFILES

PERIOD = "2026-01"
NIGHT = "M"
NIGHT_PRESSES = (dt.timedelta(hours=18), dt.timedelta(hours=37))  # from 18:00 to 13:00 of the day after
MIDDLE = {"P": dt.timedelta(hours=10.5), "S": dt.timedelta(hours=17.5), NIGHT: dt.timedelta(hours=26)}
OPENS = dt.timedelta(hours=4)  # no recap takes an earlier press, but of a night shift
OFFICE = dt.timedelta(hours=11.25)  # before the end of the shortest duty, a Friday of six-day weeks
KEYS = {"masuk": "0", "pulang": "1", "": "255"}
LINE = re.compile(
    r'(?P<remote_addr>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<uri>\S+) [^"]*" (?P<status>\d+) (?P<bytes>\d+) '
    r'"[^"]*" "(?P<agent>[^"]*)" rt=(?P<rt>\S+) ust=(?P<ust>.+?) urt=(?P<urt>.+?) uid="(?P<nip>[^"]*)" wil="(?P<wilayah>[^"]*)" '
    r'ver="(?P<versi>[^"]*)"\n?'
)
Row = dict[str, str]


def as_machine_dump(workspace: Path) -> None:
    """presensi.csv -> 1_attlog.dat: pin, time and key of each press; no receipt times, no app, all through a device."""
    pins = {row["nip"]: row["pin"] for row in _rows(workspace, "pegawai.csv")}
    lines = [
        f"{pins[row['nip']]:>9}\t{row['waktu']}\t{KEYS[row['arah']]}\t1\t0\t0\r\n"
        for row in _rows(workspace, "presensi.csv")
    ]
    _folder(workspace).joinpath("1_attlog.dat").write_text("".join(lines), newline="")
    _replace_source(workspace, "presensi.csv", "1_attlog.dat", "attlog")


def as_recap(workspace: Path) -> None:
    """presensi.csv -> rekap.xlsx: of each person and duty day the first check-in and the last check-out, a sheet per OPD.

    A press without direction goes to the nearer end of the duty. All else is lost, as in any recap: presses between, a
    press in the wrong direction where a right one is there, presses in the small hours, receipt times, the app.
    """
    people = {row["nip"]: row for row in _rows(workspace, "pegawai.csv")}
    shifts = {(row["nip"], row["tanggal"]): row["shift"] for row in _rows(workspace, "jadwal-jaga.csv")}
    days: dict[tuple[str, dt.date], list[tuple[dt.datetime, str]]] = {}
    for row in _rows(workspace, "presensi.csv"):
        at = dt.datetime.fromisoformat(row["waktu"])
        date = _duty_day(row["nip"], at, shifts)
        if at >= dt.datetime.combine(date, dt.time()) + OPENS:
            days.setdefault((row["nip"], date), []).append((at, row["arah"]))
    by_unit = sorted(days.items(), key=lambda item: (people[item[0][0]]["kode_opd"], item[0]))
    with xlsxwriter.Workbook(_folder(workspace) / "rekap.xlsx") as book:
        day, clock = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "hh:mm:ss"}),
        )
        for unit, entries in groupby(by_unit, key=lambda item: people[item[0][0]]["kode_opd"]):
            sheet = book.add_worksheet(unit)
            sheet.write_row(0, 0, [f"REKAP PRESENSI {unit}"])
            sheet.write_row(2, 0, ["NIP", "Nama", "Tanggal", "Scan Masuk", "Scan Pulang", "Keterangan"])
            for line, ((nip, date), presses) in enumerate(entries, start=3):
                middle = MIDDLE.get(shifts.get((nip, date.isoformat()), ""), OFFICE)
                first, last = _ends(presses, dt.datetime.combine(date, dt.time()) + middle)
                sheet.write_string(line, 0, nip)
                sheet.write_string(line, 1, people[nip]["nama"])
                sheet.write_datetime(line, 2, dt.datetime.combine(date, dt.time()), day)
                for column, at in ((3, first), (4, last)):
                    if at is None:
                        sheet.write_string(line, column, "-")
                    else:
                        sheet.write_datetime(line, column, at.time(), clock)
                sheet.write_string(line, 5, "Hadir")
    _replace_source(workspace, "presensi.csv", "rekap.xlsx", "rekap-harian")


def as_json_logs(workspace: Path) -> None:
    """Each access log -> JSON lines. The profile is the shipped one, told that the user is authenticated."""
    for path in sorted(_folder(workspace).glob("log/*/*.log*")):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
            converted = "".join(map(_json_line, lines))
        path.with_name(path.name.replace(".log", ".jsonl")).write_bytes(
            gzip.compress(converted.encode(), 1) if path.suffix == ".gz" else converted.encode()
        )
        path.unlink()
    shipped = PROFILES / "json-lines.toml"
    own = shipped.read_text().replace("user_id_authenticated = false", "user_id_authenticated = true")
    (workspace / "profil").mkdir(exist_ok=True)
    (workspace / "profil" / "json-gerbang.toml").write_text(own)
    _edit(
        workspace, lambda text: text.replace("*.log*", "*.jsonl*").replace("nginx-presensi", "json-gerbang")
    )


def _json_line(line: str) -> str:
    found = LINE.fullmatch(line)
    assert found is not None, line
    value = {name: text for name, text in found.groupdict().items() if text not in ("-", "")}
    at = dt.datetime.strptime(value["time"], "%d/%b/%Y:%H:%M:%S %z")
    keys = {
        "time": at.isoformat(), "remote_addr": value["remote_addr"], "method": value["method"], "uri": value["uri"],
        "status": int(value["status"]), "body_bytes_sent": int(value["bytes"]), "request_time": float(value["rt"]),
        "upstream_status": value.get("ust"), "upstream_response_time": value.get("urt"),
        "http_user_agent": value.get("agent"), "nip": value.get("nip"), "wilayah": value.get("wilayah"),
        "versi": value.get("versi"),
    }  # fmt: skip
    return json.dumps({key: entry for key, entry in keys.items() if entry is not None}) + "\n"


def _duty_day(nip: str, at: dt.datetime, shifts: dict[tuple[str, str], str]) -> dt.date:
    """The day that a press belongs to: of a night shift the day on which it began."""
    for date in (at.date() - dt.timedelta(days=1), at.date()):
        since = at - dt.datetime.combine(date, dt.time())
        if shifts.get((nip, date.isoformat())) == NIGHT and NIGHT_PRESSES[0] <= since < NIGHT_PRESSES[1]:
            return date
    is_night = shifts.get((nip, at.date().isoformat())) == NIGHT  # before one begins, another has ended
    return at.date() - dt.timedelta(days=is_night)


def _ends(
    presses: list[tuple[dt.datetime, str]], middle: dt.datetime
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """First check-in and last check-out; `middle` of the duty parts the presses that say neither."""
    first = [at for at, key in presses if key == "masuk" or (not key and at < middle)]
    last = [at for at, key in presses if key == "pulang" or (not key and at >= middle)]
    return min(first, default=None), max(last, default=None)


def _folder(workspace: Path) -> Path:
    return workspace / "masukan" / PERIOD


def _rows(workspace: Path, name: str) -> Iterator[Row]:
    with _folder(workspace).joinpath(name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _replace_source(workspace: Path, old: str, new: str, profile: str) -> None:
    _folder(workspace).joinpath(old).unlink()
    before = f'files = ["masukan/{{period}}/{old}"]\nprofile = "baku"'
    _edit(
        workspace,
        lambda text: text.replace(before, f'files = ["masukan/{{period}}/{new}"]\nprofile = "{profile}"'),
    )


def _edit(workspace: Path, change: Callable[[str], str]) -> None:
    path = workspace / "rekon.toml"
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before
