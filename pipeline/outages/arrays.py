"""The kinds of arrays that this chapter computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]


def texts(column: pa.ChunkedArray) -> Texts:
    """A column of texts as an array of the same length; None for null."""
    return np.array(column.to_pylist(), dtype=object)


def equals_or_matches(values: Texts, name: str) -> Flags:
    """Which of the texts are `name`; a `*` in it stands for any text, as in `*/4.2.1` for one version of every system."""
    if "*" not in name:
        return np.asarray(values == name, dtype=np.bool_)
    before, _, after = name.partition("*")
    found = [bool(text) and text.startswith(before) and text.endswith(after) for text in values.tolist()]
    return np.array(found, dtype=np.bool_)
