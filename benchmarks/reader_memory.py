"""Print the peak memory of reading a month's largest files as a run does: 25,000 people, and one of three cases.

- an access log of 1 GB of a server that four regions share: three of four lines are requests that differ in more than
  their time, 1.1 million of them by the region's own people;
- a recap of 200,000 rows as XLSX;
- 1.1 million punches as CSV.

Run as `python -m benchmarks.reader_memory [CASE ...]` (Linux). Prints the peak of the run's process and of the reader's
child for every reading stage, beside the limit of issue 3; exit code 1 where one is above it. Each stage's peak is its
own: the kernel's high-water mark is reset before it.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.settings import load_settings
from pipeline.stages import BY_NAME
from pipeline.stages.intake.load_policy import setting_row
from schemas import Setting

LIMIT_MB = 600
PEOPLE, SENDERS, UNITS, DAYS = (
    25_000,
    85_000,
    70,
    range(1, 23),
)  # senders of all regions that share the server
LOG_BYTES, RECAP_ROWS = 1 << 30, 200_000
STAGES = (
    BY_NAME["load_policy"],
    BY_NAME["snapshot"],
    BY_NAME["ingest"],
    BY_NAME["validate"],
    BY_NAME["ingest_logs"],
)
SETTINGS = 'period = "2026-01"\nregion = "3205"\nzone = "Asia/Jakarta"\npolicy = "kepmendagri"\n'
PUNCHES = ("punch", "presensi.csv", 'profile = "baku"')
RECAP = ("punch", "rekap.xlsx", 'profile = "rekap-harian"')
LOG = ("access_log", "access.log", 'profile = "nginx-presensi"\nvantage = "pusat"')
CASES = {"log": (PUNCHES, LOG), "xlsx": (RECAP,), "csv": (PUNCHES,)}


def nip(person: int) -> str:
    """A made-up number of the right form."""
    return f"19{80 + person // 25_000}01{1 + person // 1000 % 25:02d}2006011{person % 1000:03d}"


def write_people(folder: Path) -> None:
    """Employees, units and networks."""
    units = [f"OPD{unit:03d},Dinas {unit},3205,\n" for unit in range(UNITS)]
    people = [
        f"{nip(one)},Pegawai {one},PNS,OPD{one % UNITS:03d},kantor-5,4000000,{one}\n" for one in range(PEOPLE)
    ]
    blocks = [f"10.{unit}.0.0/16,OPD{unit:03d},Jalur,kantor\n" for unit in range(UNITS)]
    for name, head, lines in (
        ("opd.csv", "kode_opd,nama_opd,wilayah,zona\n", units),
        ("pegawai.csv", "nip,nama,status,kode_opd,kelompok,tpp,pin\n", people),
        ("jaringan.csv", "cidr,kode_opd,penyedia,jenis\n", blocks),
    ):
        (folder / name).write_text(head + "".join(lines))


def write_punches(path: Path, count: int) -> None:
    """Two punches a person and day, up to `count`."""
    with path.open("w") as file:
        file.write("nip,waktu,arah,kanal,perangkat,versi_aplikasi,waktu_terima\n")
        for number in range(count):
            day, side, person = DAYS[number // 2 // PEOPLE], number % 2, number // 2 % PEOPLE
            at = f"2026-01-{day:02d} {'16' if side else '07'}:{person % 60:02d}:{person // 60 % 60:02d}"
            file.write(f"{nip(person)},{at},{'pulang' if side else 'masuk'},aplikasi,android,4.2.1,{at}\n")


def write_recap(path: Path) -> None:
    """A row per person and day, dates and times as cells."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        day, clock = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "hh:mm:ss"}),
        )
        sheet.write_row(0, 0, ["NIP", "Nama", "Tanggal", "Jam Masuk", "Jam Pulang", "Keterangan"])
        for row in range(RECAP_ROWS):
            person, date = row % PEOPLE, dt.date(2026, 1, DAYS[row // PEOPLE])
            sheet.write_string(row + 1, 0, nip(person))
            sheet.write_string(row + 1, 1, f"Pegawai {person}")
            sheet.write_datetime(row + 1, 2, date, day)
            sheet.write_datetime(row + 1, 3, dt.time(7, person % 60, row % 60), clock)
            sheet.write_datetime(row + 1, 4, dt.time(16, person % 60, row % 60), clock)
            sheet.write_string(row + 1, 5, "Hadir")


def write_log(path: Path) -> None:
    """A month in order of time."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    number, size, lines = 0, 0, LOG_BYTES // 205
    start = dt.datetime(2026, 1, 1)
    with path.open("w") as file:
        while size < LOG_BYTES:
            at = (start + dt.timedelta(seconds=number * 31 * 86400 // lines % (31 * 86400))).strftime(
                "%d/%b/%Y:%H:%M:%S"
            )
            if number % 4 == 0:
                line = (
                    f'10.0.0.9 - - [{at} +0700] "GET /health HTTP/1.1" 200 32 "-" "monitor/1.0" '
                    'rt=0.001 ust=200 urt=0.001 uid="-" wil="-" ver="-"\n'
                )
            else:
                person, took = chance.randrange(SENDERS), chance.randrange(30, 900) / 1000
                line = (
                    f'10.{person % UNITS}.{person // UNITS % 256}.7 - - [{at} +0700] "POST /api/presensi/masuk HTTP/1.1" 200 32 '
                    f'"-" "PresensiASN/4.2.{person % 5} (Android {10 + person % 5})" rt={took:.3f} ust=200 urt={took:.3f} '
                    f'uid="{nip(person)}" wil="3205" ver="4.2.{person % 5}"\n'
                )
            size += file.write(line)
            number += 1


def make(workspace: Path, case: str) -> None:
    """A workspace whose month holds the case's files."""
    folder = workspace / "masukan"
    folder.mkdir()
    write_people(folder)
    sources = [
        ("unit", "opd.csv", ""), ("employee", "pegawai.csv", ""), ("network", "jaringan.csv", ""), *CASES[case],
    ]  # fmt: skip
    text = "".join(
        f'[[source]]\nkind = "{kind}"\nfiles = ["masukan/{name}"]\n{extra}\n' for kind, name, extra in sources
    )
    (workspace / "rekon.toml").write_text(SETTINGS + text)
    write_punches(folder / "presensi.csv", 2 * PEOPLE * len(DAYS) if case == "csv" else 2 * PEOPLE)
    if case == "xlsx":
        write_recap(folder / "rekap.xlsx")
    if case == "log":
        write_log(folder / "access.log")


def high_water(process: str = "self") -> int:
    """Peak resident MB of a process since the last reset; 0 where it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)


class Children(threading.Thread):
    """Watches the peak of this process's children."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0

    def run(self) -> None:
        """Until the process ends."""
        while True:
            self.peak = max([self.peak, *map(high_water, self._pids())])
            time.sleep(0.02)

    @staticmethod
    def _pids() -> Iterator[str]:
        for task in Path("/proc/self/task").iterdir():
            try:
                yield from (task / "children").read_text().split()
            except OSError:  # the thread has ended
                continue


def read(workspace: Path, case: str) -> None:
    """Run the reading stages as a run does, and print the peaks; exits with 1 above the limit."""
    settings = load_settings(workspace)
    scratch = workspace / "kerja" / "coret"
    scratch.mkdir(parents=True)
    engine = settings.engine
    warehouse = Warehouse(
        scratch / "run.duckdb", threads=engine.threads, memory_limit=engine.memory_limit, scratch=scratch
    )
    warehouse.write(Setting, setting_row(settings))
    children = Children()
    children.start()
    highest = 0
    for stage in STAGES:
        folder = scratch / stage.name
        folder.mkdir()
        Path("/proc/self/clear_refs").write_text("5")
        children.peak, start = 0, time.perf_counter()
        stage.run(StageContext(stage, warehouse, settings, workspace, folder))
        run, child, seconds = high_water(), children.peak, time.perf_counter() - start
        highest = max(highest, run, child)
        print(f"{case:5}{stage.name:14}{seconds:7.1f} s   run {run:5} MB   reader {child:5} MB", flush=True)
    warehouse.close()
    print(f"{case:5}highest {highest} MB of {LIMIT_MB} MB, {highest / LIMIT_MB:.2f} of the limit", flush=True)
    sys.exit(int(highest > LIMIT_MB))


def main(cases: list[str]) -> int:
    """Make and read each case in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    worst = 0
    for case in cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            for step in (make, read):
                child = spawn.Process(target=step, args=(Path(folder), case))
                child.start()
                child.join()
                worst = max(worst, child.exitcode or 0)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
