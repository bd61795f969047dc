"""Empty Arrow tables of a contract, to append to."""

from __future__ import annotations

import pyarrow as pa

from pipeline.warehouse import ARROW_TYPES
from schemas import Table


def arrow_schema(contract: type[Table]) -> pa.Schema:
    """The contract's columns as Arrow fields."""
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
