"""Break each table that a stage writes, and see whether the run stops and which total says so.

    python -m benchmarks.broken_stages FOLDER [STAGE...]

Of each table the first, middle and last row are lost, a row is there twice, all rows of one person are lost, and one is
added to each amount and count; the later stages that read it run again, and the totals are asked. The month is made in FOLDER by
tests/support/full_month.py where it is not there yet. Prints a line per break; exit 1 where one that decision 62 does not list went unseen. Takes
half an hour.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.support.broken_month import Month, breaks, is_unseen
from tests.support.full_month import build


def main(workspace: Path, names: list[str]) -> int:
    """Sweep; the number of breaks that nobody saw."""
    unseen = 0
    if not workspace.exists():
        workspace.mkdir(parents=True)
        build(workspace)
    with tempfile.TemporaryDirectory() as scratch:
        month = Month(workspace, Path(scratch))
        for stage in month.stages:
            if names and stage.name not in names:
                continue
            for contract in stage.writes:
                rows = month.whole[contract].to_pylist()
                if not rows:
                    print(f"{stage.name:20} {contract.table_name():22} empty")
                for words, broken in breaks(contract, rows):
                    said = month.said(stage, contract, broken)
                    unseen += not said and not is_unseen(contract, words)
                    print(
                        f"{stage.name:20} {contract.table_name():22} {words:28} {said or 'UNSEEN'}",
                        flush=True,
                    )
    print(f"{unseen} unseen")
    return unseen


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1]).resolve(), sys.argv[2:]), 1))
