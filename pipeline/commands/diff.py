"""`rekon diff`: what moved between two revisions of a month."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.audit.comparison import Comparison


@click.command("diff")
@workspace_option
@click.option(
    "--json", "as_json", is_flag=True, help="Satu objek JSON di stdout, dengan setiap orang yang berubah."
)
@click.option("--people", is_flag=True, help="Tunjukkan juga setiap orang yang berubah.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Tulis halaman laporan ke berkas ini.",
)
@click.argument("before")
@click.argument("after")
def command(workspace: Path, as_json: bool, people: bool, page: Path | None, before: str, after: str) -> None:
    """Apa yang berubah dari revisi BEFORE ke revisi AFTER: orang dan rupiah menurut jenis perubahan.

    Revisi disebut dengan nama atau idnya, misalnya r1-0123456789ab. Setiap orang dihitung sekali, di bawah jenis
    pertama yang berlaku; jumlah rupiahnya sama dengan selisih kedua revisi.
    """
    from pipeline.audit.comparison import compare, published_revision
    from pipeline.audit.verification import published_entry
    from pipeline.errors import SettingsError
    from pipeline.publishing.ledger import REVISION, read_ledger

    ledger = read_ledger(workspace)
    if len(ledger.of(REVISION)) < 2:
        raise SettingsError("belum ada dua revisi untuk dibandingkan. Jalankan `rekon run` dahulu.")
    found = compare(
        *(published_revision(workspace, published_entry(ledger, each)) for each in (before, after))
    )
    if page:
        from reports.changes import render_changes

        page.write_bytes(render_changes(found))
    if as_json:
        click.echo(json.dumps(_document(found), sort_keys=True))
        return
    click.echo("\n".join(_lines(found)))
    if people:
        click.echo("\n".join(_people(found)))


def _document(found: Comparison) -> dict[str, Any]:
    differences = {name: after - found.totals_before[name] for name, after in found.totals_after.items()}
    return {
        "schema": 1,
        "period": found.period,
        "before": {"revision": found.before, **found.totals_before},
        "after": {"revision": found.after, **found.totals_after},
        "difference": differences,
        "kinds": [
            {"kind": each.kind, "people": each.people, "sides": each.sides, **each.difference}
            for each in found.kinds
        ],
        "states": [asdict(flow) for flow in found.states],
        "people": [
            {"nip": person.nip, "unit_id": person.unit_id, "kinds": list(person.kinds), **person.difference}
            for person in found.people
        ],
    }


def _lines(found: Comparison) -> Iterator[str]:
    from pipeline.wording.indonesian_format import number, rupiah
    from pipeline.wording.labels import CHANGES, STATES

    yield f"{found.before} ke {found.after}, periode {found.period}"
    for state, name in STATES.items():
        before, after = (found.sides_in(state, is_after=is_after) for is_after in (False, True))
        if before != after:
            yield f"  {name}: {number(before)} menjadi {number(after)} sisi"
    heads = ("orang", "sisi", "menurut catatan", "setelah pemulihan", "bila disetujui")
    rows = [
        (CHANGES[each.kind], number(each.people), number(each.sides), *map(rupiah, each.difference.values()))
        for each in found.kinds
    ]
    total = (found.totals_after[name] - before for name, before in found.totals_before.items())
    rows.append(("Jumlah", number(sum(each.people for each in found.kinds)), "", *map(rupiah, total)))
    yield ""
    yield f"{'Perubahan potongan':<44}" + "".join(f"{head:>20}" for head in heads)
    for name, *values in rows:
        yield f"{name:<44}" + "".join(f"{value:>20}" for value in values)
    if not found.kinds:
        yield "Tidak ada yang berbeda."


def _people(found: Comparison) -> Iterator[str]:
    from pipeline.wording.indonesian_format import rupiah
    from pipeline.wording.labels import CHANGES

    yield ""
    for person in found.people:
        amounts = ", ".join(map(rupiah, person.difference.values()))
        changes = "; ".join(CHANGES[kind] for kind in person.kinds)
        yield f"{person.nip}  {person.unit_id}  {changes}: {amounts}"
