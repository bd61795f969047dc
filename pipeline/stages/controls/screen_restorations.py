"""Screen the whole run for groups whose sides would be restored more often than the rest's, before anybody approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.engine.rows import Row
from pipeline.engine.stage import StageContext
from schemas import RestorationScreen

if TYPE_CHECKING:
    from pipeline.stages.controls.contrasts import Contrast

TOUCHED = """
    with signed as (  -- who signed for the side; where nobody did, the superior who would
        select nip, duty_date, side_code, min(signer_nip) as signer_nip
        from statement
        group by all
    ),

    witnessed as (  -- the device of the day's other side
        select presence.nip, presence.duty_date, presence.side_code, min(punch.device_id) as device_id
        from presence
        inner join punch on presence.punch_id = punch.punch_id
        where presence.witness_code = 'other_side'
        group by all
    )

    select
        finding.nip,
        finding.outage_id,
        finding.unit_id as unit,
        coalesce(signed.signer_nip, duty.superior_nip) as signer,
        witnessed.device_id as device,
        finding.duty_date::varchar as day,
        recommendation.status_code <> 'rejected' as is_open,
        is_open and finding.grade_code in ('C', 'D') and finding.has_statement as statement,
        is_open and (
            finding.action_code in ('restore', 'restore_partly') or (finding.grade_code = 'C' and finding.has_statement)
        ) as restored,
        policy_period.mass_restoration_percent as most_percent
    from finding
    inner join recommendation on finding.finding_id = recommendation.finding_id
    inner join duty on finding.nip = duty.nip and finding.duty_date = duty.duty_date
    inner join policy_period
        on finding.duty_date >= policy_period.valid_from and finding.duty_date < policy_period.valid_to
    left join signed
        on finding.nip = signed.nip and finding.duty_date = signed.duty_date and finding.side_code = signed.side_code
    left join witnessed
        on finding.nip = witnessed.nip
        and finding.duty_date = witnessed.duty_date
        and finding.side_code = witnessed.side_code
    where finding.outage_id is not null
    order by finding.finding_id"""
DIMENSIONS = ("unit", "signer", "device", "day")
MEASURES = ("restored", "statement")


def screen_restorations(context: StageContext) -> None:
    """Shares within each outage per group, and the share of all staff per outage."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema

    sides = context.query(TOUCHED).to_pylist()
    staff = context.query("select count(distinct nip) as n from person_month")["n"][0].as_py()
    rows = [*_shares(sides), *_windows(sides, staff)]
    schema = arrow_schema(RestorationScreen)
    context.write(RestorationScreen, pa.Table.from_pylist(rows, schema=schema))


def _shares(sides: list[Row]) -> list[Row]:
    """Every group asked about, on either measure, judged as one family. Days are compared across outages."""
    from pipeline.stages.controls.contrasts import FAMILY_ERROR, Side, contrasts, holm

    asked: list[tuple[str, str, Contrast]] = []
    for dimension in DIMENSIONS:
        for measure in MEASURES:
            known = (row for row in sides if row[dimension] is not None)
            population = (
                Side("" if dimension == "day" else row["outage_id"], row[dimension], row[measure])
                for row in known
            )
            asked += [(dimension, measure, contrast) for contrast in contrasts(population)]
    adjusted = holm([contrast.p for _, _, contrast in asked])
    return [
        {
            "dimension_code": dimension,
            "group_code": contrast.group,
            "measure_code": measure,
            "restored_count": contrast.successes,
            "base_count": contrast.sides,
            "rest_restored_count": contrast.rest_successes,
            "rest_base_count": contrast.rest_sides,
            "chance": contrast.p,
            "adjusted_chance": chance,
            "is_flagged": chance <= FAMILY_ERROR,
        }
        for (dimension, measure, contrast), chance in zip(asked, adjusted, strict=True)
    ]


def _windows(sides: list[Row], staff: int) -> list[Row]:
    """How many people would be restored for each outage, against the share of all staff that the policy names."""
    rows = []
    for outage_id in sorted({row["outage_id"] for row in sides}):
        own = [row for row in sides if row["outage_id"] == outage_id]
        people = len({row["nip"] for row in own if row["restored"]})
        limits = [row["most_percent"] for row in own if row["most_percent"] is not None]
        row = {"dimension_code": "window", "group_code": outage_id, "measure_code": "people"}
        row |= {"restored_count": people, "base_count": staff}
        rows.append({**row, "is_flagged": bool(limits) and 100 * people > min(limits) * staff})
    return rows
