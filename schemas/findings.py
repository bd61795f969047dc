"""What happened to each late, early or missing side, with the evidence for and against."""

from __future__ import annotations

from schemas.codes import ACTIONS, CAUSES, GRADES, LAYERS, NIP, SIDES, STATES
from schemas.grains import SideTable
from schemas.table import Date, Flag, Instant, Integer, Real, Table, Text, column

BASES = ("own_request", "scope", "usual", "also_used", "unit_block")


class AttemptPlacement(Table):
    """One row per logged request that may be one for a check-in or check-out: the side that it was for."""

    attempt_id: Text = column("Request")
    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty")
    side_code: Text = column("Side", isin=("in", "out"))
    record_code: Text = column(
        "Of an ok answer: its punch is stored, is not, or lies where the export does not reach",
        nullable=True,
        isin=("stored", "unstored", "uncovered"),
    )

    _key = ("attempt_id",)


class AttemptGroup(Table):
    """One row per person, duty side and session of retries."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side that the requests were for", isin=SIDES)
    group_no: Integer = column("Number of the session within the side, in time", ge=1)
    started_at: Instant = column("Start of the first request: the one that counts")
    ended_at: Instant = column("When the last answer was logged")
    attempt_count: Integer = column("Logged requests, at all vantages together", ge=1)
    failed_count: Integer = column("Failed ones", ge=0)
    ok_count: Integer = column("Answered ok", ge=0)
    rejected_count: Integer = column("Refused: they support nothing", ge=0)
    first_failed_at: Instant = column("Start of the first failed request", nullable=True)
    last_failed_at: Instant = column("Start of the last failed request", nullable=True)
    first_ok_at: Instant = column("Answer of the first ok request", nullable=True)
    first_unstored_at: Instant = column(
        "Answer of the first ok request without a punch in the export", nullable=True
    )
    first_uncovered_at: Instant = column(
        "Answer of the first ok request whose punch the export does not reach", nullable=True
    )
    is_authenticated: Flag = column("The user id was authenticated")

    _key = ("nip", "duty_date", "side_code", "group_no")


class UsedNetwork(Table):
    """One row per person and line used in the month: carrier, address block, and the OPD of the block."""

    nip: Text = column("Person", str_matches=NIP)
    use_no: Integer = column("1 the usual one: the block of most days of the carrier of most days", ge=1)
    provider: Text = column("Carrier", nullable=True)
    network_cidr: Text = column("Address block", nullable=True)
    unit_id: Text = column("OPD of the address block", nullable=True)

    _key = ("nip", "use_no")


class OutageTouch(SideTable):
    """One row per late, early or missing side and outage of the person's scope that touches it."""

    outage_id: Text = column("Outage")
    basis_code: Text = column("Why, see exposure", isin=BASES)

    _key = ("nip", "duty_date", "side_code", "outage_id")


class Exposure(SideTable):
    """One row per late, early or missing side and outage that overlaps its exposure span."""

    outage_id: Text = column("Outage")
    exposure_no: Integer = column("1 for the outage that explains the side", ge=1)
    basis_code: Text = column(
        "Why: an own failed request, the region or unit, the usual line or app, another line used that month, or only the unit's address blocks",
        isin=BASES,
    )
    is_vantage_alive: Flag = column("A vantage that would have logged an attempt was alive throughout")

    _key = ("nip", "duty_date", "side_code", "outage_id")


