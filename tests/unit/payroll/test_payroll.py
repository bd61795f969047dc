"""The batch as its receivers need it: their format, minutes to sign, closed months, people held back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, TotalsError
from pipeline.payroll.batches import COLUMNS, Batch, closed_months
from pipeline.payroll.formats import load_format
from pipeline.periods.closing import close_period
from pipeline.publishing.ledger import LOCK, read_ledger
from pipeline.publishing.publication import Published, publish_run
from pipeline.settings import Payroll, Settings
from schemas import Adjustment
from tests.support.handmade_month import (
    APPROVED,
    PERIOD,
    adjustment_row,
    month,
    pay_batch,
    settings,
    table,
    workspace_at,
)

FEBRUARY = "2026-02"
OWN_FORMAT = """
file = "bayar.txt"
delimiter = "\\t"
encoding = "utf-8-bom"
quote = "all"
line_end = "lf"
[[column]]
header = "Jumlah"
field = "adjustment_idr"
[[column]]
header = "NIP"
field = "nip"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


def publish(folder: Path, content: str = "a", asked: Settings | None = None) -> Published:
    return publish_run(
        month(content),
        asked or settings(),
        folder,
        folder / "kerja" / "coret",
        lambda _tables, _settings, _facts: {},
    )


def pay(folder: Path, revision: Published, asked: Settings | None = None, **changed: object) -> Batch | None:
    rows = table(Adjustment, [{**adjustment_row(), **changed}])
    return pay_batch(rows, asked or settings(), folder, revision)


def test_a_payroll_format_is_columns_order_and_encoding_from_a_file(workspace: Path) -> None:
    (workspace / "kami.toml").write_text(OWN_FORMAT, "utf-8")
    asked = settings().model_copy(update={"payroll": Payroll(format="kami.toml")})
    batch = pay(workspace, publish(workspace), asked)
    assert batch is not None
    assert (
        batch.path / "bayar.txt"
    ).read_bytes() == f'\ufeff"Jumlah"\t"NIP"\n"40000"\t"{APPROVED}"\n'.encode()
    assert (batch.path / "penyesuaian-tpp.csv").is_file()


def test_the_shipped_example_format_is_read(workspace: Path) -> None:
    found = load_format("sipd-contoh", workspace, COLUMNS)
    assert found is not None
    row = dict.fromkeys(COLUMNS, "x") | {"nip": APPROVED, "adjustment_idr": -5}
    assert found.csv_bytes([row]).endswith(f"{APPROVED};x;x;PENYESUAIAN TPP;-5;x\r\n".encode())
    with pytest.raises(TotalsError, match="cp1252"):
        found.csv_bytes([{**row, "kode_opd": "\u4e2d"}])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('field = "nip"', 'field = "nipp"', "Maksudnya `nip`?"),
        ('field = "nip"', 'value = "x"', "tidak ada kolom dengan field `nip`"),
        ('"utf-8-bom"', '"utf-7"', "encoding"),
        ('"bayar.txt"', '"../bayar.txt"', "file"),
        ('"bayar.txt"', '"penyesuaian-tpp.csv"', "file"),
    ],
)
def test_a_wrong_format_is_refused_with_its_key(workspace: Path, old: str, new: str, said: str) -> None:
    (workspace / "kami.toml").write_text(OWN_FORMAT.replace(old, new), "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_format("kami.toml", workspace, COLUMNS)
    assert said in str(caught.value)


def test_the_minutes_print_the_sums_the_files_hash_and_the_previous_head(workspace: Path) -> None:
    revision = publish(workspace)
    head = read_ledger(workspace).head
    batch = pay(workspace, revision)
    assert batch is not None
    text = (batch.path / "berita-acara.html").read_text("utf-8")
    assert head[:16] in text
    assert "Rp40.000" in text
    assert hashlib.sha256((batch.path / "penyesuaian-tpp.csv").read_bytes()).hexdigest() in text
    assert APPROVED not in text


def test_who_is_held_is_not_in_the_batch(workspace: Path) -> None:
    revision = publish(workspace)
    assert pay(workspace, revision, is_held=True) is None
    assert len(read_ledger(workspace).entries) == 1


def test_a_closed_period_takes_no_batch_and_hands_its_months_to_later_ones(workspace: Path) -> None:
    revision = publish(workspace)
    assert close_period(workspace, PERIOD)
    assert not close_period(workspace, PERIOD)
    assert [entry.kind for entry in read_ledger(workspace).entries] == ["revision", LOCK]
    with pytest.raises(SettingsError, match="dikunci"):
        pay(workspace, revision)
    assert not closed_months(workspace, PERIOD).periods
    newer = publish(workspace, "b")
    rows = closed_months(workspace, FEBRUARY).months
    assert newer.revision == 2
    assert {row["nip"]: row["recorded_idr"] - row["restored_idr"] for row in rows}[APPROVED] == 40_000
    asked = settings().model_copy(update={"period": FEBRUARY})
    batch = pay(workspace, newer, asked, adjustment_idr=40_000)
    assert batch is not None
    assert batch.path.parent.name == FEBRUARY
    assert f'"{PERIOD}";"{APPROVED}"' in (batch.path / "penyesuaian-tpp.csv").read_text("utf-8")


@pytest.mark.parametrize("period", ["2026-13", "januari", "2026-03"])
def test_what_is_no_published_month_cannot_be_closed(workspace: Path, period: str) -> None:
    publish(workspace)
    with pytest.raises(SettingsError):
        close_period(workspace, period)
