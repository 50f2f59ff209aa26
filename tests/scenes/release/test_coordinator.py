"""The coordinator's section: real updates, weighed anew, give what they give in PyTorch."""

from pathlib import Path

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browser import visited
from playwright.sync_api import Browser
from safetensors.torch import load_file
from served import served
from short_page import written
from visits import NARROW, WIDE

from fl_sim import record
from fl_sim.app.lenet import Net
from fl_sim.app.task import probabilities
from scenes.release.page.coordinator import coordinator_data, coordinator_of
from scenes.release.page.record_pages import RecordPages
from scenes.release.page.trial import trial_of
from scenes.render.store import Store
from scenes.text.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("release")

RUN = "dirichlet-30"


@pytest.fixture(scope="module")
def updates() -> record.Updates:
    """Return the updates beside the record."""
    found = record.load_attack(RUN, record.load(RUN), record.Updates)
    assert found is not None
    return found


def by_torch(updates: record.Updates, shares: list[float]) -> tuple[int, float]:
    """Return how many photos the model with an average is right for, and its mean loss."""
    run = record.load(RUN)
    assert run.samples is not None
    weights = load_file(record.RUNS / RUN / "model.safetensors")
    model = Net()
    bounds = np.cumsum(updates.sizes)[:-1]
    for update, share in zip(updates.found, shares, strict=True):
        parts = zip(updates.parameters, np.split(update.values, bounds), update.steps, strict=True)
        for name, part, step in parts:
            weights[name] += torch.tensor(part * np.float32(step * share)).view_as(weights[name])
    model.load_state_dict(weights)
    given = probabilities(model, torch.tensor(run.sample_images).permute(0, 3, 1, 2)).numpy()
    labels = list(run.samples.labels)
    right = int((given.argmax(axis=1) == labels).sum())
    return right, float(-np.log(given[range(len(labels)), labels]).mean())


def test_updates_are_weighed_by_sliders(
    browser: Browser, updates: record.Updates, tmp_path: Path, store: Store
) -> None:
    written(RUN, tmp_path / "site", store)
    counts = [update.num_examples for update in updates.found]
    shares = [count / sum(counts) for count in counts]
    with (
        served(tmp_path / "site") as address,
        visited(browser, f"{address}/index.html", viewport=WIDE, bypass_csp=True) as seen,
    ):
        page = seen.page
        page.locator("#coordinator").scroll_into_view_if_needed()
        page.locator("#bench").wait_for()
        page.locator("#by-count").wait_for()
        rows = {
            "yours": shares,
            "by number of photos, n_k / n": shares,
            "the same for each": [1 / 3] * 3,
            "worker 3 alone": [1.0, 0.0, 0.0],
            "worker 4 alone": [0.0, 1.0, 0.0],
            "worker 5 alone": [0.0, 0.0, 1.0],
            "none: the model before": [0.0] * 3,
        }
        found = page.locator("#compared tr").all_inner_texts()
        assert found == [f"{name}\t{cells(updates, row)}" for name, row in rows.items()]
        values = page.locator("#shares .value").all_inner_texts()
        assert values == [f"{share:.1%}" for share in shares]
        one = page.locator("#shares input").first
        one.focus()
        page.keyboard.press("Home")
        rest = [0.0, *(count / sum(counts[1:]) for count in counts[1:])]
        wanted = cells(updates, rest).replace("\t", " right, loss ")
        seen.until(f"averaged.textContent === '{wanted}'")
        assert one.get_attribute("aria-valuetext") == f"0.0%. {wanted}"
        assert page.locator("#tested .right").count() == int(wanted.split()[0])
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        assert one.input_value() == "10"
        page.focus("#noise")
        page.keyboard.press("End")
        seen.until("noise.nextElementSibling.textContent.endsWith('5.00')")
        noised = page.inner_text("#averaged")
        page.click("#by-count")
        assert page.inner_text("#averaged") == cells(updates, shares).replace("\t", " right, loss ")
        assert float(noised.split()[-1]) > float(page.inner_text("#averaged").split()[-1])
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            report = Axe().run(page, "#coordinator")
            assert report.violations_count == 0, report.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        # There is no movie here.
        assert [error for error in seen.errors if "Failed to load resource" not in error] == []
        assert seen.outside == []


def cells(updates: record.Updates, shares: list[float]) -> str:
    """Return the cells of a row for shares of the updates."""
    right, loss = by_torch(updates, shares)
    return f"{right} of 40\t{loss:.2f}"


def test_workers_are_told_by_what_they_hold(updates: record.Updates) -> None:
    pages = RecordPages.of(["iid-30", RUN]).pages
    trial = trial_of(pages)
    assert trial is not None
    coordinator = coordinator_of(trial.models)
    assert coordinator is not None
    assert coordinator.file == "records/dirichlet-30/updates.js"
    data = coordinator_data(coordinator, trial.models, LANGUAGES["de"])
    assert data["model"] == 1
    assert (data["before"], data["after"]) == ("29,9\xa0%", "33,2\xa0%")
    counts = record.load(RUN).partitions[3].label_counts
    assert counts is not None
    assert [counts[kind] > sum(counts) / 4 for kind in range(10)] == [
        kind in {4, 8} for kind in range(10)
    ]
    assert data["workers"][0] == {
        "client": 3, "examples": 2978, "photos": "2.978", "kinds": "Schiff, Hirsch",
    }  # fmt: skip


def test_a_record_without_updates_has_no_coordinator() -> None:
    trial = trial_of(RecordPages.of(["reference"]).pages)
    assert trial is not None
    assert coordinator_of(trial.models) is None
