"""A small writer of SVG bar charts, for reports that need no program to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 1000, 220
_LEFT, _BOTTOM, _TOP = 64, 26, 10
_LABELS = 12
_WIDEST = 56


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of the bars; `css` is the class that colours it, `texts` what a value is called."""

    name: str
    css: str
    values: Sequence[float]
    texts: Sequence[str]


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    axis: Sequence[tuple[float, str]],
    *,
    stacked: bool = True,
) -> str:
    """An `<svg>` element, the series upon each other or side by side.

    Values are not negative; `axis` are the lines to draw, as (value, words).

    Each bar carries its values as a `<title>`, which browsers show on hover and screen readers read.
    """
    together = sum if stacked else max
    tops = [together([each.values[number] for each in series]) for number in range(len(labels))]
    highest = max([*tops, *(value for value, _ in axis), 1e-12])
    room = _HEIGHT - _BOTTOM - _TOP
    step = (_WIDTH - _LEFT) / max(1, len(labels))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    ]
    for value, words in axis:
        y = _HEIGHT - _BOTTOM - value / highest * room
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="axis" text-anchor="end" x="{_LEFT - 8}" y="{y + 4:.1f}">{escape(words)}</text>')
    every = -(-len(labels) // _LABELS) or 1
    for number, label in enumerate(labels):
        x = _LEFT + number * step
        parts.append(_bar(x, step, number, label, series, room / highest, stacked))
        if number % every == 0:
            middle = x + step / 2
            parts.append(
                f'<text class="axis" text-anchor="middle" x="{middle:.1f}" y="{_HEIGHT - 8}">{escape(label)}</text>'
            )
    parts.append("</svg>")
    return "\n".join(parts)


def _bar(x: float, step: float, number: int, label: str, series: Sequence[Series], scale: float, stacked: bool) -> str:
    words = "; ".join(f"{each.name}: {each.texts[number]}" for each in series)
    parts = [f"<g><title>{escape(f'{label}: {words}')}</title>"]
    y = float(_HEIGHT - _BOTTOM)
    whole = min(step * 0.6, _WIDEST * (1 if stacked else len(series)))
    width = whole if stacked else whole / len(series)
    for place, each in enumerate(series):
        height = max(0.0, each.values[number]) * scale
        if height <= 0:
            continue
        top = y - height
        y = top if stacked else y
        left = x + (step - whole) / 2 + (0 if stacked else place * width)
        parts.append(
            f'<rect class="{each.css}" x="{left:.1f}" y="{top:.1f}" width="{width * (1 if stacked else 0.96):.1f}" '
            f'height="{height:.1f}" rx="{min(3.0, width / 4, height / 2):.1f}"/>'
        )
    return "".join([*parts, "</g>"])


def nice_lines(highest: float, count: int = 3) -> list[float]:
    """Round values from 0 up to about `highest`, for the lines of an axis."""
    if highest <= 0:
        return [0.0]
    size = 1.0
    while size > highest:
        size /= 10
    while size * 10 <= highest:
        size *= 10
    for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5):
        if highest / (size * step) <= count + 0.5:
            return [size * step * number for number in range(int(highest / (size * step)) + 1)]
    return [0.0, size * 5]
