"""The regulation as tables: calendar, duty patterns, bands, actions, leave."""

from __future__ import annotations

from schemas.codes import ACTIONS, CAUSES, EFFECTS, EVENTS, GRADES, METHODS, PERIOD, PUNCHES, REGION
from schemas.table import Date, Flag, Integer, Table, Text, column


class Setting(Table):
    """One row: what the run is about."""

    period: Text = column("Month", str_matches=PERIOD)
    region_code: Text = column("Region whose TPP is reconciled", str_matches=REGION)
    zone: Text = column("IANA zone of the workspace")
    period_from: Date = column("First day")
    period_to: Date = column("Day after the last")

    _key = ("period",)


class Calendar(Table):
    """One row per day of the period, a month before and a month after."""

    calendar_date: Date = column("Day")
    weekday_no: Integer = column("ISO weekday, Monday 1", ge=1, le=7)
    is_holiday: Flag = column("National holiday or cuti bersama")
    is_joint_leave: Flag = column("Cuti bersama")
    is_ramadan: Flag = column("In the Ramadan span of the calendar")
    name: Text = column("Name of the holiday", nullable=True)
    legal_basis: Text = column("Decree", nullable=True)

    _key = ("calendar_date",)


class PolicyPeriod(Table):
    """One row per span in which nothing changes that the policy says about records and disturbances."""

    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    policy_code: Text = column("Name of the policy")
    accept_before_minutes: Integer = column("A check-in counts from so long before the start", ge=0)
    accept_after_minutes: Integer = column("A check-out counts until so long after the end", ge=0)
    check_in_punch_code: Text = column("Which of several check-ins counts", isin=PUNCHES)
    check_out_punch_code: Text = column("Which of several check-outs counts", isin=PUNCHES)
    recovery_grace_minutes: Integer = column("Grace after recovery of an outage", ge=0)
    arrival_span_minutes: Integer = column("Check-ins are exposed so long before the due time", ge=0)
    leaving_span_minutes: Integer = column("Check-outs are exposed so long after the due time", ge=0)
    match_early_seconds: Integer = column("A punch may precede the logged ok answer by so much", ge=0)
    match_late_seconds: Integer = column("... and follow it by so much", ge=0)
    retry_gap_minutes: Integer = column("Requests closer than this are one session of retries", ge=1)
    duplicate_span_seconds: Integer = column("Punches closer than this are duplicates", ge=0)
    statement_deadline_days: Integer = column("Working days after the duty day to sign a statement", ge=0)
    statement_deadline_of_code: Text = column(
        "... counted after the duty day, or after the end of its month", isin=("day", "month")
    )
    statement_quota_count: Integer = column(
        "Statements accepted per person and month; null where the policy sets no quota", nullable=True, ge=0
    )
    decision_deadline_days: Integer = column(
        "Working days after the month in which a superior may approve; null where the policy sets none",
        nullable=True,
        ge=0,
    )
    same_second_people_count: Integer = column(
        "So many people at one machine in one second are doubted; null where the policy does not ask",
        nullable=True,
        ge=2,
    )
    same_manual_people_count: Integer = column(
        "So many people of an OPD with one manual time are doubted; null where the policy does not ask",
        nullable=True,
        ge=2,
    )
    travel_minutes: Integer = column(
        "Between machines of two OPD nobody is faster than this; null where the policy does not ask",
        nullable=True,
        ge=0,
    )
    mass_restoration_percent: Integer = column(
        "Warn where more than this share of all staff would be restored for one outage; null where none is set",
        nullable=True,
        ge=0,
    )
    reference: Text = column("Articles")

    _key = ("valid_from",)


class PolicyScope(Table):
    """One row per duty group or OPD and span in which a variant of the money rules applies to it.

    A row names a group or an OPD, never both; the OPD's row wins. Who is in no row falls under `umum`.
    """

    group_code: Text = column("Duty group; null where the row is about an OPD", nullable=True)
    unit_id: Text = column("OPD; null where the row is about a group", nullable=True)
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    variant_code: Text = column("Name of the override in the policy file")
    reference: Text = column("Article")

    _key = ("group_code", "unit_id", "valid_from")


class AssessmentRule(Table):
    """One row per variant and span in which nothing changes that the policy says about rupiah."""

    variant_code: Text = column("`umum`, or the name of an override")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    method_code: Text = column("What a rate is a share of", isin=METHODS)
    base_share_bps: Integer = column("Share of the monthly TPP that rates apply to", ge=0, le=10000)
    base_of_code: Text = column(
        "TPP of the day itself, of the last duty day at the OPD, or the mean over the duty days there",
        isin=("day", "last", "prorated"),
    )
    day_divisor: Integer = column(
        "Days that the base is spread over by daily methods; null for the person's own duty days",
        nullable=True,
        ge=1,
    )
    day_minutes: Integer = column("Effective minutes of a day; null for other methods", nullable=True, ge=1)
    day_merge_code: Text = column(
        "Events of one day: each costs (sum), the same band once (same_code), or the dearest only (worst)",
        isin=("sum", "same_code", "worst"),
    )
    day_cap_bps: Integer = column(
        "Cap of a day on which the person came, share of the base; null where none is set",
        nullable=True,
        ge=0,
    )
    cut_merge_code: Text = column(
        "Lump cuts of one month: each costs (sum), or the dearest only (worst)", isin=("sum", "worst")
    )
    monthly_cap_bps: Integer = column("Cap of the month's deduction, share of its base", ge=0)
    cap_base_code: Text = column(
        "Base of the monthly cap where the TPP changed", isin=("largest", "last", "prorated")
    )
    rounding_step_idr: Integer = column("Deductions are multiples of so many rupiah", ge=1)
    rounding_mode_code: Text = column("How they are rounded", isin=("half_up", "down", "up"))
    rounding_at_code: Text = column(
        "Each event, or the month's sum (an event then costs the difference of running sums)",
        isin=("event", "month"),
    )
    late_from_seconds: Integer = column("A check-in so many seconds after the due time is late", ge=1)
    early_from_seconds: Integer = column("A check-out so many seconds before it is early", ge=1)
    apel_late_from_seconds: Integer = column(
        "An apel scan so many seconds after its due time is late; null where it is attended or not",
        nullable=True,
        ge=1,
    )
    reference: Text = column("Articles")

    _key = ("variant_code", "valid_from")


