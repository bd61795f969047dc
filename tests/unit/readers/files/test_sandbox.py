"""A reader that dies costs its file, not the run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipeline.engine.platform import HAS_LIMITS
from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Limits, ReaderDiedError, Sandbox, run_limited
from pipeline.readers.logs.lines import count_lines, read_lines
from tests.support import lacking

needs_limits = lacking("limits of a process", HAS_LIMITS)


def test_answers_come_back_one_after_another_from_one_child(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\n\ntwo\n")
    with Sandbox() as sandbox:
        assert sandbox.run("a.log", count_lines, path) == 2
        assert sandbox.run("a.log", os.getpid) == sandbox.run("a.log", os.getpid) != os.getpid()


def test_a_child_that_aborts_is_one_refused_file_and_the_next_is_read() -> None:
    """As calamine does on a workbook with two cells far apart."""
    with Sandbox() as sandbox:
        with pytest.raises(ReaderDiedError, match=r"^masukan/a\.xlsx: .*ditolak"):
            sandbox.run("masukan/a.xlsx", os.abort)
        assert sandbox.run("masukan/b.xlsx", abs, -1) == 1


def test_a_child_that_hangs_is_ended_by_the_clock() -> None:
    with Sandbox(Limits(seconds=2)) as sandbox, pytest.raises(ReaderDiedError, match="batas waktu"):
        sandbox.run("a.csv", time.sleep, 60)


@needs_limits
def test_a_child_that_computes_without_end_is_ended_by_its_cpu_limit() -> None:
    with Sandbox(Limits(cpu_seconds=1)) as sandbox, pytest.raises(ReaderDiedError, match="prosesor"):
        sandbox.run("a.csv", sum, range(10**12))


@needs_limits
def test_a_child_that_wants_all_memory_fails_alone() -> None:
    with Sandbox(Limits(memory_bytes=1 << 30)) as sandbox:
        with pytest.raises(ReaderDiedError, match="memori"):
            sandbox.run("a.csv", bytearray, 2 << 30)
        assert sandbox.run("b.csv", len, b"abc") == 3


@needs_limits
def test_a_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    with Sandbox(Limits(file_bytes=1 << 20)) as sandbox, pytest.raises(ReaderDiedError, match="OSError"):
        sandbox.run("a.csv", (tmp_path / "big").write_bytes, bytes(2 << 20))


def test_a_refusal_comes_back_as_it_was_said(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" * (65 << 20))
    with pytest.raises(InputRefusedError, match=r"^a\.log: baris 1 lebih panjang"):
        run_limited("a.log", _all_lines, tmp_path / "a.log")


def test_an_unforeseen_failure_names_its_place_and_no_value() -> None:
    """What a library says may quote the line it choked on."""
    with pytest.raises(ReaderDiedError) as caught:
        run_limited("a.csv", int, "198001012006041001x")
    assert "ValueError" in str(caught.value)
    assert "1980" not in str(caught.value)


def _all_lines(path: Path) -> int:
    return sum(table.num_rows for table in read_lines(path, path.name))
