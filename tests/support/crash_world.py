"""A small workspace with something to lose, the three commands' publishing on it, and what must hold after a fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.audit.verification import verify
from pipeline.decisions.intake import keep_sheets
from pipeline.decisions.sheets import FilledSheet
from pipeline.engine.locks import HOLDER_NAME, LOCK_NAME, workspace_lock
from pipeline.errors import RekonError, ResourceError
from pipeline.payroll.batches import issued_adjustments
from pipeline.periods.closing import close_period
from pipeline.periods.purging import purge as purge_months
from pipeline.publishing.ledger import LEDGER_NAME, REVISION, read_ledger
from pipeline.publishing.publication import Published, publish_run
from pipeline.readers.tables.kinds import HEADERS
from schemas import Adjustment
from tests.support.handmade_month import (
    PERIOD,
    adjustment_row,
    month,
    pay_batch,
    settings,
    table,
    workspace_at,
)

PAGES = {"laporan/index.html": b"<p>laporan</p>\n", "lembar-verifikasi/OPD.xlsx": b"PK"}
CERTIFIED = FilledSheet(
    "incident", {2: dict.fromkeys(HEADERS["incident"], "x") | {"nip_penetap": "1" * 18}}, (), 0
)


def prepare(folder: Path, name: str) -> None:
    """A revision and a batch that paid Rp40.000, both published; before a purge also a decision, and a lock."""
    workspace_at(folder)
    _publish(folder, "a")
    _pay(folder, after=60_000)
    if name == "purge":
        exports = folder / "masukan" / PERIOD
        exports.mkdir(parents=True)
        (exports / "presensi.csv").write_text("nip,waktu\n", "utf-8")
        decide(folder)
        close_period(folder, PERIOD)


def run(folder: Path) -> None:
    """What the last stage of `rekon run` does with a late input."""
    _publish(folder, "b")


def finalize(folder: Path) -> None:
    """What `rekon finalize` does when an approval was withdrawn: the Rp40.000 are taken back, once."""
    _pay(folder, after=100_000)


def decide(folder: Path) -> None:
    """What `rekon decide` does with a certification that came back."""
    keep_sheets(folder, settings(), [("penetapan.xlsx", CERTIFIED)])


def purge(folder: Path) -> None:
    """What `rekon purge --yes` does with the month, once it is closed."""
    purge_months(folder, settings(), "2026-02")


ACTIONS: dict[str, Callable[[Path], None]] = {
    "run": run, "finalize": finalize, "decide": decide, "purge": purge,
}  # fmt: skip


def exit_code(name: str, folder: Path) -> int:
    """What the command line would end with; 1 for what nobody foresaw."""
    try:
        ACTIONS[name](folder)
    except RekonError as error:
        return error.exit_code
    except OSError:
        return ResourceError.exit_code
    except BaseException:
        return 1
    return 0


def _publish(folder: Path, content: str) -> None:
    with workspace_lock(folder):
        publish_run(month(content), settings(), folder, _scratch(folder), lambda _t, _s, _f: PAGES)


def _pay(folder: Path, after: int) -> None:
    with workspace_lock(folder):
        entry = read_ledger(folder).of(REVISION, PERIOD)[-1]
        revision = Published(folder / "terbit" / entry.path, entry.identity, 1, is_new=False)
        issued = sum(row["adjustment_idr"] for row in issued_adjustments(folder, {PERIOD}))
        rows = table(Adjustment, [adjustment_row(issued, after)])
        _scratch(folder)
        pay_batch(rows, settings(), folder, revision)


def _scratch(folder: Path) -> Path:
    """Empty, as a run finds it."""
    scratch = folder / "kerja" / "coret"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    return scratch


def kept(folder: Path) -> dict[str, bytes]:
    """Everything that must survive, but the ledger and the lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("terbit", "keputusan", "masukan")
        for path in (folder / name).rglob("*")
        if path.is_file() and path.name not in (LEDGER_NAME, LOCK_NAME, HOLDER_NAME)
    }


class World:
    """The workspace that each action finds, and what it makes of it when nothing goes wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before: dict[str, dict[str, bytes]] = {}
        self.after: dict[str, dict[str, bytes]] = {}
        self.ledger: dict[str, bytes] = {}
        for name, action in ACTIONS.items():
            start = folder / f"awal-{name}"
            prepare(start, name)
            self.before[name] = kept(start)
            self.ledger[name] = (start / "terbit" / LEDGER_NAME).read_bytes()
            done = self.copy(folder / f"selesai-{name}", name)
            action(done)
            self.after[name] = kept(done)

    def copy(self, folder: Path, name: str) -> Path:
        """A workspace to break."""
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(self.folder / f"awal-{name}", folder))

    def complaints(self, folder: Path, name: str) -> list[str]:
        """What a fault during the action left wrong: now, and after the action is done again."""
        now, ledger = kept(folder), read_ledger(folder)
        may_go = self.before[name].keys() - self.after[name].keys() if ledger.purged else set()
        found = [
            f"{path} hilang atau berubah"
            for path, old in self.before[name].items()
            if now.get(path) != old and (path in now or path not in may_go)
        ]
        if not (folder / "terbit" / LEDGER_NAME).read_bytes().startswith(self.ledger[name]):
            found.append("baris lama buku terbit berubah")
        if problems := verify(folder).problems:
            found.append(f"setengah terbit: {problems}")
        try:
            ACTIONS[name](folder)
        except RekonError as error:
            return [*found, f"ulangan: {error}"]
        if kept(folder) != self.after[name]:
            found.append("ulangan tidak memberi bita yang sama")
        state = verify(folder)
        if state.problems or state.unknown or state.is_torn:
            found.append(f"ulangan tidak pulih: {state.problems} {state.unknown}")
        if len(state.checked) != len(self.ledger[name].splitlines()) + 1:
            found.append(f"{len(state.checked)} baris buku terbit")
        return found
