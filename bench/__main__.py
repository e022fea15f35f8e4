"""`python -m bench`: measure the product beside the naive pipeline. `--help` says what can be chosen."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from bench import page, report
from bench.growth import AXES, Axis
from bench.scale import FULL, SHORT, Scale
from bench.systems import NAIVE, PRODUCT, Databases, System, systems
from bench.table import MEASUREMENTS, ROWS, Row
from gstbilling.environment import VAR_DIR
from tooling.postgres import Postgres

DATABASES = ("sqlite", "postgres")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, keep; 1 where a run is void."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    scale = FULL if options.full else SHORT
    scale = replace(
        scale,
        repeats=options.repeats or scale.repeats,
        posting_threads=options.threads,
        memory_sockets=options.sockets or scale.memory_sockets,
    )
    rows = chosen(options)
    machine = report.machine(options.folder)
    print(report.heading(machine), flush=True)
    void = False
    for database in options.database or DATABASES:
        some = [row for row in rows if is_measured(row, database, options)]
        run = measure(database, scale, some, options)
        report.show(run, some)
        void |= run.is_void
        if run.is_ended_early:
            break
        if not options.dry:
            print(f"\nkept in {os.path.relpath(report.write(run, machine))}", flush=True)
    if not options.dry:
        print(f"charts in {os.path.relpath(page.write())}")
    return int(void)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    names = [row.short for row in ROWS]
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, metavar="ROW", help=", ".join(names))
    parser.add_argument("--database", action="append", choices=DATABASES, help="both, unless one is named")
    parser.add_argument("--without-naive", action="store_true", help="the product alone")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--short", action="store_true", help="a few minutes; so it is anyhow")
    length.add_argument("--full", action="store_true", help="longer, and three runs of each row")
    parser.add_argument("--repeats", type=int, help="runs of each row")
    parser.add_argument(
        "--growth", nargs="*", choices=[axis.name for axis in AXES], help="how costs grow: all, or these"
    )
    parser.add_argument("--threads", type=int, default=1, help="of the one process that posts flat out")
    parser.add_argument("--sockets", type=int, help="for the memory a socket")
    parser.add_argument(
        "--folder", type=Path, default=VAR_DIR / "bench", help="where databases are, for as long as it runs"
    )
    parser.add_argument("--dry", action="store_true", help="keep no results")
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> list[Row]:
    """The rows that were asked for; all, unless only growth or only some were."""
    if options.only or (options.growth is not None and not options.full):
        return [row for row in ROWS if row.short in (options.only or [])]
    return list(ROWS)


def is_measured(row: Row, database: str, options: argparse.Namespace) -> bool:
    """A short run measures once what has nothing to do with the database."""
    return bool(options.full or options.only or database == DATABASES[0] or not row.alike)


def measure(database: str, scale: Scale, rows: Sequence[Row], options: argparse.Namespace) -> report.Run:
    """Every measurement that these rows need, the systems in turn, and then how costs grow."""
    run = report.Run(database, scale.name)
    needed = [name for name in MEASUREMENTS if name in {row.measurement for row in rows}]
    kinds = [PRODUCT, *([] if options.without_naive else [NAIVE])]
    try:
        with databases(database, options.folder) as source, systems(kinds, source) as started:
            for name in needed:
                for number in range(scale.repeats):
                    # In turn, and not always in the same order: whatever else the machine does is shared.
                    for system in started if number % 2 == 0 else reversed(started):
                        take(run, system, name, scale)
            for axis in AXES:
                if options.growth is not None and axis.name in (options.growth or [axis.name]):
                    grow(run, started, axis, scale)
    except (KeyboardInterrupt, SystemExit):
        run.failures.append(report.ENDED_EARLY)
    return run


def grow(run: report.Run, started: Sequence[System], axis: Axis, scale: Scale) -> None:
    """One chart: size by size, the systems in turn."""
    for size in axis.sizes:
        for system in started:
            if size in axis.sizes_of(system.kind.name):
                print(f"{run.database}: {axis.name} {size}, {system.kind.name}", file=sys.stderr, flush=True)
                with reported(run, system, f"growth of {axis.name} at {size}"):
                    measured = axis.measure(system, scale, size)
                    run.grow(axis.name, system.kind.name, size, measured, axis.figure)


def take(run: report.Run, system: System, name: str, scale: Scale) -> None:
    """One measurement of one system."""
    print(f"{run.database}: {name}, {system.kind.name}", file=sys.stderr, flush=True)
    with reported(run, system, name):
        measured = MEASUREMENTS[name](system, scale)
        if resets := system.sockets.call("resets"):
            measured.notes.append(f"{resets} handshakes were reset before an answer, and tried again")
        run.take(system.kind.name, name, measured)


@contextmanager
def reported(run: report.Run, system: System, name: str) -> Iterator[None]:
    """Something that breaks is told, makes the run void, and leaves what comes after it alone."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it was
        traceback.print_exc()
        print(system.tails(), file=sys.stderr)
        run.failures.append(f"{name}, {system.kind.name}: {last_line(error)}")


def last_line(error: Exception) -> str:
    """What an error, or one that a child has reported with its traceback, comes down to."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


@contextmanager
def databases(name: str, place: Path) -> Iterator[Databases]:
    """A folder of this run's own, and a PostgreSQL where that is asked for; both gone afterwards."""
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=place))
    try:
        with ExitStack() as stack:
            yield Databases(folder, stack.enter_context(Postgres()) if name == "postgres" else None)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
