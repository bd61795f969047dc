"""What every table contract shares: strict columns, a key, a name, DuckDB types."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import pandera.pandas as pa
import pyarrow as arrow
from pandera.engines import pandas_engine
from pyarrow import compute

Text = pandas_engine.ArrowString
Date = pandas_engine.ArrowDate32
Integer = pandas_engine.ArrowInt64
Flag = pandas_engine.ArrowBool
Real = pandas_engine.ArrowFloat64
Instant = Annotated[pandas_engine.ArrowTimestamp, "us", None]
"""A UTC instant in whole seconds, without zone."""

DUCKDB_TYPES = {
    "arrow_string": "varchar",
    "date32[day][pyarrow]": "date",
    "int64[pyarrow]": "bigint",
    "bool[pyarrow]": "boolean",
    "double[pyarrow]": "double",
    "timestamp[us][pyarrow]": "timestamp",
}


Values = Any  # a pyarrow Array; pyarrow ships no types
ARROW_CHECKS: Mapping[str, Callable[..., Callable[[Values], Values]]] = MappingProxyType(
    {
        "greater_than_or_equal_to": lambda min_value: lambda at: compute.greater_equal(at, min_value),
        "less_than_or_equal_to": lambda max_value: lambda at: compute.less_equal(at, max_value),
        "isin": lambda allowed_values: (
            lambda at: compute.is_in(at, arrow.array(list(allowed_values), at.type))
        ),
        "str_matches": lambda pattern: lambda at: compute.match_substring_regex(at, f"^(?:{pattern})"),
    }
)
"""Pandera's checks that contracts use, as functions of Arrow values; a pattern never matches more than Python's does."""


class Table(pa.DataFrameModel):
    """One contract. The docstring opens with the grain; `_key` orders and identifies the rows."""

    _key: ClassVar[tuple[str, ...]] = ()

    class Config:
        """No column more, none less, in this order, of this type."""

        strict = True
        ordered = True
        coerce = False

    @classmethod
    def table_name(cls) -> str:
        """The class name in snake_case, which is the table's name in DuckDB."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """The columns that identify a row and order the table."""
        return cls._key

    @classmethod
    @functools.cache
    def columns(cls) -> Mapping[str, str]:
        """Column -> DuckDB type, in the contract's order."""
        fields = cls.to_schema().columns
        return MappingProxyType({name: DUCKDB_TYPES[str(field.dtype)] for name, field in fields.items()})

    @classmethod
    def nullable(cls) -> frozenset[str]:
        """Columns that may be null."""
        return frozenset(name for name, field in cls.to_schema().columns.items() if field.nullable)

    @classmethod
    @functools.cache
    def _checks(cls) -> tuple[tuple[str, bool, tuple[Callable[[Values], Values], ...] | None], ...]:
        """Column, whether it may be null, and its checks on values; None where one is of a kind not known here."""
        return tuple(
            (
                name,
                bool(field.nullable),
                tuple(ARROW_CHECKS[check.name](**check.statistics) for check in field.checks)
                if all(check.name in ARROW_CHECKS for check in field.checks)
                else None,
            )
            for name, field in cls.to_schema().columns.items()
        )

    @classmethod
    def surely_holds(cls, rows: arrow.RecordBatch) -> bool:
        """Whether no value breaks the contract's checks, for rows of its columns and types.

        Where this says no, `validate` has the last word and the reasons; of few rows it takes fifty times as long.
        """
        for name, may_be_null, checks in cls._checks():
            values = rows.column(name)
            if checks is None or (values.null_count and not may_be_null):
                return False
            present = values.drop_null()
            if not all(compute.all(check(present), min_count=0).as_py() for check in checks):
                return False
        return True

    @classmethod
    def described(cls) -> dict[str, str]:
        """Column -> description, in the contract's order."""
        return {name: column.description or "" for name, column in cls.to_schema().columns.items()}


def column(description: str, *, nullable: bool = False, **checks: Any) -> Any:
    """A described column; `checks` are pandera's (`isin`, `ge`, `str_matches`, ...)."""
    return pa.Field(description=description, nullable=nullable, **checks)
