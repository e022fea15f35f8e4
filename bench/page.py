"""The charts: one HTML file that needs nothing else, drawn by this module."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from bench.arithmetic import median
from bench.growth import AXES, Axis
from bench.report import RESULTS, Run, cells, heading, number, read, value
from bench.table import ROWS

PAGE = RESULTS / "index.html"
WIDTH, HEIGHT = 520, 280
LEFT, RIGHT, TOP, BOTTOM = 76, 36, 16, 44
BAR, LABELS = 22, 330
COLOURS = {"product": "var(--product)", "naive": "var(--naive)"}
STYLE = """
:root { color-scheme: light dark; --product: #1f6feb; --naive: #c2570c; --line: #8886; --text: #1f2328;
  --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --product: #6cb0ff; --naive: #ffa657; --text: #e6edf3;
  --ground: #0d1117; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: var(--text); background: var(--ground); }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .6rem; text-align: right;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.charts { display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); }
figure { margin: 1.5rem 0 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
.key span { margin-right: 1.5rem; } .key i { display: inline-block; width: .8em; height: .8em;
  margin-right: .4em; border-radius: 2px; }
"""


def write() -> Path:
    """Draw the newest run of each database and length; where it is."""
    newest = {}
    for path in sorted(RESULTS.glob("*.json")):
        run, machine = read(path)
        newest[run.database, run.scale] = (run, machine)
    parts = [part for run, machine in newest.values() for part in section(run, machine)]
    PAGE.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Benchmarks</title><style>{STYLE}</style><h1>Benchmarks</h1>{key()}{''.join(parts)}</html>\n"
    )
    return PAGE


def key() -> str:
    """Which colour is which."""
    marks = (f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in COLOURS.items())
    return f'<p class="key">{"".join(marks)}</p>'


def section(run: Run, machine: Mapping[str, object]) -> list[str]:
    """One run: its table, how it compares, and how its costs grow."""
    lines = [cells(run, row) for row in ROWS if run.of("product", row)]
    heads = ("", "product", "naive", "ratio", "to reach", "")
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    charts = [figure(axis.title, lines_of(run, axis)) for axis in AXES if axis.name in run.growth]
    return [
        f"<h2>{escape(run.database)}, {escape(run.scale)}</h2>",
        f"<p>{escape(str(machine['at']))}, {escape(str(machine['commit']))}: {escape(heading(machine))}</p>",
        f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{body}</table>",
        figure("Times better than the naive pipeline (logarithmic)", ratios(run)),
        f'<div class="charts">{"".join(charts)}</div>',
    ]


def figure(title: str, svg: str) -> str:
    """A chart with its caption."""
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>"


def ratios(run: Run) -> str:
    """A bar a row: how many times better than the naive pipeline."""
    known = []
    for row in ROWS:
        ours, naive = value(run, "product", row), value(run, "naive", row)
        if ours and naive:
            known.append((row.title, row.ratio(ours, naive)))
    most = max((ratio for _, ratio in known), default=1.0)
    room, height = 2 * WIDTH - LABELS - 60, BAR * len(known) + 8
    parts = []
    for at, (title, ratio) in enumerate(known):
        length = max(2.0, room * math.log(max(ratio, 1.0)) / math.log(max(most, math.e)))
        colour = COLOURS["product" if ratio >= 1 else "naive"]
        parts += [
            text(LABELS - 8, BAR * at + 16, title, "end"),
            f'<rect x="{LABELS}" y="{BAR * at + 4}" width="{length:.0f}" height="{BAR - 8}" rx="3" '
            f'fill="{colour}"/>',
            text(LABELS + length + 6, BAR * at + 16, f"×{ratio:.1f}"),
        ]
    return svg(2 * WIDTH, height, parts)


def lines_of(run: Run, axis: Axis) -> str:
    """Lines over sizes, both logarithmic: what does not grow is level."""
    lines = {
        system: [(int(size), median(samples)) for size, samples in points.items() if samples]
        for system, points in run.growth[axis.name].items()
    }
    points = [point for line in lines.values() for point in line]
    if not points:
        return svg(WIDTH, 20, [text(8, 14, "void")])
    across = Ruler([max(1, size) for size, _ in points], LEFT, WIDTH - RIGHT)
    up = Ruler([figure for _, figure in points], HEIGHT - BOTTOM, TOP)
    parts = grid(axis, across, up, sorted({size for size, _ in points}))
    for system, line in lines.items():
        places = [(across.place(max(1, size)), up.place(figure)) for size, figure in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[system]}" stroke-width="2"/>')
        for (x, y), (size, figure) in zip(places, line, strict=True):
            title = escape(f"{system}, {size:,} {axis.grows}: {number(figure)} {axis.unit}")
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[system]}">'
                f"<title>{title}</title></circle>"
            )
    return svg(WIDTH, HEIGHT, parts)


class Ruler:
    """Where numbers above zero stand on a logarithmic axis; it begins and ends with a power of ten."""

    def __init__(self, numbers: Sequence[float], start: float, end: float) -> None:
        positive = [number for number in numbers if number > 0] or [1.0]
        self.low = math.floor(math.log10(min(positive)))
        self.high = max(self.low + 1, math.ceil(math.log10(max(positive))))
        self._start, self._end = start, end

    def place(self, number: float) -> float:
        """Where this number stands."""
        share = (math.log10(max(number, 10.0**self.low)) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    @property
    def powers(self) -> list[float]:
        """The powers of ten on it."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def grid(axis: Axis, across: Ruler, up: Ruler, sizes: Sequence[int]) -> list[str]:
    """The lines behind a chart, and what they stand for."""
    parts = []
    for figure in up.powers:
        y = up.place(figure)
        parts += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--line)"/>',
            text(LEFT - 6, y + 4, f"{figure:,g} {axis.unit}", "end"),
        ]
    parts += [text(across.place(max(1, size)), HEIGHT - BOTTOM + 16, f"{size:,}", "middle") for size in sizes]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, axis.grows, "middle"))
    return parts


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words in a chart."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def svg(width: float, height: float, parts: Sequence[str]) -> str:
    """A drawing of that size."""
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img">{"".join(parts)}</svg>'
