"""Counts and sums of what stages hand on to each other, each beside the one that it must equal, or the run stops."""

from __future__ import annotations

from schemas.codes import VANTAGES
from schemas.grains import PersonTable, PersonUnitTable
from schemas.table import Integer, Table, Text, column


class StoredRecord(Table):
    """One row per file with a row in a canonical table: how many of its records they hold, and how much money."""

    file_id: Text = column("File")
    stored_count: Integer = column("Records; a day of a recap is one", ge=1)
    stored_idr: Integer = column("Gross TPP, or real deductions", ge=0)

    _key = ("file_id",)


class FileTotal(Table):
    """One row per used file: records = accepted + quarantined, and each accepted one is stored, or the run stops."""

    file_id: Text = column("File")
    record_count: Integer = column("Records counted independently", ge=0)
    accepted_count: Integer = column("Records that entered the canonical tables", ge=0)
    telling_count: Integer = column("... that say something", ge=0)
    stored_count: Integer = column("... of which the canonical tables hold a row", ge=0)
    accepted_idr: Integer = column("Money of the accepted records: gross TPP, or real deductions", ge=0)
    stored_idr: Integer = column("... as the canonical tables have it", ge=0)
    quarantined_count: Integer = column("Records with a problem of severity `record`", ge=0)
    warning_count: Integer = column("Accepted records with a warning", ge=0)

    _key = ("file_id",)


class RequestTotal(Table):
    """One row per vantage with a log: lines that must be counted, and found again, or the run stops."""

    vantage_code: Text = column("Where the log was written", isin=VANTAGES)
    line_count: Integer = column("Parsed lines without overlaps", ge=0)
    request_count: Integer = column("... in the counts by minute, health checks too", ge=0)
    answered_count: Integer = column("... by how they ended, health checks too", ge=0)
    own_count: Integer = column("Lines that are a punch request of an own employee", ge=0)
    attempt_count: Integer = column("... that are attempts", ge=0)
    covered_count: Integer = column("... answered within a span in which the log is complete", ge=0)
    accepted_count: Integer = column(
        "People, minutes and leaf groups with a request answered ok that punch sources cover", ge=0
    )
    storage_count: Integer = column("... that were asked for their punch", ge=0)

    _key = ("vantage_code",)


class DutyTotal(PersonUnitTable):
    """One row per person and OPD: days and TPP as the inputs ask, beside those of the duties, or the run stops."""

    employed_day_count: Integer = column("Days of employment by the employee's spans", ge=0)
    listed_day_count: Integer = column("... that are listed", ge=0)
    asked_day_count: Integer = column("... of which leave was asked", ge=0)
    employed_tpp_idr: Integer = column("Gross monthly TPP, summed over the days of employment", ge=0)
    listed_tpp_idr: Integer = column("... as the listed days have it", ge=0)
    due_day_count: Integer = column("Days on which pattern or roster calls the employee", ge=0)
    duty_count: Integer = column("... that are duties", ge=0)
    due_tpp_idr: Integer = column("Gross monthly TPP, summed over those days", ge=0)
    duty_tpp_idr: Integer = column("... as the duties have it", ge=0)
    last_tpp_idr: Integer = column("Gross monthly TPP on the last of those days", ge=0)
    month_tpp_idr: Integer = column("... as the person's month has it", ge=0)


class ActTotal(PersonTable):
    """One row per employee: punches and logged requests that must find their place, or the run stops."""

    punch_count: Integer = column("Punches", ge=0)
    placed_count: Integer = column("... with a part that they play", ge=0)
    met_side_count: Integer = column("Sides that a punch was placed at", ge=0)
    recorded_side_count: Integer = column("... whose record is a punch", ge=0)
    read_count: Integer = column("Punches of a duty at a machine", ge=0)
    observed_count: Integer = column("... whose machine was observed", ge=0)
    request_count: Integer = column("Logged requests within the window of a check-in or check-out", ge=0)
    gathered_count: Integer = column("... that were gathered in sessions", ge=0)
    answered_count: Integer = column("... that failed, were answered ok or refused there", ge=0)


class SideTotal(PersonTable):
    """One row per person with a duty: counts of sides that must agree, or the run stops."""

    duty_side_count: Integer = column("Sides of the person's duties", ge=2)
    judged_side_count: Integer = column("... that have a state", ge=0)
    off_side_count: Integer = column("Late, early and missing ones", ge=0)
    finding_count: Integer = column("... that have a finding", ge=0)
    due_scenario_count: Integer = column("Sides of all scenarios and steps", ge=6)
    scenario_side_count: Integer = column("... that were laid out", ge=0)
    absent_day_count: Integer = column(
        "Days in recorded, restored and potential on which every side is missing", ge=0
    )
    absence_count: Integer = column("... that are counted as absence", ge=0)
    earlier_day_count: Integer = column("Days of absence in earlier months of the year, in the three", ge=0)
    year_day_count: Integer = column("... that the year's days hold beside the month's own", ge=0)


