"""``fl-sim settings``: every setting with its default, its limits and its description."""

import inspect

from rich.table import Table

from fl_sim.app.settings import OWN, SETTINGS, TABLES, as_text, defaults
from fl_sim.running.app_folder import to_toml
from fl_sim.terminal import console


def show() -> None:
    """Print the settings as tables: all of them, then what can be chosen by name."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("setting", "default", "values", "description"):
        table.add_column(title, no_wrap=title in ("setting", "default"), overflow="fold")
    for key, setting in SETTINGS.items():
        if key not in OWN:
            table.add_row(key, as_text(setting.default), setting.limits, setting.description)
    console().print(table)
    for key in TABLES:
        console().print("", _choices(key))


def _choices(key: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in (key, "own settings", "description"):
        table.add_column(title, no_wrap=title == key, overflow="fold")
    for name, choice in TABLES[key].items():
        own = ", ".join(str(info.alias) for info in choice.model_fields.values())
        table.add_row(name, own, str(inspect.getdoc(choice)).partition("\n")[0])
    return table


def as_toml() -> str:
    """Return the settings as ``[tool.flwr.app.config]`` in ``pyproject.toml`` has them."""
    return to_toml(defaults())
