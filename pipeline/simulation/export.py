"""The workspace's tabular exports, in the form of the profile `baku` (docs/contract/inputs.md)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.simulation.behaviour import DAY
from pipeline.simulation.people import (
    CARRIERS,
    HOME,
    OFFICE_PROVIDERS,
    VERSIONS,
    Ints,
    Senders,
    Staff,
    office_block,
    unit_code,
    unit_name,
)
from pipeline.simulation.punches import APP, Punches
from pipeline.simulation.schedule import GROUPS, Month, shift_code

SETTINGS = """# Ruang kerja sintetis, dibuat oleh `rekon simulate`. Tidak ada data orang sungguhan.
period = "{period}"
region = "{region}"            # daerah yang TPP-nya direkonsiliasi
zone = "Asia/Jakarta"
policy = "kepmendagri"     # preset bawaan, atau nama berkas kebijakan di ruang kerja
"""
SOURCES = (
    ("employee", "masukan/{period}/pegawai.csv"),
    ("unit", "masukan/{period}/opd.csv"),
    ("network", "masukan/{period}/jaringan.csv"),
    ("punch", "masukan/{period}/presensi.csv"),
    ("absence", "masukan/{period}/izin-cuti.csv"),
    ("roster", "masukan/{period}/jadwal-jaga.csv"),
    ("statement", "masukan/{period}/surat-keterangan.csv"),
    ("incident", "masukan/{period}/insiden.csv"),
)
LOGS = (("pusat", "UTC"), ("gerbang", "Asia/Jakarta"))


def write_rows(path: Path, header: str, rows: list[str]) -> None:
    """UTF-8, LF, no value needs quotes."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="\n")


def settings_text(period: str, month: Month, kinds: set[str], until: float | None = None) -> str:
    """rekon.toml; a source only where its file exists. Punches are vouched for before second `until`, or all."""
    midnight = dt.datetime.combine(month.first, dt.time())
    covered = midnight + dt.timedelta(seconds=month.days * DAY if until is None else until)
    text = SETTINGS.format(period=period, region=HOME)
    for kind, pattern in SOURCES:
        if kind in kinds:
            text += f'\n[[source]]\nkind = "{kind}"\nfiles = ["{pattern}"]\nprofile = "baku"\n'
        if kind == "punch":
            text += f"covers_until = {covered.isoformat()}+07:00\n"
    for vantage, zone in LOGS:
        text += (
            f'\n[[source]]\nkind = "access_log"\nfiles = ["masukan/{{period}}/log/{vantage}/*.log*"]\n'
            f'profile = "nginx-presensi"\nvantage = "{vantage}"\nzone = "{zone}"\n'
        )
    return text


def write_staff(folder: Path, staff: Staff, senders: Senders, month: Month) -> None:
    """pegawai.csv, opd.csv, jaringan.csv, izin-cuti.csv, jadwal-jaga.csv."""
    rows = []
    for person, nip in enumerate(staff.nip):
        spans = np.flatnonzero(np.diff(staff.tpp_on[person])) + 1
        edges = [0, *spans.tolist(), month.days]
        for first, last in pairwise(edges):
            begin = "2025-01-01" if first == 0 else month.date(first).isoformat()
            end = "" if last == month.days else month.date(last - 1).isoformat()
            unit, superior = int(staff.unit_on[person, first]), staff.superior(person, first)
            title = "Kepala" if person in staff.heads else "Pelaksana"
            rows.append(
                f"{nip},Pegawai {person + 1:04d},{staff.status[person]},{unit_code(unit)},{unit_name(unit)},{title},"
                f"{staff.grade[person]},{GROUPS[senders.group[person]]},{staff.tpp_on[person, first]},{person + 1},"
                f"{staff.nip[superior]},{begin},{end}"
            )
    write_rows(
        folder / "pegawai.csv",
        "nip,nama,status,kode_opd,unit_kerja,jabatan,kelas_jabatan,kelompok,tpp,pin,nip_atasan,mulai,selesai",
        rows,
    )
    units = range(len(staff.heads))
    write_rows(folder / "opd.csv", "kode_opd,nama_opd,wilayah,zona",
               [f"{unit_code(u)},{unit_name(u)},{HOME},Asia/Jakarta" for u in units])  # fmt: skip
    write_rows(
        folder / "jaringan.csv",
        "cidr,kode_opd,penyedia,jenis",
        [f"{office_block(u)},{unit_code(u)},{OFFICE_PROVIDERS[u % 3]},kantor" for u in units]
        + [f"{cidr},,{name},seluler" for name, cidr in CARRIERS],
    )
    write_rows(
        folder / "izin-cuti.csv",
        "nip,jenis,mulai,selesai,nomor_surat",
        [
            f"{staff.nip[a.person]},{a.kind},{month.date(a.first)},{month.date(a.last)},SK/{number + 1:05d}/2026"
            for number, a in enumerate(staff.absences)
        ],
    )
    shifts = [
        f"{nip},{month.date(day)},{code}"
        for person, nip in enumerate(staff.nip)
        if GROUPS[senders.group[person]] == "nakes-shift"
        for day in range(month.days)
        if (code := shift_code(day, int(senders.offset[person]), month.days)) != "L"
    ]
    write_rows(folder / "jadwal-jaga.csv", "nip,tanggal,shift", shifts)


def local_texts(at: Ints, month: Month) -> pa.Array:
    """`2026-01-02 07:30:15` from seconds after the month's first local midnight."""
    dates = pa.array([month.date(day).isoformat() for day in range(month.days + 2)])
    clock = pa.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)])
    return pc.binary_join_element_wise(dates.take(pa.array(at // DAY)), clock.take(pa.array(at % DAY)), " ")


def write_punches(path: Path, nips: list[str], punches: Punches, senders: Senders, month: Month) -> None:
    """presensi.csv: exactly what an export holds."""
    person, machine = punches.person, punches.machine
    is_app = pa.array(machine == APP)
    phones = pa.array(["android", "android", "android", "ios"]).take(pa.array(senders.system[person]))
    machines = pa.array([f"FP-{unit_code(unit)}" for unit in range(int(max(machine, default=0)) + 1)] or [""])
    text = pc.binary_join_element_wise(
        pa.array(nips).take(pa.array(person)),
        local_texts(punches.at, month),
        pa.array(["masuk", "pulang", ""]).take(pa.array(punches.direction)),
        pc.if_else(is_app, "aplikasi", "mesin"),
        pc.if_else(is_app, phones, machines.take(pa.array(np.maximum(machine, 0)))),
        pc.if_else(is_app, pa.array(list(VERSIONS)).take(pa.array(senders.version[person])), ""),
        local_texts(punches.received, month),
        ",",
    )
    write_rows(path, "nip,waktu,arah,kanal,perangkat,versi_aplikasi,waktu_terima", text.to_pylist())
