"""The versions of the packages that took part in a run."""

import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("flwr", "flwr-datasets", "numpy", "torch")
# Of another app: packages that train, by their modules.
MODULES = {
    "flwr": "flwr",
    "flwr_datasets": "flwr-datasets",
    "numpy": "numpy",
    "torch": "torch",
    "sklearn": "scikit-learn",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "jax": "jax",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "transformers": "transformers",
}


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of packages, of those that are here."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def versions_in_use() -> dict[str, str]:
    """Return the versions of Python and of the packages that this process has loaded.

    One that is merely installed has no part in a run.
    """
    return versions(name for module, name in MODULES.items() if module in sys.modules)
