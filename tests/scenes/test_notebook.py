"""The example notebook, run cell by cell in a kernel of its own, as a person runs it."""

import base64
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

import av
import nbformat
import numpy as np
import numpy.typing as npt
import pytest
import srt
from checked import found
from manim import Scene
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from fl_sim import record

# The notebook is run once, and all tests look at what came of it.
pytestmark = pytest.mark.xdist_group("notebook")

NOTEBOOK = Path(__file__).parents[2] / "examples" / "stage.ipynb"
SCENES = {"first-lesson": "FirstLesson", "alike-or-not": "AlikeOrNot"}
SIZE, RATE = (854, 480), 15  # of Manim's -ql
SECONDS = 120  # that a cell may take
VIDEO = re.compile(r'<source src="data:video/mp4;base64,([A-Za-z0-9+/=]+)" type="video/mp4">')
JUPYTER = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


@dataclass
class Ran:
    """What came of the cells, by their names, and the folder that they ran in."""

    cells: dict[str, NotebookNode]
    folder: Path

    def said(self, name: str, stream: str) -> str:
        """Return what a cell wrote to ``stdout`` or ``stderr``."""
        outputs = self.cells[name].outputs
        return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == stream)

    def video(self, name: str) -> bytes:
        """Return the one video that a cell shows."""
        outputs = self.cells[name].outputs
        pages = [o.data.get("text/html", "") for o in outputs if o.output_type == "display_data"]
        (encoded,) = [match[1] for page in pages for match in VIDEO.finditer(page)]
        return base64.b64decode(encoded)

    def errors(self, name: str) -> list[str]:
        """Return the exceptions that a cell shows with a traceback."""
        outputs = self.cells[name].outputs
        return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def committed() -> NotebookNode:
    """Return the notebook as it is in the project."""
    return nbformat.read(NOTEBOOK, nbformat.NO_CONVERT)


def source(name: str) -> str:
    """Return the code of a cell."""
    (code,) = [cell.source for cell in committed().cells if cell.id == name]
    return code


