"""Input files and what became of their records."""

from __future__ import annotations

from schemas.table import Instant, Integer, Table, Text, column


class SourceFile(Table):
    """One row per input path. A content given twice is used once: the first path in byte order."""

    path: Text = column("Path within the workspace, with forward slashes")
    file_id: Text = column("First 16 hex digits of the content's sha256", str_matches=r"^[0-9a-f]{16}$")
    sha256: Text = column("sha256 of the bytes as received", str_matches=r"^[0-9a-f]{64}$")
    byte_count: Integer = column("Size as received", ge=0)
    source_no: Integer = column("Number of its [[source]] in rekon.toml, from 1", ge=1)
    kind_code: Text = column("Kind of file")
    profile_code: Text = column("Profile that reads it")
    vantage_code: Text = column("Where on the request path a log was written", nullable=True)
    zone: Text = column(
        "IANA zone of times without one; null: the unit's, else the workspace's", nullable=True
    )
    same_as_path: Text = column("The path that is used instead, where the content is the same", nullable=True)

    _key = ("path",)


class PunchCoverage(Table):
    """One row per [[source]] of punches that has files: the span whose punches it vouches to hold."""

    source_no: Integer = column("Number of the [[source]] in rekon.toml, from 1", ge=1)
    covered_from: Instant = column("Start of the period")
    covered_to: Instant = column("covers_until, else the end of the period; nothing is known from here on")

    _key = ("source_no",)


class RecordCount(Table):
    """One row per used file: records counted independently of the reader that parsed them."""

    file_id: Text = column("File")
    record_count: Integer = column("Records without header and blank lines", ge=0)

    _key = ("file_id",)


class Rejected(Table):
    """Shared columns of everything that could not be used."""

    file_id: Text = column("File")
    line_no: Integer = column("Physical line, or row of the sheet; 0 for the file as a whole", ge=0)
    issue_no: Integer = column("Number of the problem within the record, from 1", ge=1)
    sheet: Text = column("Sheet of a workbook", nullable=True)
    column_name: Text = column("Header of the column", nullable=True)
    code: Text = column("Code of the error catalogue", str_matches=r"^[A-Z][A-Z_]+$")
    severity_code: Text = column("How far it reaches", isin=("record", "file", "warning"))
    masked_value: Text = column("The value with personal digits and letters masked", nullable=True)
    message: Text = column("What is wrong and what to do, in Indonesian")

    _key = ("file_id", "sheet", "line_no", "issue_no")


class IngestReject(Rejected):
    """One row per problem of structure found while a tabular file was read."""


class ValueReject(Rejected):
    """One row per problem of value found while records were validated."""


class LogReject(Rejected):
    """One row per malformed log line."""


class Quarantine(Rejected):
    """One row per problem of any input record; a record with severity `record` was not accepted."""


class AcceptedCount(Table):
    """One row per used tabular file: records that validation accepted."""

    file_id: Text = column("File")
    accepted_count: Integer = column("Records accepted", ge=0)
    silent_count: Integer = column(
        "... that say nothing, and of which no row is made: a recap's day without a time, a check that was not made",
        ge=0,
    )

    accepted_idr: Integer = column("Money of the accepted records: gross TPP, or real deductions", ge=0)

    _key = ("file_id",)


class LogCount(Table):
    """One row per used access log: lines counted, parsed, dropped as the overlap of a rotation, and of own people."""

    file_id: Text = column("File")
    record_count: Integer = column("Lines counted independently, without blank lines", ge=0)
    accepted_count: Integer = column("Lines parsed", ge=0)
    overlap_count: Integer = column("Parsed lines that repeat the end of the file before", ge=0)
    own_count: Integer = column("The other parsed lines that are a punch request of an own employee", ge=0)

    _key = ("file_id",)
