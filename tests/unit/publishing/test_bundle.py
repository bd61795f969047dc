"""datapackage.json is what the Data Package v1 specification asks, and true of the files that it describes."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from pipeline.publishing.bundle import LEADING

ARROW = {
    "string": pa.types.is_string,
    "date": pa.types.is_date,
    "integer": pa.types.is_integer,
    "boolean": pa.types.is_boolean,
    "number": pa.types.is_floating,
    "datetime": pa.types.is_timestamp,
}
"""Table Schema types that are used -> what they are in Parquet."""


@pytest.fixture(scope="module")
def folder(published_month: Path) -> Path:
    return max((published_month / "terbit" / "2026-01").glob("r2-*"))


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return document


def read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(strings_can_be_null=False))


def test_every_published_table_is_a_resource_and_the_edges_are_csv_too(package: dict[str, Any]) -> None:
    tables = {f"bukti/{contract.table_name()}.parquet" for contract in LEADING}
    assert {resource["path"] for resource in package["resources"]} == tables | {"bukti/evidence_edge.csv"}


def test_names_paths_and_profiles_have_the_forms_of_the_specification(package: dict[str, Any]) -> None:
    resources = package["resources"]
    assert package["profile"] == "data-package"
    assert all(re.fullmatch(r"[-a-z0-9._/]+", each["name"]) for each in (package, *resources))
    assert len({resource["name"] for resource in resources}) == len(resources)
    for resource in resources:
        assert not re.match(r"[./~]|.*\.\.", resource["path"])
        kind = "tabular-data-resource" if resource["path"].endswith(".csv") else "data-resource"
        assert resource["profile"] == kind
        assert re.fullmatch(r"[^/]+/[^/]+", resource["mediatype"])


def test_sizes_and_hashes_are_those_of_the_files(folder: Path, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_fields_are_the_columns_in_order_of_the_types_they_have(
    folder: Path, package: dict[str, Any]
) -> None:
    for resource in package["resources"]:
        table = read(folder / resource["path"])
        assert table.num_rows == resource["rows"]
        assert [field["name"] for field in resource["schema"]["fields"]] == table.column_names
        for field in resource["schema"]["fields"]:
            assert ARROW[field["type"]](table.schema.field(field["name"]).type), field["name"]
            assert field["description"]


def test_what_is_required_is_never_null_and_a_primary_key_names_each_row_once(
    folder: Path, package: dict[str, Any]
) -> None:
    keyless = set()
    for resource in package["resources"]:
        table, schema = read(folder / resource["path"]), resource["schema"]
        required = {field["name"] for field in schema["fields"] if field["constraints"]["required"]}
        assert all(table[name].null_count == 0 for name in required), resource["path"]
        is_parquet = resource["format"] == "parquet"
        assert schema.get("missingValues", [""]) == ([] if is_parquet else [""]), (
            "an empty text is no null there"
        )
        if (key := schema.get("primaryKey")) is None:
            keyless.add(resource["name"])
        else:
            assert set(key) <= required
            assert table.select(key).group_by(key).aggregate([]).num_rows == table.num_rows
    assert keyless == {"assessment-parquet", "quarantine-parquet"}, "caps have no day, text files no sheet"


def test_the_edges_say_the_same_in_both_forms(folder: Path) -> None:
    csv, parquet = (
        read(folder / "bukti" / "evidence_edge.csv"),
        read(folder / "bukti" / "evidence_edge.parquet"),
    )
    assert csv.num_rows > 0
    assert csv.to_pylist() == parquet.to_pylist()
