"""The payroll batch: penyesuaian-tpp.csv, its sidecar and its workbook (docs/contract/outputs.md, "A batch")."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from pipeline.engine.locks import published_root
from pipeline.engine.rows import Row
from pipeline.errors import SettingsError, TotalsError, VerificationError
from pipeline.payroll.formats import format_sha256, load_format
from pipeline.publishing.ledger import BATCH, LOCK, REVISION, Entry, Ledger, open_ledger, read_ledger
from pipeline.publishing.manifest import code_sha256, json_bytes, sha256_of
from pipeline.publishing.publication import Publication, Published, publish_folder
from pipeline.publishing.published import read_rows, verified_folder
from pipeline.settings import Settings

CSV_NAME = "penyesuaian-tpp.csv"
SIDECAR_NAME = "penyesuaian-tpp.csv.json"
WORKBOOK_NAME = "penyesuaian-tpp.xlsx"
MINUTES_NAME = "berita-acara.html"
COLUMNS = (
    "adjustment_id",
    "origin_period",
    "nip",
    "kode_opd",
    "tpp_idr",
    "deduction_before_idr",
    "deduction_after_idr",
    "adjustment_idr",
    "reason_code",
    "evidence_id",
    "reverses",
    "batch_id",
)
INTEGERS = ("tpp_idr", "deduction_before_idr", "deduction_after_idr", "adjustment_idr")
BATCH_ID_DIGITS = 12
ADJUSTMENT_ID_DIGITS = 16
# A fixed date keeps the workbook's bytes free of the clock.
WORKBOOK_CREATED = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Batch:
    """A payroll batch that was published."""

    path: Path
    batch_id: str
    count: int
    adjustment_idr: int


@dataclass(frozen=True)
class BatchPage:
    """What the minutes of a batch show: its rows, id, number in the month, hash of the CSV, and the ledger's head before it."""

    rows: Sequence[Row]
    batch_id: str
    number: int
    csv_sha256: str
    ledger_head: str


def publish_batch(
    adjustment: pa.Table,
    settings: Settings,
    workspace: Path,
    scratch: Path,
    revision: Published,
    render: Callable[[BatchPage], bytes],
) -> Batch | None:
    """Publish terbit/<period>/bayar-<K>-<id>/ with what is to be paid now; None where that is nothing.

    `adjustment` is net of what was issued; `render` gives the minutes' page; the caller holds the workspace's lock.
    """
    ledger = open_ledger(workspace)
    if is_locked(ledger, settings.period):
        raise SettingsError(
            f"Periode {settings.period} sudah dikunci; koreksinya ikut batch periode terbuka berikutnya."
        )
    payable = adjustment.filter(pc.invert(adjustment["is_held"]))
    rows = batch_rows(payable, _latest_issued(ledger, workspace), revision.name)
    if not rows:
        return None
    number = len(ledger.of(BATCH, settings.period)) + 1
    batch_id = rows[0]["batch_id"]
    files = batch_files(rows, settings, workspace)
    files[MINUTES_NAME] = render(BatchPage(rows, batch_id, number, sha256_of(files[CSV_NAME]), ledger.head))
    totals = {"count": len(rows), **_checked_sums(rows, payable)}
    path = f"{settings.period}/bayar-{number}-{batch_id}"
    document = {
        "schema": 1,
        "period": settings.period,
        "region": settings.region,
        "batch_id": batch_id,
        "batch": number,
        "revision": revision.name,
        "code": {"sha256": code_sha256()},
        "format": format_sha256(settings.payroll.format, workspace),
        "totals": totals,
        "held": adjustment.num_rows - payable.num_rows,
    }
    counted = {CSV_NAME: len(rows)}
    publication = Publication(BATCH, settings.period, path, batch_id, files, counted, document, totals)
    publish_folder(publication, ledger, workspace, scratch)
    return Batch(published_root(workspace) / path, batch_id, len(rows), totals["adjustment_idr"])


def _checked_sums(rows: Sequence[Row], payable: pa.Table) -> dict[str, int]:
    """Sums of the lines' amounts; TotalsError where the rupiah are not those that were computed."""
    sums = _sums(rows)
    expected = sum(payable["adjustment_idr"].to_pylist())
    if sums["adjustment_idr"] != expected:
        raise TotalsError(
            f"Angka kendali tidak cocok; batch tidak diterbitkan:\n  rupiah batch, tingkat seluruh daerah: "
            f"berkas {sums['adjustment_idr']}, hasil hitung {expected}"
        )
    return sums


def batch_rows(
    adjustment: pa.Table, issued: Mapping[tuple[str, str, str], str], evidence_id: str
) -> list[Row]:
    """The lines of the payroll file, by person, month and OPD; amounts of zero are left out.

    `issued` is the latest adjustment_id of an earlier batch by (nip, origin_period, unit_id).
    """
    rows: list[Row] = []
    for line in adjustment.to_pylist():
        if line["adjustment_idr"] == 0:
            continue
        key = (line["nip"], line["origin_period"], line["unit_id"])
        rows.append(
            {
                "origin_period": line["origin_period"],
                "nip": line["nip"],
                "kode_opd": line["unit_id"],
                **{name: line[name] for name in INTEGERS},
                "reason_code": "koreksi" if key in issued else "gangguan_sistem",
                "evidence_id": evidence_id,
                "reverses": issued.get(key, ""),
            }
        )
    rows.sort(key=lambda row: (row["nip"], row["origin_period"], row["kode_opd"]))
    batch_id = sha256_of(json_bytes({"rows": rows}))[:BATCH_ID_DIGITS]
    for row in rows:
        identity = "|".join((batch_id, row["nip"], row["origin_period"], row["kode_opd"]))
        row["adjustment_id"] = sha256_of(identity.encode())[:ADJUSTMENT_ID_DIGITS]
        row["batch_id"] = batch_id
    return rows