class ExposureTotal(PersonTable):
    """One row per person with a duty: outages that touch a late, early or missing side, or the run stops."""

    touched_count: Integer = column(
        "Pairs of such a side and an outage of the person's scope, but of one app alone", ge=0
    )
    exposed_count: Integer = column("... that are exposures", ge=0)
    line_count: Integer = column("Lines over which the person's requests were logged", ge=0)
    used_count: Integer = column("... that are ranked", ge=0)


class ProofTotal(PersonTable):
    """One row per person with a duty: what bears on a late, early or missing side, or the run stops."""

    witness_count: Integer = column(
        "Pairs of such a side and a statement, apel scan or record of the day's other side", ge=0
    )
    presence_count: Integer = column("... that were weighed", ge=0)
    line_count: Integer = column("Triples of finding, rule and input line that it rests on", ge=0)
    edge_count: Integer = column("... that are edges of evidence", ge=0)


class EventTotal(PersonUnitTable):
    """One row per person and OPD with a duty: days that must be charged, or the run stops.

    Days count once for each scenario and step.
    """

    off_day_count: Integer = column("Days with a late, early or missing side", ge=0)
    charged_day_count: Integer = column("... that have a charge", ge=0)


class LeaveTotal(PersonUnitTable):
    """One row per person and OPD with a duty: leave that the policy must be applied to and that must be charged, or the run stops.

    Days that cost count once for each scenario and step.
    """

    ruled_count: Integer = column("Duty days in an absence that the policy rules", ge=0)
    applied_count: Integer = column("... to which that was applied", ge=0)
    leave_count: Integer = column("Days of leave that cost; months of leave that cost once", ge=0)
    charged_leave_count: Integer = column("... that have a charge", ge=0)


class CutTotal(PersonTable):
    """One row per person with a duty: lump cuts that must be charged, or the run stops.

    Kinds count once for each scenario and step.
    """

    cut_count: Integer = column("Lump cuts that the month bears", ge=0)
    charged_cut_count: Integer = column("... that have a charge", ge=0)


class BaseTotal(PersonUnitTable):
    """One row per person and OPD with a duty: duties whose base comes from a TPP, or the run stops."""

    duty_count: Integer = column("Duties", ge=1)
    valued_count: Integer = column(
        "... with a base that comes from the TPP of a duty, and the days of the month", ge=0
    )
    limited_count: Integer = column("... whose month's limits come from the TPP of its duties", ge=0)


class ChargeTotal(PersonUnitTable):
    """One row per person and OPD with a duty: charges that have a price and a line, or the run stops."""

    charge_count: Integer = column("Charges of all scenarios and steps", ge=0)
    priced_count: Integer = column("... that have a price", ge=0)
    priced_idr: Integer = column("Prices with their daily caps")
    assessed_idr: Integer = column("... in the assessment")


class AssessmentTotal(PersonUnitTable):
    """One row per person and OPD with a duty: lines of the assessment that show their base, or the run stops."""

    shown_count: Integer = column("Rows of the assessment", ge=0)
    based_count: Integer = column("... whose base is one of the day's or month's", ge=0)


class DayTotal(PersonUnitTable):
    """One row per person and OPD with a duty: days of all scenarios that stay under the cap of a day, or the run stops."""

    capped_count: Integer = column("Days with a charge under a cap", ge=0)
    within_count: Integer = column("... that cost no more than the cap", ge=0)


class MonthTotal(PersonUnitTable):
    """One row per person and OPD with a duty: months of all scenarios that stay within their limits, or the run stops."""

    month_count: Integer = column("Months with a line in the assessment", ge=0)
    within_count: Integer = column("... that were capped, and cost no more than their cap and the TPP", ge=0)
    absent_count: Integer = column("Days with every side missing", ge=0)
    capped_absent_count: Integer = column("... as the capped months have them", ge=0)
    kept_idr: Integer = column("What the caps leave, with lump cuts", ge=0)
    assessed_idr: Integer = column("... in the assessment, floors aside")
    due_floor_count: Integer = column("Months whose attended share is paid in part", ge=0)
    floor_count: Integer = column("... with such a line in the assessment", ge=0)


class DecisionTotal(PersonTable):
    """One row per person with a finding: what may move money, and what was decided, must end in a recommendation."""

    movable_count: Integer = column("Findings that could move money and that no decision rejects", ge=0)
    candidate_count: Integer = column("... in the order of application", ge=0)
    approving_count: Integer = column("Findings that a decision which counts approves", ge=0)
    applied_count: Integer = column("... that are applied as approved", ge=0)
    recommended_count: Integer = column("... that are recommended as approved", ge=0)
    rejecting_count: Integer = column("Findings that a decision which counts rejects", ge=0)
    rejected_count: Integer = column("... that are recommended as rejected", ge=0)
