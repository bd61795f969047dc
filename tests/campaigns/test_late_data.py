"""Jakarta, January 2019 (suara.com, 4 January 2019): absent at 09:49, fewer at 16:35, few on Friday, as records are carried over.

The scenario `late-data` through the commands: each delivery is laid over the workspace, run, decided, paid, compared.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.payroll.batches import csv_rows
from pipeline.publishing.ledger import BATCH, REVISION, read_ledger
from pipeline.simulation import simulate

pytestmark = pytest.mark.campaign

DELIVERIES = (1, 2, 3)
DAY = "2026-01-02"
SOURCES = "".join(
    f'\n[[source]]\nkind = "{kind}"\nfiles = ["keputusan/{{period}}/{folder}*.csv"]\n'
    for kind, folder in (("decision", ""), ("incident", "insiden/"))
)
INCIDENT = (
    "id_insiden,mulai,selesai,lapisan,wilayah,kode_opd,penetap,nip_penetap,nomor_ba,tanggal_ba,keterangan\n"
    f"INS-1,{DAY} 05:00:00,{DAY} 09:40:00,central,,,BKD,197001011995011001,BA/7,{DAY},\n"
)
READY = (
    "select finding.finding_id, finding.finding_hash, 'setuju' as keputusan, duty.superior_nip as nip_pemutus,"
    " '2026-01-05' as tanggal from finding inner join duty using (nip, duty_date)"
    " where finding.is_certified and finding.action_code in ('restore', 'restore_partly') order by all"
)
MORNING = (
    "select nip, state_code from duty_side where duty_date = '2026-01-02' and side_code = 'in'"
    " and due_at < '2026-01-02 03:00:00'"  # 10:00 in Jakarta
)


@dataclass(frozen=True)
class Delivery:
    """What one export and the batch after it led to."""

    states: dict[str, str]  # of each person's check-in on the day
    arrived: set[str]  # who has a punch of that morning in the export
    batch: list[dict[str, str]]
    owed: dict[str, int]  # recorded - restored of the newest revision, by person


@dataclass(frozen=True)
class Story:
    folder: Path
    deliveries: list[Delivery]
    revisions: list[str]


def call(folder: Path, name: str, *arguments: str) -> str:
    result = CliRunner().invoke(rekon, [name, "-C", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(folder: Path, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(call(folder, "sql", query).splitlines()))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("jakarta") / "dki"
    # Of fewer people the afternoon's losses are too few to tell an outage from chance.
    simulate(folder, 240, 5, scenario="late-data", units=12, other_regions=1)
    for log in (folder / "masukan").rglob("access-*"):
        if DAY not in log.name:
            log.unlink()
    given = folder.with_name("putusan.csv")
    for name, content in (("insiden.csv", INCIDENT), ("putusan.csv", "")):
        folder.with_name(name).write_text(content, "utf-8")
    deliveries, revisions = [], []
    for number in DELIVERIES:
        shutil.copytree(folder.with_name("dki.kiriman") / str(number), folder, dirs_exist_ok=True)
        settings = folder / "rekon.toml"
        settings.write_text(settings.read_text("utf-8") + SOURCES, "utf-8")
        if number == 1:  # what is lost is certified and approved while it is still missing
            call(folder, "decide", str(folder.with_name("insiden.csv")))
            call(folder, "run")
            given.write_text(call(folder, "sql", READY), "utf-8")
            call(folder, "decide", str(given))
        paid_before = len(read_ledger(folder).of(BATCH))
        call(folder, "finalize")
        deliveries.append(_delivery(folder, paid_before))
        revisions.append(read_ledger(folder).of(REVISION)[-1].path)
    return Story(folder, deliveries, revisions)


def _delivery(folder: Path, paid_before: int) -> Delivery:
    ledger = read_ledger(folder)
    rows = csv.DictReader((folder / "masukan/2026-01/presensi.csv").open())
    months = pq.read_table(folder / "terbit" / ledger.of(REVISION)[-1].path / "bukti/person_month.parquet")
    batches = ledger.of(BATCH)[paid_before:]
    return Delivery(
        states={row["nip"]: row["state_code"] for row in asked(folder, MORNING)},
        arrived={row["nip"] for row in rows if f"{DAY} 05" < row["waktu"] < f"{DAY} 10"},
        batch=[row for each in batches for row in csv_rows(folder / "terbit" / each.path)],
        owed={row["nip"]: row["recorded_idr"] - row["restored_idr"] for row in months.to_pylist()},
    )


def in_state(delivery: Delivery, state: str) -> set[str]:
    return {nip for nip, found in delivery.states.items() if found == state}


def test_the_absent_of_the_morning_fall_by_exactly_who_arrived(story: Story) -> None:
    absent = [in_state(each, "missing") for each in story.deliveries]
    assert len(absent[0]) > len(absent[1]) > len(absent[2]) > 0
    for before, after in zip(story.deliveries, story.deliveries[1:], strict=False):
        were, are = in_state(before, "missing"), in_state(after, "missing")
        assert were - are == were & after.arrived
        assert are - were <= in_state(before, "provisional")


def test_the_difference_of_two_deliveries_is_explained_by_the_data_that_came(story: Story) -> None:
    for first, second in zip(story.revisions, story.revisions[1:], strict=False):
        found: dict[str, Any] = json.loads(call(story.folder, "diff", "--json", first, second))
        kinds = {kind["kind"]: kind for kind in found["kinds"]}
        cheaper = [line for line in found["people"] if line["recorded_idr"] < 0]
        assert cheaper
        assert all("data_arrived" in line["kinds"] for line in cheaper)
        came = [flow for flow in found["states"] if flow["before"] in ("missing", "provisional")]
        came = [flow for flow in came if flow["after"] in ("on_time", "late", "early")]
        assert kinds["data_arrived"]["sides"] == sum(flow["sides"] for flow in came) > 0


def test_who_was_paid_for_a_lost_record_gives_it_back_when_the_record_arrives(story: Story) -> None:
    """After each batch everybody holds what the newest revision owes them; corrections point at what they correct."""
    received: dict[str, int] = {}
    issued: dict[str, str] = {}
    for delivery in story.deliveries:
        for row in delivery.batch:
            assert row["reverses"] == issued.get(row["nip"], "")
            issued[row["nip"]] = row["adjustment_id"]
            received[row["nip"]] = received.get(row["nip"], 0) + int(row["adjustment_idr"])
        assert {nip: paid for nip, paid in received.items() if paid} == {
            nip: owed for nip, owed in delivery.owed.items() if owed
        }


def test_only_who_is_no_longer_missing_gives_the_money_back(story: Story) -> None:
    """An approval holds while the record stays lost, whatever arrived of others; the difference names why it ends."""
    first, *later = story.deliveries
    held = {
        row["nip"]: int(row["adjustment_idr"])
        for row in first.batch
        if row["nip"] in in_state(first, "missing")
    }
    assert all(amount > 0 for amount in held.values())
    for delivery, between in zip(later, zip(story.revisions, story.revisions[1:], strict=False), strict=True):
        told: dict[str, Any] = json.loads(call(story.folder, "diff", "--json", *between))
        kinds = {line["nip"]: line["kinds"] for line in told["people"]}
        assert not any("decision_changed" in each for each in kinds.values()), "nobody decided anything"
        changed = {row["nip"]: int(row["adjustment_idr"]) for row in delivery.batch}
        arrived = held.keys() - in_state(delivery, "missing")
        assert arrived
        assert all(-changed[nip] >= held[nip] - 1 > 0 and "data_arrived" in kinds[nip] for nip in arrived)
        # Whose check-out is lost too is absent that day: the same half of it, rounded at another place.
        held = {nip: amount for nip, amount in held.items() if nip not in arrived}
        assert all(abs(changed.get(nip, 1)) == 1 for nip in held)
