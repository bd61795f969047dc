"""The hours around one side of one person: a row each for duty, outage, requests and records, as text and as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from pipeline.wording.indonesian_format import local

COLUMNS, NAME = 66, 12
WIDTH, LEFT, ROW, TOP, FOOT = 900, 120, 30, 10, 26
COLOURS = {
    "wajib": "#12355b",
    "gagal": "#9b1c1c",
    "berhasil": "#17603a",
    "ditolak": "#7a4a00",
    "pulih": "#1d4f8c",
}
SIGNS = {"wajib": "|", "gagal": "x", "berhasil": "o", "ditolak": "-", "pulih": "^"}


@dataclass(frozen=True)
class TimelineRow:
    """Stretches [from, to) and marks (instant, kind) on one line; kinds are those of `SIGNS`."""

    name: str
    stretches: tuple[tuple[datetime, datetime], ...] = ()
    marks: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class PersonTimeline:
    """What is drawn, from `start` to `end` (UTC), labelled in `zone`; `description` says the same."""

    start: datetime
    end: datetime
    zone: str
    rows: tuple[TimelineRow, ...]
    description: str

    def share(self, at: datetime) -> float:
        """Where an instant lies between start (0) and end (1), cut at both."""
        return min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)

    def hours(self) -> list[tuple[float, str]]:
        """Whole hours, or every third where there are many."""
        first = self.start.replace(minute=0, second=0, microsecond=0)
        count = int((self.end - first) / timedelta(hours=1)) + 1
        ticks = [first + timedelta(hours=n) for n in range(0, count, 1 if count <= 9 else 3)]
        return [
            (self.share(at), f"{local(at, self.zone):%H.%M}") for at in ticks if self.start <= at <= self.end
        ]


def as_text(drawing: PersonTimeline) -> list[str]:
    """One line per row and an axis; plain characters, readable without colour."""
    lines = []
    for row in drawing.rows:
        cells = [" "] * COLUMNS
        for begin, end in row.stretches:
            first, last = (round(drawing.share(at) * (COLUMNS - 1)) for at in (begin, end))
            cells[first : last + 1] = "=" * (last - first + 1)
        for at, kind in row.marks:
            cells[round(drawing.share(at) * (COLUMNS - 1))] = SIGNS[kind]
        lines.append(f"{row.name:<{NAME}}{''.join(cells).rstrip()}")
    axis = [" "] * (COLUMNS + 5)
    for share, name in drawing.hours():
        place = round(share * (COLUMNS - 1))
        axis[place : place + 5] = name
    return [*lines, f"{'':<{NAME}}{''.join(axis).rstrip()}"]


def as_svg(drawing: PersonTimeline, ident: str) -> str:
    """The drawing as one image, with its description as text alternative."""
    bottom = TOP + ROW * len(drawing.rows)
    parts = [
        f'<svg class="waktu" role="img" viewBox="0 0 {WIDTH} {bottom + FOOT}" aria-labelledby="{ident}-t {ident}-d">'
        f'<title id="{ident}-t">Garis waktu</title><desc id="{ident}-d">{escape(drawing.description)}</desc>'
    ]
    for share, name in drawing.hours():
        x = _x(share)
        parts.append(f'<path stroke="#d3d9e0" d="M{x} {TOP}V{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{name}</text>')
    for number, row in enumerate(drawing.rows):
        y = TOP + ROW * number + ROW // 2
        parts.append(
            f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end" class="judul">{escape(row.name)}</text>'
        )
        for begin, end in row.stretches:
            x, to = _x(drawing.share(begin)), _x(drawing.share(end))
            parts.append(
                f'<rect x="{x}" y="{y - 8}" width="{max(2, to - x)}" height="16" fill="#b7791f" fill-opacity="0.3"/>'
            )
        parts += [_mark(_x(drawing.share(at)), y, kind) for at, kind in row.marks]
    return "".join([*parts, "</svg>"])


def _x(share: float) -> int:
    return round(LEFT + share * (WIDTH - LEFT - 30))


def _mark(x: int, y: int, kind: str) -> str:
    """A shape of its own for each kind, so that colour is not needed to tell them apart."""
    colour = COLOURS[kind]
    shapes = {
        "wajib": f"M{x} {y - 13}V{y + 13}",
        "gagal": f"M{x - 5} {y - 5}L{x + 5} {y + 5}M{x + 5} {y - 5}L{x - 5} {y + 5}",
        "ditolak": f"M{x - 6} {y}H{x + 6}",
        "pulih": f"M{x} {y - 8}L{x + 7} {y + 6}H{x - 7}Z",
    }
    if kind == "berhasil":
        return f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}"/>'
    fill = colour if kind == "pulih" else "none"
    return f'<path fill="{fill}" stroke="{colour}" stroke-width="2.5" d="{shapes[kind]}"/>'
