""".ci/setup and the Makefile on machines that are only imitated: no network, nothing installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import run

ROOT = Path(__file__).parents[2]
LOG = 'echo "$(basename "$0") $*" >>"$LOG"\n'
# Answers what .ci/setup asks of an interpreter, and makes a .venv whose pip only writes to the log.
PYTHON = """case "$1" in
-c) echo 3.12 ;;
-m) mkdir -p .venv/bin
    printf '#!/bin/sh\\necho "venv-python $*" >>"$LOG"\\n' >.venv/bin/python
    chmod +x .venv/bin/python ;;
esac
"""


class Machine:
    """A folder with a copy of the set-up, and a PATH with nothing on it but what a test adds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        self.log.touch()
        for name in ("Makefile", "pyproject.toml", "requirements.txt", ".ci"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)
        for tool in ("sh", "basename", "chmod", "env", "mkdir", "sed"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.add("id", "echo 0\n")
        self.add("uname", "echo Linux\n")

    def add(self, name: str, script: str = "") -> None:
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "LOG": str(self.log)} | environment
        return run(*command, cwd=self.folder, env=environment)

    def set_up(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run(".ci/setup", **environment)

    def calls(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def complete(machine: Machine) -> Machine:
    for tool in ("cc", "pkg-config"):
        machine.add(tool)
    machine.add("python3", PYTHON)
    return machine


def test_elsewhere_it_says_what_is_missing_and_how_to_get_it(machine: Machine) -> None:
    machine.add("python3", PYTHON)
    done = machine.set_up()
    assert done.returncode == 1
    for part in ("a C compiler", "pkg-config", "cairo", "Pango", "dnf install", "pacman -S"):
        assert part in done.stderr
    assert "PYTHON=" not in done.stderr
    assert not (machine.folder / ".venv").exists()


def test_without_a_suitable_python_it_says_how_to_name_one(machine: Machine) -> None:
    machine.add("python3", "exit 1\n")
    done = machine.set_up()
    assert done.returncode == 1
    assert "Python 3.11, 3.12 or 3.13" in done.stderr
    assert "make film PYTHON=" in done.stderr


def test_a_chosen_python_that_does_not_suit_is_refused(complete: Machine) -> None:
    complete.add("python3.10", "exit 1\n")
    done = complete.set_up(PYTHON="python3.10")
    assert done.returncode == 1
    assert "PYTHON=python3.10 does not run" in done.stderr
    assert not (complete.folder / ".venv").exists()


@pytest.mark.parametrize(("user", "sudo_calls"), [(0, 0), (1000, 2)])
def test_apt_installs_the_missing_packages(machine: Machine, user: int, sudo_calls: int) -> None:
    machine.add("id", f"echo {user}\n")
    machine.add("apt-get", LOG)
    machine.add("sudo", LOG + 'exec "$@"\n')
    machine.add("python3", PYTHON)
    done = machine.set_up()
    assert done.returncode == 1  # the imitated apt-get installs nothing
    assert "Missing here" in done.stderr
    calls = machine.calls()
    assert sum(call.startswith("sudo ") for call in calls) == sudo_calls
    (install,) = [call for call in calls if call.startswith("apt-get install")]
    assert install.endswith(" build-essential pkg-config libcairo2-dev libpango1.0-dev")


def test_apt_without_root_or_sudo_is_left_to_the_user(machine: Machine) -> None:
    machine.add("id", "echo 1000\n")
    machine.add("apt-get", LOG)
    machine.add("python3", PYTHON)
    assert "apt-get install build-essential" in machine.set_up().stderr
    assert machine.calls() == []


def test_homebrew_installs_the_missing_packages(machine: Machine) -> None:
    machine.add("uname", "echo Darwin\n")
    machine.add("brew", LOG)
    for tool in ("cc", "pkg-config"):
        machine.add(tool, "exit 1\n")
    machine.set_up()
    assert machine.calls() == ["brew install --quiet cairo pango python@3.13"]


def test_only_uv_is_given_to_pip_and_it_is_hashed(complete: Machine) -> None:
    done = complete.set_up()
    assert done.returncode == 0, done.stderr
    (call,) = complete.calls()
    assert call.startswith("venv-python -m pip install")
    assert call.endswith("--require-hashes --requirement .venv/uv.txt")
    asked = (complete.folder / ".venv/uv.txt").read_text(encoding="utf-8").split("\\\n")
    assert asked[0].startswith("uv==")
    assert len(asked) > 1
    assert all(line.lstrip().startswith("--hash=sha256:") for line in asked[1:])


def test_an_interpreter_that_does_not_run_is_passed_over(complete: Machine) -> None:
    complete.add("python3.13", "exit 127\n")
    assert complete.set_up().returncode == 0


def make_dry(machine: Machine, target: str) -> str:
    return machine.run("make", "--dry-run", target, PATH=os.environ["PATH"]).stdout


def test_what_is_installed_is_not_installed_again(machine: Machine) -> None:
    for name in ("bin/uv", ".film", ".all"):
        (machine.folder / ".venv" / name).parent.mkdir(parents=True, exist_ok=True)
        (machine.folder / ".venv" / name).touch()
    assert make_dry(machine, "film").strip() == ".venv/bin/fedreel film"
    assert "pip install" not in make_dry(machine, "test")


def test_rendering_installs_no_extra_and_the_tests_all_of_them(machine: Machine) -> None:
    assert "pip install" in make_dry(machine, "film")
    assert "--extra" not in make_dry(machine, "film")
    assert "--extra sim --extra voice --extra notebook" in make_dry(machine, "test")


def test_changed_pins_are_installed(machine: Machine) -> None:
    (machine.folder / ".venv/bin").mkdir(parents=True)
    for name in ("bin/uv", ".film"):
        (machine.folder / ".venv" / name).touch()
    later = (machine.folder / ".venv/.film").stat().st_mtime + 10
    os.utime(machine.folder / "requirements.txt", (later, later))
    assert "pip install" in make_dry(machine, "film")


# --- a browser for the tests

PACKAGE = "echo 'Architecture: amd64'\n"


def with_venv(machine: Machine, starts: str) -> Machine:
    """Give a machine a .venv whose Python says, by a line of shell, whether a Chromium starts."""
    folder = machine.folder / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name, script in (("python", f"{starts}\n"), ("playwright", LOG)):
        (folder / name).write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        (folder / name).chmod(0o755)
    (machine.bin / "grep").symlink_to(str(shutil.which("grep")))
    return machine


def test_a_browser_that_is_there_is_taken(machine: Machine) -> None:
    done = with_venv(machine, "exit 0").run(".ci/browser")
    assert done.returncode == 0, done.stderr
    assert machine.calls() == []


def test_apt_installs_a_browser(machine: Machine) -> None:
    machine.add("apt-get", LOG + '[ "$1" = update ] || : >installed\n')
    machine.add("apt-cache", PACKAGE)
    done = with_venv(machine, "[ -e installed ]").run(".ci/browser")
    assert done.returncode == 0, done.stderr
    assert [call.split()[1] for call in machine.calls()] == ["update", "install"]
    assert machine.calls()[1].endswith(" chromium")


def test_where_apt_has_none_playwright_downloads_it(machine: Machine) -> None:
    machine.add("apt-get", LOG)
    machine.add("apt-cache", "exit 0\n")  # Ubuntu's package of that name is none
    done = with_venv(machine, "exit 1").run(".ci/browser")
    assert done.returncode == 1
    assert "the tests of pages will be skipped" in done.stderr
    assert machine.calls() == ["apt-get update -qq", "playwright install chromium"]
