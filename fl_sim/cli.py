"""``fl-sim``: train, list, show and check runs."""

# ruff: noqa: PLC0415  # heavy imports happen in the commands, so that help is immediate

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import cloup

from fl_sim.terminal import Choice, escaped, one_line, say, streams, usage
from fl_sim.wording import count, percent

if TYPE_CHECKING:
    from fl_sim.record import Run

INTERRUPTED = 130  # exit status after Ctrl-C
SIGNALLED = 128  # exit statuses above it are those of a signal, Ctrl-C too

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
        "fl-sim run long --resume",
        "fl-sim run elsewhere --out ~/runs/elsewhere",
        "fl-sim run simulated --on ray",
        "fl-sim run deployed --on superlink --address 192.0.2.1:8000 --root-certificates ca.crt",
    ),
)
@cloup.argument("name", help="Name of the run.")
@cloup.option(
    "--on",
    type=Choice(["process", "ray", "superlink"]),
    default="process",
    show_default=True,
    help="Train in this process, in Flower's simulation on Ray, or on a deployment of Flower.",
)
@cloup.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting of the app; `fl-sim settings` lists them.",
)
@cloup.option(
    "--data",
    type=cloup.Path(path_type=Path),
    help="Folder with CIFAR-10, as torchvision makes it or in the layout of uoft-cs/cifar10. "
    "Without it the dataset is downloaded once.",
)
@cloup.option(
    "--out",
    type=cloup.Path(path_type=Path),
    help="Folder for the record, instead of one of that name in fl_sim/runs, or in runs here where "
    "fedreel is installed.",
)
@cloup.option("--force", is_flag=True, help="Replace the record that is there.")
@cloup.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@cloup.option_group(
    "With --on superlink",
    cloup.option("--superlink", metavar="NAME", help="Its name in Flower's configuration."),
    cloup.option("--address", metavar="HOST:PORT", help="Its address."),
    cloup.option(
        "--root-certificates",
        type=cloup.Path(path_type=Path, exists=True, dir_okay=False),
        help="PEM file to trust instead of the system's certificates.",
    ),
    cloup.option("--insecure", is_flag=True, help="Speak to it without TLS."),
    cloup.option(
        "--token-file",
        type=cloup.Path(path_type=Path, exists=True, dir_okay=False),
        help="File with the token that it asks for, as `fl-sim deploy` makes it.",
    ),
    help="--data and --out are then folders of the machines that train and of the SuperLink's.",
)
def run(  # noqa: PLR0913, PLR0917  # one parameter an option
    name: str,
    on: str,
    assignments: tuple[str, ...],
    data: Path | None,
    out: Path | None,
    force: bool,
    resume: bool,
    superlink: str | None,
    address: str | None,
    root_certificates: Path | None,
    insecure: bool,
    token_file: Path | None,
) -> None:
    """Train, and leave a record."""
    from fl_sim import record
    from fl_sim.app.settings import SettingError, defaults, override
    from fl_sim.running import launch
    from fl_sim.running.target import LaunchError, StoppedError, Target

    try:
        chosen = launch.choose(on, superlink, address, root_certificates, insecure, token_file)
        if resume and assignments and chosen is None:
            raise LaunchError("--set changes a run; one that goes on cannot be changed")
        target = Target(name, out, force, resume)
        known = target.interrupted_config() if resume and chosen is None else defaults()
        config = override(known, assignments)
        if data is not None:
            local = chosen is None
            config["dataset"] = str(launch.dataset_folder(data) if local else data.absolute())
        if chosen is None:
            folder, here = launch.run(config, target, on), True
        else:
            folder, here = launch.submit(config, target, chosen)
    except (LaunchError, SettingError) as error:
        _fail(error)
    except StoppedError as error:
        say(f"fl-sim: {error}", err=True)
        sys.exit(INTERRUPTED)
    if not here:
        say(f"{name}: complete. Its record is on the SuperLink's machine: {folder}")
        return
    result = record.load(folder)
    _tell_failures(result)
    _tell_result(result)
    say(f"record: {folder}")
    if not any(round_.train.replies for round_ in result.rounds if round_.train):
        _fail(LaunchError("no client delivered in any round: the model was not trained"))


