"""The exceptions that reach a person, each with its exit code (docs/contract/outputs.md).

A message says what happened, where (file, line or sheet and row, column) and what to do. It never holds
personal data: no NIP, no name, no raw line.
"""

from __future__ import annotations

import difflib


class RekonError(Exception):
    """Anything that ends a command with a message and without a traceback."""

    exit_code = 1


class SettingsError(RekonError):
    """Wrong usage, settings or policy."""

    exit_code = 2


class InputRefusedError(RekonError):
    """An input file, or too large a share of one, cannot be used."""

    exit_code = 3


class TotalsError(RekonError):
    """Control totals do not tie; nothing is published."""

    exit_code = 4


class ResourceError(RekonError):
    """Disk, memory or permission."""

    exit_code = 5


class WorkspaceBusyError(RekonError):
    """Another run holds the workspace."""

    exit_code = 6


class VerificationError(RekonError):
    """What is stored is not what was published."""

    exit_code = 7


class PublicationUnknownError(RekonError):
    """It cannot be told whether a publication was committed."""

    exit_code = 8


def nearest(word: str, known: tuple[str, ...]) -> str:
    """` Maksudnya `x`?` where a known word is near, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Maksudnya `{close[0]}`?" if close else ""


def one_of(word: str, known: tuple[str, ...]) -> str:
    """The word, where it is known; else ValueError that names the nearest."""
    if word not in known:
        raise ValueError(f"`{word}` tidak dikenal.{nearest(word, known)}")
    return word
