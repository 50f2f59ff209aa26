"""The helper for child processes: default signals, and a limit for every wait."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import finish, run, start, wait_for

WAIT = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def ignored() -> Iterator[None]:
    """Ignore Ctrl-C, as what `nohup make test &` starts does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_reaches_a_child_of_a_process_that_ignores_it(ignored: None) -> None:
    with start(sys.executable, "-c", WAIT) as child:
        assert child.stdout
        assert child.stdout.readline() == "up\n"
        child.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in finish(child)[1]
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def test_what_is_found_is_returned() -> None:
    assert wait_for(lambda: "found", "anything") == "found"


def test_a_file_that_goes_while_it_is_looked_at_is_not_there_yet(tmp_path: Path) -> None:
    looks = iter([tmp_path / "gone", tmp_path])
    assert wait_for(lambda: list(os.scandir(next(looks))) or "looked", "a folder") == "looked"


def test_a_wait_that_is_too_long_names_what_was_waited_for() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"^waited 0.05 s for the first round$"):
        wait_for(lambda: False, "the first round", seconds=0.05)


def test_a_child_that_ends_early_is_told_with_what_it_said() -> None:
    with (
        start(sys.executable, "-c", "print('one'); exit(3)") as child,
        pytest.raises(pytest.fail.Exception, match="ended with 3 before the first round: one"),
    ):
        wait_for(lambda: False, "the first round", child=child)


def test_a_command_that_does_not_end_is_killed() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"waited 0.5 s for the end of"):
        run(sys.executable, "-c", WAIT, seconds=0.5)


def test_a_command_to_its_end() -> None:
    done = run(sys.executable, "-c", "import sys; print(1); sys.exit('two')")
    assert (done.returncode, done.stdout, done.stderr) == (1, "1\n", "two\n")
