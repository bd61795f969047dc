"""`rekon explain`: one person's month, from the input lines to the rupiah."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[[str], list[dict[str, Any]]]


SANCTIONS = {
    "none": "belum ada",
    "oral_reprimand": "teguran lisan",
    "written_reprimand": "teguran tertulis",
    "written_dissatisfaction": "pernyataan tidak puas secara tertulis",
    "cut_6_months": "potongan tunjangan 25% selama 6 bulan",
    "cut_9_months": "potongan tunjangan 25% selama 9 bulan",
    "cut_12_months": "potongan tunjangan 25% selama 12 bulan",
    "demotion_12_months": "penurunan jabatan 12 bulan",
    "released_12_months": "pembebasan dari jabatan 12 bulan",
    "dismissal": "pemberhentian",
}


@click.command()
@workspace_option
@click.argument("nip")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Hanya hari ini.")
def command(workspace: Path, nip: str, day: dt.datetime | None) -> None:
    """Jelaskan bulan NIP dari hasil `rekon run` yang terakhir."""
    from pipeline.run import database_path
    from pipeline.settings import load_settings
    from pipeline.warehouse import answer_read_only

    path = database_path(workspace, load_settings(workspace).period)
    if not path.exists():
        raise SettingsError("belum ada hasil untuk periode ini. Jalankan `rekon run` dahulu.")
    if len(nip) != 18 or not nip.isascii() or not nip.isdigit():
        raise SettingsError("NIP harus 18 angka.")

    def ask(sql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = answer_read_only(path, sql).to_pylist()
        return rows

    only = f"and duty_date = date '{day:%Y-%m-%d}'" if day else ""
    for line in story(ask, nip, only):
        click.echo(line)


def story(ask: Ask, nip: str, only: str) -> list[str]:
    """The lines of the story; `only` narrows the days. Raises SettingsError for an unknown NIP."""
    from reports.format_id import rupiah

    months = ask(f"select * from person_month where nip = '{nip}' order by unit_id")  # noqa: S608 - 18 digits
    if not months:
        raise SettingsError("NIP itu tidak punya kewajiban hadir pada periode ini.")
    lines: list[str] = []
    for month in months:
        lines += [
            f"OPD {month['unit_id']}, TPP kotor {rupiah(month['tpp_idr'])} sebulan",
            f"  potongan menurut catatan  {rupiah(month['recorded_idr'])}",
            f"  dengan yang disetujui     {rupiah(month['restored_idr'])}",
            f"  bila semua usul disetujui {rupiah(month['potential_idr'])}",
        ]
    lines += _absences(ask, nip) + _events(ask, nip, only) + _findings(ask, nip, only)
    return lines


def _absences(ask: Ask, nip: str) -> list[str]:
    """How much of the yearly ladder of PP 94/2021 this month holds, and how much of that is disputed."""
    counts = {
        row["scenario_code"]: row
        for row in ask(f"select * from absence_count where nip = '{nip}'")  # noqa: S608 - 18 digits
    }
    recorded, potential = counts.get("recorded"), counts.get("potential")
    if recorded is None:
        return []
    left = potential["absent_days"] if potential else 0
    return [
        "",
        f"Hari kosong seluruhnya menurut catatan: {recorded['absent_days']}, paling panjang"
        f" {recorded['longest_run_days']} hari dinas berturut-turut; {recorded['absent_days'] - left} di antaranya"
        " disengketakan.",
        "  Menurut PP 94/2021 Pasal 11, bila inilah jumlah setahun:"
        f" {SANCTIONS[recorded['sanction_code']]}"
        f" (bila semua usul disetujui: {SANCTIONS[potential['sanction_code'] if potential else 'none']})."
        " Bulan-bulan sebelumnya tidak ada dalam hitungan ini.",
    ]


def _events(ask: Ask, nip: str, only: str) -> list[str]:
    from reports.format_id import long_date, rupiah

    rows = ask(
        f"select * from assessment where nip = '{nip}' and scenario_code = 'recorded' {only}"  # noqa: S608
        " order by duty_date nulls last, side_code, band_code"
    )
    lines = ["", "Potongan menurut catatan, satu per satu:"]
    for row in rows:
        when = long_date(row["duty_date"]) if row["duty_date"] else "sebulan"
        rate = "" if row["rate_bps"] is None else f" = {rupiah(row['base_idr'])} x {row['rate_bps'] / 100:g}%"
        lines.append(
            f"  {when} {row['side_code'] or ''} {row['band_code']}: {rupiah(row['deduction_idr'])}{rate}"
            f" ({row['policy_reference']})"
        )
    return lines if rows else [*lines, "  tidak ada"]


def _findings(ask: Ask, nip: str, only: str) -> list[str]:
    from reports.format_id import clock, long_date, rupiah

    lines = []
    for row in ask(
        "select finding.*, recommendation.status_code, recommendation.adjustment_idr, duty.zone"  # noqa: S608
        " from finding inner join recommendation using (finding_id)"
        " inner join duty on duty.nip = finding.nip and duty.duty_date = finding.duty_date"
        f" where finding.nip = '{nip}' {only.replace('duty_date', 'finding.duty_date')}"
        " order by finding.duty_date, finding.side_code"
    ):
        recorded = clock(row["recorded_at"], row["zone"]) if row["recorded_at"] else "tidak ada"
        restored = clock(row["restored_at"], row["zone"]) if row["restored_at"] else "tetap"
        lines += [
            "",
            f"{long_date(row['duty_date'])}, sisi {row['side_code']} (wajib {clock(row['due_at'], row['zone'])}):"
            f" tercatat {recorded}, keadaan {row['state_code']}",
            f"  sebab {row['cause_code']}, bukti {row['grade_code']}, gangguan {row['outage_id'] or '-'},"
            f" dipulihkan {restored}",
            f"  tindakan {row['action_code']}, status {row['status_code']},"
            f" pengaruh {rupiah(row['adjustment_idr'])}",
        ]
        lines += [
            f"    {edge['role_code']}: {edge['path']} baris {edge['line_no']} ({edge['rule_id']})"
            for edge in ask(
                "select evidence_edge.*, source_file.path from evidence_edge"  # noqa: S608
                " inner join source_file on source_file.sha256 = evidence_edge.file_sha256"
                " and source_file.same_as_path is null"
                f" where finding_id = '{row['finding_id']}' order by role_code desc, path, line_no"
            )
        ]
    return lines
