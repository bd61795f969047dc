"""Print what becomes of the public corpora of broken tables and logs: a row per folder, as in `tests/campaigns/test_torture.py`.

Run as `python -m benchmarks.torture_outcomes` beside the folder of the corpora. A table is read under a profile of its own
first row, a log by whichever shipped profile reads it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.profiles import load_profile, shipped_profiles
from tests.support.corpora import LOGS, TORTURE, Outcome, Tables, peak_bytes, read_logs, torture_files

LINE = "{:<16} {:>6} {:>6} {:>16} {:>8} {:>9} {:>9} {:>12}"
HEADINGS = ("folder", "files", "read", "with quarantine", "refused", "records", "accepted", "quarantined")


def line(folder: str, outcomes: list[Outcome]) -> str:
    """`read`: every record was accepted. Records of refused files count for nothing."""
    read = [outcome for outcome in outcomes if outcome.refusal is None]
    whole = sum(1 for outcome in read if outcome.records == outcome.accepted)
    records, accepted = (sum(outcome.records for outcome in read), sum(outcome.accepted for outcome in read))
    refused = len(outcomes) - len(read)
    counts = (len(outcomes), whole, len(read) - whole, refused, records, accepted, records - accepted)
    return LINE.format(folder, *counts)


def tables(folder: Path, sandbox: Sandbox) -> dict[str, list[Outcome]]:
    """Outcomes by folder of the corpus."""
    reader = Tables(folder, sandbox)
    found: dict[str, list[Outcome]] = {}
    for path in torture_files():
        found.setdefault(path.relative_to(TORTURE).parts[0], []).append(reader.read(path))
    return found


def logs(folder: Path, sandbox: Sandbox) -> dict[str, list[Outcome]]:
    """Outcomes by folder: that of the profile which reads most of a file."""
    profiles = {code: load_profile(code, folder).log for code in shipped_profiles()}
    found: dict[str, list[Outcome]] = {}
    for name in ("lnav", "apache"):
        files = sorted(path for path in (LOGS / name).glob("*log*") if path.suffix != ".md")
        best: dict[str, Outcome] = {}
        for code, profile in profiles.items():
            if profile is None:
                continue
            outcomes = read_logs(files, profile, folder / f"{name}-{code}", sandbox)
            for file, outcome in outcomes.items():
                best[file] = max(best.get(file, outcome), outcome, key=lambda each: each.refusal is None)
        found[name] = list(best.values())
    return found


def main() -> None:
    """Tables, then logs, then the sums."""
    print(LINE.format(*HEADINGS))
    with tempfile.TemporaryDirectory() as scratch, Sandbox() as sandbox:
        found = tables(Path(scratch), sandbox) | logs(Path(scratch), sandbox)
        for folder, outcomes in found.items():
            print(line(folder, outcomes))
        print(line("all", [outcome for outcomes in found.values() for outcome in outcomes]))
        print(f"peak memory of the reader: {sandbox.run('', peak_bytes) >> 20} MiB")


if __name__ == "__main__":
    main()
