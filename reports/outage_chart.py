"""The senders around an outage as SVG: stacked bars per bin, a panel per vantage, with the outage as bands behind them.

The figures stand in a table beside the drawing; the drawing is one image to a screen reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 900, 46, 10
TOP, PANEL, GAP, FOOT = 34, 92, 34, 26
OK, FAILED, USUAL, BAND = "#8fb0d3", "#9b1c1c", "#3a3a3a", "#b7791f"


@dataclass(frozen=True)
class Panel:
    """One row of bars: all senders, those with a failure, and what is usual (None where unknown)."""

    label: str
    totals: tuple[int, ...]
    failed: tuple[int, ...]
    usual: tuple[float, ...] | None


@dataclass(frozen=True)
class BinSpan:
    """A window in bins (fractions allowed), half-open."""

    start: float
    end: float


def nice_ceiling(value: float) -> int:
    """The smallest even, round number that is not below `value`."""
    step = 1
    while True:
        for factor in (2, 4, 6, 8, 10, 12, 16):
            if factor * step >= value:
                return factor * step
        step *= 10


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, text: str, anchor: str = "start", extra: str = "") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _bars(values: tuple[int, ...], base: float, scale: float, step: float, colour: str) -> str:
    """All bars of one colour as one path."""
    moves = [
        f"M{_n(LEFT + i * step)} {_n(base)}v{_n(-value * scale)}h{_n(step * 0.86)}v{_n(value * scale)}z"
        for i, value in enumerate(values)
        if value
    ]
    return f'<path fill="{colour}" d="{"".join(moves)}"/>' if moves else ""


def _panel(panel: Panel, top: float, step: float) -> list[str]:
    base = top + PANEL
    ceiling = nice_ceiling(max(1, *panel.totals, *(panel.usual or ())))
    scale = PANEL / ceiling
    out = [_text(LEFT, top - 9, panel.label, extra=' class="judul"')]
    for share in (0.5, 1.0):
        y = base - PANEL * share
        out.append(f'<path stroke="#d5dae1" d="M{LEFT} {_n(y)}H{WIDTH - RIGHT}"/>')
        out.append(_text(LEFT - 6, y + 4, f"{int(ceiling * share):,}".replace(",", "."), "end"))
    out.append(_text(LEFT - 6, base + 4, "0", "end"))
    out.append(_bars(panel.totals, base, scale, step, OK))
    out.append(_bars(panel.failed, base, scale, step, FAILED))
    if panel.usual:
        points = "L".join(
            f"{_n(LEFT + (i + 0.43) * step)} {_n(base - value * scale)}"
            for i, value in enumerate(panel.usual)
        )
        out.append(
            f'<path fill="none" stroke="{USUAL}" stroke-width="1.3" stroke-dasharray="4 3" d="M{points}"/>'
        )
    out.append(f'<path stroke="#5b6672" d="M{LEFT} {_n(base)}H{WIDTH - RIGHT}"/>')
    return out


def _bands(ident: str, hard: BinSpan, impact: BinSpan, step: float, bottom: float) -> list[str]:
    def x(bin_no: float) -> float:
        return LEFT + bin_no * step

    def rect(span: BinSpan, fill: str) -> str:
        return (
            f'<rect x="{_n(x(span.start))}" y="{TOP - 26}" width="{_n(max(1.0, x(span.end) - x(span.start)))}" '
            f'height="{_n(bottom - TOP + 26)}" {fill}/>'
        )

    return [
        rect(impact, f'fill="url(#{ident}-h)"'),
        rect(hard, f'fill="{BAND}" fill-opacity="0.16"'),
        f'<path stroke="{BAND}" stroke-width="1.4" '
        f'd="M{_n(x(hard.start))} {TOP - 26}V{_n(bottom)}M{_n(x(hard.end))} {TOP - 26}V{_n(bottom)}"/>',
    ]


def draw_outage(
    ident: str, title: str, desc: str, panels: tuple[Panel, ...], ticks: tuple[tuple[int, str], ...],
    hard: BinSpan, impact: BinSpan,
) -> str:  # fmt: skip
    """The drawing; `ticks` are (bin, label), all panels have the same number of bins."""
    bins = len(panels[0].totals)
    step = (WIDTH - LEFT - RIGHT) / bins
    bottom = TOP + len(panels) * (PANEL + GAP) - GAP
    height = bottom + FOOT
    parts = [
        f'<svg class="waktu" role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="{ident}-t {ident}-d">',
        f'<title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(desc)}</desc>',
        f'<defs><pattern id="{ident}-h" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path stroke="{BAND}" stroke-opacity="0.5" d="M0 0V7"/></pattern></defs>',
        *_bands(ident, hard, impact, step, bottom),
    ]
    for i, panel in enumerate(panels):
        parts += _panel(panel, TOP + i * (PANEL + GAP), step)
    for bin_no, name in ticks:
        x = LEFT + bin_no * step
        parts.append(f'<path stroke="#5b6672" d="M{_n(x)} {bottom}v5"/>')
        parts.append(_text(x, bottom + 18, name, "middle"))
    return "".join([*parts, "</svg>"])