def _tell_failures(result: "Run") -> None:
    for round_ in result.rounds:
        for failure in round_.train.failures if round_.train else ():
            what = failure.reason or failure.kind
            say(f"round {round_.number}: client {failure.client}: {what}", err=True)


def _steadier(result: "Run") -> str:
    """Return what may keep a run of these settings from diverging."""
    if result.config.get("dp-noise"):  # an update is clipped, however large, and the noise is not
        return "a smaller dp-noise or dp-clip, and if that does not help, a smaller learning-rate"
    return "a smaller learning-rate"


def _tell_result(result: "Run") -> None:
    from fl_sim.show import divergence

    if where := divergence(result):
        click.echo(f"the run diverged {where}; try {_steadier(result)}", err=True)
    said = f"{result.name}: {count(len(result.rounds) - 1, 'round')}"
    test = result.final.test if result.final else None
    if result.final and test and test.accuracy is not None:
        said += f", {percent(test.accuracy)} on {count(result.final.num_test, 'test image')}"
    say(said)


@cli.command(
    epilog=examples(
        "fl-sim deploy --local 3",
        "fl-sim deploy --local 3 --port 8000",
    ),
)
@cloup.option(
    "--local",
    "num_nodes",
    type=click.IntRange(2),
    required=True,
    metavar="N",
    help="Start N SuperNodes on this machine, each with one of N partitions.",
)
@cloup.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the SuperLink, instead of a free one."
)
@cloup.option(
    "--data",
    type=cloup.Path(path_type=Path),
    help="Folder with the dataset, as for `fl-sim run`, in the command that is printed.",
)
def deploy(num_nodes: int, port: int | None, data: Path | None) -> None:
    """Start a deployment of Flower to try: a SuperLink, and SuperNodes that prove who they are.

    It runs until Ctrl-C or SIGTERM, on this machine and for its owner alone, by TLS, with
    certificates, keys and a token that are made for it and gone with it.
    """
    from fl_sim.running import launch
    from fl_sim.running.deploy import deploy as keep
    from fl_sim.running.flower import FlowerError
    from fl_sim.running.target import LaunchError

    try:
        keep(num_nodes, port, None if data is None else launch.dataset_folder(data))
    except (FlowerError, LaunchError) as error:
        _fail(error)


@cli.command(
    epilog=examples(
        "fl-sim app my-app",
        "fl-sim app my-app --publisher ada --set num-server-rounds=10",
    ),
)
@cloup.argument(
    "folder",
    type=cloup.Path(path_type=Path),
    help="The folder to make, whose name is the app's.",
)
@cloup.option(
    "--publisher", default="fedreel", show_default=True, help="Your account at Flower's hub."
)
@cloup.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting of the app; `fl-sim settings` lists them.",
)
def app(folder: Path, publisher: str, assignments: tuple[str, ...]) -> None:
    """Make a Flower app of its own, for `flwr run` there and for Flower's hub.

    Its run leaves a record, and ends with the line that films it.
    """
    from fl_sim.app.settings import SettingError, defaults, override
    from fl_sim.running.app_folder import publish
    from fl_sim.running.launch import need
    from fl_sim.running.target import LaunchError

    try:
        need("flwr")
        config = override(defaults(), assignments)
        files = publish(folder, publisher, config)
    except (LaunchError, SettingError) as error:
        _fail(error)
    size = sum(file.stat().st_size for file in files)
    nodes = f"num-supernodes={config['num-partitions']}"
    say(f"{folder}: {count(len(files), 'file')}, {size / 1e6:.1f} MB. Run it there with:")
    say(f'  flwr run . --stream --federation-config "{nodes}"')


@cli.command("sign-in", epilog=examples("fl-sim sign-in link.example.org:8000 token"))
@cloup.argument("address", help="The SuperLink's, as Flower's configuration has it.")
@cloup.argument(
    "token_file",
    type=cloup.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the token that it asks for.",
)
def sign_in(address: str, token_file: Path) -> None:
    """Have Flower's own command line send a token to a SuperLink, from now on."""
    from fl_sim.running.launch import need
    from fl_sim.running.private import read_token
    from fl_sim.running.target import LaunchError

    try:
        need("flwr")
    except LaunchError as error:
        _fail(error)
    from fl_sim.running.account import flower_home
    from fl_sim.running.account import sign_in as keep

    keep(flower_home(), address, read_token(token_file))
    click.echo(f"flwr sends the token to {address}")


