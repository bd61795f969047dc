"""A line whose people are heard over other lines is dead, whatever the hour (docs/method/detection.md)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.outages.own_requests import (
    DEAD_LINE_SHARE,
    ELSEWHERE_NATS,
    LARGEST_USE,
    LEAST_EXPECTED,
    SAME_PUNCH_MINUTES,
    OwnSenders,
    Rerouting,
)
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from schemas import (
    Attempt,
    Calendar,
    Coverage,
    Duty,
    Incident,
    Outage,
    OutageEvidence,
    Probe,
    Punch,
    RequestMinute,
    Setting,
    StorageMinute,
)

TIMES, PEOPLE = 20, 12
HALF_DAY = 720
BROKEN = 10  # the half day in which the line is dead
BELL = 400  # minute of the half day at which people are heard, one a minute


def month(away: int = PEOPLE, returns: int = PEOPLE, early: int = 0) -> Rerouting:
    """Twelve people of one line on twenty half days; on one of them `away` are heard over another line.

    `early` of them come over the line before, and of those away `returns` come over it an hour later.
    """
    rows = []
    for half in range(TIMES):
        for person in range(PEOPLE):
            at = half * HALF_DAY + BELL + person
            is_away = half == BROKEN and early <= person < early + away
            rows.append((person, at, not is_away))
            if is_away and person - early < returns:
                rows.append((person, at + 40, True))
    person, minute, over = zip(*sorted(rows), strict=True)
    return Rerouting.of_line(of_people(np.array(person), np.array(minute)), np.array(over))


def of_people(person: np.ndarray, minute: np.ndarray) -> OwnSenders:
    """Own senders whose line the test gives separately."""
    return OwnSenders(person, minute, np.zeros(len(person), dtype=np.int64), {})


def window(rerouting: Rerouting, a: int = BELL, b: int = BELL + PEOPLE) -> float:
    return rerouting.rescored(BROKEN * HALF_DAY + a, BROKEN * HALF_DAY + b)


def test_people_who_use_a_line_and_are_heard_over_another_prove_that_it_is_dead() -> None:
    each = math.log((1 - DEAD_LINE_SHARE) / (1 - LARGEST_USE))
    assert window(month()) == pytest.approx(PEOPLE * each)
    assert window(month(away=5)) == pytest.approx(5 * each)
    assert window(month(away=0)) == 0


def test_people_who_are_elsewhere_together_prove_nothing() -> None:
    """A ceremony at the regent's square: their line is idle before and after as well."""
    assert window(month(returns=0)) == pytest.approx(ELSEWHERE_NATS)
    assert ELSEWHERE_NATS < window(month(returns=1)) < window(month(returns=2)) < window(month(returns=8))
    assert window(month(away=11, returns=0, early=1)) > ELSEWHERE_NATS, "somebody was at their place before"


def test_a_run_of_punches_counts_only_where_it_overlaps_the_window() -> None:
    rerouting = month()
    assert window(rerouting, BELL + 11, BELL + 12) == window(rerouting), "the last of them is in it"
    assert window(rerouting, BELL + 12, BELL + 20) == 0
    assert window(rerouting, BELL - 9, BELL + 1) == window(rerouting), "the first of them is"
    assert window(rerouting, BELL - 9, BELL) == 0
    assert window(rerouting, BELL - 9, BELL - 9) == 0


def test_a_run_of_punches_is_a_silence_by_itself_only_where_senders_are_expected() -> None:
    """After an outage of a carrier those whom it turned away come over it, when nobody else is expected any more."""
    rerouting, begin = month(), BROKEN * HALF_DAY + BELL
    due = np.zeros(TIMES * HALF_DAY)
    due[begin : begin + PEOPLE] = LEAST_EXPECTED / PEOPLE
    (run,) = rerouting.segments_beside([], due)
    assert (run.start, run.end, run.score) == (begin, begin + PEOPLE, pytest.approx(window(rerouting)))
    assert rerouting.segments_beside([], due * 0.99) == []
    assert rerouting.segments_beside([replace(run, start=run.end, end=run.end + 9)], due) == [run]
    assert rerouting.segments_beside([replace(run, start=run.end - 1, end=run.end + 9)], due) == []


def test_who_never_uses_the_line_says_nothing_of_it_and_who_seldom_does_says_little() -> None:
    heard = of_people(np.array([0] * 20 + [1] * 20), np.tile(np.arange(20) * HALF_DAY, 2))
    over = np.array([False] * 20 + [True] * 2 + [False] * 18)
    rerouting = Rerouting.of_line(heard, over)
    assert len(rerouting.minute) == 20, "the one who uses it"
    assert 0 < rerouting.log_ratios[-1] < 0.2
    assert rerouting.log_ratios[0] == pytest.approx(math.log(DEAD_LINE_SHARE / rerouting.use[0]))


