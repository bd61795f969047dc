"""The fast way to read a line gives what the full pattern gives, and no bytes whatever break either."""

from __future__ import annotations

import gzip
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.readers.logs.lines import count_lines
from pipeline.readers.logs.parsing import MARK
from tests.support import SAMPLE, SHARED, needs_data
from tests.support.log_samples import SAMPLES
from tests.support.log_world import (
    by_the_full_pattern,
    parsed,
    profile_of,
)

LETTERS = [
    '"',
    "\\",
    "[",
    "]",
    " ",
    "-",
    "{",
    "}",
    ":",
    ",",
    "/",
    "0",
    "9",
    "x",
    "\r",
    "\t",
    "\x00",
    "\x7f",
    "é",
    "中",
    MARK,
]
LINES_EACH = 200


def mutated(profile: str, seed: int) -> bytes:
    """Lines of a profile with a few letters changed, and now and then no text at all."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    lines = [line for line in SAMPLES[profile] for _ in range(2)]
    for _ in range(LINES_EACH):
        line = chance.choice(SAMPLES[profile])
        for _ in range(chance.choice([1, 1, 2, 4])):
            at = chance.randrange(len(line))
            cut = at + chance.choice([0, 1, 1, 3])
            line = line[:at] + chance.choice(["", *LETTERS]) + line[cut:]
        lines.append(line if line.endswith("\n") else line + "\n")
    content = "".join(lines).encode()
    if chance.random() < 0.5:
        noise = chance.randbytes(300)
        at = chance.randrange(len(content))
        content = content[:at] + noise + content[at:]
    return content


@pytest.mark.parametrize("profile", sorted(SAMPLES))
@settings(max_examples=settings().max_examples // LINES_EACH)
@given(seed=st.integers(0, 2**32))
def test_the_fast_way_reads_what_the_full_pattern_reads(profile: str, seed: int) -> None:
    """Every line is a request or malformed, whatever stands in it; both ways agree on which, and on each field.

    A thousand lines of each format in files of two hundred; a campaign reads 100,000.
    """
    content = mutated(profile, seed)
    with tempfile.TemporaryDirectory() as folder:
        fast = parsed(Path(folder), profile_of(profile), content)
        full = parsed(Path(folder), by_the_full_pattern(profile_of(profile)), content)
    records, requests, bad = fast
    assert records == len(requests) + len(bad)
    for one, other in zip(requests, full[1], strict=True):
        assert one == other
    assert fast == full


CORPUS = SHARED / "logformats"
FIXTURES = [
    ("apache-combined", "apache/apache_combined.log.gz"),
    ("apache-combined", "lnav/logfile_access_log.0"),
    ("nginx-combined", "lnav/logfile_bad_access_log.0"),
    ("caddy-json", "lnav/logfile_caddy_log.0"),
    ("haproxy-http", "lnav/logfile_haproxy.0"),
]


@needs_data(CORPUS)
@pytest.mark.parametrize(("profile", "name"), FIXTURES)
def test_the_fast_way_reads_foreign_logs_as_the_full_pattern_does(
    tmp_path: Path, profile: str, name: str
) -> None:
    """Real logs of other programs, where they are at hand."""
    content = (CORPUS / name).read_bytes()
    content = gzip.decompress(content) if name.endswith(".gz") else content
    fast = parsed(tmp_path, profile_of(profile), content)
    assert fast == parsed(tmp_path, by_the_full_pattern(profile_of(profile)), content)
    assert fast[0] == len(fast[1]) + len(fast[2])


@pytest.mark.parametrize("vantage", ["pusat", "gerbang"])
def test_the_fast_way_reads_the_bundled_logs_as_the_full_pattern_does(tmp_path: Path, vantage: str) -> None:
    """The day of the outage, of which every line is a request."""
    content = gzip.decompress(
        (SAMPLE / f"masukan/2026-01/log/{vantage}/access-2026-01-02.log.gz").read_bytes()
    )
    fast = parsed(tmp_path, profile_of("nginx-presensi"), content)
    assert fast == parsed(tmp_path, by_the_full_pattern(profile_of("nginx-presensi")), content)
    assert fast[0] == len(fast[1]) == content.count(b"\n")


@pytest.mark.parametrize("profile", sorted(SAMPLES))
def test_samples_are_read_as_requests(tmp_path: Path, profile: str) -> None:
    """The property above would hold for a reader that reads nothing."""
    content = "".join(SAMPLES[profile]).encode()
    assert len(parsed(tmp_path, profile_of(profile), content)[1]) == len(SAMPLES[profile])


@given(
    content=st.binary(max_size=400),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n", b" ", b"\xc2\xa0", b"\xef\xbb\xbf"])),
)
def test_the_count_of_lines_agrees_with_the_reader_on_any_bytes(content: bytes, ends: list[bytes]) -> None:
    from pipeline.readers.logs.lines import read_lines

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.log"
        path.write_bytes(content.join(ends) if ends else content)
        assert count_lines(path) == sum(table.num_rows for table in read_lines(path, "x.log"))
