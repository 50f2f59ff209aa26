"""Updates of a record that a reader of the page weighs anew, as the coordinator of a round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fl_sim import record
from fl_sim.record import Run, Updates
from scenes.release.page.trial import TrialModel, base64, write_script
from scenes.story.class_names import kind_name
from scenes.text.language import Language

FEWEST = 2  # workers
MAIN_SHARE = 0.25  # of a worker's photos, from which a kind is named


@dataclass(frozen=True)
class Coordinator:
    """A model of the page, and updates of it that are kept beside its record."""

    model: TrialModel
    updates: Updates

    @property
    def file(self) -> str:
        """The path of the updates' script in the release."""
        return f"{self.model.page.folder}/updates.js"


def coordinator_of(models: Iterable[TrialModel]) -> Coordinator | None:
    """Return the first of some models that has updates of at least two workers, or None."""
    for model in models:
        for found in record.attacks(model.page.name, model.run):
            if isinstance(found, Updates) and len(found.found) >= FEWEST:
                return Coordinator(model, found)
    return None


def write_updates(coordinator: Coordinator, folder: Path) -> Path:
    """Write the script of the updates into a release's folder, and return its path."""
    kept = coordinator.updates
    content = {
        "parameters": kept.parameters,
        "sizes": kept.sizes,
        "updates": [
            {"values": base64(update.values.tobytes()), "steps": update.steps}
            for update in kept.found
        ],
    }
    return write_script(folder, coordinator.file, content)


def coordinator_data(
    coordinator: Coordinator, models: Sequence[TrialModel], language: Language
) -> dict[str, Any]:
    """Return what the page's script knows of the updates, as a JSON object."""
    run, kept = coordinator.model.run, coordinator.updates
    before = run.final.test.accuracy if run.final and run.final.test else None
    after = kept.test.accuracy
    known = before is not None and after is not None
    return {
        "run": run.name,
        "model": models.index(coordinator.model),
        "file": coordinator.file,
        "folder": coordinator.model.page.folder,
        "before": language.percent(before) if known and before is not None else "",
        "after": language.percent(after) if known and after is not None else "",
        "workers": [
            {
                "client": update.client,
                "examples": update.num_examples,
                "photos": language.integer(update.num_examples),
                "kinds": ", ".join(_main_kinds(run, update.client, language)),
            }
            for update in kept.found
        ],
    }


def _main_kinds(run: Run, client: int, language: Language) -> list[str]:
    """Return the names of the classes that make up much of a worker's photos, most first."""
    counts = run.partitions[client].label_counts if client < len(run.partitions) else None
    if not counts or not sum(counts):
        return []
    order = np.argsort(-np.array(counts), kind="stable").tolist()
    main = [kind for kind in order if counts[kind] >= MAIN_SHARE * sum(counts)]
    return [kind_name(run, kind).in_language(language).text for kind in main]
