"""Punches, duties, and which punch counts for which side of which duty."""

from __future__ import annotations

from schemas.codes import DIRECTIONS, NIP, REGION, SIDES, STATES
from schemas.grains import PersonTable, SideTable
from schemas.table import Date, Flag, Instant, Integer, Table, Text, column


class Punch(Table):
    """One row per recorded punch, as stored by the attendance system."""

    punch_id: Text = column("file_id:line_no, with a suffix where one record holds two punches")
    nip: Text = column("Person", str_matches=NIP)
    punched_at: Instant = column("Time of device or app")
    direction_code: Text = column("Direction as stored; null where none was", nullable=True, isin=DIRECTIONS)
    channel_code: Text = column("app, device or manual", nullable=True, isin=("app", "device", "manual"))
    device_id: Text = column("perangkat", nullable=True)
    app_version: Text = column("versi_aplikasi", nullable=True)
    received_at: Instant = column("When the server stored it", nullable=True)
    row_sha256: Text = column("sha256 of the record as read")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("punch_id",)


class EmployedDay(Table):
    """One row per person and day of the period on which the person is employed."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day")
    unit_id: Text = column("OPD of that day")
    group_code: Text = column("Duty group of that day")
    variant_code: Text = column("Variant of the money rules that applies that day")
    superior_nip: Text = column("Superior of that day", nullable=True)
    tpp_idr: Integer = column("Gross monthly TPP in force that day", ge=0)
    weekday_no: Integer = column("ISO weekday", ge=1, le=7)
    is_ramadan: Flag = column("Ramadan hours")
    is_holiday: Flag = column("National holiday or collective leave")

    _key = ("nip", "duty_date")


class ExcusedDay(Table):
    """One row per person and day of employment: the absence in force, if any."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day")
    absence_id: Text = column("Leave or official duty in force", nullable=True)
    absence_kind_code: Text = column("Its kind", nullable=True)
    absence_day_no: Integer = column("Calendar day of that absence, 1 the first", nullable=True, ge=1)
    is_excused: Flag = column("It takes the sides of the day out of assessment")

    _key = ("nip", "duty_date")


class DutyHours(Table):
    """One row per person and day of work; times are seconds after local midnight."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day on which the duty starts")
    shift_code: Text = column("Rostered shift", nullable=True)
    start_seconds: Integer = column("Start of work", ge=0)
    end_seconds: Integer = column("End of work, over 86400 past midnight", ge=0)
    apel_seconds: Integer = column("Apel; null where none is held", nullable=True, ge=0)
    in_from_seconds: Integer = column(
        "Check-ins count from here; null: by the policy's minutes", nullable=True, ge=0
    )
    in_to_seconds: Integer = column("... and up to this second, included; null likewise", nullable=True, ge=0)
    out_from_seconds: Integer = column(
        "Check-outs count from here; null: by the policy's minutes", nullable=True, ge=0
    )
    out_to_seconds: Integer = column(
        "... and up to this second, included; null likewise", nullable=True, ge=0
    )

    _key = ("nip", "duty_date")


class PersonCoverage(PersonTable):
    """One row per person with a day of employment: how far the punch sources reach."""

    covered_to: Instant = column("Punch sources hold everything before this")


class Duty(Table):
    """One row per person and day with a duty of the policy, whether excused or not."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day on which the duty starts")
    unit_id: Text = column("OPD of that day")
    region_code: Text = column("Region of that OPD", str_matches=REGION)
    zone: Text = column("IANA zone of that OPD")
    group_code: Text = column("Duty group of that day")
    variant_code: Text = column("Variant of the money rules that applies that day")
    shift_code: Text = column("Rostered shift", nullable=True)
    superior_nip: Text = column("Superior of that day", nullable=True)
    tpp_idr: Integer = column("Gross monthly TPP in force that day", ge=0)
    starts_at: Instant = column("Due time of the check-in")
    ends_at: Instant = column("Due time of the check-out")
    apel_at: Instant = column("Due time of the apel; null where none is held", nullable=True)
    late_from_seconds: Integer = column("A check-in so many seconds after its due time is late", ge=1)
    early_from_seconds: Integer = column("A check-out so many seconds before its due time is early", ge=1)
    apel_late_from_seconds: Integer = column(
        "An apel scan so many seconds after its due time is late; null where it is attended or not",
        nullable=True,
        ge=1,
    )
    accept_in_from: Instant = column("Check-ins count from here")
    accept_in_to: Instant = column("... and before here")
    accept_out_from: Instant = column("Check-outs count from here")
    accept_out_to: Instant = column("... and before here")
    covered_to: Instant = column("Punch sources cover the time before this; later sides are provisional")
    absence_id: Text = column("Leave or official duty in force", nullable=True)
    absence_kind_code: Text = column("Its kind", nullable=True)
    absence_day_no: Integer = column("Calendar day of that absence, 1 the first", nullable=True, ge=1)
    is_excused: Flag = column(
        "Leave takes the sides out of assessment; what the day costs is its leave rule's"
    )

    _key = ("nip", "duty_date")


