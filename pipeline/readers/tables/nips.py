"""One reading of NIPs for exports and filled sheets: the macros and checks that the rules of every kind of record use."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import duckdb

from pipeline.readers.tables.formats import FIXED
from pipeline.readers.tables.validation_checks import nip_checks

_PROBLEM = " ".join(f"when {check.condition} then '{check.code}'" for check in nip_checks("text"))
_QUERY = (
    f"select coalesce(clean_nip(text), ''), case {_PROBLEM} end from (select unnest(?::varchar[]) as text)"  # noqa: S608 - our own words
)


def check_nips(texts: Sequence[str]) -> list[tuple[str, str | None]]:
    """Each text without what spreadsheets put around a NIP, and the code of what is wrong with it or None; a blank is no problem."""
    return _database().cursor().execute(_QUERY, [list(texts)]).fetchall()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for macro in FIXED:
        connection.execute(macro)
    return connection
