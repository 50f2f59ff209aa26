"""The records of the small apps."""

import pytest
from apps import FAMILIES
from apps.kit import Own

from fl_sim import record


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[record.Run, Own]]:
    """Return the record of each app, and the app's own numbers."""
    folder = tmp_path_factory.mktemp("apps")
    own = {name: run(folder / name) for name, run in FAMILIES.items()}
    return {name: (record.load(folder / name), each) for name, each in own.items()}
