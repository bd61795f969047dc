"""What payroll received from a workspace's batches, and what must hold of their lines, whatever led to them."""

from __future__ import annotations

from pathlib import Path

from pipeline.payroll.batches import batch_lines
from pipeline.publishing.ledger import BATCH, read_ledger

Line = dict[str, str]
Owed = dict[tuple[str, str, str], int]  # nip, month of origin, OPD -> rupiah


def lines_of(folder: Path) -> list[Line]:
    """Every line of every batch, in the order of the ledger."""
    return [row for entry in read_ledger(folder).of(BATCH) for row in batch_lines(folder, entry)]


def place(line: Line) -> tuple[str, str, str]:
    return line["nip"], line["origin_period"], line["kode_opd"]


def check_lines(lines: list[Line], issued: list[Line]) -> None:
    """What was issued stays, ids are unique, and each line names the one that it corrects."""
    assert lines[: len(issued)] == issued
    assert len({line["adjustment_id"] for line in lines}) == len(lines)
    latest: dict[tuple[str, str, str], str] = {}
    for line in lines:
        assert line["reverses"] == latest.get(place(line), "")
        assert line["adjustment_idr"] != "0"
        latest[place(line)] = line["adjustment_id"]


def received(lines: list[Line]) -> Owed:
    """Payroll imports by adjustment_id: newest batch first, the oldest lines twice; zero sums are left out."""
    imported = {line["adjustment_id"]: line for line in [*reversed(lines), *lines[:2]]}
    sums: Owed = {}
    for line in imported.values():
        sums[place(line)] = sums.get(place(line), 0) + int(line["adjustment_idr"])
    return {key: paid for key, paid in sums.items() if paid}
