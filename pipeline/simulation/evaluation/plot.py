"""The reliability plot: stated probability against how often it was so, as one SVG; the table stands beside it."""

from __future__ import annotations

from html import escape
from math import sqrt

from pipeline.simulation.evaluation.summary import Bin, Calibration

SIDE, MARGIN, TOP = 300, 52, 40
STYLE = "text{font:12px sans-serif;fill:#222}.axis{stroke:#222}.even{stroke:#999;stroke-dasharray:4 4}"


def _panel(left: float, title: str, found: Calibration) -> list[str]:
    base = TOP + SIDE

    def x(value: float) -> float:
        return round(left + SIDE * value, 1)

    def y(value: float) -> float:
        return round(base - SIDE * value, 1)

    def dot(point: Bin) -> str:
        radius = round(min(16.0, 2.5 + sqrt(point.count)), 1)
        label = f"dinyatakan {100 * point.stated:.1f}%, ternyata {100 * point.observed:.1f}%, {point.count} kali".replace(
            ".", ","
        )
        return (
            f'<circle cx="{x(point.stated)}" cy="{y(point.observed)}" r="{radius}" fill="#2b5d8b" fill-opacity="0.65">'
            f"<title>{escape(label)}</title></circle>"
        )

    brier = "-" if found.brier is None else f"{found.brier:.4f}".replace(".", ",")
    marks = [
        f'<text x="{x(share)}" y="{base + 18}" text-anchor="middle">{round(100 * share)}%</text>'
        f'<text x="{left - 8}" y="{y(share) + 4}" text-anchor="end">{round(100 * share)}%</text>'
        for share in (0.0, 0.5, 1.0)
    ]
    return [
        f'<text x="{left}" y="{TOP - 16}">{escape(title)} (skor Brier {brier})</text>',
        f'<path class="axis" fill="none" d="M{left} {TOP}V{base}H{left + SIDE}"/>',
        f'<path class="even" d="M{left} {base}L{left + SIDE} {TOP}"/>',
        *marks,
        f'<text x="{left + SIDE / 2}" y="{base + 36}" text-anchor="middle">peluang yang dinyatakan</text>',
        *(dot(point) for point in found.bins),
    ]


def reliability_svg(layer: Calibration, central: Calibration) -> str:
    """Two panels: the named layer, and P(central). On the dashed line the stated and the observed share agree."""
    width, height = 2 * (SIDE + MARGIN) + MARGIN, TOP + SIDE + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Peluang yang dinyatakan terhadap kejadian yang sebenarnya">',
        f"<style>{STYLE}</style>",
        *_panel(MARGIN, "Lapisan yang disebut", layer),
        *_panel(SIDE + 2 * MARGIN, "P(server provinsi)", central),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
