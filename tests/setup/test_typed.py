"""What the README and the pages say to type works, word for word, in a home that is empty.

It is typed in a copy of the project that has one short chapter, small pictures, and a few images
to train on; so it takes seconds.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from house import House
from processes import run
from quick_run import SMALL

# A group is begun early, so that nobody waits for it at the end.
pytestmark = pytest.mark.xdist_group("typed")

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "docs/film.md", "docs/privacy.md", "docs/release.md", "docs/runs.md"]
# Each with why it is not typed here.
LEFT_OUT = {
    "make test": "it runs this test",
    ".venv/bin/python -m http.server --directory site": "it serves for ever",
    "export PATH=": "for the line after it",
    "flwr run . --stream": "it leaves a program running; tests/fl_sim/running try what it does",
    "pkill": "it ends that program, and maybe one of somebody else's",
    "git config diff.fedreel.textconv": "it is one of Git's",
}


def lines(page: str) -> Iterator[str]:
    """Yield the lines that a page says to type, without those left out."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.M | re.S)
    for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith(tuple(LEFT_OUT)):
            yield line


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project in which rendering and training take seconds."""
    house = House(tmp_path / "fedreel")
    house.keep("ledger")
    looks = house.folder / "scenes" / "render" / "looks.py"
    small, few = r'Quality\("\w+", \d+, \d+\)', 'Quality("low_quality", 120, 15)'
    looks.write_text(re.sub(small, few, looks.read_text("utf-8")), "utf-8")
    loops = house.folder / "scenes" / "outputs" / "loop_files.py"
    loops.write_text(re.sub(r'", (480|720)\)', r'", \1 // 5)', loops.read_text("utf-8")), "utf-8")
    house.edit("scenes/outputs/loop.py", "GIF_WIDTH = 720", "GIF_WIDTH = 144")
    house.edit("fl_sim/app/settings.py", '"uoft-cs/cifar10"', repr(str(SMALL)))
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        os.utime(shutil.copy(ROOT / name, house.folder), (0, 0))  # older than what is installed
    (house.folder / ".venv").symlink_to(ROOT / ".venv")
    return house.folder


def typed(project: Path, line: str, variables: Mapping[str, str]) -> str:
    """Type a line in a project; return what it printed, or fail with it."""
    home = project.parent / "home"
    home.mkdir(exist_ok=True)
    ours = {"HOME": str(home), "PYTHONPATH": str(project), "PATH": os.environ["PATH"]}
    ended = run("bash", "-c", line, cwd=project, env={**ours, **variables})
    assert ended.returncode == 0, f"{line}\n{ended.stdout}\n{ended.stderr}"
    assert "Traceback" not in ended.stderr, f"{line}\n{ended.stderr}"
    return ended.stdout + ended.stderr


def test_what_the_pages_say_to_type_works(project: Path) -> None:
    typing = dict.fromkeys(line for page in PAGES for line in lines(page))
    assert {"make film", ".venv/bin/fedreel film --run mine"} < typing.keys()
    for line in typing:
        typed(project, line, {})


def test_each_output_in_another_look(project: Path) -> None:
    for command, look in (  # films, in one, are typed above
        ("sheet", "--theme light"),
        ("figures", "--theme light --format pdf"),
        ("loop", "--shape 1:1 --language es"),
        ("slides", "--shape 1:1 --theme light"),
        ("audit", "--language de"),
        ("check ledger", "--shape 9:16 --language es"),
    ):
        typed(project, f".venv/bin/fedreel {command} {look}", {})
    variables = {"FEDREEL_THEME": "light", "FEDREEL_LANGUAGE": "fr"}
    typed(project, ".venv/bin/manim -ql scenes/ledger.py Ledger", variables)
