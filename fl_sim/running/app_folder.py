"""Folders with the app's code and a ``pyproject.toml``, as ``flwr run`` wants them.

fedreel may be installed without its project's files.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import distribution, requires, version
from pathlib import Path

import fl_sim
from fl_sim import record
from fl_sim.app.settings import Value, defaults
from fl_sim.running.target import LaunchError

PACKAGE = Path(fl_sim.__file__).parent

PYPROJECT = """\
[project]
name = {name}
version = "{version}"
description = {description}
license = {license}
dependencies = {dependencies}

[tool.flwr.app]
publisher = {publisher}
{published}

[tool.flwr.app.components]
serverapp = "{serverapp}:app"
clientapp = "fl_sim.app.client_app:app"

[tool.flwr.app.config]
{config}"""

# What Flower asks of an app at its hub: flwr.supercore.fab_format_version.
PUBLISHED = """\
fab-format-version = 1
flwr-version-target = "{flwr}"
fab-include = ["/fl_sim/**/*.py", "/LICENSE"]"""
STAGED = 'fab-include = ["/fl_sim/**/*.py"]'
LICENSE = "LICENSE"

README = """\
# {name}

A federated run on CIFAR-10 that leaves a record: which clients took part in each round, what they
sent, how they were averaged, and what the model knew of each test image. fedreel turns the record
into an explainer film.

```sh
flwr run . --stream --federation-config "num-supernodes={clients}"
```

Flower leaves a SuperLink running on this machine, which this stops:

```sh
pkill -f "flower-superlink --insecure --simulation"
```

The data set is downloaded once, from the Hugging Face hub. At the end, the log names the record and
the line that films it:

```sh
fedreel film --run ~/{records}/RUN
```

The settings are in `pyproject.toml`, under `[tool.flwr.app.config]`; `--run-config` changes them
for one run. `num-partitions` is the number of clients, for which as many nodes are needed. `out`
names another folder for the record, as an absolute path, and `dataset` a local copy of the data.

Made with fedreel {version}. MIT licence.
"""

# Flower's rule for names at its hub: flwr.cli.utils.validate_project_name.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")
# Flower's for accounts there, flwr.supercore.constant.APP_ID_PATTERN, less the dot, which
# separates the parts of a built app's name.
PUBLISHER = re.compile(r"[A-Za-z0-9_-]+")
APART = (
    "attacks",
    "running",
    "cli.py",
    "compare.py",
    "crate.py",
    "headline.py",
    "show.py",
    "upgrade.py",
)
NEEDED = ("filelock", "numpy", "pillow", "pydantic")  # by the app, of what a film needs as well


def stage(parent: Path) -> Path:
    """Copy the app's code into a new folder of ``parent``, with what Flower wants to know of it.

    It has nothing to install: whoever runs the app has installed fedreel.
    """
    folder = parent / "app"
    _copy(PACKAGE.rglob("*.py"), folder)
    project = _pyproject("fedreel", "fedreel", (), "fl_sim.app.server_app", defaults())
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    return folder


def publish(folder: Path, publisher: str, config: Mapping[str, Value]) -> list[Path]:
    """Write the app into a folder of its own, for ``flwr run`` there, or for Flower's hub.

    Args:
        folder: that is not there yet, or empty. Its name is that of the app.
        publisher: the account at the hub.
        config: the settings.

    Returns:
        the files.

    Raises:
        LaunchError: the folder has something in it, or a name that no app can have, or the account
            one that Flower does not take.
    """
    name = folder.absolute().name
    if not NAME.fullmatch(name):
        raise LaunchError(
            f"{name!r} is no name for a Flower app: use up to 32 letters, digits and -, the first "
            "a letter"
        )
    if not PUBLISHER.fullmatch(publisher):
        raise LaunchError(
            f"{publisher!r} is no name of an account at Flower's hub: use letters, digits, _ and -"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LaunchError(f"{folder} is there already; name a folder that is not")
    _copy((file for file in PACKAGE.rglob("*.py") if not _is_apart(file)), folder)
    project = _pyproject(name, publisher, dependencies(), "fl_sim.published", config)
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    text = distribution("fedreel").read_text(f"licenses/{LICENSE}")
    assert text
    (folder / LICENSE).write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(_readme(name, config), encoding="utf-8")
    return sorted(file for file in folder.rglob("*") if file.is_file())


def dependencies() -> list[str]:
    """Return what the app needs, as the metadata of fedreel has it."""
    declared = (text.partition(";") for text in requires("fedreel") or ())
    return [
        requirement.strip()
        for requirement, _, marker in declared
        if re.search(r"extra == .sim.", marker)
        or (not marker and re.match(r"[\w-]+", requirement)[0] in NEEDED)  # type: ignore[index]
    ]


def _copy(files: Iterator[Path], folder: Path) -> None:
    for source in files:
        target = folder / PACKAGE.name / source.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _is_apart(file: Path) -> bool:
    return file.relative_to(PACKAGE).parts[0] in APART


def _pyproject(
    name: str,
    publisher: str,
    needed: Sequence[str],
    serverapp: str,
    config: Mapping[str, Value],
) -> str:
    return PYPROJECT.format(
        name=json.dumps(name),
        license=f'{{ file = "{LICENSE}" }}' if needed else '"MIT"',
        published=PUBLISHED.format(flwr=version("flwr")) if needed else STAGED,
        version=version("fedreel"),
        description=json.dumps("Federated learning on CIFAR-10, recorded to be filmed"),
        dependencies=json.dumps(list(needed), indent=2),
        publisher=json.dumps(publisher),
        serverapp=serverapp,
        config=to_toml(config),
    )


def _readme(name: str, config: Mapping[str, Value]) -> str:
    return README.format(
        name=name,
        clients=config["num-partitions"],
        records=record.HOME_RUNS,
        version=version("fedreel"),
    )


def to_toml(values: Mapping[str, Value]) -> str:
    """Return keys with plain values as TOML, which writes such values as JSON does."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    return "".join(lines)