def for_many_runs(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of those that make many runs."""
    options = (
        cloup.option(
            "--data",
            type=cloup.Path(path_type=Path),
            help="Folder with the dataset, as for `fl-sim run`.",
        ),
        cloup.option(
            "--jobs",
            type=click.IntRange(1),
            default=1,
            show_default=True,
            metavar="N",
            help="Make N runs at a time.",
        ),
        cloup.option(
            "--force",
            is_flag=True,
            help="Replace records with other settings, or made by other code.",
        ),
        cloup.option(
            "--list", "only_list", is_flag=True, help="List the runs and their state; make none."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@cli.command(
    epilog=examples(
        "fl-sim suite --list",
        "fl-sim suite --data ~/cifar10 --jobs 2",
        "fl-sim suite reference iid-30 --force",
    ),
)
@cloup.argument("names", nargs=-1, help="Runs of the suite, instead of all.")
@for_many_runs
def suite(
    names: tuple[str, ...], data: Path | None, jobs: int, force: bool, only_list: bool
) -> None:
    """Make the project's own runs that are not there, as fl_sim/runs/suite.toml lists them."""
    from fl_sim import record
    from fl_sim.running import launch
    from fl_sim.running import suite as runs
    from fl_sim.running.target import LaunchError

    try:
        if record.own_runs() != record.RUNS:
            raise LaunchError(
                "the committed runs are made in a checkout of fedreel; make one of your own with: "
                "fl-sim run NAME"
            )
        launch.need(*launch.SIM_PACKAGES)
        entries = runs.choose(runs.read(runs.FILE), names)
        folder = None if data is None else launch.dataset_folder(data)
    except (runs.SuiteError, LaunchError) as error:
        _fail(error)
    try:
        if only_list:
            complete = runs.show(entries, runs.FILE.parent, {})
        else:
            complete = runs.bring_about(entries, runs.FILE.parent, folder, jobs, force)
    except KeyboardInterrupt:
        say("fl-sim: stopped; the runs that were made stay", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(0 if complete else 2)


@cli.command(
    epilog=examples(
        "fl-sim sweep mine --over partitioning=iid,dirichlet --over local-epochs=1,5 --dry-run",
        "fl-sim sweep mine --over partitioning=iid,dirichlet --over local-epochs=1,5",
        "fl-sim sweep mine --list",
        "fl-sim sweep more --over partitioning=iid,dirichlet:dirichlet-alpha=1 --over seed=1,2,3 "
        "--set num-server-rounds=10 --on ray",
        "fedreel release --grid mine site",
    ),
)
@cloup.argument(
    "name",
    metavar="GRID",
    help="Folder of the grid, or the name of one that comes with fedreel. Its grid.toml says what "
    "varies.",
)
@cloup.option(
    "--over",
    multiple=True,
    metavar="KEY=VALUE,VALUE",
    help="A setting that varies, with its values. Repeat it: each combination is a run. A value "
    "that needs other settings brings them along: dirichlet:dirichlet-alpha=0.1.",
)
@cloup.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting of all runs; `fl-sim settings` lists them.",
)
@cloup.option(
    "--on",
    type=Choice(["process", "ray"]),
    default="process",
    show_default=True,
    help="Train in a process for each run, or in Flower's simulation on Ray.",
)
@for_many_runs
@cloup.option(
    "--dry-run", is_flag=True, help="Say how many runs there are to make and how long they take."
)
def sweep(  # noqa: PLR0913, PLR0917  # one parameter an option
    name: str,
    over: tuple[str, ...],
    changes: tuple[str, ...],
    data: Path | None,
    on: str,
    jobs: int,
    force: bool,
    only_list: bool,
    dry_run: bool,
) -> None:
    """Make a run of each combination of some settings, as a grid for `fedreel release`.

    Records have numbers alone. The options --over and --set declare a new grid; without them the
    command goes on with one that is there, and makes what is missing.
    """
    from fl_sim import grid as grids
    from fl_sim.app.settings import SettingError
    from fl_sim.running import launch
    from fl_sim.running import suite as runs
    from fl_sim.running import sweep as sweeps
    from fl_sim.running.target import LaunchError

    folder = grids.find(name)
    try:
        if changes and not over:
            raise LaunchError("--set goes with --over, which declares a grid")
        grid = sweeps.declared(over, changes) if over else grids.read(folder)
        entries = sweeps.entries(grid)
        if over:
            sweeps.check_place(folder, grid)
        if only_list:
            complete = runs.show(entries, folder, {})
            _tell_stale(len(runs.stale(entries, folder)))
            _tell_strangers(sweeps.strangers(folder, entries))
            sys.exit(0 if complete else 2)
        sweeps.check_own(folder)
        launch.need(*sweeps.packages(entries, on))
        dataset = None if data is None else launch.dataset_folder(data)
        launch.quieten()
        images = sweeps.check_data(entries, dataset)
        if dry_run:
            wanted = runs.wanted(entries, folder, force)
            say(f"{folder}: {count(len(entries), 'run')}, {len(wanted)} of them to make")
            if wanted:
                say(str(sweeps.work(wanted, images)))
            _tell_stale(0 if force else len(runs.stale(entries, folder)))
            return
        if over:
            sweeps.declare(folder, grid)
    except (grids.GridError, LaunchError, SettingError) as error:
        _fail(error)
    try:
        complete = runs.bring_about(entries, folder, dataset, jobs, force, on)
    except KeyboardInterrupt:
        say("fl-sim: stopped; the runs that were made stay", err=True)
        sys.exit(INTERRUPTED)
    _tell_stale(len(runs.stale(entries, folder)))
    _tell_strangers(sweeps.strangers(folder, entries))
    sys.exit(0 if complete else 2)


def _tell_stale(number: int) -> None:
    if number:
        say(f"{count(number, 'run')} stale; --force makes such runs again", err=True)


def _tell_strangers(names: list[str]) -> None:
    if names:
        say(f"no point of this grid, and not shown with it: {', '.join(names)}", err=True)


@cli.command(
    "import",
    epilog=examples(
        "fl-sim import results.json --name theirs",
        "fl-sim import metrics.csv --name theirs --percent --strategy FedAvg --clients 10",
        "fl-sim import keras.csv --name theirs --round-column epoch --first-round 1 "
        "--measured-by server",
        "fl-sim import results.json --name theirs --out ~/runs/theirs --force",
    ),
)
@cloup.argument(
    "file", type=cloup.Path(path_type=Path), help="JSON, CSV, or what a tracker left in a folder."
)
@cloup.option("--name", required=True, help="Name of the run.")
@cloup.option(
    "--out",
    type=cloup.Path(path_type=Path),
    help="Folder for the record, as for `fl-sim run`.",
)
@cloup.option("--force", is_flag=True, help="Replace the record that is there.")
@cloup.option("--strategy", metavar="NAME", help="Class name of the strategy, such as FedAvg.")
@cloup.option("--clients", type=click.IntRange(1), metavar="N", help="How many there were.")
@cloup.option("--examples", metavar="NOUN", help="What films call the examples, such as patients.")
@cloup.option("--metric", metavar="NAME", help="Metric that films show first, such as auc.")
@cloup.option_group(
    "Where a file leaves a doubt",
    cloup.option("--percent", is_flag=True, help="All accuracies are in percent."),
    cloup.option("--loss", multiple=True, metavar="NAME", help="Metric that is the loss."),
    cloup.option("--accuracy", multiple=True, metavar="NAME", help="Metric that is the accuracy."),
    cloup.option(
        "--measured-by",
        type=Choice(["server", "clients"]),
        help="Who measured what no name tells.",
    ),
    cloup.option("--round-column", metavar="NAME", help="Column with the number of the round."),
    cloup.option(
        "--first-round",
        type=click.IntRange(0, 1),
        help="The round with which it begins: 0 is the state before training.",
    ),
    cloup.option("--client-column", metavar="NAME", help="Column with the client."),
    cloup.option("--run", "one_run", metavar="NAME", help="One of the runs in it."),
)
def import_results(  # noqa: PLR0913, PLR0917  # one parameter an option
    file: Path,
    name: str,
    out: Path | None,
    force: bool,
    strategy: str | None,
    clients: int | None,
    examples: str | None,
    metric: str | None,
    percent: bool,
    loss: tuple[str, ...],
    accuracy: tuple[str, ...],
    measured_by: str | None,
    round_column: str | None,
    first_round: int | None,
    client_column: str | None,
    one_run: str | None,
) -> None:
    """Make a record of a run that left results alone.

    FILE is JSON, such as a Flower Result or History, or rounds in a list; a table as CSV, such as
    those that W&B, TensorBoard and MLflow export, with a column round and others such as loss and
    accuracy; or a folder of one of these trackers. What it does not say is absent from the record,
    and where it can be meant in two ways, an error names the option that decides.
    """
    from fl_sim.recording.imports import import_run
    from fl_sim.recording.meaning import Choice
    from fl_sim.recording.results import ImportFileError, Layout
    from fl_sim.running.target import LaunchError, Target, place

    try:
        result = import_run(
            file,
            name,
            strategy=strategy,
            clients=clients,
            examples=examples,
            metric=metric,
            choice=Choice(loss, accuracy, percent),
            layout=Layout(round_column, client_column, first_round, measured_by, one_run),
            tell=lambda text: click.echo(f"fl-sim: {text}", err=True),
        )
        folder = place(result, Target(name, out, force))
    except (ImportFileError, LaunchError) as error:
        _fail(error)
    _tell_result(result)
    say(f"record: {folder}")


@cli.command(epilog=examples("fl-sim settings", "fl-sim settings --toml"))
@cloup.option("--toml", is_flag=True, help="Print them as pyproject.toml has them.")
def settings(toml: bool) -> None:
    """List the settings of a run, with their defaults and limits."""
    from fl_sim.running import settings_table

    if toml:
        click.echo(settings_table.as_toml(), nl=False)
    else:
        settings_table.show()


@cli.command("list", epilog=examples("fl-sim list", "fl-sim list ~/runs"))
@cloup.argument(
    "folder",
    required=False,
    type=cloup.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the records, instead of those with which names are looked up.",
)
def list_runs(folder: Path | None) -> None:
    """List the runs in a folder, and those that were interrupted.

    The exit code is 2 if one of them cannot be used.
    """
    from fl_sim import interrupted, record, show

    places = [folder] if folder else record.places()
    runs, errors = {}, []
    for place in places:
        for path in [place] if record.file_of(place) else record.inside(place):
            try:
                runs[path.name] = record.load(path)
            except record.RecordError as error:
                errors.append(error)
    if runs:
        show.runs(runs)
    for place in places:
        for begun in interrupted.find_all(place, record.own_runs()):
            say(str(begun))
    for found in errors:
        say(_line(found), err=True)
    where = " and ".join(map(str, places))
    some = "These are" if runs else "There is no record"
    make = "" if runs else "; make one with: fl-sim run NAME"
    say(f"{some} in {where}{make}; for those elsewhere: fl-sim list FOLDER", err=True)
    sys.exit(2 if errors else 0)


@cli.command(
    epilog=examples(
        "fl-sim show reference", "fl-sim show ~/runs/elsewhere", "fl-sim show reference --json"
    )
)
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.option("--json", "as_json", is_flag=True, help="Print all that the record holds, as JSON.")
def show(name: str, as_json: bool) -> None:
    """Show a run as tables."""
    from fl_sim import record
    from fl_sim import show as tables

    try:
        if as_json:
            click.echo(escaped("".join(tables.json_text(record.plain(name)))))
        else:
            tables.run(record.load(name))
    except record.RecordError as error:
        _fail(error)


@cli.command(epilog=examples("fl-sim diff reference ~/runs/again", "fl-sim diff a b --all"))
@cloup.argument("before", help="Name of a run, or its folder.")
@cloup.argument("after", help="Name of another run, or its folder.")
@cloup.option("--all", "everything", is_flag=True, help="Compare clocks, names and files as well.")
def diff(before: str, after: str, everything: bool) -> None:
    """Show where two runs differ in what they computed.

    It prints a line for each field that differs, and exits with 1 if there is one.
    """
    from fl_sim import record
    from fl_sim.compare import differences

    def data(name: str) -> dict[str, object]:
        return record.plain(name) if everything else record.computed(record.load(name))

    try:
        found = list(differences(data(before), data(after)))
    except record.RecordError as error:
        _fail(error)
    for line in found or [f"{before} and {after}: no difference"]:
        say(line)
    sys.exit(1 if found else 0)


@cli.command(epilog=examples("fl-sim upgrade ~/runs/old", "fl-sim upgrade ~/runs/*"))
@cloup.argument("paths", nargs=-1, required=True, help="Names of runs, or their folders.")
def upgrade(paths: tuple[str, ...]) -> None:
    """Rewrite records of earlier versions of fedreel in the current schema.

    Their numbers stay the same. Old records load without it, more slowly.
    """
    from fl_sim import record
    from fl_sim.upgrade import upgrade as rewrite

    try:
        for path in paths:
            done = "upgraded to" if rewrite(path) else "already of"
            say(f"{path}: {done} schema {record.SCHEMA_VERSION}")
    except record.RecordError as error:
        _fail(error)


@cli.command(epilog=examples("fl-sim check reference", "fl-sim check ~/runs/elsewhere"))
@cloup.argument("path", help="Name of a run, its folder or its file run.json.gz.")
def check(path: str) -> None:
    """Check a record: that it is whole, and that its numbers agree."""
    from fl_sim import record

    try:
        result = record.load(path)
    except record.RecordError as error:
        _fail(error)
    known = [result.strategy or "strategy unknown", count(len(result.rounds) - 1, "round")]
    known += [] if result.num_clients is None else [count(result.num_clients, "client")]
    say(f"{record.resolve(path)}: valid. {', '.join(known)}")


@cli.group(
    epilog=examples("fl-sim attack invert reference", "fl-sim attack members iid-30"),
)
def attack() -> None:
    """Attack what clients of a run send, and keep what was found beside the record."""


@attack.command(
    epilog=examples(
        "fl-sim attack invert reference",
        "fl-sim attack invert reference --clients 1 --restarts 8 --data ~/cifar10",
        "fl-sim attack invert ~/runs/elsewhere --steps 250 --force",
    ),
)
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.option("--data", type=cloup.Path(path_type=Path), help="Folder with the dataset.")
@cloup.option(
    "--clients",
    type=click.IntRange(1),
    metavar="N",
    help="Rebuild a photo of the first N clients, instead of all.",
)
@cloup.option(
    "--steps", type=click.IntRange(1), default=500, show_default=True, help="Of each descent."
)
@cloup.option(
    "--restarts",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    help="Descents from other first guesses, of which the nearest counts.",
)
@cloup.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the first guesses."
)
@cloup.option("--force", is_flag=True, help="Begin anew, whatever was found before.")
def invert(  # noqa: PLR0913, PLR0917  # one parameter an option
    name: str,
    data: Path | None,
    clients: int | None,
    steps: int,
    restarts: int,
    seed: int,
    force: bool,
) -> None:
    """Try to rebuild the first thumbnail of each client from updates that it took part in.

    What is found is kept after each photo, so that the same command goes on after Ctrl-C.
    """
    with _attacking():
        from fl_sim.attacks import commands

        commands.invert(name, data, clients, commands.Effort(steps, restarts, seed), force)


