"""Whole files of every type that readers of tables take, for a test to harm."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.exports import NIP_A
from tests.support.fuzzing import TABLES
from tests.support.workbooks import HEAD, workbook

TEXTS = sorted(TABLES.keys() - {"attlog"})

ENCODINGS = ["utf-8", "utf-8", "utf-8-sig", "utf-16"]

WORKBOOK = workbook(
    ("A", [["Rekap"], HEAD, [NIP_A, "02/01/2026", "07:30", "16:00", "x"], [NIP_A, dt.date(2026, 1, 5), dt.time(7), 0.5, None]]),
    ("B", [HEAD, ["x", None, True, "#N/A", 1.5]]),
)  # fmt: skip


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP of them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


PACKERS = {".gz": gzip.compress, ".zst": zstd, ".zip": lambda content: packed({"x.csv": content})}


def parquet(columns: dict[str, list[Any]], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


_MOMENTS = [dt.datetime(2026, 1, day, 7, 30) for day in range(1, 21)]

PARQUETS = [
    parquet({"nip": [NIP_A] * 20, "waktu": _MOMENTS, "arah": ["masuk", None] * 10}, row_group_size=7),
    parquet({"nip": [NIP_A] * 20, "waktu": [str(at) for at in _MOMENTS]}, compression="none", use_dictionary=False),
    parquet({"nip": list(range(20)), "waktu": [1.5] * 20, "pin": [b"7"] * 20}, compression="gzip", data_page_version="2.0"),
]  # fmt: skip
