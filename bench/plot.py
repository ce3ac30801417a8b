"""Draw how cost grows with size, as an SVG that needs nothing but the standard library."""

from collections.abc import Mapping, Sequence
from math import log10

#: For each tool, size and cost.
Series = Mapping[str, Sequence[tuple[int, float]]]

_WIDTH, _HEIGHT, _LEFT, _TOP = 420, 300, 60, 40
_COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#7f7f7f")


def svg(charts: Mapping[str, Series]) -> str:
    """Return charts beside each other, both axes logarithmic; their titles are the keys."""
    parts = [_chart(title, series, number) for number, (title, series) in enumerate(charts.items())]
    width = (_WIDTH + _LEFT + 40) * len(charts) + 20
    height = _HEIGHT + _TOP + 60
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
                ' font-family="sans-serif" font-size="12">'
            ),
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _chart(title: str, series: Series, number: int) -> str:
    points = [point for line in series.values() for point in line]
    sizes = sorted({size for size, _ in points})
    low, high = _decades([cost for _, cost in points])
    left = _LEFT + number * (_WIDTH + _LEFT + 40)

    def x(size: int) -> float:
        span = log10(sizes[-1] / sizes[0]) or 1.0
        return left + _WIDTH * log10(size / sizes[0]) / span

    def y(cost: float) -> float:
        return _TOP + _HEIGHT * (1 - (log10(max(cost, 10**low)) - low) / (high - low))

    parts = [f'<text x="{left}" y="{_TOP - 18}" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(
            f'<path d="M{left} {at:.1f}H{left + _WIDTH}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10**power:g}</text>'
        )
    parts += [
        f'<text x="{x(size):.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    parts.append(
        f'<text x="{left + _WIDTH / 2}" y="{_TOP + _HEIGHT + 38}" text-anchor="middle">files</text>'
    )
    for place, (name, line) in enumerate(series.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        path = " ".join(f"{x(size):.1f},{y(cost):.1f}" for size, cost in line)
        dots = "".join(
            f'<circle cx="{x(size):.1f}" cy="{y(cost):.1f}" r="3" fill="{colour}"/>'
            for size, cost in line
        )
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
            f'<text x="{left + 8}" y="{_TOP + 14 + 15 * place}" fill="{colour}">{name}</text>'
        )
    return "\n".join(parts)


def _decades(costs: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around the costs."""
    logs = [log10(cost) for cost in costs if cost > 0] or [0.0]
    low, high = int(min(logs) // 1), int(-(-max(logs) // 1))
    return low, max(high, low + 1)