class AwaitedMachine(PersonTable):
    """One row per person who relies on a machine that is silent: what is missing since may still arrive.

    Caveat: a broken machine that never uploads looks the same; BKD sets `covers_until` or takes it off the list.
    """

    device_id: Text = column("Machine of the person's last punch, or `sumber N` where the dump names none")
    silent_from: Instant = column(
        "The machine's last punch; an unrecorded side whose window ends later is provisional"
    )


class ExpectedSide(Table):
    """One row per duty and side: when it is due, and in which window records count for it."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day on which the duty starts")
    side_code: Text = column("Side", isin=SIDES)
    unit_id: Text = column("OPD of that day")
    region_code: Text = column("Region of that OPD", str_matches=REGION)
    due_at: Instant = column("Due time")
    accept_from: Instant = column("Records count from here")
    accept_to: Instant = column("... and before here")
    covered_to: Instant = column("The person's punch sources cover the time before this")
    off_from_seconds: Integer = column(
        "So many seconds after its due time it is late, of a check-out before it early; null where attended or not",
        nullable=True,
        ge=1,
    )
    is_excused: Flag = column("Leave takes the side out of assessment")
    tie_no: Integer = column(
        "Of a person's sides that a record is equally near to, the one of the smallest number is meant", ge=1
    )

    _key = ("nip", "duty_date", "side_code")


class PunchPlacement(Table):
    """One row per punch: the duty side it was tried against and the part it plays there."""

    punch_id: Text = column("Punch")
    nip: Text = column("Person", str_matches=NIP)
    punched_at: Instant = column("Time of the punch")
    duty_date: Date = column("Duty; null outside every window", nullable=True)
    side_code: Text = column("Side; null outside every window", nullable=True, isin=SIDES)
    role_code: Text = column(
        "counts, duplicate (same side within the collapse span), extra, or outside every window",
        isin=("counts", "duplicate", "extra", "outside"),
    )

    _key = ("punch_id",)


class Machine(Table):
    """One row per machine with a punch of a duty: what its punches say about it."""

    device_id: Text = column("Machine")
    unit_id: Text = column("OPD in which most of its people work; it stands there")
    is_several: Flag = column(
        "It meets few people in one second more often than many: several machines of one name"
    )
    has_seconds: Flag = column("It writes seconds, not whole minutes only")

    _key = ("device_id",)


class PunchDoubt(Table):
    """One row per punch of a duty and reason to doubt it: the record stays, but it supports no finding.

    Caveat: who else punched in that second, or stands on that list, decides; that is the point of both questions.
    """

    punch_id: Text = column("Punch")
    doubt_code: Text = column(
        "One machine, one second, many people; one manual time for many of an OPD; too soon after a machine of another OPD",
        isin=("same_second", "same_manual", "impossible_trip"),
    )

    _key = ("punch_id", "doubt_code")


class DutySide(Table):
    """One row per person, duty day and side: what the record says."""

    nip: Text = column("Person", str_matches=NIP)
    unit_id: Text = column("OPD of that day")
    region_code: Text = column("Region", str_matches=REGION)
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    due_at: Instant = column("Due time")
    accept_from: Instant = column("Punches count from here")
    accept_to: Instant = column("... and before here")
    covered_to: Instant = column("The person's punch sources cover the time before this")
    recorded_at: Instant = column("The punch that counts", nullable=True)
    punch_id: Text = column("Its id", nullable=True)
    state_code: Text = column("State", isin=STATES)
    minutes_off: Integer = column(
        "Whole minutes late (in) or early (out), 0 on time, null where missing, excused or provisional",
        nullable=True,
        ge=0,
    )

    _key = ("nip", "duty_date", "side_code")


class OffSide(SideTable):
    """One row per late, early or missing side, with the span in which an outage touches it."""

    unit_id: Text = column("OPD of that day")
    region_code: Text = column("Region", str_matches=REGION)
    due_at: Instant = column("Due time")
    accept_from: Instant = column("Records count from here")
    accept_to: Instant = column("... and before here")
    recorded_at: Instant = column("The punch that counts", nullable=True)
    punch_id: Text = column("Its id", nullable=True)
    state_code: Text = column("late, early or missing", isin=("late", "early", "missing"))
    minutes_off: Integer = column("Whole minutes late or early; null when missing", nullable=True, ge=0)
    exposed_from: Instant = column("An outage that ends after this touches the side")
    exposed_to: Instant = column("... if it begins by then")
