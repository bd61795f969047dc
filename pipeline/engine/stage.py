"""What a stage is: a name, the tables it reads, the tables it writes, and the work between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engine.warehouse import tables_of
from schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from pipeline.engine.warehouse import Warehouse
    from pipeline.errors import InputRefusedError
    from pipeline.settings import Settings
    from schemas import Table

    Contract = type[Table]


READING_MEMORY = "120MB"


class UndeclaredTableError(Exception):
    """A stage touched a table that its declaration does not name: a mistake of ours."""


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be used, with its kind and what to tell people."""

    kind: str
    message: str


@dataclass
class StageContext:
    """What a stage has at hand: its declared tables, the settings, folders, and nothing else."""

    stage: Stage | Rule
    warehouse: Warehouse
    settings: Settings
    workspace: Path
    scratch: Path
    progress: Callable[[str], None] = lambda _text: None
    refusals: list[RefusedFile] | None = None
    """Where a check collects the files that a run would stop at; None in a run."""

    def refuse(self, error: InputRefusedError, kind: str) -> None:
        """A file of `kind` cannot be used: the run stops here, a check notes it and goes on without the file."""
        if self.refusals is None:
            raise error
        self.refusals.append(RefusedFile(kind, str(error)))

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
        self._declared(contract, self.stage.writes)
        self.warehouse.write(contract, rows)

    def _asks_declared(self, sql: str) -> None:
        allowed = {contract.table_name() for contract in self.stage.reads}
        if undeclared := tables_of(sql) - allowed:
            raise UndeclaredTableError(f"{self.stage.name} reads {sorted(undeclared)} without declaring it")

    def _declared(self, contract: Contract, declared: tuple[Contract, ...]) -> None:
        if contract not in declared:
            raise UndeclaredTableError(f"{self.stage.name} uses {contract.table_name()} without declaring it")


@dataclass(frozen=True)
class Stage:
    """A stage whose work is Python: reading files, small counts. It bears the name of the function that works."""

    work: Callable[[StageContext], None]
    reads: tuple[Contract, ...]
    writes: tuple[Contract, ...]
    is_reading: bool = False
    """The stage holds files or arrays beside the run's database, which then keeps to READING_MEMORY."""

    @property
    def name(self) -> str:
        """The function's name; the progress line uses it too."""
        return self.work.__name__

    @property
    def chapter(self) -> str:
        """The folder of its module."""
        return self.work.__module__.split(".")[-2]

    def run(self, context: StageContext) -> None:
        """Do the work; every declared table exists afterwards."""
        with context.warehouse.limited(READING_MEMORY if self.is_reading else None):
            self.work(context)


@dataclass(frozen=True)
class Rule:
    """A stage that is one SELECT in a `.sql` file and writes one table; the file says what it reads.

    `folder` holds its chapter's folder, `path` is `chapter/name`; the progress line and the rulebook use the name too.
    """

    folder: Traversable
    path: str
    contract: Contract

    @property
    def name(self) -> str:
        """What the rule does."""
        return self.path.partition("/")[2]

    @property
    def chapter(self) -> str:
        """The folder of its file."""
        return self.path.partition("/")[0]

    @cached_property
    def sql(self) -> str:
        """The rule."""
        return self.folder.joinpath(f"{self.path}.sql").read_text("utf-8")

    @cached_property
    def reads(self) -> tuple[Contract, ...]:
        """The tables that the SELECT names, by name; raises UndeclaredTableError where one has no contract."""
        named = sorted(tables_of(self.sql))
        if unknown := [name for name in named if name not in TABLES]:
            raise UndeclaredTableError(f"{self.name} reads {unknown}, which no contract describes")
        return tuple(TABLES[name] for name in named)

    @property
    def writes(self) -> tuple[Contract, ...]:
        """The one table."""
        return (self.contract,)

    def run(self, context: StageContext) -> None:
        """Create the table from the rule."""
        self.create(context.warehouse)

    def create(self, warehouse: Warehouse) -> None:
        """Create the table from the rule among the tables at hand."""
        warehouse.create(self.contract, self.sql)
