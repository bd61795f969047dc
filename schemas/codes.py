"""Closed vocabularies that more than one table uses."""

SIDES = ("in", "out", "apel")
DIRECTIONS = ("in", "out", "apel")
STATES = ("on_time", "late", "early", "missing", "excused", "provisional")
CAUSES = ("lost", "failed", "delayed", "flipped", "unsynced", "blocked", "unexplained", "no_coverage")
GRADES = ("A", "B", "C", "D", "X", "-")
ACTIONS = ("restore", "restore_partly", "needs_statement", "not_supported", "not_assessable")
METHODS = ("bands", "daily_bands", "points", "proportional", "effective_minutes")
EVENTS = ("late", "early", "late_apel", "missing_in", "missing_out", "missing_apel", "absent")
EFFECTS = ("excused", "excluded", "day_rate", "month_rate", "month_cut", "no_tpp", "none")
SANCTIONS = (
    "none",
    "oral_reprimand",
    "written_reprimand",
    "written_dissatisfaction",
    "cut_6_months",
    "cut_9_months",
    "cut_12_months",
    "demotion_12_months",
    "released_12_months",
    "dismissal",
)
PUNCHES = ("first", "last")
LAYERS = (
    "central",
    "link",
    "gateway",
    "network",
    "site",
    "device",
    "client",
    "log_gap",
    "undetermined",
)
VANTAGES = ("pusat", "gerbang", "aplikasi")
OUTCOMES = ("ok", "rejected", "failed")
ENDPOINTS = ("punch_in", "punch_out", "punch", "login", "health", "other")
SCENARIOS = ("recorded", "restored", "potential", "step")
EMPLOYEE_STATUSES = ("PNS", "CPNS", "PPPK", "PPPK-PW")
NIP = r"^[0-9]{18}$"
PERIOD = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
REGION = r"^[0-9]{4}$"
VERDICTS = {"setuju": "approve", "tolak": "reject", "minta_bukti": "ask_evidence"}
"""What people choose in a verification sheet -> code."""
REASON_LENGTH = 10
"""Fewest letters of the reason for a refusal."""
