"""Turn the policy file and the calendars of the period into tables; refuses a policy that is incomplete."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engine.rows import Row
from pipeline.engine.stage import StageContext
from pipeline.errors import SettingsError
from pipeline.policy import compile_policy, read_policy
from pipeline.policy.calendar import compile_calendar, read_calendar, with_regional
from pipeline.settings import Settings
from schemas import (
    Calendar,
    PolicyPeriod,
    Table,
)

if TYPE_CHECKING:
    import pyarrow as pa


def load_policy(context: StageContext) -> None:
    """`policy` of rekon.toml and the shipped calendars -> the policy tables and `calendar`."""
    import pyarrow as pa

    from pipeline.engine.warehouse import ARROW_TYPES

    tables = policy_tables(context.workspace, context.settings)
    for contract in context.stage.writes:
        schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
        context.write(contract, pa.Table.from_pylist(_only(tables[contract], contract), schema=schema))


def policy_tables(workspace: Path, settings: Settings) -> dict[type[Table], list[Row]]:
    """The rows of each table of the policy, and of `calendar`."""
    file_name, content = read_policy(workspace, settings.policy)
    tables = compile_policy(file_name, content)
    begins = min(row["valid_from"] for row in tables[PolicyPeriod])
    if settings.period_from < begins:
        raise SettingsError(
            f"{file_name}: valid_from: kebijakan mulai {begins}, sesudah periode {settings.period}."
        )
    days = calendar_days(settings.period_from, settings.period_to)
    for name in settings.calendar:
        days = with_regional(days, name, _regional(workspace, name))
    tables[Calendar] = days
    return tables


def _regional(workspace: Path, name: str) -> bytes:
    try:
        return (workspace / name).read_bytes()
    except OSError:
        raise SettingsError(
            f"{name}: kalender daerah tidak dapat dibaca; periksa `calendar` di rekon.toml."
        ) from None


def calendar_days(period_from: dt.date, period_to: dt.date) -> list[Row]:
    """Days of the period, the month before and the month after.

    The years of the period must have a calendar; a neighbouring month of a year without one is left out, so that
    a December can be settled before the next year's decree exists.
    """
    first = (period_from - dt.timedelta(days=1)).replace(day=1)
    last = (period_to + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    rows: list[Row] = []
    for year in range(first.year, last.year + 1):
        found = read_calendar(year)
        if found is not None:
            rows += compile_calendar(*found, first, last)
        elif year == period_from.year:
            raise SettingsError(
                f"calendars/{year}.toml: kalender tahun {year} belum ada; "
                "hari libur dan cuti bersamanya harus dicantumkan dahulu."
            )
    return rows


def _only(rows: list[Row], contract: type[Table]) -> list[Row]:
    return [{name: row[name] for name in contract.columns()} for row in rows]


def setting_row(settings: Settings) -> pa.Table:
    """The one row that rules read the settings from."""
    import pyarrow as pa

    return pa.table(
        {
            "period": [settings.period],
            "region_code": [settings.region],
            "zone": [settings.zone],
            "period_from": [settings.period_from],
            "period_to": [settings.period_to],
        }
    )
