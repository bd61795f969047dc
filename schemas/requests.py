"""What the server logs and probes saw."""

from __future__ import annotations

from schemas.codes import ENDPOINTS, NIP, OUTCOMES, REGION, VANTAGES
from schemas.table import Flag, Instant, Integer, Table, Text, column


class RequestMinute(Table):
    """One row per vantage, minute in which requests started, and leaf group of senders.

    Senders are distinct users, or distinct address and agent where no user is logged. A sender counts once
    a minute and leaf however often it retries. Requests to health checks are counted apart.
    """

    vantage_code: Text = column("Where the log was written", isin=VANTAGES)
    minute_at: Instant = column("Start of the minute")
    region_code: Text = column("Region of the sender", nullable=True, str_matches=REGION)
    unit_id: Text = column("OPD, where the address block belongs to one", nullable=True)
    network_cidr: Text = column("Address block", nullable=True)
    provider: Text = column("Carrier of the block", nullable=True)
    client_code: Text = column("os/version of the app", nullable=True)
    request_count: Integer = column("Requests but health checks", ge=0)
    ok_count: Integer = column("... answered ok", ge=0)
    rejected_count: Integer = column("... answered with a refusal", ge=0)
    failed_count: Integer = column("... failed", ge=0)
    gateway_failed_count: Integer = column("... failed with 5xx and no upstream", ge=0)
    upstream_failed_count: Integer = column("... failed with 5xx behind an upstream", ge=0)
    client_failed_count: Integer = column("... failed with 408 or 499", ge=0)
    sender_count: Integer = column("Distinct senders", ge=0)
    failed_sender_count: Integer = column("Distinct senders with a failed request", ge=0)
    health_count: Integer = column("Health checks", ge=0)
    health_failed_count: Integer = column("Health checks that failed", ge=0)

    _key = ("vantage_code", "minute_at", "region_code", "unit_id", "network_cidr", "provider", "client_code")


class Attempt(Table):
    """One row per logged punch request of an employee of the region."""

    attempt_id: Text = column("file_id:line_no")
    vantage_code: Text = column("Where the log was written", isin=VANTAGES)
    nip: Text = column("Person", str_matches=NIP)
    requested_at: Instant = column("Start of the request")
    answered_at: Instant = column("When the answer was logged")
    endpoint_code: Text = column("Endpoint class", isin=ENDPOINTS)
    direction_code: Text = column("Direction of the endpoint", nullable=True, isin=("in", "out"))
    outcome_code: Text = column("Outcome class", isin=OUTCOMES)
    status_code: Integer = column("HTTP status, 0 where none")
    upstream_status: Text = column("Last upstream status", nullable=True)
    is_retried: Flag = column("The server tried more than one upstream")
    unit_id: Text = column("OPD of the address block", nullable=True)
    network_cidr: Text = column("Address block", nullable=True)
    provider: Text = column("Carrier", nullable=True)
    client_code: Text = column("os/version of the app", nullable=True)
    is_authenticated: Flag = column("The user id was authenticated")
    row_sha256: Text = column("sha256 of the line")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("attempt_id",)


class ClockLag(Table):
    """One row per vantage whose clock can be compared with that of the stored punches; its times are moved by this."""

    vantage_code: Text = column("Vantage", isin=VANTAGES)
    lag_seconds: Integer = column(
        "Median of stored time minus logged time: the export's clock is ahead of the log's own by this"
    )
    matched_count: Integer = column("Requests compared", ge=1)

    _key = ("vantage_code",)


class StorageMinute(Table):
    """One row per vantage, minute in which requests started, and leaf group of own people whose request was answered ok."""

    vantage_code: Text = column("Where the log was written", isin=VANTAGES)
    minute_at: Instant = column("Start of the minute")
    unit_id: Text = column("OPD of the address block", nullable=True)
    network_cidr: Text = column("Address block", nullable=True)
    provider: Text = column("Carrier of the block", nullable=True)
    client_code: Text = column("os/version of the app", nullable=True)
    accepted_count: Integer = column("People with an accepted request", ge=1)
    stored_count: Integer = column("... of whom a punch is stored within a minute of it", ge=0)

    _key = ("vantage_code", "minute_at", "unit_id", "network_cidr", "provider", "client_code")


class Coverage(Table):
    """One row per vantage and span in which its log is complete: lines keep coming, of whatever kind."""

    vantage_code: Text = column("Vantage", isin=VANTAGES)
    started_at: Instant = column("First covered instant")
    ended_at: Instant = column("First instant not covered")
    source_code: Text = column("log (derived) or declared", isin=("log", "declared"))

    _key = ("vantage_code", "started_at", "source_code")


class Probe(Table):
    """One row per uptime check."""

    probe_id: Text = column("file_id:line_no")
    probed_at: Instant = column("Time of the check")
    vantage_code: Text = column("Vantage probed", isin=VANTAGES)
    origin: Text = column("Probed from", nullable=True)
    is_up: Flag = column("The check succeeded")
    latency_ms: Integer = column("Latency", nullable=True, ge=0)
    http_status: Integer = column("HTTP status", nullable=True)
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("probe_id",)
