"""The versions of the packages that took part in a run."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("flwr", "flwr-datasets", "numpy", "torch")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute, of those that are here."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
