"""The models that a reader tries in the page: the same numbers as PyTorch, for whatever picture."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from browser import Opened, visited
from PIL import Image
from playwright.sync_api import Browser
from safetensors.torch import load, load_file
from visits import NARROW, Visit, loaded_trial

from fl_sim import record
from fl_sim.app.lenet import Net
from fl_sim.app.task import probabilities
from scenes.release.page.record_pages import RecordPage
from scenes.release.page.records import entries
from scenes.release.page.trial import (
    Trial,
    TrialModel,
    is_lenet,
    safetensors,
    shapes,
    trial_data,
    trial_of,
)
from scenes.text.language import ENGLISH

pytestmark = pytest.mark.xdist_group("release")

REFERENCE = record.load("reference")
MODEL = record.RUNS / "reference" / "model.safetensors"
CLASSES = REFERENCE.dataset.class_names if REFERENCE.dataset else ()
EMPTY = record.Samples(labels=(), first=(), last=())
NEAR = 1e-4
GIVEN = """pixels => {
  const { network, ...files } = fedreel;
  const { weights } = files['records/reference/model.js'];
  const parsed = network.weightsOf(network.bytesOf(weights));
  return pixels.map(one => network.probabilities(parsed, Uint8Array.from(one)));
}"""
ON_PAD = """() => {
  const { data } = pad.getContext('2d').getImageData(0, 0, 32, 32);
  return [...data].filter((_, i) => i % 4 < 3);
}"""
SHOWN = "[...document.querySelectorAll('#bars .filled')].map(bar => parseFloat(bar.style.width))"
Photos = npt.NDArray[np.uint8]


def by_torch(photos: Photos) -> npt.NDArray[np.float32]:
    """Return the probabilities of photos, uint8 (n, 32, 32, 3), as the run computed them."""
    model = Net(len(CLASSES))
    model.load_state_dict(load_file(MODEL))
    found = probabilities(model, torch.tensor(photos).permute(0, 3, 1, 2))
    return np.asarray(found.numpy(), np.float32)


def on_pad(seen: Opened) -> Photos:
    """Return the picture on the pad, uint8 (1, 32, 32, 3)."""
    return np.array(seen.page.evaluate(ON_PAD), np.uint8).reshape(1, 32, 32, 3)


def check_bars(seen: Opened) -> None:
    """See that the bars show what PyTorch gives the picture on the pad, and the text its most."""
    (wanted,) = by_torch(on_pad(seen))
    assert seen.page.evaluate(SHOWN) == pytest.approx(100 * wanted, abs=100 * NEAR)
    texts = seen.page.locator("#bars .value").all_inner_texts()
    assert [float(text.rstrip("%")) for text in texts] == pytest.approx(100 * wanted, abs=0.06)
    most = int(wanted.argmax())
    assert seen.page.inner_text("#verdict") == f"reference: {CLASSES[most]}, {texts[most]}"


def test_the_page_gives_the_probabilities_that_pytorch_gives(visit: Visit) -> None:
    samples, photos = REFERENCE.samples, REFERENCE.sample_images
    assert samples is not None
    noise = np.random.default_rng(7).integers(0, 256, (4, 32, 32, 3), np.uint8)
    shown = np.concatenate([photos, noise])
    with visit() as seen:
        loaded_trial(seen.page)
        given = np.array(seen.page.evaluate(GIVEN, shown.reshape(len(shown), -1).tolist()))
        agreement = seen.page.inner_text("#agreement")
    assert given == pytest.approx(by_torch(shown), abs=NEAR)
    assert given[: len(samples.last)] == pytest.approx(np.array(samples.last), abs=NEAR)
    most = abs(given[: len(samples.last)] - np.array(samples.last)).max()
    assert agreement == (
        f"On these {len(samples.last)} photos every probability here is the one that PyTorch "
        f"recorded, to within {most:.5f}."
    )


def test_the_script_holds_the_model_of_the_record(released: Path) -> None:
    folder = released / "records/reference"
    start = '(globalThis.fedreel ??= {})["records/reference/model.js"] = '
    text = (folder / "model.js").read_text("utf-8")
    assert text.startswith(start)
    content = json.loads(text.removeprefix(start).rstrip(";\n"))
    assert b64decode(content["weights"]) == (folder / "model.safetensors").read_bytes()


def test_photos_are_chosen_by_key_and_those_it_gets_right_are_lit(visit: Visit) -> None:
    samples = REFERENCE.samples
    assert samples is not None
    named = [int(np.argmax(row)) for row in samples.last]
    right = [one == label for one, label in zip(named, samples.labels, strict=True)]
    with visit() as seen:
        loaded_trial(seen.page)
        lit = seen.page.locator("#photos label").evaluate_all(
            "all => all.map(one => one.className)"
        )
        assert [name == "right" for name in lit] == right
        assert seen.page.inner_text("#lit") == (
            f"Lit: the {sum(right)} of these {len(right)} that reference gets right."
        )
        first = right.index(True)
        seen.page.locator("[name=photo]").nth(first).focus()
        for number in (first + 1, first + 2):
            seen.page.keyboard.press("ArrowRight")
            kind = CLASSES[samples.labels[number]]
            assert seen.page.inner_text("#picture") == f"Photo {number + 1}: {kind}"
            assert seen.page.inner_text("#bars .true th") == kind
            told = "gets right" if right[number] else f"takes for: {CLASSES[named[number]]}"
            label = seen.page.locator("[name=photo]:checked").get_attribute("aria-label")
            assert label == f"Photo {number + 1}: {kind}, which the model {told}"
            before = seen.page.locator("#bars .tick").evaluate_all(
                "all => all.map(one => one.hidden ? null : parseFloat(one.style.left) / 100)"
            )
            assert before == pytest.approx(list(samples.first[number]))
            check_bars(seen)


def test_a_photo_is_painted_over_by_key_and_by_pointer_and_comes_back(visit: Visit) -> None:
    with visit() as seen:
        loaded_trial(seen.page)
        caption, photo = seen.page.inner_text("#picture"), on_pad(seen)
        seen.page.locator("#size").fill("1")
        seen.page.locator("#colour").fill("#ff0010")
        seen.page.focus("#pad")
        for key in ("ArrowLeft", "ArrowUp", " "):
            seen.page.keyboard.press(key)
        changed = np.argwhere((on_pad(seen) != photo).any(axis=3))
        assert changed.tolist() == [[0, 15, 15]]
        assert on_pad(seen)[0, 15, 15].tolist() == [255, 0, 16]
        row = seen.page.locator("#pad")
        row.hover(position={"x": 2, "y": 2})
        seen.page.mouse.down()
        row.hover(position={"x": row.evaluate("pad => pad.clientWidth") - 2, "y": 2})
        seen.page.mouse.up()
        assert (on_pad(seen)[0, 0] == [255, 0, 16]).all()
        assert seen.page.inner_text("#picture") == f"{caption}, painted over"
        assert not seen.page.is_visible("#before")
        check_bars(seen)
        seen.page.click("#undo")
        assert (on_pad(seen) == photo).all()
        assert seen.page.inner_text("#picture") == caption
        check_bars(seen)


def test_a_picture_of_ones_own_stays_where_it_is(
    released: Path, visit: Visit, tmp_path: Path
) -> None:
    wide = np.zeros((64, 96, 3), np.uint8)
    wide[:, 16:48], wide[:, 48:80] = (200, 10, 30), (0, 90, 250)
    Image.fromarray(wide).save(tmp_path / "own.png")
    (tmp_path / "own.txt").write_text("no picture")
    with visit(at=released.as_uri()) as seen:
        loaded_trial(seen.page)
        asked: list[str] = []
        seen.page.on("request", lambda request: asked.append(request.url))
        seen.page.set_input_files("#open", tmp_path / "own.png")
        seen.until("picture.textContent === 'A picture of your own'")
        assert (on_pad(seen)[0, :, :15] == [200, 10, 30]).all()
        assert (on_pad(seen)[0, :, 17:] == [0, 90, 250]).all()
        assert seen.page.locator("#bars .true, [name=photo]:checked").count() == 0
        check_bars(seen)
        seen.page.set_input_files("#open", tmp_path / "own.txt")
        seen.until("document.getElementById('trial-told').textContent.startsWith('This is no pic')")
        seen.page.click("#blank")
        assert (on_pad(seen) == 128).all()
        check_bars(seen)
        assert asked == []


def test_two_models_stand_side_by_side(browser: Browser, address: str) -> None:
    """The second is a copy of the page's own model, under a name that is markup."""
    name = "<b>other</b>"
    with visited(browser, "about:blank", viewport=NARROW) as seen:
        seen.page.route("**/index.html", lambda route: _with_second(route, name))
        seen.page.route("**/records/other/model.js", _second_model)
        seen.page.goto(f"{address}/index.html")
        loaded_trial(seen.page)
        assert seen.page.locator("#bars tr").count() == len(CLASSES)
        rows = [row.split() for row in seen.page.locator("#bars tr").all_inner_texts()]
        assert all(one == other for _, one, other in rows)
        assert seen.page.locator(".bars th[scope=col]").all_inner_texts()[1:] == ["reference", name]
        assert seen.page.locator("#verdict span").nth(1).inner_text().startswith(f"{name}: ")
        assert seen.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        seen.page.select_option("#beside", "")
        seen.until("document.querySelectorAll('#verdict span').length === 1")
        assert seen.errors == []


