"""The versions of the packages that took part in a run."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("flwr", "flwr-datasets", "numpy")
# What trains, by the module that a program imports: what is only installed took no part.
TRAINERS = {
    "torch": "torch",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "sklearn": "scikit-learn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
    "transformers": "transformers",
    "peft": "peft",
}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute, of those that are here."""
    found = {"python": platform.python_version()}
    used = [package for module, package in TRAINERS.items() if module in sys.modules]
    for name in (*PACKAGES, *used):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
