"""What every table contract shares: strict columns, a key, a name, DuckDB types."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import pandera.pandas as pa
from pandera.engines import pandas_engine

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
    def described(cls) -> dict[str, str]:
        """Column -> description, in the contract's order."""
        return {name: column.description or "" for name, column in cls.to_schema().columns.items()}


def column(description: str, *, nullable: bool = False, **checks: Any) -> Any:
    """A described column; `checks` are pandera's (`isin`, `ge`, `str_matches`, ...)."""
    return pa.Field(description=description, nullable=nullable, **checks)
