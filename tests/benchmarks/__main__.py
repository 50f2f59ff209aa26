"""Measures how fast and how large runs are, and prints one table.

Whole processes are measured, start-up included. What is compared is run in turn, and medians are
shown. It takes several minutes; nothing else should run on the machine.

    python tests/benchmarks --data ~/cifar10
"""

import argparse
import sys
from collections.abc import Callable, Iterator

import against_bare_loop
import against_pfl
import memory
import on_ray
import scale
from measuring import Options, Row

BENCHMARKS: dict[str, Callable[[Options], Iterator[Row]]] = {
    module.NAME: module.rows for module in (against_bare_loop, against_pfl, on_ray, scale, memory)
}
HEADINGS = Row("what is measured", "fedreel", "beside it", "ratio", "goal")


def main() -> None:
    """Run the benchmarks that are asked for, and print the table."""
    arguments = _arguments()
    options = Options(arguments.data, arguments.pairs, arguments.pfl_python)
    rows: list[Row] = []
    for name in arguments.only or BENCHMARKS:
        for row in BENCHMARKS[name](options):
            print(f"{row.what}: {row.measured} {row.beside}", file=sys.stderr, flush=True)
            rows.append(row)
    print(table(rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", required=True, help="folder in the layout of uoft-cs/cifar10")
    parser.add_argument(
        "--only", action="append", choices=tuple(BENCHMARKS), help="run this one; can be repeated"
    )
    parser.add_argument("--pairs", type=int, default=3, help="runs of each side (default: 3)")
    parser.add_argument("--pfl-python", metavar="PATH", help="a Python that has pfl installed")
    return parser.parse_args()


def table(rows: list[Row]) -> str:
    """Return rows as a table in Markdown, its columns aligned."""
    cells = [list(vars(row).values()) for row in (HEADINGS, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


if __name__ == "__main__":
    main()
