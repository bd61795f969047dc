"""The day of an outage: senders per bin at each vantage, drawn and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import local, number, span, zone_name
from reports.models import BinRow, OutageTimeline, PanelTotal
from reports.month import MonthTables
from reports.outage_chart import BinSpan, Panel, draw_outage

BIN_MINUTES = 5
BEFORE, AFTER = timedelta(hours=2), timedelta(hours=3)
MOST_BINS = 288
MOST_TICKS = 14
FEWEST_DAYS = 3
SATURDAY = 5
PANELS = (
    ("gerbang", True, "Wilayah {region} di gerbang wilayah", "same_region_at_gerbang"),
    ("pusat", True, "Wilayah {region} di server provinsi", "same_region_at_pusat"),
    ("pusat", False, "Wilayah lain di server provinsi", "other_regions_alive"),
)


class SenderCounts:
    """Senders per bin for this region and the others at each vantage.

    A sender counts once a minute; bins add the minutes up. Built once from `request_minute`.
    """

    def __init__(self, month: MonthTables) -> None:
        """Aggregate the request minutes; own is True for the region of the run."""
        columns = ["vantage_code", "minute_at", "region_code", "sender_count", "failed_sender_count"]
        frame = month.tables["request_minute"].select(columns).to_pandas()
        frame["own"] = frame["region_code"] == month.meta.region_code
        frame = frame[frame["own"] | frame["region_code"].notna()]
        frame["bin_at"] = frame["minute_at"].dt.floor(f"{BIN_MINUTES}min")
        counts = ["sender_count", "failed_sender_count"]
        self.minutes = frame.groupby(["vantage_code", "own", "minute_at"])[counts].sum().sort_index()
        self.sums = frame.groupby(["vantage_code", "own", "bin_at"])[counts].sum().sort_index()
        self.zone = month.zone

    def series(self, vantage: str, own: bool, bins: pd.DatetimeIndex) -> pd.DataFrame | None:
        """Columns `sender_count`, `failed_sender_count`, `usual` per bin; None where nothing was logged."""
        if (vantage, own) not in self.sums.index.droplevel("bin_at"):
            return None
        whole: pd.DataFrame = self.sums.xs((vantage, own))
        shown = whole.reindex(bins, fill_value=0)
        return shown.assign(usual=self._usual(whole, bins))

    def during(self, vantage: str, own: bool, outage: Row) -> tuple[int, int]:
        """Senders and failing senders in the minutes that the hard window touches."""
        whole: pd.DataFrame = self.minutes.xs((vantage, own))
        first = pd.Timestamp(outage["started_at"]).floor("min")
        within = whole[(whole.index >= first) & (whole.index < outage["ended_at"])]
        return int(within["sender_count"].sum()), int(within["failed_sender_count"].sum())

    def _usual(self, whole: pd.DataFrame, bins: pd.DatetimeIndex) -> pd.Series[float] | float:
        """Median of the same bin on the same weekday, or on days of the kind, that have any traffic."""
        today = self._weekday(bins)
        same: list[pd.Series[float]] = []
        similar: list[pd.Series[float]] = []
        for days in (n for n in range(-31, 32) if n):
            there = bins + timedelta(days=days)
            weekday = self._weekday(there)
            counts = whole["sender_count"].reindex(there, fill_value=0)
            if (weekday >= SATURDAY) != (today >= SATURDAY) or counts.sum() == 0:
                continue
            similar.append(pd.Series(counts.to_numpy(dtype=float), index=bins))
            if weekday == today:
                same.append(similar[-1])
        others = same if len(same) >= FEWEST_DAYS else similar
        if len(others) < FEWEST_DAYS:
            return float("nan")
        return pd.concat(others, axis=1).median(axis=1)

    def _weekday(self, bins: pd.DatetimeIndex) -> int:
        """The local weekday of the middle bin, Monday 0."""
        return local(bins[len(bins) // 2].to_pydatetime(), self.zone).weekday()


def bins_around(outage: Row) -> pd.DatetimeIndex:
    """Bins in whole hours around the hard window, at most a day of them; the impact window may be cut."""
    start = pd.Timestamp(outage["started_at"] - BEFORE).floor("h")
    end = pd.Timestamp(outage["ended_at"] + AFTER).ceil("h")
    bins = pd.date_range(start, end, freq=f"{BIN_MINUTES}min", inclusive="left")
    return bins[:MOST_BINS]


def _position(at: datetime, bins: pd.DatetimeIndex) -> float:
    share: float = (at - bins[0].to_pydatetime()) / timedelta(minutes=BIN_MINUTES)
    return min(max(share, 0.0), float(len(bins)))


def _ticks(bins: pd.DatetimeIndex, zone: str) -> tuple[tuple[int, str], ...]:
    hours = [(i, local(at.to_pydatetime(), zone)) for i, at in enumerate(bins)]
    whole = [(i, at) for i, at in hours if at.minute == 0]
    every = 1 if len(whole) <= MOST_TICKS else 3
    return tuple((i, f"{at:%H.%M}") for i, at in whole if at.hour % every == 0)


def build_outage_timeline(month: MonthTables, counts: SenderCounts, outage: Row) -> OutageTimeline | None:
    """The drawing and its tables; None where no log speaks of the day."""
    bins, zone = bins_around(outage), month.zone
    drawn = list(_panels(month, counts, outage, bins))
    if not drawn:
        return None
    panels, during = tuple(panel for panel, _ in drawn), tuple(total for _, total in drawn)
    day = local(bins[0].to_pydatetime(), zone).date()
    return OutageTimeline(
        svg=_drawing(outage, zone, bins, panels, during),
        caption=f"Pengirim per {BIN_MINUTES} menit, {day:%d.%m.%Y}, waktu {zone_name(zone)}",
        panel_labels=tuple(panel.label for panel in panels),
        during=during,
        bins=tuple(_bin_rows(outage, zone, bins, panels)),
    )


def _panels(
    month: MonthTables, counts: SenderCounts, outage: Row, bins: pd.DatetimeIndex
) -> Iterator[tuple[Panel, PanelTotal]]:
    """The bars of each vantage that logged the day, and its figures within the hard window."""
    tests = month.tests.get(outage["outage_id"], [])
    expected = {test["test_code"]: test["expected"] for test in tests if test["test_no"] == 1}
    for vantage, own, pattern, test_code in PANELS:
        series = counts.series(vantage, own, bins)
        if series is None:
            continue
        label = pattern.format(region=month.meta.region_code)
        usual = tuple(map(float, series["usual"])) if series["usual"].notna().all() else None
        totals, failures = (tuple(map(int, series[f"{name}_count"])) for name in ("sender", "failed_sender"))
        senders, failed = counts.during(vantage, own, outage)
        share = failed / senders if senders else None
        yield (
            Panel(label, totals, failures, usual),
            PanelTotal(label, senders, failed, share, expected.get(test_code)),
        )


def _drawing(
    outage: Row, zone: str, bins: pd.DatetimeIndex, panels: tuple[Panel, ...], during: tuple[PanelTotal, ...]
) -> str:
    figures = "; ".join(
        f"{t.label}: {number(t.senders)} pengirim, {number(t.failed)} gagal"
        + (f", biasanya {number(t.usual)}" if t.usual is not None else "")
        for t in during
    )
    when = span(outage["started_at"], outage["ended_at"], zone)
    hard, impact = (
        BinSpan(_position(outage[f"{name}started_at"], bins), _position(outage[f"{name}ended_at"], bins))
        for name in ("", "impact_")
    )
    return draw_outage(
        f"w{outage['outage_id']}",
        f"Pengirim per {BIN_MINUTES} menit di sekitar gangguan {when}",
        f"Selama gangguan — {figures}.",
        panels,
        _ticks(bins, zone),
        hard,
        impact,
    )


def _bin_rows(outage: Row, zone: str, bins: pd.DatetimeIndex, panels: tuple[Panel, ...]) -> Iterator[BinRow]:
    is_hard = (bins + timedelta(minutes=BIN_MINUTES) > outage["started_at"]) & (bins < outage["ended_at"])
    for i, at in enumerate(bins):
        clock = f"{local(at.to_pydatetime(), zone):%H.%M}"
        yield BinRow(
            clock, bool(is_hard[i]), tuple(p.totals[i] for p in panels), tuple(p.failed[i] for p in panels)
        )
