"""The screen of restorations: what stands out is named, and an honest month names nothing."""

from __future__ import annotations

import datetime as dt
import io
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import python_calamine

from pipeline.audit.policy_cases import as_table
from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from pipeline.stages.controls.contrasts import FAMILY_ERROR, Side, contrasts, holm
from reports.render import render_report
from reports.sheets import render_sheets
from schemas import RestorationScreen
from tests.support.report_tables import META, report_tables, without_outage

DAY = dt.date(2026, 1, 2)
UNITS, PEOPLE = 8, 30
Row = dict[str, Any]


def share(group: str, successes: int, count: int, stratum: str = "o") -> list[Side]:
    return [Side(stratum, group, n < successes) for n in range(count)]


def test_the_chance_of_a_share_is_that_of_drawing_it() -> None:
    """Two of four sides are restored, both in a group of two: one way out of six."""
    first, second = contrasts(share("a", 2, 2) + share("b", 0, 2))
    assert (first.p, second.p) == (pytest.approx(1 / 6, rel=1e-5), 1.0)
    assert (first.successes, first.sides, first.rest_successes, first.rest_sides) == (2, 2, 0, 2)


def test_outages_are_compared_within_themselves() -> None:
    """A group that only the worse outage hit does not stand out, though its share of all is high."""
    sides = share("a", 18, 20, "bad") + share("b", 18, 20, "bad") + share("b", 0, 200, "mild")
    assert contrasts(sides)[0].p > 0.3
    assert contrasts([Side("", side.group, side.is_success) for side in sides])[0].p < 1e-6


def test_strata_add_up_exactly() -> None:
    """Against counting every way to draw, over two outages."""
    sides = share("a", 2, 2, "x") + share("b", 1, 3, "x") + share("a", 1, 2, "y") + share("b", 1, 2, "y")
    x, y = ([side.is_success for side in sides if side.stratum == stratum] for stratum in "xy")
    ways = [
        sum(x[i] for i in a) + sum(y[i] for i in b)
        for a, b in product(combinations(range(5), 2), combinations(range(4), 2))
    ]
    assert contrasts(sides)[0].p == pytest.approx(np.mean([total >= 3 for total in ways]), rel=1e-5)


def test_a_group_without_a_rest_is_not_asked_about() -> None:
    assert contrasts(share("a", 2, 2)) == []


def test_many_questions_make_each_answer_weaker() -> None:
    assert holm([0.04, 0.001, 0.02]) == [0.04, 0.003, 0.04]
    assert holm([0.5, 0.6]) == [1.0, 1.0]


def month(chance: dict[str, float], seed: int, *, percent: int | None = 30) -> dict[str, list[Row]]:
    """Each unit's people miss the check-in in one outage; statements restore a side with its unit's chance."""
    draw = np.random.default_rng(seed)
    rows: dict[str, list[Row]] = {
        contract.table_name(): [] for contract in BY_NAME["screen_restorations"].reads
    }
    rows["policy_period"] = [
        {
            "valid_from": dt.date(2021, 1, 1),
            "valid_to": dt.date(9999, 12, 31),
            "mass_restoration_percent": percent,
        }
    ]
    for unit, number in product(range(UNITS), range(PEOPLE)):
        nip, ident = f"{unit:09d}{number:09d}", f"{unit * PEOPLE + number:016x}"
        is_restored = bool(draw.random() < chance.get(f"U{unit}", 0.2))
        of_side: Row = {"nip": nip, "unit_id": f"U{unit}", "duty_date": DAY, "side_code": "in"}
        action = "restore" if is_restored else "needs_statement"
        rows["finding"].append(
            {
                **of_side,
                "finding_id": ident,
                "outage_id": "o",
                "grade_code": "C",
                "action_code": action,
                "has_statement": is_restored,
            }
        )
        rows["recommendation"].append({**of_side, "finding_id": ident, "status_code": "proposed"})
        rows["duty"].append({**of_side, "superior_nip": f"{unit:018d}"})
        rows["person_month"].append({**of_side})
    return rows


