"""What a stage is: a name, the tables it reads, the tables it writes, and the work between them."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from pipeline.errors import InputRefusedError
    from pipeline.settings import Settings
    from pipeline.warehouse import Warehouse
    from schemas import Table

    Contract = type[Table]


READING_MEMORY = "120MB"


class UndeclaredTableError(Exception):
    """A stage touched a table that its declaration does not name: a mistake of ours."""


@dataclass(frozen=True)
class Refusal:
    """A file that cannot be used, with its kind and what to tell people."""

    kind: str
    message: str


@dataclass
class Desk:
    """What a stage has before it: its declared tables, the settings, folders, and nothing else."""

    stage: Stage | SqlStage
    warehouse: Warehouse
    settings: Settings
    workspace: Path
    scratch: Path
    progress: Callable[[str], None] = lambda _text: None
    result: dict[str, Any] = field(default_factory=dict)
    refusals: list[Refusal] | None = None
    """Where a check collects the files that a run would stop at; None in a run."""
    _admitted: set[str] = field(default_factory=set, init=False, repr=False)
    """Queries that were found to name declared reads only: naming tables takes a parse."""

    def refuse(self, error: InputRefusedError, kind: str) -> None:
        """A file of `kind` cannot be used: the run stops here, a check notes it and goes on without the file."""
        if self.refusals is None:
            raise error
        self.refusals.append(Refusal(kind, str(error)))

    def frame(self, contract: Contract) -> pd.DataFrame:
        """The rows of a declared table, in key order, as a pandas frame of Arrow types."""
        self._declared(contract, self.stage.reads)
        return self.warehouse.frame(contract)

    def arrow(self, contract: Contract) -> pa.Table:
        """The rows of a declared table, in key order, as an Arrow table."""
        self._declared(contract, self.stage.reads)
        return self.warehouse.arrow(contract)

    def batches(self, contract: Contract) -> pa.RecordBatchReader:
        """The rows of a declared table, in key order, a few at a time."""
        self._declared(contract, self.stage.reads)
        return self.warehouse.batches(contract)

    def query(self, sql: str) -> pa.Table:
        """The answer to a SELECT over the declared reads."""
        self._asks_declared(sql)
        return self.warehouse.query(sql)

    @contextmanager
    def supposing(self) -> Iterator[Callable[[Contract, str], bool]]:
        """Yield a function that lets a SELECT over declared reads stand in for one of them until the end of the block.

        It says whether the rows differ from those that the table had. Raises UndeclaredTableError for any other table.
        """
        with self.warehouse.supposing() as suppose:

            def suppose_declared(contract: Contract, sql: str) -> bool:
                self._declared(contract, self.stage.reads)
                self._asks_declared(sql)
                return suppose(contract, sql)

            yield suppose_declared

    def write(self, contract: Contract, rows: pd.DataFrame | pa.Table | pa.RecordBatchReader) -> None:
        """Store rows as a declared table: cast to the contract, sorted by its key, checked against it."""
        self._declared(contract, self.written)
        self.warehouse.write(contract, rows)

    @property
    def written(self) -> tuple[Contract, ...]:
        """The tables that the stage declares to write."""
        writes = self.stage.writes
        return writes if isinstance(writes, tuple) else (writes,)

    def _asks_declared(self, sql: str) -> None:
        if sql in self._admitted:
            return
        allowed = {contract.table_name() for contract in self.stage.reads}
        undeclared = self.warehouse.tables_of(sql) - allowed
        if undeclared:
            raise UndeclaredTableError(f"{self.stage.name} reads {sorted(undeclared)} without declaring it")
        self._admitted.add(sql)

    def _declared(self, contract: Contract, declared: tuple[Contract, ...]) -> None:
        if contract not in declared:
            raise UndeclaredTableError(f"{self.stage.name} uses {contract.table_name()} without declaring it")


@dataclass(frozen=True)
class Stage:
    """A stage whose work is Python: reading files, small counts, rendering."""

    module: str
    reads: tuple[Contract, ...]
    writes: tuple[Contract, ...]
    work: Callable[[Desk], None]
    is_reading: bool = False
    """The stage holds files or arrays beside the run's database, which then keeps to READING_MEMORY."""

    @property
    def name(self) -> str:
        """The module's last part; the progress line and the rulebook use it too."""
        return self.module.rpartition(".")[2]

    def run(self, desk: Desk) -> None:
        """Do the work; every declared table exists afterwards."""
        with desk.warehouse.limited(READING_MEMORY if self.is_reading else None):
            self.work(desk)


@dataclass(frozen=True)
class SqlStage:
    """A stage whose work is one SELECT in the `.sql` file beside its module."""

    module: str
    reads: tuple[Contract, ...]
    writes: Contract

    @property
    def name(self) -> str:
        """The module's last part; the `.sql` file and the rulebook use it too."""
        return self.module.rpartition(".")[2]

    @property
    def sql(self) -> str:
        """The rule."""
        package, _, name = self.module.rpartition(".")
        return importlib.resources.files(package).joinpath(f"{name}.sql").read_text("utf-8")

    def run(self, desk: Desk) -> None:
        """Create the table from the rule."""
        desk.warehouse.create(self.writes, self.sql)
