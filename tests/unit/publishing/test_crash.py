"""Whatever stops a publication, at whichever call: what was published stays, and doing it again gives the same bytes.

Here every call that changes a file is struck from within; `benchmarks/crash_sweep.py` strikes system calls from outside.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import PublicationUnknownError, ResourceError
from tests.support import lacking
from tests.support.crash_world import ACTIONS, World
from tests.support.faults import KILLED, Faults, error, kill, struck_by


@pytest.fixture(scope="module", autouse=True)
def _unsynced() -> Iterator[None]:
    """Waiting for the disk changes nothing here: a killed process loses no byte that the system has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("crash"))


def points(world: World, folder: Path, name: str) -> list[str]:
    """The calls that an action makes, in order."""
    counting, copied = Faults(), world.copy(folder, name)
    with struck_by(counting):
        ACTIONS[name](copied)
    return counting.names


def in_child(action: Callable[[Path], None], folder: Path, faults: Faults) -> int:
    """The exit code of a child process in which the action is struck."""
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            with struck_by(faults):
                action(folder)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@lacking("fork", hasattr(os, "fork"))
@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("is_torn", [False, True], ids=["killed before a call", "killed in a write"])
def test_a_killed_publication_leaves_the_old_one_and_can_be_done_again(
    world: World, tmp_path: Path, name: str, is_torn: bool
) -> None:
    calls = points(world, tmp_path / "x", name)
    assert {"open", "write", "fsync"} <= set(calls)
    assert {"rename", "replace"} & set(calls)
    assert name != "purge" or calls.count("unlink") > len(world.before[name]) - len(world.after[name])
    struck = [n for n, call in enumerate(calls, start=1) if call == "write" or not is_torn]
    for at in struck:
        folder = world.copy(tmp_path / "x", name)
        assert in_child(ACTIONS[name], folder, Faults(at, kill, is_torn=is_torn)) == KILLED
        assert world.complaints(folder, name) == [], f"{name}: killed at call {at}, {calls[at - 1]}"


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    ("code", "failing"),
    [
        (errno.ENOSPC, {"open", "write", "mkdir", "link"}),
        (errno.EIO, {"write", "fsync", "rename", "replace", "unlink", "rmdir"}),
    ],
    ids=["disk full", "disk broken"],
)
def test_a_failing_disk_is_exit_5_or_8_and_leaves_the_old_publication(
    world: World, tmp_path: Path, name: str, code: int, failing: set[str]
) -> None:
    """Half of a write that fails may be on the disk. What can go on without the call may: a copy for a link."""
    calls = points(world, tmp_path / "x", name)
    for at, call in enumerate(calls, start=1):
        if call not in failing:
            continue
        folder = world.copy(tmp_path / "x", name)
        try:
            with struck_by(Faults(at, error(code), is_torn=True)):
                ACTIONS[name](folder)
        except PublicationUnknownError:
            assert call == "fsync", "only the ledger's own sync leaves it open whether its line is there"
        except (ResourceError, OSError) as stopped:
            assert getattr(stopped, "exit_code", 5) == 5  # the command line says 5 of any OSError
        assert world.complaints(folder, name) == [], f"{name}: {errno.errorcode[code]} at call {at}, {call}"
