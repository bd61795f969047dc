"""The tables of a run, in DuckDB; the only `import duckdb` outside the readers.

Every table is stored in the order of its contract's key and checked against the contract as it is written.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pandera.errors
import pyarrow as pa

from pipeline.errors import InputRefusedError, ResourceError, SettingsError, TotalsError

if TYPE_CHECKING:
    from schemas import Table

    Contract = type[Table]

MACROS = files("pipeline.engine").joinpath("macros.sql").read_text("utf-8")
"""Statements that create what several rules compute alike; a database runs them when it is opened."""
ARROW_TYPES = {
    "varchar": pa.string(),
    "date": pa.date32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
}

BATCH_ROWS = 20_000  # at a time: a month's largest tables would fill the memory


class ContractError(TotalsError):
    """A stage wrote what its contract forbids: a mistake of ours, never of the input."""

    def __init__(self, problem: str) -> None:
        """`problem` names the table and says what is wrong with it, and no value of it."""
        super().__init__(
            f"Hasil sebuah tahap melanggar kontrak tabelnya; tidak ada yang diterbitkan:\n  {problem}\n"
            "Ini kesalahan program, bukan masukan: laporkan dengan pesan ini."
        )


class Warehouse:
    """A DuckDB database of contract tables, hardened: no extension, no network, UTC."""

    def __init__(
        self, path: Path | None, *, threads: int = 2, memory_limit: str = "2GB", scratch: Path | None = None
    ) -> None:
        """Open or create the database file; in memory where `path` is None."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        }
        if scratch is not None:
            config["temp_directory"] = str(scratch)
        self._is_kept = path is not None
        self._connection = duckdb.connect(str(path) if path else ":memory:", config=config)
        for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false", "preserve_insertion_order = true"):
            self._connection.execute(f"set {setting}")
        self._connection.execute(MACROS)
        self._memory_limit = memory_limit
        self._connection.execute("set allowed_configs = ['memory_limit']")
        self._connection.execute("set enable_external_access = false")
        self._connection.execute("set lock_configuration = true")

    def close(self) -> None:
        """Write everything and release the file."""
        self._connection.close()

    def query(self, sql: str) -> pa.Table:
        """The answer to a query."""
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.OutOfMemoryException as error:
            raise ResourceError(
                "Memori tidak cukup untuk tahap ini; naikkan [engine] memory_limit di rekon.toml."
            ) from error

    def show(self, name: str, table: pa.Table) -> None:
        """Let queries name a table at hand that no contract describes."""
        self._connection.register(name, table)

    def arrow(self, contract: Contract) -> pa.Table:
        """A table's rows in key order."""
        return self.query(f"select * from {contract.table_name()} order by {_ordering(contract)}")  # noqa: S608 - names come from contracts

    def frame(self, contract: Contract) -> pd.DataFrame:
        """A table's rows in key order, as Arrow-backed pandas columns."""
        return to_frame(self.arrow(contract))

    def batches(self, contract: Contract) -> pa.RecordBatchReader:
        """A table's rows in key order, a few at a time."""
        own = self._connection.cursor()  # a connection answers nothing else until its answer is taken
        return own.sql(f"from {contract.table_name()}").to_arrow_reader(BATCH_ROWS)

    @contextmanager
    def limited(self, memory_limit: str | None) -> Iterator[None]:
        """Until the end of the block the engine takes no more memory than this, and writes the rest to the disk."""
        if memory_limit is None:
            yield
            return
        self._connection.execute("set memory_limit = ?", [memory_limit])
        try:
            yield
        finally:
            self._connection.execute("set memory_limit = ?", [self._memory_limit])

    def write(self, contract: Contract, rows: pd.DataFrame | pa.Table | pa.RecordBatchReader) -> None:
        """Store rows as the contract's table."""
        incoming = (
            _stream(contract, rows) if isinstance(rows, pa.RecordBatchReader) else to_arrow(contract, rows)
        )
        self._connection.register("incoming", incoming)
        try:
            self.create(contract, "select * from incoming")
        finally:
            self._connection.unregister("incoming")

    def create(self, contract: Contract, sql: str) -> None:
        """Create the contract's table from a SELECT, sorted by key, and check it."""
        name = contract.table_name()
        body = sql.rstrip().rstrip(";")
        try:
            self._connection.execute(
                f"create or replace table {name} as select * from (\n{body}\n) order by {_ordering(contract)}"  # noqa: S608
            )
        except duckdb.OutOfMemoryException as error:
            raise ResourceError(
                "Memori tidak cukup untuk tahap ini; naikkan [engine] memory_limit di rekon.toml."
            ) from error
        except duckdb.InvalidInputException as error:
            # A rule refuses what the policy does not know with error(); its text is ours and names no person.
            raise InputRefusedError(str(error).removeprefix("Invalid Input Error: ")) from None
        self._check(contract)
        if self._is_kept:
            self._comment(contract)

    @contextmanager
    def supposing(self) -> Iterator[Callable[[Contract, str], bool]]:
        """Yield a function that lets a query's rows stand in for a contract's table until the end of the block.

        It says whether they differ from the rows that the table had; where not, nothing stands in.
        """
        supposed: dict[str, None] = {}

        def suppose(contract: Contract, sql: str) -> bool:
            name = contract.table_name()
            before = self._sum_of_rows(name)
            self._connection.execute(f"create or replace temp table {name} as {sql.rstrip().rstrip(';')}")
            if self._sum_of_rows(name) == before:
                self._connection.execute(f"drop table temp.{name}")
                return False
            supposed[name] = None
            return True

        try:
            yield suppose
        finally:
            for name in supposed:
                self._connection.execute(f"drop table temp.{name}")

    def _sum_of_rows(self, name: str) -> tuple[Any, ...]:
        """Count and checksum of a table's rows, whatever their order."""
        rows = self._connection.execute(f"select count(*), sum(hash(row_of)::hugeint) from {name} as row_of")  # noqa: S608
        return tuple(rows.fetchall()[0])

    def _check(self, contract: Contract) -> None:
        name, key = contract.table_name(), ", ".join(contract.key())
        held = {
            str(row[0]): str(row[1]).lower()
            for row in self._connection.execute(f"describe {name}").fetchall()
        }
        if held != contract.columns() or list(held) != list(contract.columns()):
            raise ContractError(f"tabel {name}: kolomnya {held}, seharusnya {contract.columns()}")
        twice = self._connection.execute(  # stored in key order, so equal keys are neighbours
            f"""select count(*) from (select row({key}) as key, lag(row({key})) over () as key_before from {name})
            where key is not distinct from key_before"""  # noqa: S608
        ).fetchall()[0][0]
        if twice:
            raise ContractError(f"tabel {name}: {twice} baris dengan kunci ({key}) yang sudah ada")
        try:
            # No rows can break no check; the types are compared above, and a key across rows by SQL.
            for batch in self.batches(contract):
                if not contract.surely_holds(batch):
                    contract.validate(to_frame(pa.Table.from_batches([batch])), lazy=True)
        except pandera.errors.SchemaErrors as error:
            # The failing values may be personal: the message has only columns, checks and counts.
            counts = error.failure_cases.groupby(["column", "check"], dropna=False).size()
            raise ContractError(f"tabel {name}: nilai yang dilarang {dict(counts)}") from None

    def _comment(self, contract: Contract) -> None:
        """The contract's descriptions beside its table, in one transaction: each commit waits for the disk."""
        name = contract.table_name()
        descriptions = {f"table {name}": contract.__doc__ or ""} | {
            f"column {name}.{column}": text for column, text in contract.described().items()
        }
        comments = [
            f"comment on {place} is '{text.replace(chr(39), 2 * chr(39))}'"
            for place, text in descriptions.items()
        ]
        self._connection.execute("; ".join(["begin", *comments, "commit"]))


