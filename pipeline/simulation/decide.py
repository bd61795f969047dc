"""Superiors' decisions for the sample: approve what a run proposes for one OPD's certified outage."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from pipeline.engine.scratch import database_path
from pipeline.engine.warehouse import answer_read_only
from pipeline.settings import load_settings

SOURCE = '\n[[source]]\nkind = "decision"\nfiles = ["keputusan/{period}/*.csv"]\nprofile = "baku"\n'


def approve_unit(workspace: Path, unit_id: str) -> int:
    """Write keputusan/<period>/<unit>.csv from the last run and name it in rekon.toml; returns the rows."""
    period = load_settings(workspace).period
    rows = answer_read_only(
        database_path(workspace, period),
        "select finding.finding_id, finding.finding_hash, 'setuju' as keputusan,"  # noqa: S608 - the maker's own argument
        " duty.superior_nip as nip_pemutus,"
        " 'Hadir menurut catatan OPD' as alasan, finding.duty_date + 7 as tanggal"
        " from finding inner join duty on finding.nip = duty.nip and finding.duty_date = duty.duty_date"
        " where finding.is_certified and finding.action_code in ('restore', 'restore_partly')"
        f" and finding.unit_id = '{unit_id}' and duty.superior_nip not in"
        " (select certifier_nip from incident where certifier_nip is not null)"
        " order by finding.finding_id",
    ).to_pylist()
    folder = workspace / "keputusan" / period
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{unit_id}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    settings = workspace / "rekon.toml"
    settings.write_text(settings.read_text("utf-8") + SOURCE, "utf-8")
    return len(rows)


if __name__ == "__main__":
    approve_unit(Path(sys.argv[1]), sys.argv[2])
