"""`rekon verify --finding`: an amount comes out of its input lines again, step by step, or is exit 7."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from pipeline.audit.derivation import take_apart, total
from pipeline.cli import rekon
from pipeline.publishing.bundle import parquet_bytes
from pipeline.publishing.ledger import LEDGER_NAME, read_ledger
from pipeline.publishing.manifest import json_bytes, sha256_of
from pipeline.run import RunOutcome
from reports.derivation import steps


def call(*arguments: object) -> Result:
    return CliRunner().invoke(rekon, ["verify", *map(str, arguments)])


def recommendations(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "bukti" / "recommendation.parquet").to_pylist()
    return rows


@pytest.fixture
def own(published_month: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder)
    return folder


def test_amounts_of_every_kind_come_out_as_published(sample_run: RunOutcome, sample_revision: Path) -> None:
    """Of each status some findings of the bundled month; of those that move money also the largest."""
    folder = sample_revision
    workspace = folder.parents[2]
    (entry, *_) = read_ledger(workspace).entries
    rows = sorted(
        recommendations(folder),
        key=lambda row: (row["status_code"], -row["adjustment_idr"], row["finding_id"]),
    )
    seen = {
        status: [row for row in rows if row["status_code"] == status]
        for status in {r["status_code"] for r in rows}
    }
    assert {"approved", "proposed", "not_supported"} <= seen.keys()
    for of_status in seen.values():
        for row in (of_status[0], *of_status[1 :: max(len(of_status) // 4, 1)]):
            found = take_apart(workspace, entry, row["finding_id"], sample_run)
            assert found.problems == ()
            assert found.adjustment_idr == row["adjustment_idr"]
            assert (total(found.before), total(found.after)) == (
                row["deduction_before_idr"],
                row["deduction_after_idr"],
            )
            text = "\n".join(line for _, lines in steps(found) for line in lines)
            assert row["nip"] not in text


def test_each_step_is_told_from_the_duty_to_the_published_amount(own: Path) -> None:
    """From terbit/ alone: the inputs lie there as they were."""
    for name in ("masukan", "keputusan", "kerja", "rekon.toml"):
        path = own / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    revision = read_ledger(own).entries[1]
    row = max(recommendations(own / "terbit" / revision.path), key=lambda row: row["adjustment_idr"])
    result = call("-C", own, "--finding", row["finding_id"], "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["adjustment_idr"] == told["published_idr"] == row["adjustment_idr"] > 0
    (duty, records, cause, restoring, before, _after, difference) = (step["lines"] for step in told["steps"])
    assert re.search(r"sisi masuk, kelompok \S+: wajib 07\.30\.00 WIB", duty[0])
    assert re.search(r"^TPP kotor Rp[\d.]+ sebulan \(masukan/2026-01/pegawai\.csv baris \d+\)$", duty[2])
    assert any(re.search(r"presensi\.csv baris \d+, sidik [0-9a-f]{12}", line) for line in records)
    assert any(line.startswith("mendukung: ") for line in cause)
    assert any(line.startswith("dipulihkan ke 07.") for line in restoring)
    assert re.search(
        r"TL4 \(tidak ada masuk\): Rp[\d.]+ x 1,5% = [\d.]+,\d\d -> Rp[\d.]+ \[Contoh: ", before[0]
    )
    assert difference[-1].startswith(f"diterbitkan dalam {revision.path}: Rp")


def test_a_finding_that_nobody_published_and_what_is_no_id_are_exit_2(own: Path) -> None:
    assert "tidak ada dalam revisi" in call("-C", own, "--finding", "0" * 16).stderr
    assert "16 angka heksadesimal" in call("-C", own, "--finding", "x").stderr
    assert call("-C", own, "--finding", "x").exit_code == 2


def test_an_amount_that_the_inputs_do_not_give_is_exit_7(own: Path) -> None:
    """A finding changed together with every hash above it ties in itself; its inputs contradict it."""
    entries = read_ledger(own).entries
    folder = own / "terbit" / entries[0].path
    (chosen, *_) = [row for row in recommendations(folder) if row["status_code"] == "proposed"]
    path = folder / "bukti" / "finding.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    for row in rows:
        if row["finding_id"] == chosen["finding_id"]:
            row["grade_code"] = "B"
    path.write_bytes(parquet_bytes(pa.Table.from_pylist(rows, schema=table.schema)))
    sign_anew(own)
    assert call("-C", own, entries[0].path).exit_code == 0
    result = call("-C", own, "--finding", chosen["finding_id"], entries[0].path)
    assert result.exit_code == 7
    assert (
        "bukti/finding.parquet: barisnya tentang orang ini bukan yang dihitung dari masukan" in result.stderr
    )


def sign_anew(workspace: Path) -> None:
    """Hash the first publication again, up to its ledger line; later lines go."""
    first, *_ = read_ledger(workspace).entries
    folder = workspace / "terbit" / first.path
    package = json.loads((folder / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        resource |= {"hash": f"sha256:{sha256_of(content)}", "bytes": len(content)}
    (folder / "datapackage.json").write_text(
        json.dumps(package, sort_keys=True, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for item in manifest["files"]:
        content = (folder / item["path"]).read_bytes()
        item |= {"sha256": sha256_of(content), "bytes": len(content)}
    (folder / "manifest.json").write_bytes(json_bytes(manifest))
    forged = dataclasses.replace(first, manifest_sha256=sha256_of((folder / "manifest.json").read_bytes()))
    (workspace / "terbit" / LEDGER_NAME).write_bytes(forged.line)
    for other in (workspace / "terbit" / first.period).glob("*-*"):
        if other != folder:
            shutil.rmtree(other)
