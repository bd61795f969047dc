"""Evaluations as plain tables in Indonesian."""

from __future__ import annotations

from pipeline.simulation.evaluation import Evaluation
from pipeline.simulation.evaluation.events import Event
from pipeline.simulation.evaluation.sides import RESTORED, SideScores
from pipeline.simulation.evaluation.summary import Calibration, Summary, quantile, summarize_events

Figures = list[tuple[str, str]]
"""Name and value, as printed."""


def share(part: int, whole: int) -> str:
    """`95,2% (20/21)`."""
    return "-" if whole == 0 else f"{100 * part / whole:.1f}%".replace(".", ",") + f" ({part}/{whole})"


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}".replace(".", ",")


def _event(event: Event) -> str:
    if event.outage_id is None or event.start_error is None or event.end_error is None:
        few = "" if event.is_due else ", terlalu sedikit pengirim untuk dihitung"
        return f"tidak ditemukan: {event.true_layer}, {event.expected_senders} pengirim{few}"
    scope = "benar" if event.is_scope_right else "salah"
    return (
        f"mulai {event.start_error:+.1f} mnt, selesai {event.end_error:+.1f} mnt; lapisan {event.found_layer} "
        f"(benar: {event.true_layer}), cakupan {scope}, pecahan {event.fragments}"
    )


def _calibration(name: str, found: Calibration) -> Figures:
    rows = [(f"Kalibrasi {name}: skor Brier", _number(found.brier, 4))]
    return rows + [
        (f"  {_number(b.low, 2)}-{_number(b.high, 2)}",
         f"{b.count} kali, dinyatakan {_number(100 * b.stated)}%, ternyata {_number(100 * b.observed)}%")
        for b in found.bins
    ]  # fmt: skip


def _outages(total: Summary) -> Figures:
    edges = total.edge_errors
    return [
        ("Gangguan: ditemukan dari yang benar", share(total.found, total.due)),
        ("Gangguan: benar dari yang ditemukan", share(total.claims_true, total.claims)),
        ("  lapisan tepat", share(total.layer_right, total.found)),
        ("  cakupan tepat", share(total.scope_right, total.found)),
        ("  galat tepi, menit: median, 95%, terbesar",
         " / ".join(_number(quantile(edges, q)) for q in (0.5, 0.95, 1.0))),
        *_calibration("lapisan", total.layer),
        *_calibration("P(central)", total.central),
    ]  # fmt: skip


def _people(sides: SideScores) -> Figures:
    return [
        ("Potongan tercatat sama per orang", share(sides.people_equal, sides.people)),
        ("  jumlah selisih mutlak", f"Rp{sides.difference_idr}"),
        ("  orang yang dirugikan bila semua usul disetujui", str(sides.people_worse)),
        ("Sisi yang layak dipulihkan", str(sides.deserving)),
        *((f"  {code}", share(number, sides.deserving)) for code, number in sides.deserving_by_action),
        (f"  {' + '.join(RESTORED)} + needs_statement", share(sides.deserving_heard, sides.deserving)),
        ("  dipulihkan, dari yang punya jejak sendiri", share(sides.deserving_traced_restored, sides.deserving_traced)),
        ("  tanpa jejak sama sekali", ", ".join(f"{code} {n}" for code, n in sides.traceless_by_action) or "-"),
        ("Salah dipulihkan, dari semua yang dipulihkan", share(sides.own_fault_restored, sides.restored)),
        ("  salah sendiri, tak tersentuh gangguan, minta keterangan",
         share(sides.own_fault_untouched_statement, sides.own_fault_untouched)),
        ("  terlambat sungguhan yang dipulihkan penuh", str(sides.late_acts_fully_restored)),
        ("Dalam celah log: ditolak, dari temuan", share(sides.in_gap_refused, sides.in_gap)),
        ("Surat keterangan palsu yang dipulihkan", f"{sides.false_statements_restored} / {sides.false_statements}"),
        ("Jam pulih derajat A, selisih menit: median, 95%, terbesar",
         " / ".join(map(_number, sides.restored_minutes_off)) or "-"),
        *((f"Sebab {c.cause_code}",
           f"presisi {share(c.both_count, c.found_count)}, temuan {share(c.both_count, c.true_count)}, "
           f"yang berjejak {share(c.both_traced_count, c.true_traced_count)}")
          for c in sides.causes),
    ]  # fmt: skip


def _table(figures: Figures) -> str:
    width = max(len(name) for name, _ in figures)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in figures)


def render(report: Evaluation) -> str:
    """One month."""
    events = report.events
    return _table([
        ("Terbitan", f"{report.period} {report.published}"),
        *_outages(summarize_events([events])),
        *((f"  no {event.outage_no}", _event(event)) for event in events.true),
        ("Celah log: benar, dinyatakan sebagai celah", f"{events.gaps_true}, {events.gaps_found}"),
        *_people(report.sides),
    ])  # fmt: skip


def render_many(total: Summary) -> str:
    """Many months: outages only."""
    false = total.false_per_month
    return _table([
        ("Bulan", str(total.months)),
        *_outages(total),
        ("Bulan dengan gangguan palsu", f"{sum(n > 0 for n in false)} ({sum(false)} gangguan)"),
    ])  # fmt: skip
