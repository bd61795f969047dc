"""The regulation as tables: calendar, duty patterns, bands, actions, leave."""

from __future__ import annotations

from schemas.codes import ACTIONS, CAUSES, GRADES, PERIOD, REGION
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
    """One row per span in which nothing of the policy changes."""

    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    policy_code: Text = column("Name of the policy")
    base_share_bps: Integer = column("Share of the monthly TPP that rates apply to", ge=0, le=10000)
    monthly_cap_bps: Integer = column("Cap of the month's deduction, share of that base", ge=0)
    accept_before_minutes: Integer = column("A check-in counts from so long before the start", ge=0)
    accept_after_minutes: Integer = column("A check-out counts until so long after the end", ge=0)
    recovery_grace_minutes: Integer = column("Grace after recovery of an outage", ge=0)
    arrival_span_minutes: Integer = column("Check-ins are exposed so long before the due time", ge=0)
    leaving_span_minutes: Integer = column("Check-outs are exposed so long after the due time", ge=0)
    match_tolerance_seconds: Integer = column("An ok request and its punch lie at most so far apart", ge=0)
    retry_gap_minutes: Integer = column("Requests closer than this are one session of retries", ge=1)
    duplicate_span_seconds: Integer = column("Punches closer than this are duplicates", ge=0)
    statement_deadline_days: Integer = column("Working days after the duty day to sign a statement", ge=0)
    reference: Text = column("Articles")

    _key = ("valid_from",)


class DutyPattern(Table):
    """One row per duty group, span, weekday and kind of day; times are seconds after local midnight."""

    group_code: Text = column("Duty group (kelompok)")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    weekday_no: Integer = column("ISO weekday", ge=1, le=7)
    is_ramadan: Flag = column("Ramadan hours")
    start_seconds: Integer = column("Start of work", ge=0)
    end_seconds: Integer = column("End of work, over 86400 past midnight", ge=0)
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
    """One row per band: a span of minutes, or a missing side, and its rate."""

    event_code: Text = column(
        "late, early, missing_in, missing_out or absent (both sides)",
        isin=("late", "early", "missing_in", "missing_out", "absent"),
    )
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    minutes_from: Integer = column("From so many whole minutes", ge=0)
    minutes_to: Integer = column("Below so many; null where open", nullable=True, ge=0)
    band_code: Text = column("TL1 ... PSW4, TK")
    rate_bps: Integer = column("Rate", ge=0, le=10000)
    reference: Text = column("Article")

    _key = ("event_code", "valid_from", "minutes_from")


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
    """One row per kind of absence and span."""

    kind_code: Text = column("jenis")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    effect_code: Text = column(
        "excused (no cost), day_rate (rate for the day, sides not assessed), no_tpp, none (excuses nothing)",
        isin=("excused", "day_rate", "no_tpp", "none"),
    )
    rate_bps: Integer = column("Rate of a day_rate", ge=0, le=10000)
    reference: Text = column("Article")

    _key = ("kind_code", "valid_from")
