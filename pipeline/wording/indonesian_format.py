"""Numbers, rupiah, dates and times as Indonesians write them (Babel's `id_ID`, without Babel)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
MINUTE = timedelta(minutes=1)


def number(value: float, digits: int = 0) -> str:
    """1234567.5 with one digit -> '1.234.567,5'."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def rupiah(amount_idr: int) -> str:
    """Whole rupiah: 1234567 -> 'Rp1.234.567'."""
    return f"{'-' if amount_idr < 0 else ''}Rp{number(abs(amount_idr))}"


def percent(share: float, digits: int = 1) -> str:
    """A share of one: 0.123 -> '12,3%'."""
    return f"{number(100 * share, digits)}%"


def rate(bps: int) -> str:
    """A rate in basis points, as exact as it is: 250 -> '2,5%'."""
    return f"{bps / 100:g}%".replace(".", ",")


def probability(p: float) -> str:
    """A probability that is never shown as certainty: '>99,9%', '<0,1%'."""
    if p > 0.999:
        return ">99,9%"
    return "<0,1%" if p < 0.001 else percent(p)


def chance(p: float) -> str:
    """A small probability in words: 'di bawah satu banding sejuta', 'paling besar 3,2%'."""
    for limit, words in ((1e-9, "semiliar"), (1e-6, "sejuta"), (1e-3, "seribu")):
        if p <= limit:
            return f"di bawah satu banding {words}"
    return f"paling besar {percent(p)}"


def long_date(day: date) -> str:
    """'2 Januari 2026'."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday_date(day: date) -> str:
    """'Jumat, 2 Januari 2026'."""
    return f"{WEEKDAYS[day.weekday()]}, {long_date(day)}"


def month(period: str) -> str:
    """'2026-01' -> 'Januari 2026'."""
    return f"{MONTHS[int(period[5:7]) - 1]} {period[:4]}"


def local(instant: datetime, zone: str) -> datetime:
    """A naive UTC instant as a naive local time."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def zone_name(zone: str) -> str:
    """WIB, WITA or WIT; the IANA name elsewhere."""
    return ZONE_NAMES.get(zone, zone)


def clock(instant: datetime, zone: str) -> str:
    """A naive UTC instant as '07.21 WIB'."""
    return f"{local(instant, zone):%H.%M} {zone_name(zone)}"


def clock_on(instant: datetime, zone: str, day: date) -> str:
    """`clock`, with the date in front where it is not `day`."""
    at = local(instant, zone)
    shown = f"{at:%H.%M} {zone_name(zone)}"
    return shown if at.date() == day else f"{long_date(at.date())}, {shown}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """'2 Januari 2026 pukul 06.40–08.55 WIB'; both dates where they differ.

    The end is exclusive: it is shown as the first whole minute that is not before it.
    """
    a, b = local(start, zone), local(end, zone)
    if b.second or b.microsecond:
        b = b.replace(second=0, microsecond=0) + MINUTE
    if a.date() == b.date():
        return f"{long_date(a.date())} pukul {a:%H.%M}–{b:%H.%M} {zone_name(zone)}"
    until = f"{long_date(b.date())} pukul {b:%H.%M} {zone_name(zone)}"
    return f"{long_date(a.date())} pukul {a:%H.%M} sampai {until}"


def duration(minutes: int) -> str:
    """135 -> '2 jam 15 menit'."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{number(hours)} jam"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} menit")
    return " ".join(parts)
