"""Strike each system call with which a publication changes files, from outside, by strace's fault injection.

    python -m benchmarks.crash_sweep FOLDER [ACTION...]

For run, finalize, decide and purge, every write, fsync, rename, link, mkdir, unlink, truncation and opening for writing in the
workspace is once the last call of the process (SIGKILL), once fails with ENOSPC, once with EIO. Prints points and
failures as JSON; exit 1 where there are failures. Takes some minutes. What must hold: docs/contract/outputs.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.support.crash_world import ACTIONS, World, exit_code

CALLS = (
    "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,unlink,unlinkat,rmdir,"
    "ftruncate,truncate,openat,creat"
)
FAULTS = {"SIGKILL": "signal=KILL", "ENOSPC": "error=ENOSPC", "EIO": "error=EIO"}
ALLOWED = {"SIGKILL": {-9}, "ENOSPC": {0, 5, 8}, "EIO": {0, 5, 8}}
"""Exit codes; 0 where the call could be done without, such as a link that became a copy."""
LINE = re.compile(r"(\d+ +)?(\w+)\((.*)")


def perform(action: str, folder: Path, *options: str) -> int:
    """The exit code of one action in a child process that strace watches from before its first call on."""
    begin, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(begin, 1)
        os._exit(exit_code(action, folder))
    strace = shutil.which("strace") or "strace"
    command = [strace, "-f", "-y", "-e", f"trace={CALLS}", *options, "-p", str(child)]
    messages, tracer_end = os.pipe()
    with subprocess.Popen(command, stderr=tracer_end) as tracer, os.fdopen(messages, "rb") as lines:  # noqa: S603
        os.close(tracer_end)
        if not any(b"attached" in line for line in iter(lines.readline, b"")):
            raise SystemExit("strace cannot attach")
        os.write(go, b".")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        tracer.wait()
    for end in (begin, go):
        os.close(end)
    return status


def points(action: str, folder: Path, log: Path) -> list[tuple[str, int]]:
    """System call and its number among the main thread's, for each that changes a file of the workspace."""
    if perform(action, folder, "-o", str(log)):
        raise SystemExit(f"{action} fails by itself")
    found: list[tuple[str, int]] = []
    counts: Counter[str] = Counter()
    main = None
    for line in log.read_text("utf-8", "replace").splitlines():
        if (match := LINE.match(line)) is None:
            continue
        main = main or match[1]  # the other threads compute
        if match[1] != main:
            continue
        counts[match[2]] += 1
        changes = match[2] not in ("openat", "creat") or re.search(r"O_(WRONLY|RDWR|CREAT)", match[3])
        if str(folder) in match[3] and changes:
            found.append((match[2], counts[match[2]]))
    return found


def main(folder: Path, actions: list[str]) -> int:
    """Sweep; returns the number of failures."""
    world = World(folder)
    work, log = folder / "x", folder / "strace.log"
    struck: Counter[str] = Counter()
    failures: list[str] = []
    for action in actions:
        for call, number in points(action, world.copy(work, action), log):
            for fault, injection in FAULTS.items():
                inject = f"inject={call}:{injection}:when={number}"
                code = perform(action, world.copy(work, action), "-o", str(log), "-e", inject)
                struck[f"{action} {fault}"] += 1
                wrong = [] if code in ALLOWED[fault] else [f"exit {code}"]
                wrong += world.complaints(work, action)
                failures += [f"{action}, {fault} at {call} {number}: {each}" for each in wrong]
    print(json.dumps({"points": struck, "failures": failures}, indent=2))
    return len(failures)


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1]).resolve(), sys.argv[2:] or list(ACTIONS)), 1))
