"""Compare each example policy with its independent computation on a million generated person-days.

Run from a checkout: `python -m benchmarks.policy_sweep [PRESET ...]`. Prints a line per preset; exit code 1 where any
person's month differs by a rupiah. The first 20,000 days of the same kind run in tests/test_presets.py.
"""

from __future__ import annotations

import sys
import time

from pipeline.policy import preset_names
from tests.reference.months import DAYS_A_MONTH, disagreements, generated

PERSON_DAYS = 1_000_000
BATCHES = 5


def main(presets: list[str]) -> int:
    """Sweep the presets; the number that disagree, at most 1."""
    wrong = 0
    for preset in presets or preset_names():
        began, people, days, differing = time.perf_counter(), 0, 0, 0
        while days < PERSON_DAYS:
            size = round(PERSON_DAYS / BATCHES / DAYS_A_MONTH)
            months = generated(size, seed=1000 + people, has_apel=preset == "pekalongan")
            differing += len(disagreements(preset, months))
            people, days = people + size, days + sum(len(month) for _, month in months)
        seconds = time.perf_counter() - began
        print(f"{preset}: {days:,} person-days, {people:,} months, {differing} differ, {seconds:.0f} s")
        wrong |= differing > 0
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
