"""The tables of one run as the page builders need them: rows in total order, looked up by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import month as month_name
from reports.models import ReportMeta

Facts = Mapping[str, Sequence[Row]]
"""Table -> the rows that concern one person or one finding."""


class MonthTables:
    """One run's tables, read once each."""

    def __init__(self, tables: Mapping[str, pa.Table], meta: ReportMeta) -> None:
        """Keep `tables`, keyed by table name, and `meta`."""
        self.tables = tables
        self.meta = meta
        self.name = month_name(meta.period)

    def rows(self, table: str, *order: str) -> list[Row]:
        """All rows, in the order of the given columns; nulls first."""
        rows: list[Row] = self.tables[table].to_pylist()
        return sorted(rows, key=lambda row: [(row[c] is not None, row[c]) for c in order])

    @cached_property
    def setting(self) -> Row:
        """Period, region and zone of the workspace."""
        return self.rows("setting", "period")[0]

    @property
    def zone(self) -> str:
        """The workspace's zone."""
        return str(self.setting["zone"])

    @cached_property
    def units(self) -> dict[str, Row]:
        """OPD by code, in the order of the codes."""
        return {row["unit_id"]: row for row in self.rows("unit", "unit_id")}

    def unit_name(self, unit_id: str) -> str:
        """The name of an OPD, or its code."""
        return str(self.units[unit_id]["name"]) if unit_id in self.units else unit_id

    def unit_zone(self, unit_id: str) -> str:
        """The zone of an OPD, or the workspace's."""
        return str(self.units[unit_id]["zone"]) if unit_id in self.units else self.zone

    @cached_property
    def names(self) -> dict[str, str]:
        """Name by NIP; of several spans the last."""
        return {row["nip"]: row["name"] for row in self.rows("employee", "nip", "valid_from")}

    @cached_property
    def findings(self) -> list[Row]:
        """All findings, by person, day and side."""
        return self.rows("finding", "nip", "duty_date", "side_code")

    @cached_property
    def recommendations(self) -> dict[str, Row]:
        """Recommendation by finding."""
        return {row["finding_id"]: row for row in self.rows("recommendation", "finding_id")}

    @cached_property
    def person_months(self) -> list[Row]:
        """Money by person and OPD."""
        return self.rows("person_month", "nip", "unit_id")

    @cached_property
    def outages(self) -> list[Row]:
        """Outages; those that touch most sides first."""
        touched: dict[str, int] = defaultdict(int)
        for finding in self.findings:
            if finding["outage_id"] is not None:
                touched[finding["outage_id"]] += 1
        rows = self.rows("outage", "started_at", "outage_id")
        return sorted(rows, key=lambda row: -touched[row["outage_id"]])

    @cached_property
    def tests(self) -> dict[str, list[Row]]:
        """Tests by outage or declared incident."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("outage_evidence", "subject_id", "test_code", "test_no"):
            found[row["subject_id"]].append(row)
        return dict(found)

    @cached_property
    def bands(self) -> dict[tuple[str, date, str | None], list[Row]]:
        """Deduction events of the record by person, day and side."""
        table = self.tables["assessment"]
        recorded = pc.and_(pc.equal(table["scenario_code"], "recorded"), pc.equal(table["step_no"], 0))
        found: dict[tuple[str, date, str | None], list[Row]] = defaultdict(list)
        for row in table.filter(recorded).to_pylist():
            found[row["nip"], row["duty_date"], row["side_code"]].append(row)
        return found

    @cached_property
    def recorded_idr(self) -> int:
        """The sum of the record's deduction events, caps and floors."""
        return sum(int(row["deduction_idr"]) for rows in self.bands.values() for row in rows)

    @cached_property
    def edges(self) -> dict[str, list[Row]]:
        """Evidence lines by finding."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("evidence_edge", "role_code", "file_sha256", "rule_id", "line_no"):
            found[row["finding_id"]].append(row)
        return found

    @cached_property
    def paths(self) -> dict[str, str]:
        """Path of the file that was used, by its sha256."""
        return {
            row["sha256"]: row["path"]
            for row in self.rows("source_file", "path")
            if row["same_as_path"] is None
        }
