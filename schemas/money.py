"""From findings to rupiah: scenarios, assessments, decisions, recommendations, adjustments."""

from __future__ import annotations

from typing import ClassVar

from schemas.codes import ACTIONS, EFFECTS, EVENTS, NIP, PERIOD, SANCTIONS, SCENARIOS, SIDES, STATES
from schemas.grains import PersonUnitTable, ScenarioTable, ScenarioUnitTable
from schemas.table import Date, Flag, Instant, Integer, Table, Text, column


class Deduction(Table):
    """One row per employee and month: what payroll really deducted."""

    nip: Text = column("Person", str_matches=NIP)
    period: Text = column("Month", str_matches=PERIOD)
    deduction_idr: Integer = column("Deducted", ge=0)
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("nip", "period")


class Decision(Table):
    """One row per decision of a superior on a finding, in the order in which it was read."""

    decision_id: Text = column("file_id:line_no")
    finding_id: Text = column("Finding")
    finding_hash: Text = column("The facts that were decided on")
    verdict_code: Text = column("Decision", isin=("approve", "reject", "ask_evidence"))
    decider_nip: Text = column("nip_pemutus", str_matches=NIP)
    reason: Text = column("alasan", nullable=True)
    decided_on: Date = column("tanggal", nullable=True)
    row_sha256: Text = column("sha256 of the record as read")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("decision_id",)


class IssuedAdjustment(Table):
    """One row per adjustment that an earlier payroll batch issued."""

    adjustment_id: Text = column("Adjustment")
    nip: Text = column("Person", str_matches=NIP)
    origin_period: Text = column("Month it corrects", str_matches=PERIOD)
    unit_id: Text = column("OPD")
    adjustment_idr: Integer = column("Issued; positive was paid")
    batch_id: Text = column("Batch")

    _key = ("adjustment_id",)


class ClosedMonth(Table):
    """One row per person and OPD of a closed month before this one: its newest revision's deductions."""

    origin_period: Text = column("The closed month", str_matches=PERIOD)
    nip: Text = column("Person", str_matches=NIP)
    unit_id: Text = column("OPD")
    tpp_idr: Integer = column("Gross TPP in force on the last day at the OPD", ge=0)
    recorded_idr: Integer = column("Deduction as recorded", ge=0)
    restored_idr: Integer = column("... with approved findings applied", ge=0)

    _key = ("origin_period", "nip", "unit_id")


class ClosedHold(Table):
    """One row per person of a closed month whose real deduction its newest revision did not find as recomputed."""

    origin_period: Text = column("The closed month", str_matches=PERIOD)
    nip: Text = column("Person", str_matches=NIP)

    _key = ("origin_period", "nip")


class DeductionCheck(Table):
    """One row per person whose real deduction is not the recomputed one; their adjustments are held."""

    nip: Text = column("Person", str_matches=NIP)
    period: Text = column("Month", str_matches=PERIOD)
    deduction_idr: Integer = column(
        "What payroll deducted; null where it names no amount", nullable=True, ge=0
    )
    recorded_idr: Integer = column("Deduction as recorded, recomputed", ge=0)
    difference_idr: Integer = column("Really deducted - recomputed")

    _key = ("nip", "period")


class DecisionCheck(Table):
    """One row per decision: whether it counts, and why not."""

    decision_id: Text = column("Decision")
    finding_id: Text = column("Finding")
    verdict_code: Text = column("Decision", isin=("approve", "reject", "ask_evidence"))
    status_code: Text = column(
        "counts, superseded by a later one, or refused", isin=("counts", "superseded", "refused")
    )
    refusal_code: Text = column("Why refused", nullable=True)

    _key = ("decision_id",)


class Candidate(Table):
    """One row per finding that could move money: open or approved, with a time to restore."""

    finding_id: Text = column("Finding")
    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    restored_at: Instant = column("Restored time")
    is_approved: Flag = column("A decision that counts approves it")
    apply_no: Integer = column("Order within the person: approved first, then by day and side", ge=1)

    _key = ("finding_id",)


