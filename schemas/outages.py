"""Outages: declared, detected, attributed."""

from __future__ import annotations

from schemas.codes import LAYERS, NIP, VANTAGES
from schemas.table import Date, Flag, Instant, Integer, Real, Table, Text, column


class Incident(Table):
    """One row per declared disturbance."""

    incident_id: Text = column("id_insiden")
    started_at: Instant = column("Declared start")
    ended_at: Instant = column("Declared end")
    layer_code: Text = column("Declared layer", nullable=True, isin=LAYERS)
    region_code: Text = column("Declared region", nullable=True)
    unit_id: Text = column("Declared OPD", nullable=True)
    issuer: Text = column("penetap, the issuing office", nullable=True)
    certifier_nip: Text = column("nip_penetap", nullable=True, str_matches=NIP)
    minutes_no: Text = column("nomor_ba", nullable=True)
    minutes_date: Date = column("tanggal_ba", nullable=True)
    note: Text = column("keterangan", nullable=True)
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("incident_id",)


class OutageSegment(Table):
    """One row per group, alternative and window in which the log speaks against health."""

    segment_id: Text = column("Hash of group, alternative, window and start")
    vantage_code: Text = column("Vantage", isin=VANTAGES)
    group_kind: Text = column("region, unit, network, provider, client or vantage (all of it)")
    group_value: Text = column("Which one")
    alternative_code: Text = column("What happened", isin=("failure", "silence", "lost_write", "no_lines"))
    window_code: Text = column("hard or impact", isin=("hard", "impact"))
    started_at: Instant = column("Start, from events where there are any")
    ended_at: Instant = column("End, exclusive")
    score_nats: Real = column("Sum of log-likelihood ratios")
    rescored_nats: Real = column("... against the most favourable healthy day")
    false_alarm_bound: Real = column("min(1, N G K exp(-S))", ge=0, le=1)
    observed: Real = column("Senders seen, or failed, or stored")
    expected: Real = column("What a healthy group would have shown", ge=0)
    start_low_at: Instant = column("Support of the start (within 1.92 nats of the best): first minute")
    start_high_at: Instant = column("... last minute")
    end_low_at: Instant = column("Support of the end: first minute")
    end_high_at: Instant = column("... last minute")
    deferred_share: Real = column(
        "Of the senders missing in a silence, the share that came in the hour after; about 0 on a holiday",
        nullable=True,
        ge=0,
    )

    _key = ("segment_id",)


class MeasurableSpan(Table):
    """One row per vantage, group and maximal span in which its silence would be seen.

    Outside these spans the verdict is "not measurable", never "no outage".
    """

    vantage_code: Text = column("Vantage", isin=VANTAGES)
    group_kind: Text = column("region, unit, network, provider or client")
    group_value: Text = column("Which one")
    started_at: Instant = column("Start")
    ended_at: Instant = column("End, exclusive")
    bin_minutes: Integer = column("Widest bin that it takes, in minutes", ge=1, le=30)

    _key = ("vantage_code", "group_kind", "group_value", "started_at")


class Outage(Table):
    """One row per outage: one window, one scope, one layer."""

    outage_id: Text = column("Hash of scope, symptom and start")
    started_at: Instant = column("Hard window: start")
    ended_at: Instant = column("Hard window: end, exclusive")
    impact_started_at: Instant = column("Impact window: start")
    impact_ended_at: Instant = column("Impact window: end, exclusive")
    layer_code: Text = column("Whose fault", isin=LAYERS)
    scope_region: Text = column("Region; null where not part of the explanation", nullable=True)
    scope_unit_id: Text = column("OPD", nullable=True)
    scope_network: Text = column("Address block", nullable=True)
    scope_provider: Text = column("Carrier", nullable=True)
    scope_client: Text = column("os/version, `*` for either", nullable=True)
    symptom_code: Text = column(
        "What the log shows", isin=("failure", "silence", "lost_write", "no_lines", "device_silent")
    )
    severity_bps: Integer = column("Share of requests lost or failed", ge=0, le=10000)
    confidence: Real = column("Probability of the named layer", ge=0, le=1)
    false_alarm_bound: Real = column("Chance of such a window in health", ge=0, le=1)
    p_central: Real = column("Probability that the central server was at fault", ge=0, le=1)
    incident_id: Text = column("Certified incident that matches by scope and time", nullable=True)
    is_certified: Flag = column("A competent office certified it, and the logs support it")
    certified_started_at: Instant = column("Certified and supported: start", nullable=True)
    certified_ended_at: Instant = column("... end, exclusive", nullable=True)

    _key = ("outage_id",)


class OutageEvidence(Table):
    """One row per test of an outage, or of a declared incident."""

    subject_id: Text = column("outage_id, or id_insiden for the test of a declared incident")
    test_code: Text = column(
        "What was tested: layer_<layer>, other_regions_alive, same_region_at_<vantage>, health_checks, probe, ..."
    )
    test_no: Integer = column("Number within subject and test", ge=1)
    outage_id: Text = column("Outage", nullable=True)
    incident_id: Text = column("Incident", nullable=True)
    observed: Real = column("Observed", nullable=True)
    expected: Real = column("Expected in health, or under the refuted layer", nullable=True)
    ratio: Real = column("observed / expected", nullable=True)
    log10_bound: Real = column("log10 of the probability bound", nullable=True)
    nats: Real = column(
        "What it contributes for the named layer against central, or against the runner-up of central, in nats",
        nullable=True,
    )
    verdict_code: Text = column(
        "What it says",
        isin=(
            "supports",
            "refutes",
            "neutral",
            "supported",
            "partly_supported",
            "contradicted",
            "not_assessable",
        ),
    )
    sentence: Text = column("The sentence of the report, in Indonesian")

    _key = ("subject_id", "test_code", "test_no")