def more_cells() -> list[NotebookNode]:
    """Return what a person may do next: mistakes, and then a cell once more."""
    scene = source("alike-or-not")
    typed = scene.replace("The same {n} rounds", "The same 30 rounds")
    assert typed != scene
    added = {
        "digit": typed,
        "pink": "%env FEDREEL_THEME=pink",
        "no-theme": scene,
        "dark": "%env FEDREEL_THEME=dark",
        "again": scene,
    }
    may_fail = {"tags": ["raises-exception"]}
    return [new_code_cell(code, id=name, metadata=may_fail) for name, code in added.items()]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the notebook and some cells more."""
    folder, own = tmp_path_factory.mktemp("lesson"), tmp_path_factory.mktemp("jupyter")
    book = committed()
    book.cells += more_cells()
    with pytest.MonkeyPatch.context() as patch:
        # Neither the user's choices nor their kernels, and nothing of ours among their files.
        for name in JUPYTER:
            patch.setenv(name, str(own))
        for name in [name for name in os.environ if name.startswith("FEDREEL_")]:
            patch.delenv(name)
        place = {"metadata": {"path": str(folder)}}
        NotebookClient(book, timeout=SECONDS, resources=place).execute()
    return Ran({cell.id: cell for cell in book.cells}, folder)


def frames(video: bytes) -> list[npt.NDArray[np.uint8]]:
    """Return the pictures of an H.264 video of the expected size and rate, RGB."""
    with av.open(io.BytesIO(video)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == SIZE
        assert round(float(stream.average_rate)) == RATE
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]


def test_the_committed_notebook_has_no_outputs() -> None:
    book = committed()
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    assert book.metadata.kernelspec.name == "python3"
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code] == ["settings", "numbers", *SCENES]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_every_cell_runs_without_a_warning(ran: Ran) -> None:
    for name in ("settings", "numbers", *SCENES):
        assert (name, ran.errors(name), ran.said(name, "stderr")) == (name, [], "")


def test_the_numbers_printed_are_the_records(ran: Ran) -> None:
    run = record.load("reference")
    printed = ran.said("numbers", "stdout").splitlines()
    assert run.network is not None
    assert re.findall(r"\d[\d,]*", printed[0]) == [
        str(len(run.partitions)),
        f"{run.network.num_parameters:,}",
    ]
    assert len(printed) == 1 + len(run.rounds)
    for round_, said in zip(run.rounds, printed[1:], strict=True):
        number, accuracy, *trained = re.findall(r"\d+(?:\.\d+)?", said)
        assert round_.central is not None
        assert round_.central.accuracy is not None
        assert int(number) == round_.number
        assert accuracy == f"{100 * round_.central.accuracy:.1f}"
        sampled = round_.train.sampled if round_.train else ()
        assert tuple(map(int, trained)) == sampled


def last_accuracy(run: record.Run) -> float:
    """Return the accuracy after the last round."""
    central = run.rounds[-1].central
    assert central is not None
    assert central.accuracy is not None
    return central.accuracy


def captions() -> dict[str, list[str]]:
    """Return what the scenes' captions are to say, by the records."""
    run, alike = record.load("reference"), record.load("iid-30")
    train = run.rounds[1].train
    assert train is not None
    assert train.sampled is not None
    reply = train.replies[-1]
    assert reply.loss_curve is not None
    more, less = last_accuracy(alike), last_accuracy(record.load("dirichlet-30"))
    return {
        "first-lesson": [
            f"Today {len(train.sampled)} of {len(run.partitions)} workers get the model.",
            f"Worker {reply.client} learns from {reply.num_examples:,} photos: its loss goes from "
            f"{reply.loss_curve[0]:.2f} to {reply.loss_curve[-1]:.2f}.",
        ],
        "alike-or-not": [
            f"The same {alike.rounds[-1].number} rounds, twice: only who holds which photos "
            "differs.",
            f"Alike photos: {more:.1%} right in the end. Different photos: {less:.1%}.",
        ],
    }


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_shown_as_a_video_of_its_beats(ran: Ran, name: str) -> None:
    (subtitles,) = ran.folder.rglob(f"{SCENES[name]}.srt")
    beats = list(srt.parse(subtitles.read_text()))
    assert [beat.content for beat in beats] == captions()[name]
    assert beats[0].start.total_seconds() == 0
    assert beats[0].end < beats[1].start  # the second picture speaks before its caption
    shown = frames(ran.video(name))
    assert len(shown) == pytest.approx(RATE * beats[-1].end.total_seconds(), abs=1)
    assert np.ptp(shown[0]) < 50  # the ground alone
    assert np.ptp(shown[-1]) > 200


def test_a_digit_without_a_source_is_an_error(ran: Ran) -> None:
    assert ran.errors("digit") == []
    assert ran.said("digit", "stderr") == (
        "UsageError: 'The same 30 rounds, twice: only who holds which photos differs.' has a digit "
        "without a source. Write a field, such as {n}, and pass it: n=number(at(run)...)\n"
    )


def test_a_wrong_choice_is_reported_in_one_line(ran: Ran) -> None:
    assert ran.errors("no-theme") == []
    assert ran.said("no-theme", "stderr") == (
        "UsageError: there is no theme 'pink'. Choose from: dark, light\n"
    )


def test_a_cell_can_be_run_again(ran: Ran) -> None:
    first, again = (frames(ran.video(name)) for name in ("alike-or-not", "again"))
    assert len(again) == len(first)
    assert (again[-1] == first[-1]).all()


def test_all_that_is_written_is_in_one_hidden_folder(ran: Ran) -> None:
    assert [path.name for path in ran.folder.iterdir()] == [".manim-cache"]


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_keeps_the_rules(name: str, tmp_path: Path) -> None:
    _, code = source(name).split("\n", 1)
    defined: dict[str, type[Scene]] = {}
    exec(code, defined)
    assert found(defined[SCENES[name]], tmp_path) == []