def batch_files(rows: Sequence[Row], settings: Settings, workspace: Path) -> dict[str, bytes]:
    """The machine file, its sidecar and the workbook, and the file of a foreign format where rekon.toml names one."""
    delimiter = settings.payroll.delimiter
    content = _csv_bytes(rows, delimiter)
    sidecar = {
        "schema": 1,
        "file": CSV_NAME,
        "batch_id": rows[0]["batch_id"],
        "delimiter": delimiter,
        "encoding": "utf-8",
        "columns": list(COLUMNS),
        "count": len(rows),
        "sums": _sums(rows),
        # As text: a sum of NIPs has more digits than a JSON number keeps.
        "nip_hash_total": str(sum(int(row["nip"]) for row in rows)),
        "sha256": sha256_of(content),
    }
    files = {CSV_NAME: content, SIDECAR_NAME: json_bytes(sidecar), WORKBOOK_NAME: _workbook_bytes(rows)}
    if (other := load_format(settings.payroll.format, workspace, COLUMNS)) is not None:
        files[other.file] = other.csv_bytes(rows)
    return files


def is_locked(ledger: Ledger, period: str) -> bool:
    """Whether payroll closed the period (`rekon lock`)."""
    return bool(ledger.of(LOCK, period))


@dataclass(frozen=True)
class Closed:
    """The locked months before a period, as their newest revisions have them: rows of ClosedMonth and ClosedHold."""

    periods: frozenset[str]
    months: list[Row]
    holds: list[Row]


def closed_months(workspace: Path, period: str) -> Closed:
    """Every locked period before `period`, but purged ones, of which nothing is owed; raises VerificationError where its newest revision is not as published."""
    ledger = read_ledger(workspace)
    found = Closed(
        frozenset(entry.period for entry in ledger.of(LOCK) if entry.period < period) - ledger.purged,
        months=[],
        holds=[],
    )
    for closed in sorted(found.periods):
        newest = ledger.of(REVISION, closed)[-1]
        verified_folder(workspace, newest)
        for rows, name, columns in (
            (found.months, "person_month", ("nip", "unit_id", "tpp_idr", "recorded_idr", "restored_idr")),
            (found.holds, "deduction_check", ("nip",)),
        ):
            rows += [{"origin_period": closed, **row} for row in read_rows(workspace, newest, name, columns)]
    return found


def issued_adjustments(workspace: Path, periods: Container[str]) -> list[Row]:
    """Rows of IssuedAdjustment whose month of origin is one of `periods`, from every batch in the ledger.

    Raises VerificationError where a batch is not what the ledger says.
    """
    return [
        {
            "adjustment_id": row["adjustment_id"],
            "nip": row["nip"],
            "origin_period": row["origin_period"],
            "unit_id": row["kode_opd"],
            "adjustment_idr": int(row["adjustment_idr"]),
            "batch_id": row["batch_id"],
        }
        for row in _issued_lines(read_ledger(workspace), workspace)
        if row["origin_period"] in periods
    ]


def _latest_issued(ledger: Ledger, workspace: Path) -> dict[tuple[str, str, str], str]:
    return {
        (row["nip"], row["origin_period"], row["kode_opd"]): row["adjustment_id"]
        for row in _issued_lines(ledger, workspace)
    }


def _issued_lines(ledger: Ledger, workspace: Path) -> Iterable[dict[str, str]]:
    for entry in ledger.of(BATCH):
        yield from batch_lines(workspace, entry)


def batch_lines(workspace: Path, entry: Entry) -> list[dict[str, str]]:
    """The rows of a batch's machine file; raises VerificationError where they are not what the ledger says."""
    rows = csv_rows(verified_folder(workspace, entry))
    paid = sum(int(row["adjustment_idr"]) for row in rows)
    if (len(rows), paid) != (entry.totals["count"], entry.totals["adjustment_idr"]):
        raise VerificationError(
            f"terbit/{entry.path}/{CSV_NAME}: jumlahnya bukan yang tercatat di buku terbit."
        )
    return rows


def csv_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of a batch's machine file, as text."""
    text = (folder / CSV_NAME).read_bytes().decode("utf-8")
    delimiter = text[len(f'"{COLUMNS[0]}"')]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _sums(rows: Sequence[Row]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in INTEGERS}


def _csv_bytes(rows: Sequence[Row], delimiter: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] for row in rows)
    return stream.getvalue().encode("utf-8")


def _workbook_bytes(rows: Sequence[Row]) -> bytes:
    """The same rows for a person to read; every id is text, every amount a number."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": "Penyesuaian TPP", "created": WORKBOOK_CREATED})
        sheet = workbook.add_worksheet("Penyesuaian")
        heading, money = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "#,##0"})
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(COLUMNS):
            sheet.set_column(place, place, 20)
            sheet.write_string(0, place, name, heading)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(COLUMNS):
                if name in INTEGERS:
                    sheet.write_number(number, place, row[name], money)
                else:
                    sheet.write_string(number, place, row[name])
    return stream.getvalue()