def test_each_punch_counts_once_over_the_line_and_once_over_others() -> None:
    """Attempts within three hours are one punch: leaving at noon on a Friday is another than arriving that morning."""
    minute = np.array(
        [5, 6, 7, 8, 9, 9 + SAME_PUNCH_MINUTES, 10 + 2 * SAME_PUNCH_MINUTES, 11 + 3 * SAME_PUNCH_MINUTES]
    )
    over = np.array([True, False, True, False, False, True, True, True])
    rerouting = Rerouting.of_line(of_people(np.zeros(8, dtype=np.int64), minute), over)
    assert rerouting.minute.tolist() == [5, 6, 10 + 2 * SAME_PUNCH_MINUTES, 11 + 3 * SAME_PUNCH_MINUTES], (
        "three hours later is the same punch still"
    )
    assert rerouting.is_over.tolist() == [True, False, True, True]
    assert rerouting.counts_between(5, 6) == (1, 0, pytest.approx(1 - rerouting.use[0]))
    assert rerouting.counts_between(6, 10 + 2 * SAME_PUNCH_MINUTES)[:2] == (0, 1)


def test_a_punch_itself_does_not_say_how_often_a_person_uses_the_line() -> None:
    heard = of_people(np.zeros(2, dtype=np.int64), np.array([0, HALF_DAY]))
    rerouting = Rerouting.of_line(heard, np.array([True, False]))
    assert rerouting.minute.tolist() == [HALF_DAY], "the person never used the line at the other punch"
    nobody = of_people(heard.person[:0], heard.minute[:0])
    assert not len(Rerouting.of_line(nobody, np.zeros(0, dtype=bool)).minute)


def test_rows_outside_the_month_and_unused_lines_select_nobody() -> None:
    lines = {
        "unit": np.array(["U1", None, "U2"], dtype=object),
        "provider": np.array(["K", "S", "K"], dtype=object),
    }
    rows = pa.table({"person": [0, 0, 0, 1, 1], "minute": [-1, 5, 6, 9, 10], "line": [0, 1, 2, 0, 2]})
    heard = OwnSenders.from_rows(rows, lines, 10)
    assert heard.minute.tolist() == [5, 6, 9]
    assert heard.uses("unit", "U1").tolist() == [False, False, True]
    assert heard.uses("provider", "K").tolist() == [False, True, True]
    assert not heard.uses("unit", "U3").any()
    assert not heard.uses("region", "3205").any()


@pytest.mark.parametrize("seed", range(40))
def test_habits_alone_never_look_like_a_dead_line(seed: int) -> None:
    """Sixty people who choose between two lines by habit, every window of a quarter of an hour of a month."""
    rng = np.random.default_rng(seed)
    people, halves = 60, 44
    habit = rng.beta(0.5, 0.5, people)
    half, person = (x.ravel() for x in np.meshgrid(np.arange(halves), np.arange(people)))
    minute = half * HALF_DAY + rng.integers(380, 470, person.size)
    rerouting = Rerouting.of_line(of_people(person, minute), rng.random(person.size) < habit[person])
    best = max(rerouting.rescored(a, a + 15) for a in range(380, halves * HALF_DAY, 15))
    assert best < math.log(person.size / 0.01)


FIRST, ZERO = dt.date(2026, 1, 1), dt.datetime(2025, 12, 31, 17)
OFFICES = {"U1": ("10.32.0.0/24", 24), "U2": ("10.32.1.0/24", 24), "U3": ("10.32.2.0/24", 24)}
DAY, BEGIN, END = 12, 958, 985  # a Tuesday, from two minutes before duty ends at 16:00