class ScenarioSide(ScenarioTable):
    """One row per scenario, person, duty day and side: what the record would say.

    `step` n is `recorded` with the person's first n open or approved findings applied, approved ones first,
    then by (duty_date, side_code); it yields the marginal effect of each finding.
    """

    unit_id: Text = column("OPD of that day")
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    state_code: Text = column("State in the scenario", isin=STATES)
    due_at: Instant = column("Due time")
    effective_at: Instant = column("Recorded or restored time", nullable=True)
    seconds_off: Integer = column("Seconds late (in) or early (out), at least 0", nullable=True, ge=0)
    minutes_off: Integer = column("Whole minutes of them", nullable=True, ge=0)

    _key = ("scenario_code", "step_no", "nip", "duty_date", "side_code")


class LeaveDay(Table):
    """One row per duty day in an absence whose kind and day the policy rules, whether or not it excuses the day."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    kind_code: Text = column("Kind of absence")
    effect_code: Text = column("What the day of that leave means", isin=EFFECTS)
    rate_bps: Integer = column("Rate of a day_rate, month_rate or month_cut", ge=0)
    policy_reference: Text = column("Article")

    _key = ("nip", "duty_date")


class DutyBase(Table):
    """One row per duty: what a rate applies to that day, and over how many days it is spread."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    unit_id: Text = column("OPD of that day")
    variant_code: Text = column("Variant of the money rules")
    rule_from: Date = column("First day of the assessment rule in force")
    tpp_idr: Integer = column("Gross monthly TPP in force that day", ge=0)
    base_idr: Integer = column("What rates apply to, a month's worth", ge=0)
    divisor: Integer = column("Days that it is spread over; 1 for monthly methods", ge=1)
    day_no: Integer = column("Number of the duty in the person's month", ge=1)
    month_days: Integer = column("Duties of the person in the month", ge=1)
    unit_days: Integer = column("... at this OPD", ge=1)

    _key = ("nip", "duty_date")


class SideBand(ScenarioTable):
    """One row per scenario, step, person, day and side that falls into a band of the policy."""

    unit_id: Text = column("OPD of that day")
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side; the check-in where every side is missing", isin=SIDES)
    event_code: Text = column("late, early, missing_in ... absent", isin=EVENTS)
    event_minutes: Integer = column("Whole minutes late or early; null where missing", nullable=True, ge=0)
    variant_code: Text = column("Variant of the money rules")
    band_from: Date = column("First day of the band")
    seconds_from: Integer = column("The band begins at so many seconds", ge=0)
    band_code: Text = column("Band")
    first_charge: Integer = column(
        "What its first occurrence costs: rate, or minutes x 10,000; only to compare events of one day", ge=0
    )

    _key = ("scenario_code", "step_no", "nip", "duty_date", "side_code")


class SideCharge(ScenarioUnitTable):
    """One row per scenario, step, person, day and side that costs, before rounding.

    The cost is numerator / denominator rupiah, exactly.
    """

    duty_date: Date = column("Duty day")
    side_code: Text = column("Side; null for leave and cuts", nullable=True, isin=SIDES)
    event_code: Text = column("late, early, missing_in ... absent, leave or cut")
    band_code: Text = column("Band, or kind of absence")
    rate_bps: Integer = column("Rate; null for minutes and days without TPP", nullable=True)
    base_idr: Integer = column("What the rate applies to, rounded half-up", ge=0)
    numerator: Integer = column("Numerator of the cost", ge=0)
    denominator: Integer = column("Denominator of the cost", ge=1)
    policy_reference: Text = column("Article")

    _key = ("scenario_code", "step_no", "nip", "duty_date", "side_code")


class LeaveCharge(SideCharge):
    """One row per scenario, step, person and day of leave that costs, before rounding."""


class CutCharge(SideCharge):
    """One row per scenario, step, person and lump cut, before rounding; on the first duty day of its span."""

    _key = ("scenario_code", "step_no", "nip", "duty_date", "band_code")


