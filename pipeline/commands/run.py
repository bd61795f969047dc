"""`rekon run`: every stage of a month, and a published revision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import stage_progress, workspace_option

if TYPE_CHECKING:
    from pipeline.engine.outcome import RunOutcome
    from pipeline.publishing.publication import Published


@click.command()
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
def command(workspace: Path, as_json: bool) -> None:
    """Jalankan seluruh tahap bulan di rekon.toml dan terbitkan satu revisi."""
    from pipeline.commands.month import STEPS, run_month

    root = workspace.resolve()
    with stage_progress(STEPS) as progress, run_month(root, progress=progress) as (outcome, published):
        summary = summarize(outcome, published)
        flagged = screened(outcome)
    click.echo(
        json.dumps(summary, sort_keys=True) if as_json else render(summary, flagged, is_new=published.is_new)
    )


def summarize(outcome: RunOutcome, published: Published) -> dict[str, Any]:
    """The JSON object of `--json`, as in docs/contract/outputs.md."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        table = outcome.warehouse.query(sql)
        return list(zip(*table.to_pydict().values(), strict=True))

    before, potential, restored = ask(
        "select coalesce(sum(recorded_idr), 0)::bigint as a, coalesce(sum(potential_idr), 0)::bigint as b,"
        " coalesce(sum(restored_idr), 0)::bigint as c from person_month"
    )[0]
    return {
        "schema": 1,
        "period": outcome.settings.period,
        "run_id": published.run_id,
        "published": str(published.path),
        "outages": ask("select count(*) as n from outage where layer_code <> 'log_gap'")[0][0],
        "findings": dict(ask("select cause_code, count(*) as n from finding group by all order by all")),
        "people": ask("select count(distinct nip) as n from duty")[0][0],
        "deduction_before_idr": before,
        "potential_after_idr": potential,
        "approved_adjustment_idr": before - restored,
        "quarantined": ask("select coalesce(sum(quarantined_count), 0)::bigint as n from file_total")[0][0],
    }


def screened(outcome: RunOutcome) -> int:
    """How many groups or outages the screen of restorations flags for BKD."""
    query = "select count(*) as n from restoration_screen where is_flagged"
    count: int = outcome.warehouse.query(query)["n"][0].as_py()
    return count


def render(summary: dict[str, Any], flagged: int, *, is_new: bool) -> str:
    """The summary that a person reads."""
    from pipeline.wording.indonesian_format import rupiah

    causes = ", ".join(f"{cause} {count}" for cause, count in summary["findings"].items()) or "tidak ada"
    lines = (
        f"Periode {summary['period']}: {summary['people']} orang, {summary['outages']} gangguan ditemukan.",
        f"Temuan menurut sebab: {causes}.",
        f"Potongan menurut catatan   {rupiah(summary['deduction_before_idr'])} (dihitung ulang, bukan potongan nyata)",
        f"Bila semua usul disetujui  {rupiah(summary['potential_after_idr'])}",
        f"Penyesuaian yang disetujui {rupiah(summary['approved_adjustment_idr'])}",
        f"Catatan dikarantina        {summary['quarantined']}",
        f"Periksa dahulu: {flagged} hal menonjol pada halaman depan laporan, sebelum ada yang disetujui."
        if flagged
        else "",
        "" if is_new else "Sudah terbit: masukan sama, tidak ada yang baru.",
        f"Laporan: {summary['published']}/laporan/index.html",
    )
    return "\n".join(line for line in lines if line)