@attack.command(
    epilog=examples("fl-sim attack members iid-30", "fl-sim attack members iid-30 --client 3"),
)
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.option("--data", type=cloup.Path(path_type=Path), help="Folder with the dataset.")
@cloup.option(
    "--client",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="The client whose own update is attacked.",
)
@cloup.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of noise that it adds."
)
def members(name: str, data: Path | None, client: int, seed: int) -> None:
    """Tell photos that were trained on from others, by a threshold on the loss."""
    with _attacking():
        from fl_sim.attacks import commands

        commands.members(name, data, client, seed)


@attack.command(epilog=examples("fl-sim attack updates dirichlet-30"))
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.option("--data", type=cloup.Path(path_type=Path), help="Folder with the dataset.")
def updates(name: str, data: Path | None) -> None:
    """Keep what the server would be sent in one more round: whole updates of a few clients.

    A release's page weighs them anew.
    """
    from fl_sim.attacks import commands

    with _attacking():
        commands.updates(name, data)


@attack.command(epilog=examples("fl-sim attack alone local-only"))
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.option("--data", type=cloup.Path(path_type=Path), help="Folder with the dataset.")
def alone(name: str, data: Path | None) -> None:
    """Train again the client that ends best alone, and keep its last model.

    It is no attack. A release's page lets readers try it beside the models of all.
    """
    with _attacking():
        from fl_sim.attacks import commands

        commands.alone(name, data)


