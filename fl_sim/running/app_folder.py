"""A folder with the app's code and a ``pyproject.toml``, as ``flwr run`` wants it.

fedreel may be installed without its project's files.
"""

import json
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import fl_sim
from fl_sim.app.settings import Value, defaults

PACKAGE = Path(fl_sim.__file__).parent

# As in the project's own file, but with nothing to install: whoever runs the app has installed it.
PYPROJECT = """\
[project]
name = "fedreel"
version = "{version}"
dependencies = []

[tool.flwr.app]
publisher = "fedreel"
fab-include = ["/fl_sim/**/*.py"]

[tool.flwr.app.components]
serverapp = "fl_sim.app.server_app:app"
clientapp = "fl_sim.app.client_app:app"

[tool.flwr.app.config]
{config}"""


def stage(parent: Path) -> Path:
    """Copy the app's code into a new folder of ``parent``, with what Flower wants to know of it."""
    folder = parent / "app"
    for source in PACKAGE.rglob("*.py"):
        target = folder / PACKAGE.name / source.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    project = PYPROJECT.format(version=version("fedreel"), config=to_toml(defaults()))
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    return folder


def to_toml(values: Mapping[str, Value]) -> str:
    """Return keys with plain values as TOML, which writes such values as JSON does."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    return "".join(lines)
