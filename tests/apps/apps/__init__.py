"""Small Flower apps, one of each kind that people record. Each has a function ``run``.

``FAMILIES`` has them by name. ``run(out)`` trains in this process, leaves a record in ``out`` and
returns the app's own numbers.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from apps.kit import Own

NAMES = (
    "images_central", "images_federated", "tables", "trees", "text", "own_start", "private",
    "grid_driven", "percent", "batches",
)  # fmt: skip

FAMILIES: dict[str, Callable[[Path], Own]] = {
    name: import_module(f"apps.{name}").run for name in NAMES
}
