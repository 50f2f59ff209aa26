"""Measures how fast and how large runs and films are, and prints one table.

Whole processes are measured, start-up included. What is compared is run in turn, and medians are
shown. Training takes several minutes, rendering the film two hours; nothing else should run on the
machine. Ctrl-C prints what is known by then.

    python tests/benchmarks --data ~/cifar10
    python tests/benchmarks --only render --only techniques
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import against_bare_loop
import against_pfl
import memory
import on_ray
import recording
import rendering
import scale
import techniques
from measuring import Options, Row

from scenes import FILM

TRAINING = {
    module.NAME: module.rows for module in (against_bare_loop, against_pfl, on_ray, scale, memory)
}
OTHERS = {recording.NAME: recording.rows}
RENDERING = {module.NAME: module.rows for module in (rendering, techniques)}
BENCHMARKS: dict[str, Callable[[Options], Iterator[Row]]] = TRAINING | OTHERS | RENDERING
HEADINGS = Row("what is measured", "fedreel", "beside it", "ratio", "goal")
INTERRUPTED = 130


def main() -> None:
    """Run the benchmarks that are asked for, and print the table, even if it is not finished."""
    names, options = _arguments()
    rows: list[Row] = []
    try:
        for name in names:
            for row in BENCHMARKS[name](options):
                what, *cells = filter(None, vars(row).values())
                print(f"{what}: {', '.join(cells)}", file=sys.stderr, flush=True)
                rows.append(row)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        print(table(rows))


def _arguments() -> tuple[list[str], Options]:
    """Return the names of the benchmarks to be run, and their options."""
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", help="folder in the layout of uoft-cs/cifar10, to train on")
    parser.add_argument(
        "--only", action="append", choices=tuple(BENCHMARKS), help="run this one; can be repeated"
    )
    parser.add_argument("--pairs", type=int, default=3, help="runs of each side (default: 3)")
    parser.add_argument("--pfl-python", metavar="PATH", help="a Python that has pfl installed")
    parser.add_argument(
        "--chapter",
        metavar="NAME",
        action="append",
        choices=[chapter.name for chapter in FILM],
        help="render this one instead of the film; can be repeated",
    )
    parser.add_argument(
        "--crowd", type=Path, metavar="RECORD", help="a record of 1,000 clients; else it is made"
    )
    given = parser.parse_args()
    names = given.only or list(BENCHMARKS)
    training = [name for name in names if name in TRAINING]
    if training and given.data is None:
        parser.error(f"--data is missing: {', '.join(training)} cannot train without it")
    crowd = given.crowd and given.crowd.resolve()
    chapters = tuple(given.chapter or ())
    return names, Options(given.data, given.pairs, given.pfl_python, chapters, crowd)


def table(rows: list[Row]) -> str:
    """Return rows as a table in Markdown, its columns aligned."""
    cells = [list(vars(row).values()) for row in (HEADINGS, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


if __name__ == "__main__":
    main()
