"""What differs between operating systems: private files, durable folders, limits. BKD's PCs run Windows.

Fallbacks: Windows has no umask in the Unix sense and cannot fsync a folder; there the folder's own access
list protects the files, and NTFS journals the rename. It has no resource limits either: a reader's child process
is ended by the wall clock alone there, and DuckDB's own memory limit holds.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ResourceError

HAS_FOLDER_SYNC = os.name == "posix"
HAS_LIMITS = os.name == "posix"
PRIVATE_UMASK = 0o077
PROBE_PREFIX = ".uji-tulis-"
PART_SUFFIX = ".part"


@contextmanager
def private_files() -> Iterator[None]:
    """Files and folders created inside are readable by their owner only (Unix)."""
    before = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(before)


def write_durably(path: Path, content: bytes) -> None:
    """Create a new file and wait until its bytes are on the disk."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def link_durably(source: Path, target: Path) -> None:
    """Give a file that nobody writes to again a second name, its bytes on the disk before that; a copy where the
    file system has no hard links.
    """
    with source.open("r+b") as stream:  # Windows syncs only what is open for writing
        os.fsync(stream.fileno())
    try:
        target.hardlink_to(source)
    except OSError:
        part = target.with_name(target.name + PART_SUFFIX)
        shutil.copyfile(source, part)
        with part.open("r+b") as stream:
            os.fsync(stream.fileno())
        part.replace(target)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk; nothing where the platform cannot."""
    if not HAS_FOLDER_SYNC:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_writable(folder: Path) -> None:
    """Create, sync and remove a probe file; raises ResourceError before any work is spent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{PROBE_PREFIX}*"):  # by a process that was killed
            left.unlink(missing_ok=True)
        probe = folder / f"{PROBE_PREFIX}{secrets.token_hex(4)}"
        write_durably(probe, b"rekon\n")
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise ResourceError(
            f"Folder {folder.name}/ tidak dapat ditulisi ({error.strerror}). "
            "Periksa izin dan sisa ruang disk."
        ) from error


def limit_process(memory_bytes: int, file_bytes: int) -> None:
    """Bound this process's address space and the size of files it writes; nothing where the platform cannot."""
    if HAS_LIMITS:
        import resource

        _lower(resource.RLIMIT_AS, memory_bytes)
        _lower(resource.RLIMIT_FSIZE, file_bytes)
        _lower(resource.RLIMIT_CORE, 0)  # a core file would hold personal data


def limit_cpu(seconds: int) -> None:
    """End this process after `seconds` more of CPU time; nothing where the platform cannot."""
    if HAS_LIMITS:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def _lower(kind: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