class PricedCharge(ScenarioUnitTable):
    """One row per scenario, step and charge in whole rupiah."""

    duty_date: Date = column("Duty day")
    side_code: Text = column("Side; null for leave, cuts and the daily cap", nullable=True, isin=SIDES)
    event_code: Text = column("late, early, missing_in ... absent, leave, cut or day_cap")
    band_code: Text = column("Band, kind of absence, or `day_cap`")
    rate_bps: Integer = column("Rate", nullable=True)
    base_idr: Integer = column("What the rate applies to", ge=0)
    deduction_idr: Integer = column("Deduction; of a daily cap the signed difference")
    policy_reference: Text = column("Article")

    _key: ClassVar[tuple[str, ...]] = (
        "scenario_code",
        "step_no",
        "nip",
        "duty_date",
        "side_code",
        "band_code",
    )


class DayCap(PricedCharge):
    """One row per scenario, step, person and day that costs more than its cap: what the cap gives back."""


class MonthLimit(PersonUnitTable):
    """One row per person and OPD with a duty: what limits the deductions of the month there."""

    variant_code: Text = column("Variant of the money rules on the last duty day there")
    last_date: Date = column("The last duty day there")
    monthly_cap_bps: Integer = column("Cap of the month's deduction, share of its base", ge=0)
    base_idr: Integer = column("Base of the monthly cap", ge=0)
    cap_idr: Integer = column("The OPD's part of the monthly cap", ge=0)
    tpp_idr: Integer = column("... and of the gross TPP in force on the last duty day there", ge=0)
    rounding_step_idr: Integer = column("Deductions are multiples of so many rupiah", ge=1)
    rounding_mode_code: Text = column("How they are rounded")
    policy_reference: Text = column("Articles of the cap")


class CappedMonth(ScenarioUnitTable):
    """One row per scenario, step, person and OPD with a charge: what the month costs, and what its cap leaves of that."""

    absent_days: Integer = column("Days with every side missing", ge=0)
    cut_idr: Integer = column("Lump cuts", ge=0)
    deduction_idr: Integer = column("All other charges, daily caps taken off")
    kept_idr: Integer = column("... of them what the monthly cap leaves")


class FloorCharge(ScenarioUnitTable):
    """One row per scenario, step, person and OPD whose attended share the policy pays only in part."""

    rate_bps: Integer = column("Part that is not paid", ge=0)
    base_idr: Integer = column("What charges and cap leave of the OPD's part of the TPP", ge=0)
    deduction_idr: Integer = column("Deduction", ge=0)
    policy_reference: Text = column("Article")


class Assessment(ScenarioUnitTable):
    """One row per deduction event and scenario; a monthly cap or floor is a row without day and side."""

    duty_date: Date = column("Duty day", nullable=True)
    side_code: Text = column("Side; null for whole-day rules", nullable=True, isin=SIDES)
    band_code: Text = column("Band of the policy, kind of absence, `day_cap`, `cap` or `floor`")
    rate_bps: Integer = column("Rate", nullable=True)
    base_idr: Integer = column("What the rate applies to", ge=0)
    deduction_idr: Integer = column("Deduction; of a cap or floor the signed difference")
    policy_reference: Text = column("Article")

    _key = ("scenario_code", "step_no", "nip", "duty_date", "side_code", "band_code", "unit_id")


class EarlierMonth(Table):
    """One row per month of the year before the run's, in January the December before; known where its days are told."""

    period: Text = column("Month", str_matches=PERIOD)
    is_known: Flag = column("A revision of the month is published, with its counts")
    is_of_year: Flag = column("Its days count in the year's; those of a December before only go on in a run")

    _key = ("period",)


class EarlierAbsence(Table):
    """One row per earlier month, scenario and person with a day of absence in it."""

    period: Text = column("Month", str_matches=PERIOD)
    scenario_code: Text = column("recorded, restored or potential", isin=SCENARIOS)
    nip: Text = column("Person", str_matches=NIP)
    absent_days: Integer = column("Days of unlawful absence in that month", ge=1)
    open_run_days: Integer = column("Duty days absent in a row up to the last one of that month", ge=0)

    _key = ("period", "scenario_code", "nip")


