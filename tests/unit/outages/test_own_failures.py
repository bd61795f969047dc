"""Each own person who fails is evidence once; failures of people from other regions may be one phone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.outages.detection.failure_evidence import FailureSeries, rescored_failure
from pipeline.outages.own_requests import OwnFailures, is_repeated_failure
from pipeline.outages.tables import GroupReader
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from schemas import Attempt, Calendar, Coverage, Duty, Incident, RequestMinute, Setting, StorageMinute

MINUTE = np.arange(60)
FAILED = np.where((MINUTE >= 20) & (MINUTE < 30), 1.0, 0.0)
TRIED = np.full(60, 2.0)
NOBODY = np.zeros(60)
SHARE, PRECISION = 0.001, 50.0


def nats(known: tuple[np.ndarray, np.ndarray] | None, failed: np.ndarray = FAILED) -> float:
    return rescored_failure([FailureSeries(failed, TRIED, known)], SHARE, PRECISION, 0.5, 20, 30)


def test_ten_people_are_ten_pieces_of_evidence_and_one_who_tries_ten_times_is_one() -> None:
    later = np.where(MINUTE > 20, FAILED, 0.0)
    ten, one, unknown = nats((FAILED, NOBODY)), nats((FAILED, later)), nats(None)
    assert one < 8 < unknown < 20 < ten
    assert one == pytest.approx(nats((NOBODY, NOBODY), FAILED - later)), "whoever failed before is left out"
    assert nats((NOBODY, NOBODY)) == unknown


def test_no_more_own_people_are_counted_than_failed_senders() -> None:
    """A person of two places is two rows in the people and one sender of the minute."""
    assert nats((3 * FAILED, NOBODY)) == nats((FAILED, NOBODY))
    assert nats((3 * FAILED, 3 * FAILED)) == 0


def test_failures_of_one_phone_in_one_region_are_an_outage_if_they_come_from_five_regions() -> None:
    """A sender of one region is nobody who failed in another."""
    regions = [
        FailureSeries(*(np.where(number == MINUTE % 5, x, 0.0) for x in (FAILED, TRIED)))
        for number in range(5)
    ]
    alone = [rescored_failure([region], SHARE, PRECISION, 0.5, 20, 30) for region in regions]
    assert max(alone) < 12
    assert rescored_failure(regions, SHARE, PRECISION, 0.5, 20, 30) == pytest.approx(sum(alone))
    assert sum(alone) > nats(None) + 15


@pytest.mark.parametrize(
    ("minutes", "people", "expected"),
    [
        ([0, 180], "aa", [False, True]),
        ([0, 181], "aa", [False, False]),
        ([0, 180, 360], "aaa", [False, True, True]),
        ([0, 10], "ab", [False, False]),
        ([10, 0], "aa", [True, False]),
        ([], "", []),
    ],
)
def test_a_failure_within_three_hours_of_the_last_is_no_new_evidence(
    minutes: list[int], people: str, expected: list[bool]
) -> None:
    who, when = np.array(list(people), dtype=object), np.array(minutes, dtype=np.int64)
    assert is_repeated_failure(who, when).tolist() == expected


def test_a_group_has_the_failures_of_its_place_and_a_region_has_all() -> None:
    places = {"unit": np.array(["U1", "U2", "U1"], dtype=object)}
    known = OwnFailures(np.array([5, 6, 1445]), np.array([False, False, True]), places)
    people, again = known.counts("unit", "U1", 2)
    assert np.argwhere(people).tolist() == [[0, 5], [1, 5]]
    assert np.argwhere(again).tolist() == [[1, 5]]
    assert known.counts("region", "3205", 2)[0].sum() == 3
    assert not known.counts("unit", "U3", 2)[0].any()


def test_the_stage_knows_own_failures_of_the_home_region_and_of_no_other(tmp_path: Path) -> None:
    warehouse, first, zero = Warehouse(None), dt.date(2026, 1, 1), dt.datetime(2025, 12, 31, 17)
    attempts = [
        (f"f:{n}", nip, zero + dt.timedelta(days=day, minutes=minute))
        for n, (nip, day, minute) in enumerate([("1", 1, 400), ("1", 1, 580), ("2", 1, 580), ("1", 40, 1)])
    ]
    warehouse.write(Attempt, pd.DataFrame(
        [{
            "attempt_id": key, "vantage_code": "gerbang", "nip": f"19900101201501100{nip}", "requested_at": at,
            "answered_at": at, "endpoint_code": "punch_in", "direction_code": "in", "outcome_code": "failed",
            "status_code": 502, "is_retried": False, "unit_id": "U1", "client_code": "iOS/4.2", "is_authenticated": True,
            "row_sha256": "0" * 64, "file_id": "f", "line_no": 1,
        } for key, nip, at in attempts],
        columns=list(Attempt.columns()),
    ))  # fmt: skip
    counted = dict.fromkeys((name for name in RequestMinute.columns() if name.endswith("_count")), 1)
    minutes = pd.DataFrame(
        [
            {"vantage_code": "gerbang", "minute_at": attempts[0][2], "region_code": region, "unit_id": unit,
             "client_code": client, **counted}
            for region, unit, client in (("3205", "U1", "iOS/4.2"), ("3206", None, "plain"))
        ],
        columns=list(RequestMinute.columns()),
    )  # fmt: skip
    days = [first + dt.timedelta(days=n) for n in range(31)]
    for table, rows in (
        (Setting, [("2026-01", "3205", "Asia/Jakarta", first, dt.date(2026, 2, 1))]),
        (Calendar, [(d, d.isoweekday(), False, False, False, None, None) for d in days]),
        (Coverage, []), (Duty, []), (StorageMinute, []), (Incident, []),
    ):  # fmt: skip
        warehouse.write(table, pd.DataFrame(rows, columns=list(table.columns())))
    warehouse.write(RequestMinute, minutes)
    settings = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    context = StageContext(BY_NAME["detect_outages"], warehouse, settings, tmp_path, tmp_path)
    groups = dict(GroupReader(context).groups())
    known = {key: counts.own_failures for key, counts in groups.items()}
    assert [key for key, counts in groups.items() if counts.is_office] == [("gerbang", "unit", "U1")]
    for key in (("gerbang", "region", "3205"), ("gerbang", "unit", "U1")):
        people, again = known[key] or (NOBODY, NOBODY)
        assert np.argwhere(people).tolist() == [[1, 400], [1, 580]]
        assert people[1, 580] == 2
        assert np.argwhere(again).tolist() == [[1, 580]]
    assert known["gerbang", "region", "3206"] is None
    everybody = groups["gerbang", "vantage", "gerbang"]
    assert everybody.alternatives == ("failure",)
    assert [part.own_failures is None for part in everybody.parts] == [False, True]
    assert everybody.senders[1, 400] == 2
    versions = [key[2] for key in groups if key[1] == "client"]
    assert versions == ["iOS/4.2", "plain", "*/4.2", "iOS/*"], "a code without a system is of no version"
    assert np.argwhere((groups["gerbang", "client", "*/4.2"].own_failures or (NOBODY,))[0]).tolist() == [
        [1, 400],
        [1, 580],
    ]