def _with_second(route: Any, name: str) -> None:
    """Answer with the page, to which a second model is added."""
    answer = route.fetch()
    head, mark, rest = answer.text().partition('id="data">')
    content, end, tail = rest.partition("</script>")
    data = json.loads(content)
    (first,) = data["trial"]["models"]
    second = {**first, "name": name, "file": "records/other/model.js"}
    data["trial"] |= {"models": [first, second], "beside": 1}
    route.fulfill(
        response=answer,
        body=f"{head}{mark}{json.dumps(data).replace('<', chr(92) + 'u003c')}{end}{tail}",
    )


def _second_model(route: Any) -> None:
    answer = route.fetch(url=route.request.url.replace("other", "reference"))
    route.fulfill(response=answer, body=answer.text().replace("reference", "other", 1))


def test_a_model_that_is_lost_is_missed_aloud(browser: Browser, address: str) -> None:
    with visited(browser, "about:blank") as seen:
        seen.page.route("**/model.js", lambda route: route.abort())
        seen.page.goto(f"{address}/index.html")
        seen.page.locator("#trial").scroll_into_view_if_needed()
        seen.page.get_by_text("The model did not load.").wait_for()


def test_the_keyboard_reaches_all_of_the_trial(visit: Visit) -> None:
    wanted = ["photo", "pad", "colour", "size", "undo", "blank", "open", "model", "weights"]
    at = """() => {
      const at = document.activeElement, box = at.getBoundingClientRect();
      const ring = parseFloat(getComputedStyle(at).outlineWidth);
      return [at.name || at.id, ring >= 2 && box.bottom > 0 && box.top < innerHeight];
    }"""
    with visit(viewport=NARROW) as seen:
        loaded_trial(seen.page)
        seen.page.locator("[name=photo]:checked").focus()
        found = [seen.page.evaluate(at)[0]]
        while found[-1] != wanted[-1]:
            seen.page.keyboard.press("Tab")
            name, seen_there = seen.page.evaluate(at)
            assert seen_there, name
            found.append(name)
            assert len(found) <= len(wanted), found
    assert found == wanted