@functools.lru_cache(
    maxsize=1024
)  # the same queries are asked again and again, and naming tables takes a parse
def tables_of(sql: str) -> frozenset[str]:
    """The tables that a query names, its own steps left out."""
    return frozenset(_parser().cursor().get_table_names(sql))


@functools.cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A database without tables that knows the macros and says which tables a query names."""
    connection = duckdb.connect(":memory:")
    connection.execute(MACROS)
    return connection


@contextmanager
def tables_at_hand(tables: Mapping[str, pa.Table]) -> Iterator[Warehouse]:
    """A database of its own that answers queries about tables at hand, by name."""
    warehouse = Warehouse(None)
    try:
        for name, table in tables.items():
            warehouse.show(name, table)
        yield warehouse
    finally:
        warehouse.close()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Arrow table -> pandas frame of Arrow-backed columns."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def arrow_schema(contract: Contract) -> pa.Schema:
    """The contract's columns as an Arrow schema."""
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])


def to_arrow(contract: Contract, rows: pd.DataFrame | pa.Table) -> pa.Table:
    """Cast rows to the contract's columns, order and types; raises ContractError where that fails."""
    schema = arrow_schema(contract)
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pandas(rows, preserve_index=False)
    missing = [name for name in schema.names if name not in table.column_names]
    if missing or len(table.column_names) != len(schema.names):
        raise ContractError(
            f"tabel {contract.table_name()}: kolomnya {table.column_names}, seharusnya {schema.names}"
        )
    return table.select(schema.names).cast(schema)


def _stream(contract: Contract, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(
        arrow_schema(contract),
        (
            batch
            for taken in rows
            for batch in to_arrow(contract, pa.Table.from_batches([taken])).to_batches()
        ),
    )


def _ordering(contract: Contract) -> str:
    return ", ".join(f"{name} nulls first" for name in contract.key())


def answer_read_only(path: Path, query: str) -> pa.Table:
    """The answer of a finished run's database; raises SettingsError for a query that cannot be answered."""
    connection = duckdb.connect(str(path), read_only=True, config={"autoinstall_known_extensions": False})
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_access = false")
        return connection.sql(query).to_arrow_table()
    except duckdb.Error as error:
        raise SettingsError(f"kueri tidak dapat dijawab: {str(error).splitlines()[0]}") from None
    finally:
        connection.close()