class DutyPattern(Table):
    """One row per duty group, span, weekday and kind of day; times are seconds after local midnight."""

    group_code: Text = column("Duty group (kelompok)")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    weekday_no: Integer = column("ISO weekday", ge=1, le=7)
    is_ramadan: Flag = column("Ramadan hours")
    start_seconds: Integer = column("Start of work", ge=0)
    end_seconds: Integer = column("End of work, over 86400 past midnight", ge=0)
    apel_seconds: Integer = column("Apel after local midnight; null where none is held", nullable=True, ge=0)
    in_from_seconds: Integer = column(
        "Check-ins count from so long after local midnight; null: by the policy's minutes",
        nullable=True,
        ge=0,
    )
    in_to_seconds: Integer = column("... and up to this second, included; null likewise", nullable=True, ge=0)
    out_from_seconds: Integer = column(
        "Check-outs count from so long after local midnight; null: by the policy's minutes",
        nullable=True,
        ge=0,
    )
    out_to_seconds: Integer = column(
        "... and up to this second, included; null likewise", nullable=True, ge=0
    )
    reference: Text = column("Article")

    _key = ("group_code", "valid_from", "weekday_no", "is_ramadan")


class ShiftPattern(Table):
    """One row per duty group, span and rostered shift."""

    group_code: Text = column("Duty group")
    shift_code: Text = column("Shift of the roster")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    start_seconds: Integer = column("Start of work after local midnight", ge=0)
    end_seconds: Integer = column("End of work, over 86400 past midnight", ge=0)
    reference: Text = column("Article")

    _key = ("group_code", "shift_code", "valid_from")


class Band(Table):
    """One row per variant, span of seconds or missing side, and count in the month: what it costs."""

    variant_code: Text = column("`umum`, or the name of an override")
    event_code: Text = column(
        "late, early, late_apel, missing_in, missing_out, missing_apel, or absent (every side of the day)",
        isin=EVENTS,
    )
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    seconds_from: Integer = column("From so many seconds late or early", ge=0)
    seconds_to: Integer = column("Below so many; null where open", nullable=True, ge=0)
    count_from: Integer = column("From this occurrence of the band in the person's month", ge=1)
    count_to: Integer = column("Before this one; null where open", nullable=True, ge=1)
    band_code: Text = column("TL1 ... PSW4, TK")
    charge_code: Text = column(
        "A rate of the base, stated minutes, or the event's own minutes",
        isin=("rate", "minutes", "own_minutes"),
    )
    rate_bps: Integer = column("Rate, or points x 100; null for minutes", nullable=True, ge=0, le=10000)
    charge_minutes: Integer = column("Stated minutes; null otherwise", nullable=True, ge=0)
    reference: Text = column("Article")

    _key = ("variant_code", "event_code", "valid_from", "seconds_from", "count_from")


class AttendanceFloor(Table):
    """One row per variant and span of the attendance share below which only a part of the TPP is paid."""

    variant_code: Text = column("`umum`, or the name of an override")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    share_from_bps: Integer = column("From this share of days attended", ge=0)
    share_to_bps: Integer = column("Below this share", ge=0)
    pays_bps: Integer = column("Part that is still paid of what the deductions leave", ge=0, le=10000)
    reference: Text = column("Article")

    _key = ("variant_code", "valid_from", "share_from_bps")


class ActionRule(Table):
    """One row per cause, grade and paper: what the policy does."""

    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    cause_code: Text = column("Cause", isin=CAUSES)
    grade_code: Text = column("Grade", isin=GRADES)
    has_statement: Flag = column("A valid statement by someone else supports it")
    is_certified: Flag = column("The outage is certified")
    action_code: Text = column("Action", isin=ACTIONS)
    reference: Text = column("Article")

    _key = ("valid_from", "cause_code", "grade_code", "has_statement", "is_certified")


class LeaveRule(Table):
    """One row per variant, kind of absence, span and day of the absence."""

    variant_code: Text = column("`umum`, or the name of an override")
    kind_code: Text = column("jenis")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    day_from: Integer = column("From this calendar day of the absence", ge=1)
    day_to: Integer = column("Before this one; null where open", nullable=True, ge=1)
    needs_letter: Flag = column("Without a letter number it excuses nothing")
    effect_code: Text = column(
        "excused (no cost), excluded (no cost, and the day counts in no denominator), day_rate (rate for the day, "
        "sides not assessed), month_rate (once a month), month_cut (of the whole TPP once a month, excuses nothing), "
        "no_tpp, none (excuses nothing)",
        isin=EFFECTS,
    )
    rate_bps: Integer = column("Rate of a day_rate, month_rate or month_cut", ge=0, le=10000)
    reference: Text = column("Article")

    _key = ("variant_code", "kind_code", "valid_from", "day_from")