# --- which models a page has


def page_of(run: record.Run, name: str = "reference") -> RecordPage:
    """Return the page of a record."""
    return RecordPage(name, run, f"records/{name}", entries(run, 1))


def test_the_best_model_stands_first_and_a_worker_alone_beside_it() -> None:
    names = ("reference", "dirichlet-30", "local-only", "unequal", "iid-30", "dirichlet-30-s1")
    trial = trial_of(page_of(record.load(name), name) for name in names)
    assert trial is not None
    assert [model.run.name for model in trial.models] == [
        "iid-30", "unequal", "reference", "dirichlet-30", "local-only",
    ]  # fmt: skip
    data = trial_data(trial, ENGLISH)
    assert data["beside"] == 4
    assert [model["name"] for model in data["models"]][3:] == ["dirichlet-30", "worker 4 alone"]
    assert data["photos"] == "records/iid-30/photos.js"
    assert data["classes"] == list(CLASSES)
    assert [model["accuracy"] for model in data["models"]] == [
        "59.6%",
        "40.2%",
        "37.6%",
        "29.9%",
        "44.4%",
    ]
    assert all(model.knows(trial.photos.run) for model in trial.models[:4])


def test_without_a_worker_alone_the_one_that_differs_most_stands_beside_the_best() -> None:
    names = ("dirichlet-30", "iid-30", "reference")
    trial = trial_of(page_of(record.load(name), name) for name in names)
    assert trial is not None
    assert trial_data(trial, ENGLISH)["beside"] == 2
    assert trial_of([page_of(record.load("local-only"), "local-only")]) is None


def test_the_model_of_a_worker_alone_is_a_safetensors_file_like_the_others() -> None:
    run = record.load("local-only")
    found = record.load_attack("local-only", run, record.LocalModel)
    assert found is not None
    kept = safetensors(found)
    assert is_lenet(shapes(kept), len(CLASSES))
    weights = load(kept)
    assert np.concatenate([weights[name].numpy().ravel() for name in found.parameters]) == (
        pytest.approx(found.values, abs=0)
    )
    train = run.rounds[-1].train
    (reply,) = [each for each in train.replies if each.client == found.client] if train else []
    assert reply.test is not None
    assert found.test.accuracy == reply.test.accuracy


def test_probabilities_of_other_photos_are_none_of_these() -> None:
    assert REFERENCE.sample_images is not None
    others = REFERENCE.model_copy(update={"sample_images": 255 - REFERENCE.sample_images})
    model = TrialModel(page_of(others), b"")
    assert not model.knows(REFERENCE)
    assert Trial([model]).photos.run is others


@pytest.mark.parametrize(
    "without",
    [
        {"samples": None},
        {"samples": EMPTY},
        {"sample_images": None},
        {"final": None},
        {"dataset": None},
    ],
    ids=str,
)
def test_a_record_that_lacks_something_offers_no_model(without: dict[str, Any]) -> None:
    assert trial_of([page_of(REFERENCE.model_copy(update=without))]) is None


def test_a_model_of_another_kind_is_not_offered() -> None:
    found = shapes(MODEL.read_bytes())
    assert is_lenet(found, 10)
    assert not is_lenet(found, 9)
    assert not is_lenet({**found, "more.weight": (1,)}, 10)
    assert not is_lenet({**found, "conv2.weight": (16, 6, 3, 3)}, 10)
    assert not is_lenet({name: shape for name, shape in found.items() if "fc2" not in name}, 10)
    for content in (b"", b"{}", bytes(8) + b"[]", (2).to_bytes(8, "little") + b"[]"):
        assert shapes(content) == {}
    wide = b'{"conv1.bias": {"dtype": "F16", "shape": [6]}}'
    assert shapes(len(wide).to_bytes(8, "little") + wide) == {}
