"""The rows of a run about one person, or one finding, each record with the input file and line that it came from.

What `rekon explain` tells of a month and `rekon verify --finding` of an amount. `{nip}` is 18 digits, `{day}` an ISO date,
`{finding}` a finding_id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipeline.engine.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

_PUNCH = """
    select punch_placement.*, punch.line_no, punch.row_sha256, source_file.path
    from punch_placement
    inner join punch using (punch_id)
    inner join source_file on source_file.file_id = punch.file_id and source_file.same_as_path is null
    where punch_placement.nip = '{nip}'"""
_PUNCH_ORDER = " order by punch_placement.punched_at, punch_placement.punch_id"
_EDGE = """
    select evidence_edge.*, source_file.path
    from evidence_edge
    inner join finding using (finding_id)
    inner join source_file on source_file.sha256 = evidence_edge.file_sha256 and source_file.same_as_path is null"""
_EDGE_ORDER = " order by evidence_edge.role_code desc, path, evidence_edge.line_no, evidence_edge.rule_id"

OF_PERSON = {
    "setting": "select * from setting",
    "employee": "select name from employee where nip = '{nip}' order by valid_from",
    "person_month": "select * from person_month where nip = '{nip}' order by unit_id",
    "absence_count": "select * from absence_count where nip = '{nip}'",
    "assessment": """
        select * from assessment where nip = '{nip}' and scenario_code = 'recorded'
        order by duty_date nulls last, side_code, band_code""",
    "finding": """
        select finding.*, recommendation.status_code, recommendation.adjustment_idr, duty.zone,
            duty_side.accept_from, duty_side.accept_to,
            outage.layer_code, outage.impact_started_at, outage.impact_ended_at
        from finding
        inner join recommendation using (finding_id)
        inner join duty on duty.nip = finding.nip and duty.duty_date = finding.duty_date
        inner join duty_side on duty_side.nip = finding.nip and duty_side.duty_date = finding.duty_date
            and duty_side.side_code = finding.side_code
        left join outage on outage.outage_id = finding.outage_id
        where finding.nip = '{nip}' order by finding.duty_date, finding.side_code""",
    "attempt": "select * from attempt where nip = '{nip}' order by requested_at, attempt_id",
    "attempt_group": "select * from attempt_group where nip = '{nip}' order by duty_date, side_code, group_no",
    "punch": _PUNCH + _PUNCH_ORDER,
    "evidence_edge": f"{_EDGE} where finding.nip = '{{nip}}' {_EDGE_ORDER}",
}
"""The person's rows by table."""
OF_FINDING = {
    "finding": "select * from finding where finding_id = '{finding}'",
    "recommendation": "select * from recommendation where finding_id = '{finding}'",
    "candidate": "select * from candidate where finding_id = '{finding}'",
    "duty": "select * from duty where nip = '{nip}' and duty_date = date '{day}'",
    "duty_base": """
        select duty_base.*, assessment_rule.base_share_bps, assessment_rule.reference
        from duty_base
        inner join assessment_rule on assessment_rule.variant_code = duty_base.variant_code
            and assessment_rule.valid_from = duty_base.rule_from
        where nip = '{nip}' and duty_date = date '{day}'""",
    "duty_side": "select * from duty_side where nip = '{nip}' and duty_date = date '{day}'",
    "employee": """
        select employee.*, source_file.path
        from employee
        inner join source_file using (file_id)
        where nip = '{nip}' and valid_from <= date '{day}' and valid_to > date '{day}' and same_as_path is null""",
    "punch": f"{_PUNCH} and punch_placement.duty_date = date '{{day}}' {_PUNCH_ORDER}",
    "evidence_edge": f"{_EDGE} where finding_id = '{{finding}}' {_EDGE_ORDER}",
    "outage": "select outage.* from outage inner join finding using (outage_id) where finding_id = '{finding}'",
    "decision": """
        select decision.*, decision_check.status_code, source_file.path
        from decision
        inner join decision_check using (decision_id)
        inner join source_file using (file_id)
        where decision.finding_id = '{finding}' and same_as_path is null order by decision.decision_id""",
}
"""The finding's rows by table: its day's duty and records, evidence and decisions."""


def read_facts(
    queries: Mapping[str, str], query: Callable[[str], pa.Table], **subject: object
) -> dict[str, list[Row]]:
    """The rows that each query gives of a subject (`nip`, `day`, `finding`); `query` answers a SELECT over the run's tables."""
    return {name: query(sql.format(**subject)).to_pylist() for name, sql in queries.items()}
