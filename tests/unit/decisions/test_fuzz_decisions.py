"""Whatever people write into a verification sheet: each row is kept as written, refused, or blank."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from pipeline.decisions.sheets import REQUIRED, read_sheet
from pipeline.readers.files import sandbox
from pipeline.readers.tables.kinds import HEADERS
from schemas.codes import VERDICTS
from tests.support.exports import NIP_A
from tests.support.fuzzing import CELLS, NOWHERE, SEEDS, a_cell, profile_of, reading

pytestmark = pytest.mark.fuzz


class Here:
    """Calls in this process, where a sandbox would use a child."""

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def run(self, _name, function, /, *args):  # type: ignore[no-untyped-def]
        return function(*args)


@pytest.mark.parametrize("kind", REQUIRED)
@given(seed=SEEDS)
def test_each_row_of_a_filled_sheet_is_kept_refused_or_blank(kind: str, seed: int) -> None:
    """What is kept is written as a file that a run reads back row by row, to the letter."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    likely = {"keputusan": [*VERDICTS, "Setuju ", "MINTA BUKTI"], "nip_pemutus": [NIP_A], "nip_penetap": [NIP_A, f"'{NIP_A}"],
        "tanggal": ["2026-01-09", ""], "alasan": ["Hadir menurut catatan", "a\nb", *CELLS]}  # fmt: skip
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(HEADERS[kind])
    rows = [
        [chance.choice(likely[header]) if header in likely and chance.random() < 0.8 else a_cell(chance, "baku", kind) for header in HEADERS[kind]]
        for _ in range(chance.randrange(6))
    ]  # fmt: skip
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "Sandbox", Here)
        path = Path(folder) / "lembar.csv"
        path.write_bytes(stream.getvalue().encode())
        sheet = read_sheet(path, NOWHERE)
    assert sheet.kind == kind
    assert len(sheet.rows) + len(sheet.refused) + sheet.blank_count == len(rows)
    again = reading(sheet.csv_bytes(), kind, profile_of("baku"))
    assert again is not None
    assert not again.records.rejects
    assert [cells for _line, cells in again.rows] == [
        [row[header] or None for header in HEADERS[kind]] for row in sheet.rows.values()
    ]


def test_a_bare_carriage_return_in_a_reason_is_a_line_end_and_splits_no_row(tmp_path: Path) -> None:
    path = tmp_path / "lembar.csv"
    path.write_bytes(
        f'{",".join(HEADERS["decision"])}\r\n0,1,tolak,{NIP_A},"tidak hadir\rhari itu",\r\n'.encode()
    )
    sheet = read_sheet(path, tmp_path)
    again = reading(sheet.csv_bytes(), "decision", profile_of("baku"))
    assert again is not None
    assert [cells[4] for _line, cells in again.rows] == ["tidak hadir\nhari itu"]
