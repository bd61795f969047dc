"""Sums and counts of tables at hand, exact, and where two of them differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

Tables = Mapping[str, pa.Table]
Key = tuple[str, ...]
Sums = dict[Key, int]


def sum_of(table: pa.Table, name: str) -> int:
    """The sum of a column; 0 of no rows."""
    return int(pc.sum(table[name]).as_py() or 0)


def distinct(table: pa.Table, *names: str) -> set[Key]:
    """The distinct values of one or several columns, as tuples."""
    rows = table.group_by(list(names), use_threads=False).aggregate([]).to_pylist()
    return {tuple(row[name] for name in names) for row in rows}


def where(table: pa.Table, name: str, value: str) -> pa.Table:
    """The rows whose column has the value."""
    return table.filter(pc.equal(table[name], value))


def sums(table: pa.Table, keys: Key, signs: Mapping[str, int]) -> Sums:
    """Signed sums of columns per key; exact, in Python integers."""
    found: Sums = defaultdict(int)
    if keys:
        grouped = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in signs])
        for row in grouped.to_pylist():
            found[tuple(row[key] for key in keys)] = sum(
                sign * (row[f"{name}_sum"] or 0) for name, sign in signs.items()
            )
    else:
        found[()] = sum(sign * sum_of(table, name) for name, sign in signs.items())
    return found


def differences(total: str, level: str, found: Sums, expected: Sums) -> Iterator[str]:
    """One sentence where sums differ at a level: how many, by how much, and the OPD where the key ends in one."""
    broken = [
        (key, found.get(key, 0) - expected.get(key, 0))
        for key in sorted(found.keys() | expected.keys())
        if found.get(key, 0) != expected.get(key, 0)
    ]
    if broken:
        key, difference = broken[0]
        # The last key is the OPD where there is one; a NIP is never said.
        place = f", pertama di OPD {key[-1]}" if level.endswith("OPD") else ""
        yield f"rupiah {total}, tingkat {level}: {len(broken)} berbeda{place}, selisih {difference} rupiah"
