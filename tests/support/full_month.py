"""A workspace with rows of every kind: two months of a few people, closed and open, approvals, payments, leave, cuts, doubts."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterable
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.policy import read_policy
from pipeline.simulation import simulate

EARLIER, PERIOD = "2026-01", "2026-02"
CERTIFIER = "nip_penetap"
OUTAGE = {EARLIER: "2026-01-02", PERIOD: "2026-02-02"}
SOURCES = "".join(
    f'\n[[source]]\nkind = "{kind}"\nfiles = ["{files}"]\nprofile = "baku"\n'
    for kind, files in (
        ("decision", "keputusan/{period}/*.csv"),
        ("deduction", "masukan/{period}/potongan.csv"),
        ("probe", "masukan/{period}/pantauan.csv"),
        ("coverage", "masukan/{period}/cakupan.csv"),
    )
)
CHANGED = (
    (
        "[[value.monthly_cap_percent]]\nfrom = 2021-01-01\nvalue = 100",
        "[[value.monthly_cap_percent]]\nfrom = 2021-01-01\nvalue = 20",
    ),
    (
        "[[value.same_manual_people]]\nfrom = 2021-01-01\nvalue = 10",
        "[[value.same_manual_people]]\nfrom = 2021-01-01\nvalue = 3",
    ),
)
POLICY = """
[[value.day_cap_percent]]
from = 2021-01-01
value = 2
reference = "Uji"

[[attendance_floor]]
from = 2021-01-01
reference = "Uji"
steps = [{ below_percent = 50, pays_percent = 50 }]

[[leave.hukdis]]
from = 2021-01-01
effect = "month_cut"
percent = 20
reference = "Uji"

