"""A profile that somebody edited is refused with its name, or reads files: it never fails in the middle of a run.

And whatever file somebody asks about, `rekon profile` says what fits or refuses the file by its name.
"""

from __future__ import annotations

import random
import re
import tempfile
import tomllib
from importlib.resources import files
from pathlib import Path

from hypothesis import given

from pipeline.commands.profile import render, starter
from pipeline.errors import InputRefusedError, SettingsError
from pipeline.readers.fitting import fit_profiles
from pipeline.readers.profiles import Profile, load_profile, shipped_profiles
from pipeline.readers.tables.kinds import HEADERS
from tests.support.exports import Month
from tests.support.files_to_harm import ENCODINGS, PACKERS, PARQUETS, TEXTS, WORKBOOK
from tests.support.fuzzing import BYTES, SEEDS, TABLES, a_cell, harmed, written
from tests.support.log_samples import SAMPLES
from tests.support.log_world import parsed

SHIPPED = {
    code: files("pipeline.profiles").joinpath(f"{code}.toml").read_bytes() for code in shipped_profiles()
}
VALUES = [
    "", "''", "'('", "'[a'", "'(a)(b)'", "'%'", "'%Q'", "['%']", "[]", "['']", "[1]", "[[]]", "0", "-1", "21", "1e400", "inf", "nan",
    "1" * 5000, "true", "{}", "{ a = 1 }", "1979-05-27", "'epoch'", "'iso'", "'\\x00'", '"\\u0000"', '"\\ud800"', "'''", "[" * 3000,
    "'Mars/Olympus'", "'spaces'", "'x'' or ''1'", "'é'", "{ Masuk = 'in', masuk = 'out' }",
]  # fmt: skip
USED = 0.05  # of the profiles that load; reading takes fifty times as long as loading


def edited(chance: random.Random, code: str) -> bytes:
    """A shipped profile with bytes harmed, values exchanged, or lines left out or written twice."""
    if chance.random() < 0.3:
        return harmed(chance, SHIPPED[code], pool=[*BYTES, b"[", b"]", b"{", b"(", b"\\", b"%", b"#", b"."])
    lines = SHIPPED[code].decode().splitlines()
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(lines))
        found = re.match(r"([^=\[]+= *)\S", lines[at])
        change = chance.randrange(6)
        if change == 0:
            del lines[at]
        elif change == 1:
            lines.insert(chance.randrange(len(lines)), lines[at])
        elif found:
            lines[at] = found[1] + chance.choice(VALUES)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def loaded(folder: Path, content: bytes) -> Profile | None:
    """The profile, None where it is refused in one message that names the file."""
    (folder / "profil").mkdir()
    (folder / "profil" / "punyaku.toml").write_bytes(content)
    try:
        return load_profile("punyaku", folder)
    except SettingsError as error:
        assert str(error).startswith("profil/punyaku.toml: ")
        return None


@given(seed=SEEDS)
def test_an_edited_profile_is_refused_by_name_or_reads(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    code = chance.choice(sorted(SHIPPED))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = loaded(folder, edited(chance, code))
        if profile is None or chance.random() > USED:
            return
        if profile.log is not None:
            lines = SAMPLES.get(code, SAMPLES["nginx-combined"])
            count, requests, bad = parsed(folder, profile.log, "".join(lines).encode())
            assert count == len(requests) + len(bad)
        if profile.table is not None:
            month = Month(folder)
            for kind in profile.table.kind:
                rows = [
                    list(HEADERS[kind]),
                    *([a_cell(chance, code, kind) for _ in HEADERS[kind]] for _ in range(5)),
                ]
                try:
                    month.put(
                        kind,
                        f"{kind}.csv",
                        "\n".join(map((profile.table.delimiter or ",").join, rows)),
                        "punyaku",
                    )
                except InputRefusedError as error:
                    assert str(error).startswith(f"{kind}.csv")
                    return
            month.validated()


LOGS = {code: "".join(lines).encode() for code, lines in SAMPLES.items()}
LOGS_TRIED = 0.02  # of the files; each profile of logs starts an engine


def a_file(chance: random.Random) -> bytes:
    """An export, a workbook, a Parquet file or a log, whole or harmed, perhaps packed."""
    made = chance.randrange(6)
    if made == 0:
        content = chance.choice([WORKBOOK, *PARQUETS])
    elif made == 1:
        content = LOGS[chance.choice(sorted(LOGS))]
    else:
        content = written(chance, chance.choice(TEXTS))[1].encode(chance.choice(ENCODINGS))
    if chance.random() < 0.7:
        content = harmed(chance, content)
    if chance.random() < 0.1:
        content = PACKERS[chance.choice([".gz", ".zst"])](content)
    return harmed(chance, content, 1) if chance.random() < 0.1 else content


@given(seed=SEEDS)
def test_whatever_a_file_holds_profiles_are_fitted_or_it_is_refused_by_name(seed: int) -> None:
    """What is said of a fit can be printed, and makes a profile that loads."""
    chance = random.Random(seed)  # noqa: S311
    codes = [*TABLES, *(LOGS if chance.random() < LOGS_TRIED else ())]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x"
        path.write_bytes(a_file(chance))
        try:
            fits = fit_profiles(path, tuple(codes), Path(name))
        except InputRefusedError as error:
            assert re.match("x[:,] ", str(error)), str(error)
            return
    assert all(0 <= fit.readable <= fit.records and 0 <= fit.share <= 1 for fit in fits)
    assert [fit.share for fit in fits] == sorted((fit.share for fit in fits), reverse=True)
    lines = render("x", fits).splitlines()
    assert all(line.isprintable() for line in lines)
    if fits:
        text = starter("x", fits[0].profile, SHIPPED[fits[0].profile].decode(), fits)
        assert tomllib.loads(text) == tomllib.loads(SHIPPED[fits[0].profile].decode())
