"""Generated documents are what the program would write now."""

from __future__ import annotations

import pytest

from pipeline.documents.generated import DOCUMENTS
from tests.support import ROOT

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_up_to_date(name: str) -> None:
    """`rekon docs` writes it anew."""
    assert (DOCS / name).read_text("utf-8") == DOCUMENTS[name]()


def test_the_index_of_decisions_lists_every_record_with_what_was_decided() -> None:
    rows = [
        line.split(" | ")
        for line in DOCUMENTS["decisions/README.md"]().splitlines()
        if line.startswith("| [")
    ]
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [row[0].partition("(")[2].rstrip(")") for row in rows] == records
    assert all(len(row) == 3 and row[1] and len(row[2]) > 40 for row in rows)
