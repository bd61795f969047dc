"""What is published is whole, never changed, the same for the same inputs, and paid once."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.audit.verification import published_entry
from pipeline.engine.warehouse import Warehouse
from pipeline.errors import (
    PublicationUnknownError,
    ResourceError,
    SettingsError,
    TotalsError,
    VerificationError,
)
from pipeline.payroll.batches import Batch, issued_adjustments
from pipeline.periods.history import write_history
from pipeline.publishing.archive import archive_folder, fetch
from pipeline.publishing.ledger import GENESIS, read_ledger
from pipeline.publishing.publication import Published, RunFacts, publish_run
from pipeline.settings import Engine, Settings
from schemas import Adjustment, IssuedAdjustment, PersonMonth
from tests.support.handmade_month import (
    APPROVED,
    PERIOD,
    adjustment_row,
    month,
    pay_batch,
    settings,
    table,
    with_value,
    workspace_at,
)

Tables = Mapping[str, pa.Table]


def _one_page(_tables: Tables, asked: Settings, facts: RunFacts) -> dict[str, bytes]:
    return {
        "laporan/index.html": f"<p>{asked.period} {facts.manifest['run_id']} {facts.manifest['ledger']['previous']}</p>\n".encode()
    }


def _publish(folder: Path, tables: Tables, asked: Settings | None = None) -> Published:
    return publish_run(tables, asked or settings(), folder, folder / "kerja" / "coret", _one_page)


def _pay(folder: Path, revision: Published, issued: int = 0, after: int = 60_000) -> Batch | None:
    adjustment = table(Adjustment, [adjustment_row(issued, after)])
    return pay_batch(adjustment, settings(), folder, revision)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


def test_a_revision_holds_what_its_manifest_lists_and_the_ledger_holds_the_manifest(workspace: Path) -> None:
    published = _publish(workspace, month())
    content = _bytes(published.path)
    manifest = json.loads(content["manifest.json"])
    listed = {item["path"]: (item["bytes"], item["sha256"]) for item in manifest["files"]}
    assert listed == {
        name: (len(value), hashlib.sha256(value).hexdigest())
        for name, value in content.items()
        if name != "manifest.json"
    }
    assert {"bukti/finding.parquet", "bukti/quarantine.parquet", "laporan/index.html"} <= listed.keys()
    assert manifest["totals"]["restored_idr"] == 120_000
    assert manifest["ledger"] == {"sequence": 1, "previous": GENESIS}
    (entry,) = read_ledger(workspace).entries
    assert entry.manifest_sha256 == hashlib.sha256(content["manifest.json"]).hexdigest()
    assert entry.path == f"{PERIOD}/r1-{published.run_id}"


def test_the_same_inputs_publish_nothing_new(workspace: Path) -> None:
    first = _publish(workspace, month())
    before = _bytes(workspace)
    again = _publish(workspace, month())
    assert (again.path, again.run_id, again.revision) == (first.path, first.run_id, 1)
    assert (first.is_new, again.is_new) == (True, False)
    assert _bytes(workspace) == before


def test_a_changed_input_is_a_new_revision_beside_the_old(workspace: Path) -> None:
    first = _publish(workspace, month())
    before = _bytes(first.path)
    second = _publish(workspace, month("b"))
    assert second.revision == 2
    assert second.run_id != first.run_id
    assert _bytes(first.path) == before
    assert read_ledger(workspace).entries[1].supersedes == f"{PERIOD}/{first.name}"


def test_a_changed_profile_of_the_workspace_is_a_new_revision_one_that_nobody_uses_is_not(
    workspace: Path,
) -> None:
    """The same export read otherwise is not the same input."""
    first = _publish(workspace, month())
    (workspace / "profil").mkdir()
    (workspace / "profil" / "vendor.toml").write_text("# belum dipakai\n", "utf-8")
    assert _publish(workspace, month()).run_id == first.run_id
    (workspace / "profil" / "baku.toml").write_text("# milik daerah\n", "utf-8")
    second = _publish(workspace, month())
    assert second.run_id != first.run_id
    (workspace / "profil" / "baku.toml").write_text("# milik daerah, disunting\n", "utf-8")
    assert _publish(workspace, month()).run_id not in (first.run_id, second.run_id)
    assert json.loads((second.path / "manifest.json").read_bytes())["profiles"].keys() == {"baku"}


def test_what_a_revision_was_made_from_is_kept_as_it_was(workspace: Path) -> None:
    (workspace / "profil").mkdir()
    (workspace / "profil" / "baku.toml").write_text("# milik daerah\n", "utf-8")
    manifest = json.loads((_publish(workspace, month()).path / "manifest.json").read_bytes())
    before = (workspace / "kebijakan.toml").read_bytes()
    (workspace / "kebijakan.toml").write_bytes(b"lain")
    shutil.rmtree(workspace / "profil")
    shutil.rmtree(workspace / "kerja")
    there = workspace / "di sana"
    fetch(workspace, manifest, there)
    assert _bytes(there) == {
        "kebijakan.toml": before,
        "masukan/x.csv": b"a",
        "profil/baku.toml": b"# milik daerah\n",
    }
    kept = archive_folder(workspace, PERIOD) / manifest["policy"]["sha256"]
    kept.write_bytes(b"lain")
    with pytest.raises(VerificationError, match=r"kebijakan\.toml"):
        fetch(workspace, manifest, there)


def test_a_changed_policy_is_a_new_revision(workspace: Path) -> None:
    first = _publish(workspace, month())
    (workspace / "kebijakan.toml").write_text('versi = "lain"\n', "utf-8")
    assert _publish(workspace, month()).run_id != first.run_id


def test_bytes_depend_on_neither_folder_nor_threads_nor_the_order_and_chunks_of_rows(tmp_path: Path) -> None:
    here, there = workspace_at(tmp_path / "a")[0], workspace_at(tmp_path / "dua" / "b")[0]
    shuffled = {
        name: pa.concat_tables([rows.slice(1), rows.slice(0, 1)]) if name.startswith("duty_side") else rows
        for name, rows in month().items()
    }
    one = _publish(here, month())
    two = _publish(there, shuffled, settings().model_copy(update={"engine": Engine(threads=1)}))
    assert one.name == two.name
    assert _bytes(one.path) == _bytes(two.path)
    assert not any(str(tmp_path).encode() in value for value in _bytes(one.path).values())


def test_evidence_tables_carry_contract_columns_first_and_timestamps_without_zone(workspace: Path) -> None:
    content = _bytes(_publish(workspace, month()).path)
    side = pq.read_table(io.BytesIO(content["bukti/duty_side.parquet"]))
    assert side.column_names[:5] == ["nip", "unit_id", "duty_date", "side_code", "due_at"]
    assert side.schema.field("due_at").type == pa.timestamp("us")
    assessment = pq.read_table(io.BytesIO(content["bukti/assessment.parquet"]))
    assert assessment.column_names[:4] == ["nip", "duty_date", "side_code", "scenario_code"]
    assert set(assessment["scenario_code"].to_pylist()) == {"recorded", "restored", "potential"}


def test_totals_that_do_not_tie_publish_nothing(workspace: Path) -> None:
    with pytest.raises(TotalsError):
        _publish(workspace, with_value(month(), PersonMonth, 0, "restored_idr", 1))
    assert _bytes(workspace / "terbit") == {}


def test_a_publication_cut_before_its_ledger_line_is_taken_up_by_the_same_run(workspace: Path) -> None:
    first = _publish(workspace, month())
    before = _bytes(first.path)
    (workspace / "terbit" / "ledger.jsonl").unlink()
    again = _publish(workspace, month())
    assert again.is_new
    assert _bytes(again.path) == before
    assert len(read_ledger(workspace).entries) == 1


def test_a_folder_that_the_ledger_does_not_know_stops_other_publications_and_stays(workspace: Path) -> None:
    first = _publish(workspace, month())
    (workspace / "terbit" / "ledger.jsonl").unlink()
    before = _bytes(workspace)
    with pytest.raises(PublicationUnknownError, match=first.name):
        _publish(workspace, month("b"))
    (first.path / "laporan" / "index.html").write_bytes(b"lain")
    with pytest.raises(PublicationUnknownError, match="isinya lain"):
        _publish(workspace, month())
    assert _bytes(workspace).keys() == before.keys()


def test_a_publication_that_cannot_be_written_leaves_the_old_one_and_the_ledger(workspace: Path) -> None:
    _publish(workspace, month())
    before = _bytes(workspace / "terbit")
    shutil.rmtree(workspace / "kerja")
    (workspace / "kerja").write_bytes(b"a file where the scratch folder should be")
    with pytest.raises(ResourceError):
        _publish(workspace, month("b"))
    assert _bytes(workspace / "terbit") == before


def test_a_changed_file_of_the_newest_revision_is_noticed(workspace: Path) -> None:
    published = _publish(workspace, month())
    for name, content in _bytes(published.path).items():
        (published.path / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(VerificationError, match=name):
            _publish(workspace, month())
        (published.path / name).write_bytes(content)
    (published.path / "catatan.txt").write_bytes(b"x")
    with pytest.raises(VerificationError, match=r"catatan\.txt"):
        _publish(workspace, month())


def test_the_payroll_file_has_quoted_text_bare_integers_and_crlf(workspace: Path) -> None:
    revision = _publish(workspace, month())
    batch = _pay(workspace, revision)
    assert batch is not None
    content = (batch.path / "penyesuaian-tpp.csv").read_bytes()
    header, row, rest = content.decode("utf-8").split("\r\n")
    adjustment_id = issued_adjustments(workspace, {PERIOD})[0]["adjustment_id"]
    assert header == (
        '"adjustment_id";"origin_period";"nip";"kode_opd";"tpp_idr";"deduction_before_idr";'
        '"deduction_after_idr";"adjustment_idr";"reason_code";"evidence_id";"reverses";"batch_id"'
    )
    assert row == (
        f'"{adjustment_id}";"2026-01";"{APPROVED}";"5.01";5000000;100000;60000;40000;"gangguan_sistem";'
        f'"{revision.name}";"";"{batch.batch_id}"'
    )
    assert rest == ""
    sidecar = json.loads((batch.path / "penyesuaian-tpp.csv.json").read_text("utf-8"))
    assert (sidecar["count"], sidecar["sums"]["adjustment_idr"]) == (1, 40_000)
    assert sidecar["nip_hash_total"] == APPROVED
    assert sidecar["sha256"] == hashlib.sha256(content).hexdigest()
    assert (batch.path / "penyesuaian-tpp.xlsx").is_file()
    assert batch.path.name == f"bayar-1-{batch.batch_id}"
    assert [entry.kind for entry in read_ledger(workspace).entries] == ["revision", "batch"]


def test_what_is_paid_is_recalled_and_not_paid_again(workspace: Path) -> None:
    revision = _publish(workspace, month())
    _pay(workspace, revision)
    (issued,) = issued_adjustments(workspace, {PERIOD})
    assert (issued["nip"], issued["unit_id"], issued["adjustment_idr"]) == (APPROVED, "5.01", 40_000)
    before = _bytes(workspace)
    assert _pay(workspace, revision, issued=issued["adjustment_idr"]) is None
    assert _bytes(workspace) == before
    assert issued_adjustments(workspace, {"2025-12"}) == []


def test_an_approval_withdrawn_is_taken_back_with_a_pointer(workspace: Path) -> None:
    revision = _publish(workspace, month())
    _pay(workspace, revision)
    (first,) = issued_adjustments(workspace, {PERIOD})
    back = _pay(workspace, revision, issued=40_000, after=100_000)
    assert back is not None
    assert back.adjustment_idr == -40_000
    assert back.path.name.startswith("bayar-2-")
    assert f'-40000;"koreksi";"{revision.name}";"{first["adjustment_id"]}"' in (
        back.path / "penyesuaian-tpp.csv"
    ).read_text("utf-8")
    assert sum(row["adjustment_idr"] for row in issued_adjustments(workspace, {PERIOD})) == 0


def test_a_batch_has_the_same_bytes_wherever_it_is_made(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        folder = workspace_at(tmp_path / name)[0]
        batch = _pay(folder, _publish(folder, month()))
        assert batch is not None
        contents.append(
            # The ledger's head, which holds the time, is printed on the minutes and kept in the manifest.
            {
                n: value
                for n, value in _bytes(batch.path).items()
                if n not in {"manifest.json", "berita-acara.html"}
            }
        )
    assert contents[0] == contents[1]


def test_a_batch_that_was_changed_is_not_recalled(workspace: Path) -> None:
    batch = _pay(workspace, _publish(workspace, month()))
    assert batch is not None
    path = batch.path / "penyesuaian-tpp.csv"
    path.write_bytes(path.read_bytes().replace(b"40000", b"30000"))
    with pytest.raises(VerificationError, match=r"penyesuaian-tpp\.csv"):
        issued_adjustments(workspace, {PERIOD})


def test_the_history_of_a_workspace_says_what_was_issued(workspace: Path) -> None:
    warehouse = Warehouse(None, threads=1)
    write_history(warehouse, workspace, PERIOD)
    assert warehouse.arrow(IssuedAdjustment).num_rows == 0
    _pay(workspace, _publish(workspace, month()))
    write_history(warehouse, workspace, PERIOD)
    assert warehouse.arrow(IssuedAdjustment)["adjustment_idr"].to_pylist() == [40_000]
    warehouse.close()


def test_a_revision_is_named_by_its_number_where_one_month_has_that(workspace: Path) -> None:
    _publish(workspace, month())
    second = _publish(workspace, month("b"))
    ledger = read_ledger(workspace)
    assert published_entry(ledger, "r2").identity == second.run_id
    assert published_entry(ledger, second.name) == published_entry(ledger, f"{PERIOD}/r2-{second.run_id}")
    for unknown in ("r", "r3", "2"):
        with pytest.raises(SettingsError, match="tidak ada di buku terbit"):
            published_entry(ledger, unknown)
