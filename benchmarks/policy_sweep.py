"""Compare each example policy with its independent computation on a million generated person-days.

Run from a checkout: `python -m benchmarks.policy_sweep [PRESET ...]`. Prints a line per preset; exit code 1 where any
person's month differs by a rupiah. A smaller sweep of the same kind runs in tests/policies/test_presets.py.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle

from pipeline.policy import preset_names
from tests.support.reference.months import disagreements
from tests.support.reference.people import DAYS_A_MONTH, generated

PERSON_DAYS = 1_000_000
PERIODS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
PEOPLE = round(PERSON_DAYS / 2 / len(PERIODS) / DAYS_A_MONTH)


def main(presets: list[str]) -> int:
    """Sweep the presets; the number that disagree, at most 1."""
    wrong = 0
    for preset in presets or preset_names():
        began, months, days, differing = time.perf_counter(), 0, 0, 0
        for period in cycle(PERIODS):
            people = generated(preset, PEOPLE, period, seed=1000 + months)
            differing += len(disagreements(preset, people, period))
            months, days = months + len(people), days + sum(len(person.days) for person in people)
            if days >= PERSON_DAYS:
                break
        seconds = time.perf_counter() - began
        print(
            f"{preset}: {days:,} person-days, {months:,} months, {differing} differ, {seconds:.0f} s",
            flush=True,
        )
        wrong |= differing > 0
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
