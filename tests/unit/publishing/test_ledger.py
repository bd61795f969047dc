"""The ledger notices every change and recovers from what a crash leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engine.locks import workspace_lock
from pipeline.errors import VerificationError, WorkspaceBusyError
from pipeline.publishing.ledger import GENESIS, Ledger, open_ledger, read_ledger


def _append(ledger: Ledger, identity: str) -> None:
    ledger.append(
        kind="revision",
        period="2026-01",
        path=f"2026-01/r{ledger.next_sequence}-{identity}",
        identity=identity,
        manifest_sha256="ab" * 32,
        supersedes=None,
        totals={"restored_idr": 5, "recorded_idr": 7},
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "terbit").mkdir()
    ledger = open_ledger(tmp_path)
    _append(ledger, "aaaaaaaaaaaa")
    _append(ledger, "bbbbbbbbbbbb")
    return tmp_path


def test_lines_are_read_back_in_order_and_chained(workspace: Path) -> None:
    first, second = read_ledger(workspace).entries
    assert (first.sequence, first.previous, first.identity) == (1, GENESIS, "aaaaaaaaaaaa")
    assert (second.sequence, second.previous, second.identity) == (2, first.hash, "bbbbbbbbbbbb")


def test_every_flipped_byte_is_detected(workspace: Path) -> None:
    path = workspace / "terbit" / "ledger.jsonl"
    content = path.read_bytes()
    for place in range(len(content)):
        for mask in (0x01, 0x20, 0x80):
            changed = bytearray(content)
            changed[place] ^= mask
            path.write_bytes(changed)
            with pytest.raises(VerificationError):
                open_ledger(workspace)
            assert path.read_bytes() == changed, "a wrong ledger is never repaired"


def test_every_cut_within_the_last_line_leaves_the_first_line(workspace: Path) -> None:
    path = workspace / "terbit" / "ledger.jsonl"
    content = path.read_bytes()
    first = content.index(b"\n") + 1
    for length in range(first, len(content) - 1):
        path.write_bytes(content[:length])
        assert [entry.identity for entry in open_ledger(workspace).entries] == ["aaaaaaaaaaaa"]
        assert path.read_bytes() == content[:first]


def test_a_whole_line_that_lacks_its_line_feed_was_committed(workspace: Path) -> None:
    path = workspace / "terbit" / "ledger.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert len(open_ledger(workspace).entries) == 2
    assert path.read_bytes() == content


def test_reading_leaves_a_torn_line_in_place(workspace: Path) -> None:
    path = workspace / "terbit" / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at":"2026')
    assert len(read_ledger(workspace).entries) == 2
    assert path.read_bytes().endswith(b'{"at":"2026')


def test_a_removed_or_swapped_line_is_detected(workspace: Path) -> None:
    path = workspace / "terbit" / "ledger.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    for content in (second, second + first, first + first):
        path.write_bytes(content)
        with pytest.raises(VerificationError):
            read_ledger(workspace)


def test_a_second_run_is_turned_away_and_told_who_holds_the_workspace(tmp_path: Path) -> None:
    with (
        workspace_lock(tmp_path),
        pytest.raises(WorkspaceBusyError, match=r"PID \d+"),
        workspace_lock(tmp_path),
    ):
        pass
    with workspace_lock(tmp_path):
        pass
