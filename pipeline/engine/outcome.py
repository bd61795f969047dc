"""A finished run: the tables that its stages wrote, still open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.engine.stage import Contract
    from pipeline.engine.warehouse import Warehouse
    from pipeline.settings import Settings


@dataclass(frozen=True)
class RunOutcome:
    """The tables of a month, its workspace and settings, and a scratch folder that goes with the run."""

    settings: Settings
    warehouse: Warehouse
    workspace: Path
    scratch: Path

    def arrow(self, contract: Contract) -> pa.Table:
        """The rows of a table in key order."""
        return self.warehouse.arrow(contract)
