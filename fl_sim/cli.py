"""``fl-sim``: train, list, show and check runs."""

# ruff: noqa: PLC0415  # heavy imports happen in the commands, so that help is immediate

import sys
from pathlib import Path
from typing import NoReturn

import click
import cloup

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)


def examples(*lines: str) -> str:
    """Return the text that closes a command's help."""
    keep_lines = "\b\n"
    return keep_lines + "Examples:\n" + "\n".join(f"  {line}" for line in lines)


@cloup.group(
    context_settings=SETTINGS,
    epilog=examples(
        "fl-sim run mine --data ~/cifar10",
        "fl-sim show reference",
    ),
)
@cloup.version_option(package_name="fedreel", prog_name="fl-sim")
def cli() -> None:
    """Train by federated learning with Flower, and keep records of the runs."""


@cli.command(
    epilog=examples(
        "fl-sim run mine",
        "fl-sim run mine --data ~/cifar10 --force",
        "fl-sim run long --set num-server-rounds=30 --set seed=7",
        "fl-sim run elsewhere --out ~/runs/elsewhere",
    ),
)
@cloup.argument("name", help="Name of the run.")
@cloup.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change a setting of the app."
)
@cloup.option(
    "--data",
    type=cloup.Path(path_type=Path),
    help="Folder with the dataset, in the layout of uoft-cs/cifar10. "
    "Without it the dataset is downloaded once.",
)
@cloup.option(
    "--out",
    type=cloup.Path(path_type=Path),
    help="Folder for the record, instead of one of that name in fl_sim/runs.",
)
@cloup.option("--force", is_flag=True, help="Replace the record that is there.")
def run(
    name: str, assignments: tuple[str, ...], data: Path | None, out: Path | None, force: bool
) -> None:
    """Train, and leave a record."""
    from fl_sim import record
    from fl_sim.app.settings import SettingError, defaults, override
    from fl_sim.running import launch

    try:
        config = override(defaults(), assignments)
        if data is not None:
            config["dataset"] = str(launch.dataset_folder(data))
        folder = launch.run(name, config, out, force=force)
    except (launch.LaunchError, SettingError) as error:
        _fail(error)
    result = record.load(folder)
    for round_ in result.rounds:
        for failure in round_.train.failures if round_.train else ():
            click.echo(
                f"round {round_.number}: client {failure.client}: {failure.reason}", err=True
            )
    if result.final:
        accuracy = f"{result.final.test.accuracy:.1%} on {result.final.num_test} test images"
        click.echo(f"{name}: {len(result.rounds) - 1} rounds, {accuracy}")
    click.echo(f"record: {folder}")


@cli.command("list", epilog=examples("fl-sim list"))
def list_runs() -> None:
    """List the runs that are here."""
    from fl_sim import record, show

    runs, errors = {}, []
    for name in record.names():
        try:
            runs[name] = record.load(name)
        except record.RecordError as error:
            errors.append(error)
    show.runs(runs)
    for found in errors:
        click.echo(_line(found), err=True)
    sys.exit(2 if errors else 0)


@cli.command(epilog=examples("fl-sim show reference", "fl-sim show ~/runs/elsewhere"))
@cloup.argument("name", help="Name of a run, or its folder.")
def show(name: str) -> None:
    """Show a run as tables."""
    from fl_sim import record
    from fl_sim import show as tables

    try:
        tables.run(record.load(name))
    except record.RecordError as error:
        _fail(error)


@cli.command(epilog=examples("fl-sim check reference", "fl-sim check ~/runs/elsewhere"))
@cloup.argument("path", help="Name of a run, its folder or its run.json.")
def check(path: str) -> None:
    """Check a record: that it is whole, and that its numbers agree."""
    from fl_sim import record

    try:
        result = record.load(path)
    except record.RecordError as error:
        _fail(error)
    click.echo(
        f"{record.resolve(path)}: valid. {result.strategy}, {len(result.rounds) - 1} rounds, "
        f"{len(result.partitions)} clients"
    )


@cli.command(epilog=examples("fl-sim schema", "fl-sim schema > run.schema.json"))
def schema() -> None:
    """Print the JSON Schema of run.json."""
    import json

    from fl_sim import record

    click.echo(json.dumps(record.schema(), indent=2))


def _fail(error: Exception) -> NoReturn:
    """Say in one line what is wrong, and stop."""
    click.echo(_line(error), err=True)
    sys.exit(2)


def _line(error: Exception) -> str:
    return f"fl-sim: {' '.join(str(error).split())}"


def main() -> None:
    """Run the command line. Ctrl-C exits with 130, as a shell expects."""
    try:
        cli(standalone_mode=False)
    except click.Abort:
        click.echo("fl-sim: stopped; nothing was written", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