class Flip(Table):
    """One row per late, early or missing side with a better punch that was stored in the other direction."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side that the punch was for", isin=SIDES)
    punch_id: Text = column("Punch; its stored direction stays as it is")
    flipped_at: Instant = column("Its time")

    _key = ("nip", "duty_date", "side_code")


class StatementCheck(SideTable):
    """One row per late, early or missing side and statement about it: whether it speaks for the person."""

    statement_id: Text = column("Statement")
    witness_code: Text = column(
        "statement where it counts, else why it speaks against",
        isin=("statement", "signed_before", "signed_by_certifier", "signed_by_self", "signed_too_late"),
    )
    witnessed_at: Instant = column("Time at which the person was seen")

    _key = ("nip", "duty_date", "side_code", "statement_id")


class Presence(SideTable):
    """One row per person, duty side and independent record for or against presence."""

    witness_code: Text = column(
        "other_side, manual_list, apel, statement; against: no_habit, signed_before, signed_by_certifier, signed_by_self, signed_too_late, or the doubt about a punch"
    )
    witness_no: Integer = column("Number within the witness", ge=1)
    role_code: Text = column("supports or contradicts", isin=("supports", "contradicts"))
    witnessed_at: Instant = column("Time it speaks of", nullable=True)
    punch_id: Text = column("Punch", nullable=True)
    statement_id: Text = column("Statement", nullable=True)

    _key = ("nip", "duty_date", "side_code", "witness_code", "witness_no")


class SidePresence(SideTable):
    """One row per late, early or missing side: what all its witnesses say together."""

    is_corroborated: Flag = column("Somebody or something supports the person")
    has_statement: Flag = column("A valid statement by someone else supports the person")
    is_unaccustomed: Flag = column("On the other days this side is missing more often than not")
    first_stated_at: Instant = column("Earliest time of a valid statement", nullable=True)
    last_stated_at: Instant = column("Latest time of a valid statement", nullable=True)
    counter_evidence_codes: Text = column("Witnesses that contradict, sorted, comma-separated", nullable=True)


class SideWatch(SideTable):
    """One row per late, early or missing side: whether the logs would show a request for it."""

    is_watched: Flag = column("Every log covers the whole span in which the side was due")


class SideOutage(SideTable):
    """One row per late, early or missing side: the outage that explains most of it, and whether it suffices alone."""

    outage_id: Text = column("Outage; null where none touches the side", nullable=True)
    layer_code: Text = column("Its layer", nullable=True, isin=LAYERS)
    impact_started_at: Instant = column("Its impact window: start", nullable=True)
    impact_ended_at: Instant = column("... end, exclusive", nullable=True)
    basis_code: Text = column("Why it touches the side, see exposure", nullable=True, isin=BASES)
    is_after_grace: Flag = column(
        "Recorded after the recovery grace, and nobody else saw the person during the outage"
    )
    may_be_delayed: Flag = column("Without an own request, it can have delayed what was recorded")
    may_be_blocked: Flag = column("Without an own request, it can have kept the person from a record")


class SideAttempt(SideTable):
    """One row per late, early or missing side: what became of its own requests.

    Of a check-in the first request counts; of a check-out the first that was not too early, else the last.
    """

    tried_at: Instant = column("The failed request that counts, before any record", nullable=True)
    failed_at: Instant = column("... if the outage that touches the side explains it", nullable=True)
    unstored_at: Instant = column("An ok answer without a punch, better than what is recorded", nullable=True)
    is_uncovered: Flag = column("The punch of an ok answer lies after the end of the export")
    is_authenticated: Flag = column("The user id of the own requests was authenticated")
    has_own_success: Flag = column(
        "An own request came through before any failed and before recovery, over the usual line"
    )


class SideCause(Table):
    """One row per late, early or missing side: what happened to it."""

    nip: Text = column("Person", str_matches=NIP)
    unit_id: Text = column("OPD of that day")
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    due_at: Instant = column("Due time")
    recorded_at: Instant = column("What the record says", nullable=True)
    state_code: Text = column("State of the record", isin=STATES)
    minutes_off: Integer = column("Minutes late or early; null when missing", nullable=True, ge=0)
    cause_code: Text = column("What happened", isin=CAUSES)
    outage_id: Text = column("Outage that touches the side", nullable=True)
    impact_started_at: Instant = column("Its impact window: start", nullable=True)
    impact_ended_at: Instant = column("... end, exclusive", nullable=True)
    acted_at: Instant = column(
        "Own attempt: first failed request, unstored answer or turned punch; of an unexplained side one as late as the record",
        nullable=True,
    )
    is_tried_before: Flag = column("An own request of the side failed before the punch that was turned")
    has_own_success: Flag = column(
        "An own request of the side came through before any failed and before recovery, over the usual line"
    )
    is_after_grace: Flag = column(
        "Recorded after the recovery grace, and nobody else saw the person during the outage"
    )
    is_authenticated: Flag = column("The user id of the own requests was authenticated")

    _key = ("nip", "duty_date", "side_code")


class SideGrade(SideTable):
    """One row per late, early or missing side: how strong the evidence for its cause is."""

    grade_code: Text = column("Strength of the evidence", isin=GRADES)
    is_silent: Flag = column("A log would have shown an own request, and shows none")
    is_certified: Flag = column("The outage is certified for the span in which the side was due")


class SideRestoration(SideTable):
    """One row per late, early or missing side: the time that would have been recorded."""

    restored_at: Instant = column("Time; null where nothing is restored", nullable=True)
    minutes_restored: Integer = column(
        "Minutes late or early then; null when still missing", nullable=True, ge=0
    )


class Finding(Table):
    """One row per late, early or missing side."""

    finding_id: Text = column("hash(nip, duty_date, side_code)", str_matches=r"^[0-9a-f]{16}$")
    nip: Text = column("Person", str_matches=NIP)
    unit_id: Text = column("OPD of that day")
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)
    due_at: Instant = column("Due time")
    recorded_at: Instant = column("What the record says", nullable=True)
    state_code: Text = column("State of the record", isin=STATES)
    cause_code: Text = column("What happened", isin=CAUSES)
    grade_code: Text = column("Strength of the evidence", isin=GRADES)
    outage_id: Text = column("Outage that explains it", nullable=True)
    restored_at: Instant = column("What the record would have said", nullable=True)
    minutes_recorded: Integer = column("Minutes late or early; null when missing", nullable=True, ge=0)
    minutes_restored: Integer = column("... after restoring; null when still missing", nullable=True, ge=0)
    action_code: Text = column("What the policy does with cause and grade", isin=ACTIONS)
    counter_evidence_codes: Text = column("Sorted, comma-separated; empty where nothing contradicts")
    finding_hash: Text = column("Binds a decision to these facts", str_matches=r"^[0-9a-f]{64}$")
    has_statement: Flag = column("A valid statement by someone else supports it")
    is_certified: Flag = column("The outage is certified for this side")

    _key = ("nip", "duty_date", "side_code")


class EvidenceEdge(Table):
    """One row per finding and input line that speaks for or against it."""

    finding_id: Text = column("Finding")
    role_code: Text = column("What the line does", isin=("supports", "contradicts", "input"))
    file_sha256: Text = column("File")
    line_no: Integer = column("Line", ge=1)
    row_sha256: Text = column("sha256 of the record")
    rule_id: Text = column("Rule that used it")
    policy_reference: Text = column("Articles of the policy that give the line its weight")

    _key = ("finding_id", "role_code", "file_sha256", "line_no", "rule_id")


class RestorationScreen(Table):
    """One row per group whose sides, touched by an outage, are compared with the rest's; and one per outage.

    Shares are compared within each outage, days across outages. A flag is a question for BKD, never a finding about
    a person: an honest reason (a machine that failed alone) looks the same.
    """

    dimension_code: Text = column(
        "OPD, signer (else the superior who would sign), device of the day's other side, duty day, or one outage",
        isin=("unit", "signer", "device", "day", "window"),
    )
    group_code: Text = column("Code of the OPD, NIP, device, date, or outage")
    measure_code: Text = column(
        "Sides that would be restored, sides of grade C or D for which somebody signed, or people of the outage",
        isin=("restored", "statement", "people"),
    )
    restored_count: Integer = column("How many of the group, by the measure", ge=0)
    base_count: Integer = column("Touched sides of the group; all staff where people are counted", ge=0)
    rest_restored_count: Integer = column("How many of the others, in the same outages", nullable=True, ge=0)
    rest_base_count: Integer = column("Their touched sides", nullable=True, ge=0)
    chance: Real = column("Chance of so many or more if all shared alike", nullable=True, ge=0, le=1)
    adjusted_chance: Real = column("The same for all groups asked at once (Holm)", nullable=True, ge=0, le=1)
    is_flagged: Flag = column(
        "Adjusted chance of at most 1%; of an outage: more people than the policy's share of all staff"
    )

    _key = ("dimension_code", "group_code", "measure_code")
