"""The page of a film of one short chapter, which is only planned: there is no movie."""

from pathlib import Path

import pytest
from PIL import Image
from short_release import CHAPTER, LOOK

from scenes.outputs.captions import lines_in
from scenes.release.page.site import Site, write
from scenes.release.products import Film
from scenes.render.clips import BeatMetadata, PlannedClip, TimedText, inputs_of
from scenes.render.jobs import Clip, jobs
from scenes.render.store import Store
from scenes.text.lines import numbers_of
from scenes.text.naming import Naming


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store that the pages' fonts are kept in."""
    return Store(tmp_path_factory.mktemp("store"))


def written(
    run: str, folder: Path, store: Store, naming: Naming | None = None, grid: str = ""
) -> list[str]:
    """Write the page of a run into a new folder, and return the names of its files."""
    folder.mkdir()
    Image.new("RGB", (64, 36)).save(folder / "poster.png")
    (job,) = jobs((CHAPTER,), (run,), LOOK)
    spec = job.tell()
    shown = [
        TimedText(str(line), 0.5, numbers_of(line))
        for line in (spec.runs, *lines_in(spec), spec.recorded)
    ]
    beat = BeatMetadata("runs", shown[0].text, 0.0, 2.0, 0.0, tuple(shown))
    clip = Clip(job.chapter, folder / "none.mp4", (beat,), 2.0)
    film = Film([PlannedClip(job, inputs_of(job))], [clip], store, [spec])
    site = Site([film], (run,), naming or Naming(), grid)
    return write(site, folder, [], f"fedreel release {run}")
