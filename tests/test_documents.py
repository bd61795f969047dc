"""Generated documents are what the program would write now."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.documents.generated.generated import DOCUMENTS

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_up_to_date(name: str) -> None:
    """`rekon docs` writes it anew."""
    assert (DOCS / name).read_text("utf-8") == DOCUMENTS[name]()
