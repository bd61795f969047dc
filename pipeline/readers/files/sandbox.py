"""Read a file in a child process that may die: limits on memory, CPU, wall clock and file size.

Libraries that parse foreign bytes can abort, hang or fill the memory (docs/decisions/0023). In the child
that costs one file, refused with a message; a new child serves the next one. A fresh interpreter is started, never
a fork: the parent has threads, and a fork would copy their locks. One child serves many files, so its start
(about a quarter of a second) is paid once per stage.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, cast

from pipeline.engine.platform import limit_cpu, limit_process
from pipeline.errors import InputRefusedError, RekonError

Inputs = ParamSpec("Inputs")
Result = TypeVar("Result")
_SIZE = struct.Struct("<Q")
_SERVE = "from pipeline.readers.files.sandbox import _serve; _serve()"


@dataclass(frozen=True)
class Limits:
    """What reading one file may take. Memory is address space, of which a reader touches a part."""

    memory_bytes: int = 4 << 30
    cpu_seconds: int = 900
    seconds: float = 1800
    file_bytes: int = 8 << 30


class ReaderDiedError(InputRefusedError):
    """The child did not survive a file."""


class Sandbox:
    """A child process that calls functions for its parent, one at a time. Use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self, name: str, function: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs
    ) -> Result:
        """`function(*args)` in the child; both must be picklable, the function by its module and name.

        Errors of pipeline.errors come back as they are. Raises ReaderDiedError with `name` (the file, for people)
        where the child dies, takes too long, or fails with an error that is not one of pipeline.errors.
        """
        child = self._started()
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            child.kill()

        timer = threading.Timer(self._limits.seconds, end)
        timer.start()
        try:
            _send(_pipe(child.stdin), (function, args, kwargs))
            kind, value = _receive(_pipe(child.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self.close()
            raise ReaderDiedError(_died(name, _cause(child.returncode, is_late.is_set()))) from None
        except BaseException:
            self.close()  # else a late answer would be taken for that of the next call
            raise
        finally:
            timer.cancel()
        if kind == "result":
            return cast("Result", value)
        if kind == "error":
            raise cast("RekonError", value)
        raise ReaderDiedError(_died(name, str(value)))

    def close(self) -> None:
        """End the child."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        for pipe in (child.stdin, child.stdout):
            try:
                _pipe(pipe).close()
            except OSError:  # the child is gone, and what is unsent with it
                continue
        child.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # libraries print input lines there
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            _send(_pipe(self._child.stdin), self._limits)
        return self._child


def run_limited(
    name: str, function: Callable[Inputs, Result], /, *args: Inputs.args, **kwargs: Inputs.kwargs
) -> Result:
    """`function(*args)` in a child of its own, under the usual limits; as `Sandbox.run`."""
    with Sandbox() as sandbox:
        return sandbox.run(name, function, *args, **kwargs)


def _serve() -> None:
    """The child: take a call, give its answer, until the parent is gone."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    try:
        limits: Limits = _receive(asked)
        limit_process(limits.memory_bytes, limits.file_bytes)
        while True:
            function, args, kwargs = _receive(asked)
            limit_cpu(limits.cpu_seconds)
            _send(answers, _answer(function, args, kwargs))
    except EOFError:
        return


def _answer(function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[str, Any]:
    try:
        return "result", function(*args, **kwargs)
    except RekonError as error:
        return "error", error
    except MemoryError:
        return "failure", "memori tidak cukup"
    except Exception as error:  # shown by the parent in one line, without the values of the message
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "failure", f"{type(error).__name__} di {Path(place.filename).name} baris {place.lineno}"


def _send(pipe: IO[bytes], value: Any) -> None:
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_SIZE.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    (size,) = _SIZE.unpack(_exactly(pipe, _SIZE.size))
    return pickle.loads(_exactly(pipe, size))  # noqa: S301 - from our own process


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError
    return pipe


def _cause(exit_code: int | None, is_late: bool) -> str:
    if is_late:
        return "melewati batas waktu"
    if exit_code is None or exit_code >= 0:
        return "berhenti mendadak"
    if exit_code == -getattr(signal, "SIGXCPU", 0):
        return "melewati batas waktu prosesor"
    return f"berhenti mendadak, sinyal {-exit_code}"


def _died(name: str, cause: str) -> str:
    return (
        f"{name}: pembaca berkas gagal ({cause}); berkas ini ditolak. "
        "Ekspor ulang berkasnya, atau keluarkan dari folder masukan."
    )
