"""What a run prints and keeps."""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.arithmetic import Faults, Measured, median
from bench.table import Row

RESULTS = Path(__file__).parent / "results"
DISK_WRITES = 50
ENDED_EARLY = "ended before it was done"
LINE = "{:<56}{:>22}{:>24}{:>9}{:>13}  {}"


@dataclass
class Run:
    """What was measured on one database: by system, then by measurement."""

    database: str
    scale: str
    measured: dict[str, dict[str, Measured]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    # By axis, system and size: samples of the axis's figure; none where a run was void.
    growth: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=dict)

    def take(self, system: str, measurement: str, measured: Measured) -> None:
        """One run of one measurement."""
        self.measured.setdefault(system, {}).setdefault(measurement, Measured()).take(measured)

    def grow(self, axis: str, system: str, size: int, measured: Measured, figure: str) -> None:
        """One point of a chart."""
        samples = [] if measured.faults.is_void else measured.figures.get(figure, [])
        if not samples and system == "product":
            self.failures.append(f"growth of {axis} at {size}: {measured.faults}")
        self.growth.setdefault(axis, {}).setdefault(system, {})[str(size)] = samples

    def of(self, system: str, row: Row) -> Measured | None:
        """The measurement that a row is of."""
        return self.measured.get(system, {}).get(row.measurement)

    @property
    def is_ended_early(self) -> bool:
        """Whether somebody has ended it."""
        return ENDED_EARLY in self.failures

    @property
    def is_void(self) -> bool:
        """Whether the product lost anything, or something could not be measured."""
        ours = self.measured.get("product", {})
        return bool(self.failures) or any(measured.faults.is_void for measured in ours.values())


def show(run: Run, rows: Sequence[Row]) -> None:
    """Print the table of one database, and below it what stands beside the figures."""
    print(f"\n{run.database}, {run.scale}")
    print(LINE.format("", "product", "naive", "ratio", "to reach", ""))
    for row in rows:
        print(LINE.format(*cells(run, row)).rstrip())
    for axis, systems in run.growth.items():
        for system, points in systems.items():
            line = ", ".join(f"{size}: {number(median(s)) if s else 'void'}" for size, s in points.items())
            print(f"growth with {axis}, {system}: {line}")
    for failure in run.failures:
        print(f"FAILED {failure}")
    for system, all_measured in run.measured.items():
        print(f"\n{system}")
        for name, measured in all_measured.items():
            print(f"  {name}: {measured.faults}{' - VOID' if measured.faults.is_void else ''}")
            for note in measured.notes:
                print(f"    {note}")


def cells(run: Run, row: Row) -> tuple[str, ...]:
    """One line of the table: title, ours, naive, ratio, the figure to reach, and whether it is."""
    ours, naive = value(run, "product", row), value(run, "naive", row)
    measured = run.of("product", row)
    target = row.to_reach(measured.figures) if measured else None
    verdict = (
        "" if target is None or ours is None else "reached" if row.is_reached(ours, target) else "NOT YET"
    )
    return (
        row.title,
        shown(run, "product", row),
        shown(run, "naive", row),
        "" if ours is None or naive is None else f"×{row.ratio(ours, naive):.1f}",
        "" if target is None else f"{'≥' if row.more else '≤'} {number(target)} {row.unit}",
        verdict,
    )


def value(run: Run, system: str, row: Row) -> float | None:
    """The median of a row's samples; None where there are none, or where they count for nothing."""
    measured = run.of(system, row)
    if measured is None or measured.faults.is_void or not measured.figures.get(row.figure):
        return None
    return median(measured.figures[row.figure])


def shown(run: Run, system: str, row: Row) -> str:
    """The median with its spread, from the least to the most."""
    measured = run.of(system, row)
    if measured is not None and measured.faults.is_void:
        return "void"
    figure = value(run, system, row)
    if measured is None or figure is None:
        return "–"
    samples = measured.figures[row.figure]
    spread = f" ({number(min(samples))}–{number(max(samples))})" if len(samples) > 1 else ""
    return f"{number(figure)}{spread} {row.unit}"


def number(figure: float) -> str:
    """Three significant digits."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def write(run: Run, machine: dict[str, Any]) -> Path:
    """Keep a run as JSON under `results`; where."""
    RESULTS.mkdir(exist_ok=True)
    content = {"machine": machine, **asdict(run)}
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-{run.database}-{run.scale}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def read(path: Path) -> tuple[Run, dict[str, Any]]:
    """A run that was kept, and the machine it ran on."""
    content = json.loads(path.read_text())
    measured = {
        system: {
            name: Measured(one["figures"], Faults(**one["faults"]), one["notes"])
            for name, one in by_name.items()
        }
        for system, by_name in content["measured"].items()
    }
    return Run(
        content["database"], content["scale"], measured, content["failures"], content.get("growth", {})
    ), content["machine"]


def heading(machine: Mapping[str, Any]) -> str:
    """What the reader has to know first."""
    load, cores = machine["load_before"][0], machine["cores"]
    busy = "; BUSY with other things, so these figures say little" if load > cores / 2 else ""
    return (
        f"{cores} cores, load {load} before it began; "
        f"to have 4 KiB on the disk takes {machine['disk_ms']} ms{busy}"
    )


def disk_ms(folder: Path) -> float:
    """Milliseconds, the median, until the disk has what is written: SQLite waits for it at every commit."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(DISK_WRITES):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(1e3 * (time.perf_counter() - began))
    return round(median(taken), 2)


def machine(folder: Path) -> dict[str, Any]:
    """What the figures depend on: cores, Python, how busy the machine was, and which code this is."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=RESULTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "disk_ms": disk_ms(folder),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "commit": commit.stdout.strip(),
        "at": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }
