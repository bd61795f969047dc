"""How often months without any outage give one."""

from __future__ import annotations

import pytest

from pipeline.outages.detection.detect import detect
from tests.support.null_months import TYPES, null_month

pytestmark = pytest.mark.campaign


def test_of_a_thousand_quiet_months_at_most_eighteen_give_anything() -> None:
    """Alpha is 1 %: with 1,000 months 18 are the 99 % point. Baseline, k and shares are estimated in each anew."""
    assert sum(bool(detect(null_month(seed), TYPES).windows) for seed in range(1000, 2000)) <= 18