[[leave.tugas]]
from = 2021-01-01
effect = "month_rate"
percent = 10
reference = "Uji"
"""
READY = (
    "select finding_id, finding_hash, finding.nip, duty.superior_nip from finding inner join duty using (nip, duty_date)"
    " where is_certified and action_code in ('restore', 'restore_partly') order by all"
)
MONTHS = "select nip, sum(recorded_idr)::bigint as recorded_idr from person_month group by nip order by nip"
PEOPLE = 14


def call(folder: Path, name: str, *arguments: str) -> str:
    """The output of one command on the workspace."""
    result = CliRunner().invoke(rekon, [name, "-C", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def build(folder: Path) -> None:
    """January decided, paid, closed and then corrected; February with everything that a month may hold, run once."""
    for period in (EARLIER, PERIOD):
        month = folder.with_name(f"{folder.name}-{period}")
        simulate(month, 48, 3, period=period, other_regions=1)
        for log in month.rglob("access-*"):
            if OUTAGE[period] not in log.name:
                log.unlink()
        shutil.copytree(month / "masukan", folder / "masukan", dirs_exist_ok=True)
    settings = (month / "rekon.toml").read_text("utf-8").splitlines()
    kept = [line for line in settings if not line.startswith("covers_until")]
    (folder / "rekon.toml").write_text(
        "\n".join(kept).replace("kepmendagri", "kebijakan.toml") + SOURCES, "utf-8"
    )
    own = read_policy(folder, "kepmendagri")[1].decode().partition("\n[[case]]")[0]
    for old, new in CHANGED:
        assert old in own
        own = own.replace(old, new)
    (folder / "kebijakan.toml").write_text(own + POLICY, "utf-8")
    _turn(folder, EARLIER)
    call(folder, "run")
    ready = _query(folder, READY)
    keep_only(folder, ready)
    call(folder, "run")
    ready = _query(folder, READY)
    _decide(folder, EARLIER, 1, ready[:4], "setuju")
    call(folder, "finalize")
    call(folder, "lock", EARLIER)
    _decide(folder, EARLIER, 2, ready[:1], "tolak")
    _decide(folder, EARLIER, 3, ready[4:5], "setuju")
    _deduct(folder, EARLIER)
    call(folder, "run")
    _turn(folder, PERIOD)
    _widen(folder)
    call(folder, "run")
    ready = _query(folder, READY)
    _decide(folder, PERIOD, 1, ready[:3], "setuju")
    call(folder, "finalize")
    _decide(folder, PERIOD, 2, ready[:1], "tolak")
    _decide(folder, PERIOD, 3, ready[3:5], "setuju")
    _decide(folder, PERIOD, 4, [row | {"superior_nip": row["nip"]} for row in ready[2:3]], "setuju")
    _deduct(folder, PERIOD)
    call(folder, "run")


def _turn(folder: Path, period: str) -> None:
    path = folder / "rekon.toml"
    text = path.read_text("utf-8")
    for other in (EARLIER, PERIOD):
        text = text.replace(f'period = "{other}"', f'period = "{period}"')
    path.write_text(text, "utf-8")


def _query(folder: Path, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(call(folder, "sql", query).splitlines()))


def keep_only(folder: Path, ready: Iterable[dict[str, str]]) -> None:
    """A few who may be restored, their superiors, and as many others."""
    people = _read(folder / f"masukan/{EARLIER}/pegawai.csv")
    wanted = {row["nip"] for row in ready}
    wanted |= {row["nip"] for row in people if row["kelompok"] == "nakes-shift"}
    others = sorted({row["nip"] for row in people} - wanted)
    kept = set(sorted(wanted)[:PEOPLE]) | set(others[:PEOPLE])
    for path in folder.glob("masukan/*/*.csv"):
        rows = _read(path)
        if "nip" in rows[0]:
            _write(path, [row for row in rows if row["nip"] in kept])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _decide(folder: Path, period: str, number: int, ready: list[dict[str, str]], verdict: str) -> None:
    _write(
        folder / f"keputusan/{period}/{number}.csv",
        [
            {
                "finding_id": row["finding_id"],
                "finding_hash": row["finding_hash"],
                "keputusan": verdict,
                "nip_pemutus": row["superior_nip"],
                "alasan": "menurut catatan OPD",
                "tanggal": f"{period}-{10 + number}",
            }
            for row in ready
        ],
    )


def _deduct(folder: Path, period: str) -> None:
    """What payroll deducted: of the first two people something else than is recomputed."""
    rows = [{**row, "periode": period, "potongan": row["recorded_idr"]} for row in _query(folder, MONTHS)]
    for row in rows[:2]:
        row["potongan"] = str(int(row["potongan"]) + 1000)
    path = folder / f"masukan/{period}/potongan.csv"
    _write(path, [{name: row[name] for name in ("nip", "periode", "potongan")} for row in rows])


def _widen(folder: Path) -> None:
    """What few months have: a silent machine, absent days, every effect of a leave, a turned punch, a copied list."""
    month = folder / f"masukan/{PERIOD}"
    punches, leave = _read(month / "presensi.csv"), _read(month / "izin-cuti.csv")
    office = [row["nip"] for row in _read(month / "pegawai.csv") if row["kelompok"] == "kantor-5"]
    silent, absent, costly, capped, turned = office[-3:], office[-4], office[-5], office[-6], office[-7]
    kept = []
    for row in punches:
        day = row["waktu"].split(" ")[0]
        if row["nip"] in silent:
            row |= {"kanal": "mesin", "perangkat": "M9"}
        if (row["nip"] in silent and day > "2026-02-16") or (row["nip"] == absent and day > "2026-02-12"):
            continue
        if row["nip"] == capped and day == "2026-02-05":
            row["waktu"] = f"{day} {'09:30:00' if row['arah'] == 'masuk' else '13:00:00'}"
        if row["nip"] == turned and day in ("2026-02-05", "2026-02-06"):
            row["arah"] = "pulang"
        if row["arah"] == "pulang" and day == OUTAGE[PERIOD] and row["nip"] not in silent:
            row |= {"kanal": "manual", "waktu": f"{day} 16:05:00"}
        kept.append(row)
    kept.append({**kept[0], "waktu": f"{OUTAGE[PERIOD]} 07:10:00", "arah": "apel"})
    _write(month / "presensi.csv", kept)
    for kind, person, first, last in (
        ("izin", costly, "03", "05"), ("tugas", costly, "10", "11"), ("cltn", costly, "17", "18"),
        ("hukdis", capped, "01", "28"), ("cuti_tahunan", turned, "09", "10"),
    ):  # fmt: skip
        span = {"mulai": f"{PERIOD}-{first}", "selesai": f"{PERIOD}-{last}", "nomor_surat": "SK/1"}
        leave.append({"nip": person, "jenis": kind, **span})
    _write(month / "izin-cuti.csv", leave)
    _spoil(month)


def _spoil(month: Path) -> None:
    """Records that cannot be used, of every sort; checks and spans that other servers vouch for."""
    with (month / "presensi.csv").open("a", encoding="utf-8") as punches:
        punches.write(f"1,{PERIOD}-03 07:00:00,masuk,aplikasi,,,\n1,2,3,4,5,6,7,8,9\n")
    log = sorted(month.rglob("access-*.gz"))[0]
    log.write_bytes(gzip.compress(gzip.decompress(log.read_bytes()) + b"?\n", mtime=0))
    times = [f"{OUTAGE[PERIOD]} {hour:02d}:00:00" for hour in (6, 8, 12)]
    _write(month / "pantauan.csv", [{"waktu": at, "titik": "pusat", "hasil": "up"} for at in times])
    span = {"mulai": f"{PERIOD}-03 00:00:00", "selesai": f"{PERIOD}-05 00:00:00"}
    _write(month / "cakupan.csv", [{"titik": titik, **span} for titik in ("pusat", "gerbang")])
