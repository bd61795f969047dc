"""One finding's rupiah again, from the input lines kept with a publication to the amount that was published.

The month is run again from what was kept. Then the person's months before and after the finding are calculated a second
time, in fractions (`reference_calculation`), bands are looked up apart from the rules, and what was published of the person
is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.audit.facts import OF_FINDING, read_facts
from pipeline.audit.recomputation import as_before, changed_versions
from pipeline.audit.reference_calculation import WHOLE, DeductionLine, ReferencePolicy, calculate_month
from pipeline.engine.outcome import RunOutcome
from pipeline.engine.rows import Row
from pipeline.errors import SettingsError
from pipeline.publishing.bundle import LEADING, as_published
from pipeline.publishing.ledger import REVISION, Entry, Ledger
from pipeline.publishing.published import has_table, read_table
from pipeline.settings import Engine, Settings

Run = Callable[[Path, Settings], AbstractContextManager[RunOutcome]]
"""Runs the month of a workspace by the settings given."""


@dataclass(frozen=True)
class Derivation:
    """What the input lines give. `facts` are rows by subject; `before` and `after` the lines of the person's month.

    `problems` are what is not as published or does not add up.
    """

    entry: Entry
    versions: tuple[str, ...]
    published_idr: int
    facts: dict[str, list[Row]]
    before: tuple[DeductionLine, ...]
    after: tuple[DeductionLine, ...]
    problems: tuple[str, ...]

    @property
    def adjustment_idr(self) -> int:
        """The month's deduction without the finding less that with it."""
        return total(self.before) - total(self.after)


def total(lines: Sequence[DeductionLine]) -> int:
    """The deduction of a month."""
    return sum(line.deduction_idr for line in lines)


def revision_of(workspace: Path, entries: Sequence[Entry], finding_id: str) -> Entry:
    """The newest revision among the entries that has the finding; SettingsError where none has."""
    for entry in reversed([each for each in entries if each.kind == REVISION]):
        if _published(workspace, entry, "recommendation", "finding_id", finding_id):
            return entry
    raise SettingsError(
        f"temuan `{finding_id}` tidak ada dalam revisi yang terbit. Nomornya ada di kolom finding_id "
        "bukti/finding.parquet dan lembar verifikasi."
    )


def derive(
    workspace: Path,
    ledger: Ledger,
    entry: Entry,
    finding_id: str,
    engine: Engine,
    run: Run,
) -> Derivation:
    """Run the revision again and take the finding's amount apart. Raises what `recompute` raises."""
    with (
        as_before(workspace, ledger, entry, engine) as (scratch, settings),
        run(scratch, settings) as outcome,
    ):
        return take_apart(workspace, entry, finding_id, outcome)


def take_apart(workspace: Path, entry: Entry, finding_id: str, outcome: RunOutcome) -> Derivation:
    """A published amount against the tables of a run of the same inputs."""
    (published,) = _published(workspace, entry, "recommendation", "finding_id", finding_id)
    nip, day = published["nip"], published["duty_date"]
    ask = _asking(outcome, nip)
    facts = read_facts(OF_FINDING, outcome.warehouse.query, nip=nip, day=day, finding=finding_id)
    policy = _reference_policy(ask)
    apply_no = facts["candidate"][0]["apply_no"] if facts["candidate"] else 0
    months = [_month(ask, step) for step in (max(apply_no - 1, 0), apply_no)]
    before, after = (tuple(calculate_month(charges, policy)) for charges, _sides in months)
    problems = [
        *_unequal_tables(workspace, entry, nip, outcome),
        *(problem for month in months for problem in _wrong_bands(*month, ask(BANDS), policy)),
    ]
    stated = tuple(published[f"deduction_{name}_idr"] for name in ("before", "after"))
    if (total(before), total(after)) != stated or stated[0] - stated[1] != published["adjustment_idr"]:
        problems.append("potongan sebelum, sesudah, dan selisihnya bukan yang diterbitkan")
    return Derivation(
        entry,
        changed_versions(workspace, entry),
        published["adjustment_idr"],
        facts,
        before,
        after,
        tuple(dict.fromkeys(problems)),
    )


