"""Compares the newest published run of a workspace with the truth that the simulator left beside it.

`events` scores outages, `sides` scores people's records and money, `summary` adds many months up, `report` prints.
What is compared is what was published (`bukti/*.parquet`), never a database that may be newer.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.simulation.evaluation.events import Events, score_events
from pipeline.simulation.evaluation.sides import SideScores, score_sides

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("outage", "finding", "assessment")
TRUTHS = ("outage", "side", "deduction")


@dataclass(frozen=True)
class Evaluation:
    """The whole comparison of one month."""

    period: str
    published: str
    events: Events
    sides: SideScores

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"schema": 2, **asdict(self)}


def newest_run(workspace: Path, period: str) -> Path:
    """Folder of the revision with the highest number."""
    found = [
        (int(match[1]), path)
        for path in sorted((workspace / "terbit" / period).glob("r*"))
        if (match := re.match(r"r(\d+)-", path.name)) and (path / "bukti").is_dir()
    ]
    if not found:
        raise SettingsError(f"belum ada yang terbit untuk {period}; jalankan `rekon run` dulu")
    return max(found, key=lambda item: item[0])[1]


def evaluate(workspace: Path, truth: Path, period: str) -> Evaluation:
    """Compare the newest run under `workspace`/terbit/`period` with the tables in `truth`.

    Raises SettingsError where nothing is published or the truth is incomplete.
    """
    run = newest_run(workspace, period)
    true = {name: read_truth(truth / f"{name}.csv") for name in TRUTHS}
    found = {name: _published(run / "bukti" / f"{name}.parquet") for name in TABLES}
    return Evaluation(
        period=period,
        published=run.name,
        events=score_events(true["outage"], found["outage"]),
        sides=score_sides(true["side"], true["deduction"], found["finding"], found["assessment"]),
    )


def read_truth(path: Path) -> pd.DataFrame:
    """A table of the truth folder: flags, times and numbers as such, all else as text; SettingsError where absent."""
    import pandas as pd

    if not path.is_file():
        raise SettingsError(f"kebenaran tidak lengkap: {path.name} tidak ada")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in frame.columns:
        if name.startswith(("is_", "has_")):
            frame[name] = frame[name] == "true"
        elif name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M:%S")
        elif name.endswith(("_idr", "_senders")):
            frame[name] = frame[name].astype("int64")
    return frame


def _published(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame.astype({"duty_date": str}) if "duty_date" in frame else frame
