"""Copy input files once, by content, and make sure that they are what they claim to be before anything reads them."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.errors import InputRefusedError

BLOCK = 1 << 20
RATIO_LIMIT = 200  # a text that unpacks to more than this many times its size is taken for a bomb
RATIO_FREE = 8 << 20  # ... unless it is smaller than this
TABLE_LIMIT = 512 << 20
LOG_LIMIT = 4 << 30
MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "XLSX"),
    (b"PAR1", "Parquet"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS lama, atau XLSX terkunci kata sandi (protected)"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
)
OUTSIDE = (".xls", ".xlsb", ".xlsm", ".ods", ".zip")
"""Types that are not read, whatever a file of that name holds (docs/contract/inputs.md)."""
NAMED = {".gz": "gzip", ".zst": "zstd", ".xlsx": "XLSX", ".parquet": "Parquet"}
"""Endings of names that promise a type."""


@dataclass(frozen=True)
class Snapshot:
    """A file as received. `plain_sha256` is of the content after decompression."""

    sha256: str
    plain_sha256: str
    byte_count: int


def snapshot_folder(workspace: Path) -> Path:
    """Where the copies lie; always safe to delete."""
    return workspace / "kerja" / "snapshot"


def plain_copy(workspace: Path, sha256: str) -> Path:
    """The readable copy of a file: decompressed where it came compressed."""
    folder = snapshot_folder(workspace)
    plain = folder / f"{sha256}.plain"
    return plain if plain.exists() else folder / sha256


def shown(path: str) -> str:
    """A file name that is safe to print."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in path)


def take_snapshot(workspace: Path, path: str, *, is_log: bool) -> Snapshot:
    """Copy DIR/`path` to DIR/kerja/snapshot/<sha256>; raises InputRefusedError."""
    if path.lower().endswith(OUTSIDE):
        raise InputRefusedError(
            f"{shown(path)}: jenis berkas ini tidak dibaca. Simpan sebagai XLSX atau CSV, tanpa makro dan tanpa arsip ZIP."
        )
    folder = snapshot_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = folder / "arriving"
    sha256, byte_count = _copy(_regular_file(workspace, path), arriving)
    if byte_count == 0:
        arriving.unlink()
        raise InputRefusedError(
            f"{shown(path)}: berkas kosong. Ekspor ulang, atau keluarkan dari folder masukan."
        )
    kept = folder / sha256
    arriving.replace(kept)
    limit = LOG_LIMIT if is_log else TABLE_LIMIT
    with kept.open("rb") as file:
        found = _type_of(file.read(512))
    promised = NAMED.get(Path(path).suffix.lower(), found)
    if found in ("gzip", "zstd"):
        plain_sha256 = _decompress(kept, folder / f"{sha256}.plain", path, limit)
    elif promised in ("gzip", "zstd"):
        raise InputRefusedError(f"{shown(path)}: berkas ini sebenarnya tidak terkompresi. Perbaiki namanya.")
    elif found in ("XLSX", "Parquet") and not is_log:
        plain_sha256 = sha256
    elif found is not None:
        raise InputRefusedError(
            f"{shown(path)}: isi berkas ini sebenarnya {found}, bukan teks. Ekspor sebagai CSV."
        )
    elif promised is not None:
        raise InputRefusedError(
            f"{shown(path)}: isi berkas ini bukan {promised}. Ekspor ulang, atau perbaiki namanya bila ini CSV."
        )
    elif byte_count > limit:
        raise InputRefusedError(f"{shown(path)}: lebih besar dari batas {limit >> 20} MiB. Pecah berkasnya.")
    else:
        plain_sha256 = sha256
    return Snapshot(sha256, plain_sha256, byte_count)


def swells(size: int, packed_size: int, limit: int) -> bool:
    """Whether unpacked bytes exceed `limit`, or their packed size by more than a text would; all in bytes."""
    return size > limit or (size > RATIO_FREE and size > RATIO_LIMIT * packed_size)


def _regular_file(workspace: Path, path: str) -> io.BufferedReader:
    inside = workspace
    for part in Path(path).parts:
        inside = inside / part
        if part == ".." or inside.is_symlink():
            raise InputRefusedError(f"{shown(path)}: tautan simbolik tidak dibaca. Salin berkas aslinya.")
    descriptor = os.open(inside, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputRefusedError(f"{shown(path)}: bukan berkas biasa. Salin isinya ke berkas biasa.")
    return os.fdopen(descriptor, "rb")


def _copy(source: io.BufferedReader, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with source, target.open("wb") as copy:
        for block in _blocks(source):
            digest.update(block)
            size += len(block)
            copy.write(block)
    return digest.hexdigest(), size


def _blocks(source: io.BufferedReader | gzip.GzipFile | pa.CompressedInputStream) -> Iterator[bytes]:
    while block := source.read1(BLOCK):  # what could be unpacked before a fault further on
        yield block


def _type_of(head: bytes) -> str | None:
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "HTML" if text.startswith((b"<!doctype", b"<html")) else None


def _unpacked(packed: Path) -> gzip.GzipFile | pa.CompressedInputStream:
    with packed.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.GzipFile(packed) if is_gzip else pa.CompressedInputStream(pa.OSFile(str(packed)), "zstd")


def _decompress(packed: Path, plain: Path, path: str, limit: int) -> str:
    """Unpack, checking CRC, length, ratio and size on the way (DuckDB checks neither CRC nor length)."""
    digest, size, packed_size = hashlib.sha256(), 0, packed.stat().st_size
    part = plain.with_suffix(".part")
    try:
        with _unpacked(packed) as source, part.open("wb") as copy:
            for block in _blocks(source):
                size += len(block)
                if swells(size, packed_size, limit):
                    raise InputRefusedError(
                        f"{shown(path)}: isinya mengembang di luar batas ({limit >> 20} MiB atau {RATIO_LIMIT} kali). "
                        "Periksa asal berkas."
                    )
                digest.update(block)
                copy.write(block)
    except (OSError, EOFError, zlib.error) as error:
        how = (
            f"terpotong setelah {size} bita isi"
            if isinstance(error, EOFError)
            else "rusak, isinya tidak utuh"
        )
        raise InputRefusedError(f"{shown(path)}: berkas terkompresi {how}. Minta salinan baru.") from None
    if size == 0:
        raise InputRefusedError(
            f"{shown(path)}: berkas terkompresi tanpa isi. Ekspor ulang, atau keluarkan dari folder masukan."
        )
    part.replace(plain)
    return digest.hexdigest()
