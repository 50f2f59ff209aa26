"""Models of the records that the page runs itself, and the test photos to try them with.

Browsers read no file in a page that is opened from a folder, except scripts and media. So the
models and photos are scripts, which the page loads when they are needed: each sets an entry of the
global object ``fedreel``, named as its file.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fl_sim import record
from fl_sim.record import LocalModel, Run
from scenes.release.page.record_pages import RecordPage
from scenes.story.class_names import kind_name
from scenes.text.language import Language

MOST_BYTES = 2**20  # of a model
SIDE = 32  # pixels of a photo
WEIGHT = 4  # bytes
KERNEL = 5  # pixels
POOLED = 5  # pixels that are left of a side after both convolutions


@dataclass(frozen=True)
class TrialModel:
    """A last model of a record, a LeNet as a safetensors file: of all, or of a worker alone."""

    page: RecordPage
    content: bytes
    alone: LocalModel | None = None

    @property
    def run(self) -> Run:
        """The record."""
        return self.page.run

    @property
    def accuracy(self) -> float:
        """The share of all test photos that the model gets right, 0 if it is not known."""
        if self.alone:
            return self.alone.test.accuracy or 0.0
        final = self.run.final
        return (final and final.test and final.test.accuracy) or 0.0

    @property
    def file(self) -> str:
        """The path of its script in the release."""
        return f"{self.page.folder}/model.js"

    def knows(self, photos: Run) -> bool:
        """Whether the record has this model's probabilities for the photos of another one."""
        return np.array_equal(_pixels(self.run), _pixels(photos))


@dataclass(frozen=True)
class Trial:
    """The models that the page offers, which have the same classes, and the record of the photos.

    The first of the models is the best one.
    """

    models: Sequence[TrialModel]

    @property
    def photos(self) -> RecordPage:
        """The page of the record with the photos."""
        return self.models[0].page

    @property
    def photos_file(self) -> str:
        """The path of the photos' script in the release."""
        return f"{self.photos.folder}/photos.js"


def trial_of(pages: Iterable[RecordPage]) -> Trial | None:
    """Return the models of some records that the page can run, or None if there are none."""
    listed = list(pages)
    found = [model for page in listed if (model := _model(page))]
    found.sort(key=lambda model: -model.accuracy)
    if found:
        found += [model for page in listed if (model := _alone(page))]
    same = [model for model in found if _classes(model.run) == _classes(found[0].run)]
    return Trial(same) if same else None


def write_trial(trial: Trial, folder: Path) -> list[Path]:
    """Write the scripts of models and photos into a release's folder, and return their paths."""
    photos = trial.photos.run
    contents = {model.file: _contents(model, photos) for model in trial.models}
    contents[trial.photos_file] = {
        "pixels": base64(_pixels(photos).tobytes()),
        "labels": photos.samples.labels if photos.samples else (),
    }
    return [write_script(folder, name, content) for name, content in contents.items()]


def write_script(folder: Path, name: str, content: object) -> Path:
    """Write a script that sets the entry ``name`` of ``fedreel``, and return its path."""
    text = f"(globalThis.fedreel ??= {{}})[{json.dumps(name)}] = {json.dumps(content)};\n"
    (folder / name).write_text(text, "utf-8")
    return folder / name


def trial_data(trial: Trial, language: Language) -> dict[str, Any]:
    """Return what the page's script knows of the models, as a JSON object."""
    run = trial.photos.run
    return {
        "classes": [
            kind_name(run, kind).in_language(language).text for kind in range(len(_classes(run)))
        ],
        "photos": trial.photos_file,
        "models": [_model_data(model, language) for model in trial.models],
        "beside": _beside(trial.models),
    }


def _model_data(model: TrialModel, language: Language) -> dict[str, Any]:
    return {
        "name": _name(model, language),
        "file": model.file,
        "folder": model.page.folder,
        "accuracy": language.percent(model.accuracy) if model.accuracy else "",
        "rounds": model.run.rounds[-1].number,
    }


def _name(model: TrialModel, language: Language) -> str:
    if model.alone is None:
        return model.run.name
    return language.translate("worker {k} alone").format(k=model.alone.client)


def _beside(models: Sequence[TrialModel]) -> int | None:
    """Return the position of the model that differs most from the first after as many rounds."""
    rounds = models[0].run.rounds[-1].number
    alike = [i for i, model in enumerate(models) if model.run.rounds[-1].number == rounds]
    return alike[-1] if alike[-1] else None


def _contents(model: TrialModel, photos: Run) -> dict[str, Any]:
    """Return a model's weights, and its recorded probabilities for the photos before and after."""
    samples = model.run.samples if model.knows(photos) else None
    return {
        "weights": base64(model.content),
        "first": samples.first if samples else None,
        "last": samples.last if samples else None,
    }


def _model(page: RecordPage) -> TrialModel | None:
    """Return the model of a record, if the page can run it and has photos for it."""
    run = page.run
    if not run.samples or not run.samples.labels or run.sample_images is None or not _classes(run):
        return None
    if run.sample_images.dtype != np.uint8 or run.sample_images.shape[1:] != (SIDE, SIDE, 3):
        return None
    content = record.final_model(page.name, run, MOST_BYTES)
    if content is None or not is_lenet(shapes(content), len(_classes(run))):
        return None
    return TrialModel(page, content)


def _alone(page: RecordPage) -> TrialModel | None:
    """Return the model of a worker alone that is kept beside a record, if the page can run it."""
    for found in record.attacks(page.name, page.run):
        if isinstance(found, LocalModel):
            content = safetensors(found)
            if is_lenet(shapes(content), len(_classes(page.run))):
                return TrialModel(page, content, found)
    return None


def safetensors(model: LocalModel) -> bytes:
    """Return a model as a safetensors file."""
    header: dict[str, Any] = {}
    end = 0
    for name, shape in zip(model.parameters, model.shapes, strict=True):
        start, end = end, end + WEIGHT * prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    packed = json.dumps(header).encode()
    return len(packed).to_bytes(8, "little") + packed + model.values.astype("<f4").tobytes()


def shapes(content: bytes) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the float32 tensors in a safetensors file, or none if it is no such."""
    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return {
            name: tuple(tensor["shape"])
            for name, tensor in header.items()
            if name != "__metadata__" and tensor["dtype"] == "F32"
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def is_lenet(found: Mapping[str, tuple[int, ...]], classes: int) -> bool:
    """Whether tensors are those of a LeNet for photos of ``SIDE`` pixels, of whatever width."""
    match [found.get(f"{layer}.bias") for layer in ("conv1", "conv2", "fc1", "fc2")]:
        case [(int(one),), (int(two),), (int(three),), (int(four),)]:
            widths = {"conv1": one, "conv2": two, "fc1": three, "fc2": four, "fc3": classes}
        case _:
            return False
    weights = {
        "conv1": (one, 3, KERNEL, KERNEL),
        "conv2": (two, one, KERNEL, KERNEL),
        "fc1": (three, two * POOLED * POOLED),
        "fc2": (four, three),
        "fc3": (classes, four),
    }
    wanted = {f"{layer}.weight": shape for layer, shape in weights.items()}
    wanted |= {f"{layer}.bias": (width,) for layer, width in widths.items()}
    return dict(found) == wanted


def _classes(run: Run) -> tuple[str, ...]:
    return run.dataset.class_names if run.dataset else ()


def _pixels(run: Run) -> Any:
    """Return the photos of a record, uint8 (photos, ``SIDE``, ``SIDE``, 3)."""
    return run.sample_images


def base64(content: bytes) -> str:
    """Return bytes as text."""
    return b64encode(content).decode()
