"""Files of public corpora, taken the way of a user's file: copied, unpacked, read in a child process."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefusedError
from pipeline.readers.jail import Jail
from pipeline.readers.log_lines import LogFile
from pipeline.readers.log_profiles import LogProfile
from pipeline.readers.logs import LogReader
from pipeline.readers.snapshots import plain_copy, take_snapshot
from pipeline.settings import Engine

DATA = Path(__file__).parents[2] / "shared" / "data"
LOGS = DATA / "logformats"


@dataclass(frozen=True)
class Outcome:
    """What became of a file: refused with a sentence, or its records with the code of each that was not accepted."""

    records: int = 0
    accepted: int = 0
    rejects: tuple[tuple[int, str], ...] = ()
    refusal: str | None = None

    @property
    def codes(self) -> dict[str, int]:
        """Code -> how many records were quarantined for it."""
        return dict(Counter(code for _line, code in self.rejects))


def read_logs(
    files: list[Path], profile: LogProfile, folder: Path, jail: Jail, zone: str = "Asia/Jakarta"
) -> tuple[dict[str, Outcome], LogReader]:
    """Logs of one month, each with its outcome by name, and the reader that holds their requests."""
    folder.mkdir()
    refused: list[str] = []
    taken: list[LogFile] = []
    for path in files:
        shutil.copyfile(path, folder / path.name)
        try:
            shot = take_snapshot(folder, path.name, is_log=True)
        except InputRefusedError as error:
            refused.append(str(error))
        else:
            plain = plain_copy(folder, shot.sha256)
            taken.append(LogFile(shot.sha256[:16], path.name, plain, "pusat", zone, profile))
    reader = LogReader(Engine(), folder, [])
    reader.read(taken, jail, lambda error: refused.append(str(error)))
    outcomes = {words.split(":")[0]: Outcome(refusal=words) for words in refused}
    for file, log in zip(reader.files, reader.logs, strict=True):
        said = outcomes.get(file.name, Outcome()).refusal
        outcomes[file.name] = Outcome(log.record_count, log.accepted_count, log.bad, said)
    return outcomes, reader
