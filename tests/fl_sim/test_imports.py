"""What each half may import."""

import sys

import pytest
from processes import run

LOADED = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"


def loaded_by(statement: str) -> set[str]:
    """Return the packages that are loaded after a statement, in a process of its own."""
    done = run(sys.executable, "-c", f"{statement}; {LOADED}")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_record_needs_no_training_package() -> None:
    assert not loaded_by("import fl_sim.record") & {"manim", "flwr", "torch", "datasets"}


def test_the_app_never_imports_manim() -> None:
    modules = "app.client_app, app.server_app, cli, running.in_process, running.launch, show"
    imports = ", ".join(f"fl_sim.{module}" for module in modules.split(", "))
    assert "manim" not in loaded_by(f"import {imports}")


@pytest.mark.parametrize("module", ["cli", "app.settings"])
def test_help_needs_nothing_heavy(module: str) -> None:
    heavy = {"flwr", "torch", "datasets", "numpy", "rich"}
    assert not loaded_by(f"import fl_sim.{module}") & heavy


def test_help_does_not_wait_for_the_settings() -> None:
    assert "pydantic" not in loaded_by("import fl_sim.cli")