@contextmanager
def _attacking() -> Iterator[None]:
    """Say in one line what keeps an attack from being made, or that it was stopped."""
    from fl_sim.record import RecordError
    from fl_sim.running.launch import SIM_PACKAGES, need
    from fl_sim.running.target import LaunchError

    try:
        need(*SIM_PACKAGES)
        from fl_sim.attacks.subject import AttackError
    except LaunchError as error:
        _fail(error)
    try:
        yield
    except (AttackError, LaunchError, RecordError) as error:
        _fail(error)
    except KeyboardInterrupt:
        say("fl-sim: stopped; what was found so far is kept", err=True)
        sys.exit(INTERRUPTED)


@cli.command(
    epilog=examples(
        "fl-sim export mine crate",
        "fl-sim export mine crate --author 'Ada Lovelace' "
        "--license https://creativecommons.org/licenses/by/4.0/",
    ),
)
@cloup.argument("name", help="Name of a run, or its folder.")
@cloup.argument(
    "target",
    type=cloup.Path(path_type=Path),
    help="The folder to make, which must not be there yet.",
)
@cloup.option("--author", default="", help="Who made the run.")
@cloup.option("--license", "license_url", default="", metavar="URL", help="Of the record.")
def export(name: str, target: Path, author: str, license_url: str) -> None:
    """Write a record as an RO-Crate, for archives such as Zenodo.

    `fl-sim show NAME --json` prints it as plain JSON.
    """
    from fl_sim.record import RecordError

    try:
        from fl_sim import crate
    except ImportError as error:
        _fail(ImportError(f"{error}; install it with: pip install 'fedreel[crate]'"))
    try:
        files = crate.export(name, target, license_url, author)
    except (crate.CrateError, RecordError) as error:
        _fail(error)
    say(f"{target}: {count(len(files), 'file')}, described in {target / 'ro-crate-metadata.json'}")


@cli.command(epilog=examples("fl-sim schema", "fl-sim schema > run.schema.json"))
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from fl_sim import record

    click.echo(json.dumps(record.schema(), indent=2))


def _fail(error: Exception) -> NoReturn:
    """Say in one line what is wrong, and stop."""
    say(_line(error), err=True)
    sys.exit(2)


def _line(error: Exception) -> str:
    return f"fl-sim: {one_line(error)}"


def main() -> None:
    """Run the command line. Ctrl-C exits with 130, as a shell expects."""
    try:
        with streams(), usage("fl-sim"):
            cli(prog_name="fl-sim", standalone_mode=False)
    except click.Abort:
        say("fl-sim: stopped; nothing was written", err=True)
        _leave_at_once()
    except OSError as error:
        _fail(error)
    except (ImportError, MemoryError) as error:
        lack = one_line(error) or "memory ran out"
        _fail(ImportError(f"{lack}. Close other programs if memory ran out; else install it again"))
    except SystemExit as error:
        if isinstance(error.code, int) and error.code > SIGNALLED:
            _leave_at_once(error.code)
        raise


def _leave_at_once(status: int = INTERRUPTED) -> NoReturn:
    """Exit without waiting for clients that are still busy in threads, or asleep."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
