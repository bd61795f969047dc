"""The Nth call that changes files fails, tears, or is the last that the process makes."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CALLS = ("fsync", "rename", "replace", "mkdir", "link", "unlink", "rmdir")
KILLED = 137
Strike = Callable[[], None]


def kill() -> None:
    """As kill -9: no handler, no clean-up, no flush."""
    os._exit(KILLED)


def error(code: int) -> Strike:
    """The call fails with this errno."""

    def strike() -> None:
        raise OSError(code, os.strerror(code))

    return strike


class Faults:
    """Counts calls; at number `at` it strikes, after half of the bytes where `is_torn` and the call writes."""

    def __init__(self, at: int = 0, strike: Strike = kill, *, is_torn: bool = False) -> None:
        self.at, self.strike, self.is_torn = at, strike, is_torn
        self.names: list[str] = []

    def step(self, name: str, tear: Strike = lambda: None) -> None:
        """A call is about to be made."""
        self.names.append(name)
        if len(self.names) == self.at:
            if self.is_torn:
                tear()
            self.strike()


class _File:
    """A file opened for writing whose writes are counted."""

    def __init__(self, stream: Any, faults: Faults) -> None:
        self._stream, self._faults = stream, faults

    def write(self, content: Any) -> Any:
        def tear() -> None:
            self._stream.write(content[: len(content) // 2])
            self._stream.flush()

        self._faults.step("write", tear)
        return self._stream.write(content)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def struck_by(faults: Faults) -> Iterator[None]:
    """Inside, calls that change files are counted and struck."""
    real = {name: getattr(os, name) for name in CALLS}
    really_open = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not set(mode) & set("wxa+"):
            return really_open(file, mode, *arguments, **named)
        faults.step("open")
        return _File(really_open(file, mode, *arguments, **named), faults)

    def counted(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            faults.step(name)
            return real[name](*arguments, **named)

        return call

    try:
        io.open = builtins.open = opened  # type: ignore[assignment]
        for name in CALLS:
            setattr(os, name, counted(name))
        yield
    finally:
        io.open = builtins.open = really_open
        for name, call in real.items():
            setattr(os, name, call)
