"""Strict reading of TOML files that people edit: every problem at once, each with its key path in Indonesian.

What a value means belongs to the module that reads the file (`policy`, `working_days`).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from typing import Any

from pipeline.engine.rows import Row
from pipeline.errors import SettingsError, nearest


def parse(file_name: str, content: bytes) -> dict[str, Any]:
    """The document, decimals exact; raises SettingsError for bad TOML and for a key that stands twice."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        twice = "overwrite" in str(error) or "already" in str(error) or "twice" in str(error)
        what = "kunci yang sama ditulis dua kali" if twice else "bukan TOML yang sah"
        raise SettingsError(f"{file_name}: {what}: {error}") from None


class Reading:
    """Collects problems while a document is read; a value that is refused reads as None or nothing."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.problems: list[str] = []

    def refuse(self, what: str) -> None:
        if self.problems:
            lines = "\n".join(f"  {problem}" for problem in self.problems)
            raise SettingsError(f"{self.file_name}: {what} tidak dapat dipakai:\n{lines}")

    def say(self, path: str, text: str) -> None:
        self.problems.append(f"{path}: {text}")

    def once(self, path: str, text: str) -> None:
        """Say what more than one span would say again."""
        if f"{path}: {text}" not in self.problems:
            self.say(path, text)

    def keys(self, value: Any, path: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Row:
        """A table whose keys are known; missing and unknown ones are problems."""
        if not isinstance(value, dict):
            self.say(path, "harus tabel")
            return {}
        known = required + optional
        lead = f"{path}." if path else ""
        for key in value:
            if key not in known:
                self.say(f"{lead}{key}", f"kunci tidak dikenal.{nearest(str(key), known)}")
        for key in required:
            if key not in value:
                self.say(f"{lead}{key}", "wajib diisi")
        return {key: value[key] for key in known if key in value}

    def tables(self, value: Any, path: str) -> list[tuple[str, Any]]:
        """The entries of a non-empty list, each with its path."""
        if not isinstance(value, list) or not value:
            self.say(path, "harus daftar yang tidak kosong")
            return []
        return [(f"{path}[{number}]", entry) for number, entry in enumerate(value, start=1)]

    def date(self, value: Any, path: str) -> dt.date | None:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        self.wrong(path, value, "harus tanggal seperti 2026-01-31")
        return None

    def number(self, value: Any, path: str, least: int = 0) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.wrong(path, value, f"harus bilangan bulat paling kecil {least}")
        return None

    def percent(self, value: Any, path: str) -> int | None:
        """Percent -> basis points, exactly."""
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            points = Decimal(value) * 100
            if points.is_finite() and 0 <= points <= 10000 and points == points.to_integral_value():
                return int(points)
        self.wrong(path, value, "harus persen 0 sampai 100, paling halus 0.01")
        return None

    def text(self, value: Any, path: str) -> str | None:
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.wrong(path, value, "harus teks yang tidak kosong")
        return None

    def choice(self, value: Any, path: str, known: tuple[str, ...]) -> str | None:
        if isinstance(value, str) and value in known:
            return value
        self.wrong(path, value, f"harus salah satu dari {', '.join(known)}.{nearest(str(value), known)}")
        return None

    def wrong(self, path: str, value: Any, text: str) -> None:
        if value is not None:  # a missing key has been said
            self.say(path, text)
