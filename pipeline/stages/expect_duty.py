"""Expect a duty of each person on each day that pattern or roster asks for, and say whether leave excuses it.

Known caveats: of two shifts of one person on one date the earlier start counts. A kind of absence, a duty group, a
shift or an OPD that nothing defines stops the run.
"""

from pipeline.stage import SqlStage
from schemas import (
    Absence,
    AssessmentRule,
    Calendar,
    Duty,
    DutyPattern,
    Employee,
    LeaveRule,
    PolicyPeriod,
    PolicyScope,
    Punch,
    PunchCoverage,
    Roster,
    Setting,
    ShiftPattern,
    SourceFile,
    Unit,
)

STAGE = SqlStage(
    __name__,
    reads=(
        Setting,
        Calendar,
        PolicyPeriod,
        PolicyScope,
        AssessmentRule,
        DutyPattern,
        ShiftPattern,
        LeaveRule,
        Employee,
        Unit,
        Roster,
        Absence,
        Punch,
        SourceFile,
        PunchCoverage,
    ),
    writes=Duty,
)
