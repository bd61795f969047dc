"""One run at a time in a workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from pipeline.engine.platform import check_writable, private_files
from pipeline.errors import ResourceError, WorkspaceBusyError

LOCK_NAME = ".lock"
HOLDER_NAME = ".lock-pid"


def published_root(workspace: Path) -> Path:
    """DIR/terbit: what was published, and the ledger of it."""
    return workspace / "terbit"


@contextmanager
def workspace_lock(workspace: Path) -> Iterator[None]:
    """Hold DIR/terbit/.lock; files made meanwhile are private. The system frees the lock of a killed process.

    Raises WorkspaceBusyError at once where another run holds it, ResourceError where nothing can be written.
    """
    folder = published_root(workspace)
    with private_files():
        check_writable(folder)
        lock = filelock.FileLock(folder / LOCK_NAME, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise WorkspaceBusyError(
                f"Ruang kerja sedang dipakai proses lain{_holder(folder)}. "
                "Tunggu sampai selesai, lalu ulangi."
            ) from None
        except OSError as error:
            raise ResourceError(f"Kunci terbit/{LOCK_NAME} tidak dapat dibuat ({error.strerror}).") from error
        try:
            (folder / HOLDER_NAME).write_text(f"{os.getpid()}\n", "ascii")
            yield
        finally:
            (folder / HOLDER_NAME).unlink(missing_ok=True)
            lock.release()


def _holder(folder: Path) -> str:
    try:
        holder = (folder / HOLDER_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return f" (PID {holder})" if holder.isdecimal() else ""