MONTH = (
    "select * from side_charge where nip = '{nip}'",
    "select * from leave_charge where nip = '{nip}' union all select * from cut_charge where nip = '{nip}'",
    "select * from scenario_side where nip = '{nip}'",
)
BANDS = "select * from band"
Ask = Callable[[str], list[Row]]


def _asking(outcome: RunOutcome, nip: str) -> Ask:
    def ask(sql: str) -> list[Row]:
        rows: list[Row] = outcome.warehouse.query(sql.format(nip=nip)).to_pylist()
        return rows

    return ask


def _reference_policy(ask: Ask) -> ReferencePolicy:
    counted = ask(
        "select unit_id, count(*) filter (where not is_excused) as days from duty where nip = '{nip}' group by all"
    )
    return ReferencePolicy(
        bases={row["duty_date"]: row for row in ask("select * from duty_base where nip = '{nip}'")},
        rules={(row["variant_code"], row["valid_from"]): row for row in ask("select * from assessment_rule")},
        floors=ask("select * from attendance_floor"),
        counting_days={row["unit_id"]: row["days"] for row in counted},
    )


def _month(ask: Ask, step: int) -> tuple[list[Row], list[Row]]:
    """Charges and sides of the person's month with the first `step` findings applied."""
    side_charges, leave_charges, sides = (
        [
            row
            for row in ask(sql)
            if (row["scenario_code"], row["step_no"]) == ("step" if step else "recorded", step)
        ]
        for sql in MONTH
    )
    return side_charges + leave_charges, sides


def _wrong_bands(
    charges: Sequence[Row], sides: Sequence[Row], bands: Sequence[Row], policy: ReferencePolicy
) -> Iterator[str]:
    """Each charge is what one band of the policy costs at that side's seconds."""
    offsets = {(row["duty_date"], row["side_code"]): row for row in sides}
    for charge in charges:
        if charge["event_code"] in ("leave", "cut"):
            continue
        day, side = charge["duty_date"], offsets[charge["duty_date"], charge["side_code"]]
        seconds = 0 if side["state_code"] == "missing" else side["seconds_off"]
        fitting = [
            band for band in bands
            if band["variant_code"] == policy.bases[day]["variant_code"] and band["event_code"] == charge["event_code"]
            and band["valid_from"] <= day < band["valid_to"] and band["seconds_from"] <= seconds
            and (band["seconds_to"] is None or seconds < band["seconds_to"])
        ]  # fmt: skip
        cost = Fraction(charge["numerator"], charge["denominator"])
        if cost not in {
            _cost(band, side, policy) for band in fitting if band["band_code"] == charge["band_code"]
        }:
            yield f"pita {charge['band_code']} tanggal {day} tidak memberi biaya itu"


def _cost(band: Row, side: Row, policy: ReferencePolicy) -> Fraction:
    base, rule = policy.bases[side["duty_date"]], policy.rule(side["duty_date"])
    share = Fraction(base["base_idr"], base["divisor"])
    if band["charge_code"] == "rate":
        return share * Fraction(band["rate_bps"], WHOLE)
    minutes = band["charge_minutes"] if band["charge_code"] == "minutes" else side["minutes_off"] or 0
    return share * Fraction(minutes, rule["day_minutes"] or 1)


def _unequal_tables(workspace: Path, entry: Entry, nip: str, outcome: RunOutcome) -> Iterator[str]:
    """Each published table whose rows of the person are not those of the second run."""
    for contract in LEADING:
        if "nip" not in contract.columns():
            continue
        name = contract.table_name()
        again = as_published(contract, outcome.arrow(contract))
        if _published(workspace, entry, name, "nip", nip) != _only(again, "nip", nip):
            yield f"bukti/{name}.parquet: barisnya tentang orang ini bukan yang dihitung dari masukan"


def _published(workspace: Path, entry: Entry, name: str, column: str, value: str) -> list[Row]:
    if not has_table(workspace, entry, name):
        return []
    return _only(read_table(workspace, entry, name), column, value)


def _only(table: pa.Table, column: str, value: str) -> list[Row]:
    rows: list[Row] = table.filter(pc.equal(table[column], value)).to_pylist()
    return rows