def screened(rows: dict[str, list[Row]], folder: Path) -> list[Row]:
    """What the stage writes; its reads are shown unchecked, as the rows hold only what it asks for."""
    warehouse = Warehouse(None)
    for contract in BY_NAME["screen_restorations"].reads:
        warehouse.show(contract.table_name(), as_table(contract, rows[contract.table_name()]))
    settings = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="-", source=())
    BY_NAME["screen_restorations"].run(
        StageContext(BY_NAME["screen_restorations"], warehouse, settings, folder, folder)
    )
    found: list[Row] = warehouse.arrow(RestorationScreen).to_pylist()
    warehouse.close()
    return found


def flagged(rows: list[Row]) -> set[tuple[str, str, str]]:
    return {
        (row["dimension_code"], row["group_code"], row["measure_code"])
        for row in rows
        if row["is_flagged"] and row["dimension_code"] != "window"
    }


def test_a_unit_where_nearly_all_are_restored_stands_out_with_the_one_who_signed(tmp_path: Path) -> None:
    found = flagged(screened(month({"U3": 0.8}, 1), tmp_path))
    signer = f"{3:018d}"
    assert found == {(kind, group, what) for kind, group in (("unit", "U3"), ("signer", signer)) for what in ("restored", "statement")}  # fmt: skip


def test_an_honest_month_names_nobody() -> None:
    """Of 300 months with equal shares about one in a hundred may show a group; the sums decide, so no database."""
    shown = 0
    for seed in range(300):
        rows = month({}, seed)["finding"]
        asked = contrasts(Side("o", row["unit_id"], row["has_statement"]) for row in rows)
        shown += min(holm([each.p for each in asked])) <= FAMILY_ERROR
    assert shown <= 300 * FAMILY_ERROR + 5  # three standard deviations


@pytest.mark.parametrize(("percent", "is_warned"), [(0, True), (100, False), (None, False)])
def test_one_outage_for_too_many_is_a_warning_only_where_the_policy_names_a_share(
    percent: int | None, is_warned: bool, tmp_path: Path
) -> None:
    (window,) = (
        r for r in screened(month({}, 2, percent=percent), tmp_path) if r["dimension_code"] == "window"
    )
    assert (window["base_count"], window["is_flagged"]) == (UNITS * PEOPLE, is_warned)


def test_exactly_the_share_is_no_warning_and_one_more_is(tmp_path: Path) -> None:
    """72 of 240 are 30%."""
    rows = month({}, 3)
    for number, finding in enumerate(rows["finding"]):
        finding |= {"has_statement": False, "action_code": "restore" if number < 72 else "needs_statement"}
    at = [row["is_flagged"] for row in screened(rows, tmp_path) if row["dimension_code"] == "window"]
    rows["finding"][72]["action_code"] = "restore"
    above = [row["is_flagged"] for row in screened(rows, tmp_path) if row["dimension_code"] == "window"]
    assert (at, above) == ([False], [True])


def test_a_rejected_side_is_not_counted_as_restored(tmp_path: Path) -> None:
    rows = month({"U3": 0.8}, 1)
    for row in rows["recommendation"]:
        row["status_code"] = "rejected"
    assert sum(row["restored_count"] for row in screened(rows, tmp_path)) == 0


def test_the_first_page_and_each_sheet_say_what_stands_out() -> None:
    tables = report_tables()
    page = render_report(tables, META)["laporan/index.html"].decode()
    assert page.index("Peringatan.") < page.index('id="menonjol"')
    assert "5 dari 14 pegawai" in page
    assert "9 dari 10 sisi (90,0%)" in page
    quiet = render_report(without_outage(tables), META)["laporan/index.html"].decode()
    assert "Peringatan." not in quiet
    assert "Tidak ada kelompok yang menonjol." in quiet
    sheets = [content for path, content in render_sheets(tables, META).items() if path.startswith("lembar")]
    assert sheets
    for content in sheets:
        notes = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(
            "Petunjuk"
        )
        assert any("9 dari 10 sisi" in str(cell) for line in notes.to_python() for cell in line)