def attempts_of(rng: np.random.Generator, story: str) -> pd.DataFrame:
    """(nip, minute, line) of three offices whose people use the office's line five times in six, a phone else.

    On one afternoon the first office's line is dead and half of its people send by phone at once (`dead`), or all are held
    by a meeting (`held`), or all spend the day elsewhere (`away`).
    """
    rows = []
    for office, (block, size) in OFFICES.items():
        for number in range(size):
            nip = f"19900101201501{list(OFFICES).index(office) + 1}{number:03d}"
            for day in (d for d in range(31) if (d + 3) % 7 < 5):
                for due, wait in ((435, rng.normal(0, 12)), (961, rng.exponential(9))):
                    at, line = due + wait, block if rng.random() < 5 / 6 else "sel"
                    is_disturbed = story != "quiet" and office == "U1" and day == DAY
                    if is_disturbed and story == "away":
                        line = "sel"
                    if is_disturbed and due > 900 and story == "held":
                        at += END - 961
                    if is_disturbed and due > 900 and story == "dead" and line == block and BEGIN <= at < END:
                        line = "sel" if number % 2 else block
                        at = at if number % 2 else END + rng.uniform(0, 10)
                    rows.append((nip, day * 1440 + int(at), line))
    return pd.DataFrame(rows, columns=["nip", "minute", "line"])


def month_of(story: str, tmp_path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Outages and evidence of a month seen by the gateway alone."""
    sent = attempts_of(np.random.default_rng(8), story)
    unit = sent["line"].map({block: office for office, (block, _) in OFFICES.items()})
    places = {
        "vantage_code": "gerbang", "unit_id": unit, "network_cidr": sent["line"].replace("sel", "100.64.0.0/16"),
        "provider": np.where(unit.isna(), "Sel", "Kabel"), "client_code": "Android/1",
    }  # fmt: skip
    at = pd.Timestamp(ZERO) + pd.to_timedelta(sent["minute"], unit="min")
    attempts = pd.DataFrame({
        **places, "attempt_id": [f"f:{n}" for n in range(len(sent))], "nip": sent["nip"], "requested_at": at,
        "answered_at": at, "endpoint_code": "punch", "direction_code": None, "outcome_code": "ok", "status_code": 200,
        "upstream_status": None, "is_retried": False, "is_authenticated": True, "row_sha256": "0" * 64, "file_id": "f",
        "line_no": 1,
    })  # fmt: skip
    keys = ["vantage_code", "minute_at", "region_code", "unit_id", "network_cidr", "provider", "client_code"]
    leaves = pd.DataFrame({**places, "minute_at": at, "region_code": "3205", "n": 1})
    counts = leaves.groupby(keys, dropna=False, as_index=False)["n"].sum()
    minutes = pd.DataFrame(0, index=counts.index, columns=list(RequestMinute.columns())).assign(
        **{key: counts[key] for key in keys},
        **dict.fromkeys(("request_count", "ok_count", "sender_count"), counts["n"]),
    )
    days = [FIRST + dt.timedelta(days=n) for n in range(31)]
    warehouse = Warehouse(None)
    for table, rows in (
        (Calendar, [(d, d.isoweekday(), False, False, False, None, None) for d in days]),
        (Setting, [("2026-01", "3205", "Asia/Jakarta", FIRST, dt.date(2026, 2, 1))]),
        (Coverage, [("gerbang", ZERO, ZERO + dt.timedelta(days=31), "log")]),
        (Incident, []), (Duty, []), (Probe, []), (Punch, []), (StorageMinute, []),
    ):  # fmt: skip
        warehouse.write(table, pd.DataFrame(rows, columns=list(table.columns())))
    warehouse.write(Attempt, attempts[list(Attempt.columns())])
    warehouse.write(RequestMinute, minutes)
    settings = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    for stage in (BY_NAME["detect_outages"], BY_NAME["attribute_outages"]):
        stage.run(StageContext(stage, warehouse, settings, tmp_path, tmp_path))
    return warehouse.frame(Outage), warehouse.frame(OutageEvidence)


@pytest.mark.parametrize("story", ["quiet", "held", "away"])
def test_an_office_that_is_held_or_elsewhere_has_no_outage(story: str, tmp_path: Path) -> None:
    assert len(month_of(story, tmp_path)[0]) == 0


def test_an_office_whose_people_send_by_phone_while_its_line_is_silent_has_one(tmp_path: Path) -> None:
    outages, evidence = month_of("dead", tmp_path)
    assert outages[["layer_code", "scope_unit_id"]].values.tolist() == [["site", "U1"]]
    start, end = (ZERO + dt.timedelta(days=DAY, minutes=minute) for minute in (961, END))
    assert abs(outages["started_at"][0] - start) <= dt.timedelta(minutes=2)
    assert abs(outages["ended_at"][0] - end) <= dt.timedelta(minutes=2)
    row = evidence[evidence["test_code"] == "other_lines"].iloc[0]
    assert row["verdict_code"] == "supports"
    assert row["observed"] > 3 * row["expected"]
    assert row["log10_bound"] < -4
    assert row["nats"] > 0
    assert "0 terdengar lewat jaringan itu" in row["sentence"]