class AbsenceRun(Table):
    """One row per scenario and person's run of duty days in a row on which every side is missing."""

    scenario_code: Text = column("recorded, restored or potential", isin=SCENARIOS)
    nip: Text = column("Person", str_matches=NIP)
    first_no: Integer = column("Number of its first duty in the person's month", ge=1)
    own_days: Integer = column("Duty days of the month in the run", ge=1)
    run_days: Integer = column("... with those before the month's first", ge=1)
    is_open: Flag = column("It reaches the person's last duty of the month")

    _key = ("scenario_code", "nip", "first_no")


class AbsenceCount(Table):
    """One row per scenario and person with a day on which every side is missing, in the month or before it this year."""

    scenario_code: Text = column("recorded, restored or potential", isin=SCENARIOS)
    nip: Text = column("Person", str_matches=NIP)
    absent_days: Integer = column("Days of unlawful absence in the month", ge=0)
    longest_run_days: Integer = column(
        "The longest run of them in duty days, with those before the month's first, also of the year before",
        ge=0,
    )
    open_run_days: Integer = column("The run up to the person's last duty of the month; 0 where none", ge=0)
    year_days: Integer = column(
        "Days of unlawful absence this year, as far as earlier months are known", ge=1
    )
    unknown_months: Integer = column(
        "Earlier months, in January the December before, of which nothing is published", ge=0
    )
    sanction_code: Text = column("Step of PP 94/2021 article 11 for the year's days", isin=SANCTIONS)

    _key = ("scenario_code", "nip")


class Sensitivity(Table):
    """One row per alternative to the policy, with the policy as it stands (0): what the month would come to."""

    alternative_no: Integer = column("0 as the policy has it, then the alternatives in order", ge=0)
    words: Text = column("The alternative, in the words of the report")
    recorded_idr: Integer = column("Deductions of the month as recorded", ge=0)
    potential_idr: Integer = column("Deductions if every open proposal is approved", ge=0)
    ready_idr: Integer = column("Of the difference: what needs no statement")
    needs_statement_idr: Integer = column("Of the difference: what needs a statement")

    _key = ("alternative_no",)


class Recommendation(Table):
    """One row per finding: what is recommended, what was decided, what it moves."""

    recommendation_id: Text = column("hash(finding_hash)")
    finding_id: Text = column("Finding")
    nip: Text = column("Person", str_matches=NIP)
    unit_id: Text = column("OPD of that day")
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    action_code: Text = column("Action", isin=ACTIONS)
    status_code: Text = column("Status", isin=("proposed", "approved", "rejected", "not_supported"))
    deduction_before_idr: Integer = column("Deduction of the month before this finding is applied", ge=0)
    deduction_after_idr: Integer = column("... after", ge=0)
    adjustment_idr: Integer = column("before - after, in the order approved first, then day and side")

    _key = ("finding_id",)


class PersonMonth(PersonUnitTable):
    """One row per person and OPD: the month's deduction in each scenario."""

    recorded_idr: Integer = column("Deduction as recorded", ge=0)
    restored_idr: Integer = column("... with approved findings applied", ge=0)
    potential_idr: Integer = column("... with every open finding applied", ge=0)
    tpp_idr: Integer = column("Gross TPP in force on the last day at the OPD", ge=0)


class Adjustment(Table):
    """One row per person, month of origin and OPD: what to pay now, net of earlier batches."""

    adjustment_id: Text = column("hash(batch, nip, origin_period, kode_opd); batch-independent until issued")
    nip: Text = column("Person", str_matches=NIP)
    origin_period: Text = column("Month it corrects", str_matches=PERIOD)
    unit_id: Text = column("OPD")
    tpp_idr: Integer = column("Gross monthly TPP", ge=0)
    deduction_before_idr: Integer = column("Deduction as recorded", ge=0)
    deduction_after_idr: Integer = column("Deduction with approved findings", ge=0)
    issued_idr: Integer = column("Paid by earlier batches")
    adjustment_idr: Integer = column("To pay now: before - after - issued")
    is_held: Flag = column("Not paid before the difference to the real deduction is resolved")

    _key = ("nip", "origin_period", "unit_id")
