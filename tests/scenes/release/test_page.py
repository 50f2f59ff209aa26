"""The page of a release, in a browser: what follows what, for whom, and that it is whole."""

import json
import platform
import re
from base64 import b64decode
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import av
import pytest
import srt
from axe_playwright_python.sync_playwright import Axe
from browser import Opened, visited
from playwright.sync_api import Browser, Locator, ViewportSize
from served import served
from visits import NARROW, WIDE, Visit, loaded_trial

from fl_sim import record
from scenes.render.digests import versions
from scenes.text.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("release")

FRAME = 1 / 15  # seconds, in the draft quality of the release
REFERENCE = record.load("reference")
LAST = len(REFERENCE.rounds) - 1
RECORD = "records/reference/index.html"
# Of a visit, without the film and its captions: at first, and with the model.
MOST_BYTES, MOST_BYTES_IN_ALL = 300_000, 1_500_000
PLAYED_FROM = "film.played.start(film.played.length - 1)"
# The number of the beat that is marked in the transcript.
MARKED = "[...document.querySelectorAll('.beat')].findIndex(beat => beat.ariaCurrent)"
UNFOLD = "document.querySelectorAll('details').forEach(part => part.open = true)"
# Where many are made alike, a few of them: axe needs long for thousands.
FEWER = """document.querySelectorAll(
  ['.record dl', '.record ol', '.told', '.told ol', '.texts', '.files', '#photos']
    .map(list => `${list} > :nth-child(n + 4)`).join()
).forEach(part => part.remove())"""


def cues(released: Path, code: str = "en") -> list[srt.Subtitle]:
    """Return the captions of the first film, one for each beat."""
    return list(srt.parse((released / f"captions/fedreel.{code}.srt").read_text("utf-8")))


def start_of(released: Path, beat: int) -> float:
    """Return when a beat begins, seconds."""
    return float(cues(released)[beat].start.total_seconds())


def chapter_starts(released: Path) -> list[float]:
    """Return when the chapters of the first film begin, seconds, as the movie has it."""
    with av.open(str(released / "fedreel.mp4")) as film:
        return [float(mark["start"] * mark["time_base"]) for mark in film.chapters()]


def times_of_rounds(released: Path) -> list[float]:
    """Return when the counter of each round comes up over the wall, seconds."""
    audit = json.loads((released / "manifest.json").read_text("utf-8"))["audit"]
    times: dict[str, float] = {}
    for row in audit:
        if (row["chapter"], row["beat"]) == ("many_rounds", "again"):
            times.setdefault(row["text"], row["time"])
    return [times[f"round {number} of {LAST}"] for number in range(LAST + 1)]


def pages_of(released: Path) -> list[Path]:
    """Return all pages."""
    return sorted(released.rglob("*.html"))


def seek(seen: Opened, time: float) -> None:
    """Bring the film to a time, and wait until the page has seen it there."""
    seen.until("film.readyState > 0")
    seen.page.evaluate(f"film.currentTime = {time}")
    seen.until("!film.seeking && film.readyState > 1")


def spec(seen: Opened) -> tuple[str, str, str, str]:
    """Return what the view of the run says: the round, accuracy, loss and workers."""
    names = ("told", "accuracy", "loss", "workers")
    one, two, three, four = (seen.page.inner_text(f"#{name}") for name in names)
    return one, two, three, four


def recorded(number: int) -> tuple[str, str, str, str]:
    """Return what the view is to say of a round, from the record."""
    round_ = REFERENCE.rounds[number]
    assert round_.central is not None
    clients = sorted(reply.client for reply in round_.train.replies) if round_.train else []
    return (
        f"Round {number} of {LAST}",
        f"{round_.central.accuracy:.1%}",
        f"{round_.central.loss:.2f}",
        f"Trained: {', '.join(map(str, clients))}." if clients else "Nobody trained.",
    )


@pytest.mark.parametrize("parts", [True, False], ids=["parts", "whole"])
def test_a_chapter_link_plays_from_there(
    released: Path, visit: Visit, plain_address: str, address: str, parts: bool
) -> None:
    starts = chapter_starts(released)
    with visit(at=address if parts else plain_address) as seen:
        assert seen.page.locator("[data-chapter]").count() == len(starts) == 8
        for chapter in (1, 3, 5):
            seen.page.locator("[data-chapter]").nth(chapter).click()
            seen.until(f"!film.paused && film.currentTime > {starts[chapter] + 0.2}")
            seen.until(f"film.currentTime < {starts[chapter] + 3}")
            assert seen.page.evaluate(PLAYED_FROM) == pytest.approx(starts[chapter], abs=FRAME)
            link = seen.page.locator("[data-chapter][aria-current]")
            assert link.get_attribute("data-chapter") == str(chapter)
            seen.page.evaluate("film.pause()")
        fetched = seen.page.evaluate("film.src.startsWith('blob:')")
        assert fetched is not parts  # without parts there is no jumping in what is on its way
        assert seen.page.get_attribute("#film", "aria-busy") is None


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_opened_from_a_folder_has_all_its_parts(
    released: Path, visit: Visit, code: str
) -> None:
    page = "index.html" if code == "en" else f"index.{code}.html"
    with visit(page, at=released.as_uri()) as seen:
        assert seen.page.locator("#told").inner_text() == seen.page.evaluate(
            "JSON.parse(data.textContent).labels.all.replace('{n}', round.max)"
        )
        assert seen.page.locator("#accuracy-chart path.curve").count() == 1
        assert not seen.page.is_visible(".missing")
        chapter = 3
        seen.page.locator("[data-chapter]").nth(chapter).click()
        start = chapter_starts(released)[chapter]
        seen.until(f"!film.paused && film.currentTime > {start + 0.2}")
        assert seen.page.evaluate(PLAYED_FROM) == pytest.approx(start, abs=FRAME)
        seen.page.evaluate("film.textTracks[0].mode = 'hidden'")
        seen.until("film.textTracks[0].cues?.length")
        found = seen.page.evaluate(
            "[...film.textTracks].map(track => [track.language,"
            " [...track.cues].map(cue => cue.text)])"
        )
        assert found == [[code, [cue.content for cue in cues(released, code)]]]
        seen.page.evaluate("Promise.all([...document.fonts].map(font => font.loaded))")


def test_a_film_that_a_browser_refuses_to_play_in_parts_is_played_whole(
    browser: Browser, plain_address: str
) -> None:
    with visited(browser, "about:blank") as seen:
        # As Safari does, where the server sends files only as a whole.
        seen.page.route(
            "**/fedreel.*",
            lambda route: (
                route.abort() if route.request.resource_type == "media" else route.continue_()
            ),
        )
        seen.page.goto(f"{plain_address}/index.html")
        seen.until("film.src.startsWith('blob:') && film.readyState > 0")
        seen.page.locator("[data-chapter]").nth(1).click()
        seen.until("!film.paused && film.currentTime > 12 && !film.error")
        assert seen.page.get_attribute("#film", "aria-busy") is None


def test_a_page_whose_script_is_lost_says_so_and_has_no_empty_place(
    browser: Browser, address: str
) -> None:
    with visited(browser, "about:blank", viewport=WIDE) as seen:
        seen.page.route("**/page.js", lambda route: route.abort())
        seen.page.goto(f"{address}/index.html")
        assert seen.page.inner_text(".missing").startswith("Scripts are switched off here or did")
        widths = "['main', '#film', '#transcript'].map(part =>"
        widths += " document.querySelector(part).getBoundingClientRect().width)"
        assert len(set(seen.page.evaluate(widths))) == 1


def test_the_film_plays_on_its_own(visit: Visit) -> None:
    with visit() as seen:
        seen.page.evaluate("film.play()")
        seen.until("film.currentTime > 0.5")
        assert seen.page.evaluate("film.videoWidth > film.videoHeight && !film.error")


def test_each_language_has_its_captions(released: Path, visit: Visit) -> None:
    loaded = "[...film.querySelectorAll('track')].every(track => track.readyState === track.LOADED)"
    with visit() as seen:
        assert not seen.page.is_visible("#now")
        seen.page.evaluate("for (const track of film.textTracks) track.mode = 'hidden'")
        seen.until(loaded)
        tracks = seen.page.evaluate(
            "[...film.textTracks].map(track => [track.language,"
            " [...track.cues].map(cue => [cue.startTime, cue.text])])"
        )
        assert [language for language, _ in tracks] == list(LANGUAGES)
        for language, found in tracks:
            wanted = cues(released, language)
            assert [text for _, text in found] == [cue.content for cue in wanted]
            times = [cue.start.total_seconds() for cue in wanted]
            assert [time for time, _ in found] == pytest.approx(times, abs=0.002)
        assert seen.page.locator(".beat").count() == len(cues(released))
        seen.page.evaluate("film.textTracks[0].mode = 'showing'")
        for beat in (12, 3):
            seek(seen, start_of(released, beat) + 0.5)
            seen.until("film.textTracks[0].activeCues.length === 1")
            shown = seen.page.evaluate("film.textTracks[0].activeCues[0].text")
            assert shown == cues(released)[beat].content


def test_a_translation_stands_below_the_film(released: Path, visit: Visit) -> None:
    own = "[...film.textTracks].find(track => track.language === 'de')"
    with visit("index.de.html") as seen:
        for beat in (2, 20):
            seek(seen, start_of(released, beat) + 0.5)
            seen.until(f"{MARKED} === {beat}")
            assert seen.page.is_visible("#now")
            assert seen.page.inner_text("#now") == cues(released, "de")[beat].content
        assert seen.page.evaluate(f"{own}.mode") == "hidden"
        seen.page.evaluate("film.requestFullscreen()")
        seen.until(f"{own}.mode === 'showing'")
        seen.page.evaluate("document.exitFullscreen()")
        seen.until(f"{own}.mode === 'hidden'")


def test_the_transcript_follows_the_film(released: Path, visit: Visit) -> None:
    inside = """() => {
      const box = document.querySelector('.told').getBoundingClientRect();
      const beat = document.querySelector('.beat[aria-current]').getBoundingClientRect();
      return box.top <= beat.top && beat.bottom <= box.bottom;
    }"""
    with visit() as seen:
        for beat in (22, 4, len(cues(released)) - 1):
            seek(seen, start_of(released, beat) + 0.5)
            seen.until(f"{MARKED} === {beat}")
            assert seen.page.locator(".beat[aria-current]").count() == 1
            seen.until(f"({inside})()")
        assert seen.page.evaluate("document.querySelector('.told').scrollTop") > 500
        assert seen.page.evaluate("scrollY") == 0


def test_the_transcript_stays_where_a_reader_is(released: Path, visit: Visit) -> None:
    top = "document.querySelector('.told').scrollTop"
    with visit(reduced_motion="reduce") as seen:
        seen.page.locator(".beat .clock").nth(1).focus()
        seek(seen, start_of(released, 22) + 0.5)
        seen.until(f"{MARKED} === 22")
        assert seen.page.evaluate(top) == 0
        seen.page.evaluate("document.activeElement.blur()")
        seen.page.locator(".told").hover()
        seen.page.mouse.wheel(0, 150)
        seen.until(f"{top} === 150")
        seek(seen, start_of(released, 20) + 0.5)
        seen.until(f"{MARKED} === 20")
        assert seen.page.evaluate(top) == 150


def test_a_beat_plays_from_its_time_and_from_its_text(released: Path, visit: Visit) -> None:
    middle = "(r => (r.top + r.bottom) / 2)(film.getBoundingClientRect())"
    with visit(reduced_motion="reduce") as seen:
        for beat, part in ((9, ".clock"), (14, ".shown")):
            seen.page.locator(f".beat >> nth={beat} >> {part}").click()
            start = start_of(released, beat)
            seen.until(f"!film.paused && {MARKED} === {beat}")
            assert seen.page.evaluate(PLAYED_FROM) == pytest.approx(start, abs=FRAME)
            seen.page.evaluate("film.pause()")
            seen.until(f"{middle} > 0 && {middle} < innerHeight")


def test_a_number_leads_to_its_place_and_does_not_seek(visit: Visit) -> None:
    with visit() as seen:
        seek(seen, 3)
        link = seen.page.locator(".caption a", has_text="249 kB").first
        stay = "event => event.target.closest('a[href^=records]') && event.preventDefault()"
        seen.page.evaluate(f"document.addEventListener('click', {stay}, {{ once: true }})")
        link.click()
        seen.page.wait_for_timeout(100)
        assert seen.page.evaluate("[film.currentTime, film.paused]") == [3, True]
        link.click()
        seen.page.wait_for_url("**/records/reference/index.html#*")
        (place,) = seen.page.locator(":target").all()
        assert place.get_attribute("id") == "network.num_bytes"
        assert place.inner_text().split() == ["num_bytes", "249402"]
        assert place.is_visible()


def test_the_view_shows_the_round_that_the_film_shows(released: Path, visit: Visit) -> None:
    times = times_of_rounds(released)
    with visit() as seen:
        seek(seen, chapter_starts(released)[3] + 0.1)
        seen.until(f"told.textContent === 'All rounds, up to {LAST}'")
        assert spec(seen)[1:] == ("", "", "")
        for number in range(LAST + 1):
            seek(seen, times[number] + 0.1)
            seen.until(f"told.textContent === 'Round {number} of {LAST}'")
            assert spec(seen) == recorded(number)
            trained = seen.page.locator("#cards .trained").all_inner_texts()
            marked = f"Trained: {', '.join(trained)}." if trained else "Nobody trained."
            assert marked == recorded(number)[3]


def test_a_pointer_reads_the_chart(released: Path, visit: Visit) -> None:
    with visit() as seen:
        seek(seen, times_of_rounds(released)[1] + 0.1)
        seen.until(f"told.textContent === 'Round 1 of {LAST}'")
        for measure in ("accuracy", "loss"):
            for share, number in ((0.99, LAST), (0.05, 0)):
                seen.page.mouse.move(*on_chart(seen, measure, share))
                assert spec(seen) == recorded(number)
            seen.page.mouse.move(0, 0)
            assert spec(seen) == recorded(1)
        assert seen.page.get_attribute("#follow", "aria-pressed") == "true"
        seen.page.mouse.click(*on_chart(seen, "loss", 0.99))
        seen.page.mouse.move(0, 0)
        assert spec(seen) == recorded(LAST)
        assert seen.page.get_attribute("#follow", "aria-pressed") == "false"


def on_chart(seen: Opened, measure: str, share: float) -> tuple[float, float]:
    """Return where on the page a share of a chart's width is, half-way up."""
    box = seen.page.locator(f"#{measure}-chart svg").bounding_box()
    assert box is not None
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def test_keys_walk_through_the_rounds(visit: Visit) -> None:
    walk = {
        "Home": 0,
        "ArrowRight": 1,
        "ArrowUp": 2,
        "ArrowLeft": 1,
        "End": LAST,
        "ArrowDown": LAST - 1,
    }
    with visit() as seen:
        slider = seen.page.locator("#round")
        slider.focus()
        assert slider.get_attribute("aria-valuetext") == f"All rounds, up to {LAST}"
        assert slider.input_value() == str(LAST)
        for key, number in walk.items():
            seen.page.keyboard.press(key)
            assert spec(seen) == recorded(number)
            round_, accuracy, loss, workers = recorded(number)
            spoken = f"{round_}, Accuracy {accuracy}, Loss {loss}, {workers}"
            assert slider.get_attribute("aria-valuetext") == spoken
            place = seen.page.get_attribute("#place", "href")
            assert place == f"{RECORD}#rounds[{number}]"
        seen.page.click("#place")
        seen.page.wait_for_url(f"**/{RECORD}#*")
        assert seen.page.locator(":target").get_attribute("id") == f"rounds[{LAST - 1}]"


def test_the_view_stops_to_follow_and_follows_again(released: Path, visit: Visit) -> None:
    times = times_of_rounds(released)
    with visit() as seen:
        seek(seen, times[0] + 0.1)
        seen.until(f"told.textContent === 'Round 0 of {LAST}'")
        button = seen.page.locator("#follow")
        for _ in range(2):
            seen.page.focus("#round")
            seen.page.keyboard.press("End")
            assert button.get_attribute("aria-pressed") == "false"
            seek(seen, times[1] + 0.1)
            seen.page.wait_for_timeout(50)
            assert spec(seen) == recorded(LAST)
            button.click()
            assert button.get_attribute("aria-pressed") == "true"
            assert spec(seen) == recorded(1)
        button.click()
        seek(seen, times[2] + 0.1)
        seen.page.wait_for_timeout(50)
        assert spec(seen) == recorded(1)


def test_another_shape_goes_on_at_the_same_time(two_shapes: Path, visit: Visit) -> None:
    with served(two_shapes) as address, visit(at=address) as seen:
        second = chapter_starts(two_shapes)[1]
        seek(seen, 5)
        seen.page.get_by_label("1:1").check()
        seen.until("film.videoWidth === film.videoHeight && film.videoWidth > 0")
        seen.until("!film.seeking && film.currentTime > 0")
        assert seen.page.evaluate("film.currentTime") == pytest.approx(5, abs=FRAME)
        assert seen.page.evaluate("film.paused")
        tracks = seen.page.evaluate(
            "[...film.querySelectorAll('track')].map(track => track.getAttribute('src'))"
        )
        stem = urlsplit(seen.page.evaluate("film.currentSrc")).path.strip("/").split(".")[0]
        own, *others = tracks
        assert (
            b64decode(own.partition(",")[2])
            == (two_shapes / f"captions/{stem}.en.vtt").read_bytes()
        )
        assert others == [f"captions/{stem}.{code}.vtt" for code in LANGUAGES if code != "en"]
        seen.page.locator("[data-chapter]").nth(1).click()
        seen.until(f"!film.paused && film.currentTime > {second}")
        seen.page.get_by_label("16:9").check()
        seen.until(
            f"film.videoWidth > film.videoHeight && !film.paused && film.currentTime > {second}"
        )


def test_another_language_goes_on_at_the_same_time(visit: Visit) -> None:
    with visit() as seen:
        seek(seen, 20)
        seen.page.get_by_role("link", name="Deutsch").click()
        seen.page.wait_for_url("**/index.de.html#t=20.0")
        seen.until("film.currentTime > 0 && !film.seeking")
        assert seen.page.evaluate("film.currentTime") == pytest.approx(20, abs=FRAME)
        assert seen.page.evaluate("film.paused")
        assert seen.page.locator("html").get_attribute("lang") == "de"


def test_without_scripts_everything_can_be_read(released: Path, visit: Visit) -> None:
    with visit(java_script_enabled=False) as seen:
        page = seen.page
        assert page.is_visible(".missing")
        assert page.locator("#film").is_visible()
        assert page.locator("[data-script]").count() > 0
        for part in page.locator("[data-script], #now").all():
            assert not part.is_visible()
        captions = page.locator(".beat .caption")
        assert captions.all_inner_texts() == [cue.content for cue in cues(released)]
        for number in (0, captions.count() - 1):
            assert captions.nth(number).is_visible()
            found = page.locator(".beat .clock").nth(number).get_attribute("href")
            assert found == f"fedreel.mp4#t={start_of(released, number) + 0.0004:.2f}"
        clips = [link.get_attribute("href") for link in page.locator("a.clip").all()]
        assert len(clips) == len(list(released.glob("chapters/*.mp4"))) > 0
        assert all((released / str(clip)).is_file() for clip in clips)
        page.get_by_text("Captions and transcripts").click()
        page.get_by_role("link", name="captions/fedreel.en.txt").wait_for()
        page.get_by_text("As a table", exact=True).click()
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=str(LAST)))
        assert row.first.inner_text().split()[:3] == [str(LAST), *recorded(LAST)[1:3]]
        page.get_by_role("link", name="reference").click()
        assert page.locator("id=rounds[1].central.accuracy").inner_text().split() == [
            "accuracy",
            str(REFERENCE.rounds[1].central and REFERENCE.rounds[1].central.accuracy),
        ]


@pytest.mark.parametrize(
    ("page", "scheme"),
    [("index.html", "dark"), ("index.de.html", "light"), (RECORD, "dark"), (RECORD, "light")],
)
def test_axe_finds_nothing(visit: Visit, page: str, scheme: str) -> None:
    with visit(page, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce") as seen:
        if page != RECORD:
            loaded_trial(seen.page)
            assert violations(seen, WIDE) == ""
        seen.page.evaluate(FEWER)
        assert violations(seen, NARROW) == ""
        seen.page.evaluate(UNFOLD)
        assert violations(seen, NARROW) == ""
        assert violations(seen, WIDE) == ""


def violations(seen: Opened, size: ViewportSize) -> str:
    """Return what axe has to say of a page in a window of a size."""
    seen.page.set_viewport_size(size)
    found = Axe().run(seen.page)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_who_wants_no_motion_sees_none(
    released: Path, visit: Visit, motion: str, behaviour: str
) -> None:
    with visit(reduced_motion=motion) as seen:
        seen.page.evaluate(
            "asked = []; for (const name of ['scrollTo', 'scrollIntoView'])"
            " Element.prototype[name] = (how) => asked.push(how.behavior); 0"
        )
        seek(seen, start_of(released, 22) + 0.5)
        seen.until("asked.length > 0")
        seen.page.evaluate("scrollBy(0, 2000)")
        seen.page.locator(".beat .clock").nth(1).evaluate("link => link.click()")
        seen.until("asked.length > 1")
        assert set(seen.page.evaluate("asked")) == {behaviour}
        moving = "[...document.querySelectorAll('*')].filter(part =>"
        moving += " parseFloat(getComputedStyle(part).transitionDuration) > 0).length"
        assert (seen.page.evaluate(moving) > 0) is (motion == "no-preference")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen(released: Path, visit: Visit, width: int) -> None:
    with visit(viewport={"width": width, "height": 640}) as seen:
        origin = seen.page.url.removesuffix("index.html")
        for path in pages_of(released):
            seen.page.goto(origin + path.relative_to(released).as_posix())
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width, path
            seen.page.evaluate(UNFOLD)
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width, path


def test_on_a_phone_the_film_stays_in_sight(visit: Visit) -> None:
    with visit(viewport={"width": 390, "height": 844}, reduced_motion="reduce") as seen:
        seen.page.locator(".beat .clock").nth(5).click()
        seen.until("!film.paused && film.currentTime > 20")
        assert seen.page.evaluate("scrollY") > 300
        assert seen.page.evaluate("film.getBoundingClientRect().top") == 0


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(visit: Visit) -> None:
    wanted = [".skip", ".languages a", "#film", "[name=shape]", "[data-chapter]"]
    wanted += ["#run", "#round", "#follow", "#place", ".told", ".clip", ".beat .clock"]
    wanted += [".caption a", ".figure", ".beat summary"]
    focus = f"""() => {{
      const at = document.activeElement, ring = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {{
        part: {wanted}.find(part => at.matches(part)) ?? at.outerHTML,
        inside: !at.matches(':focus'),
        ring: ring.outlineStyle === 'none' ? 0 : parseFloat(ring.outlineWidth),
        visible: box.bottom > 0 && box.top < innerHeight,
      }};
    }}"""
    order: list[str] = []
    with visit() as seen:
        there = [part for part in wanted if seen.page.locator(part).and_(enabled(seen)).count()]
        while order[-1:] != there[-1:]:
            seen.page.keyboard.press("Tab")
            at = seen.page.evaluate(focus)
            # In the film's own controls the browser shows where one is.
            assert at["ring"] >= 2 or (at["part"] == "#film" and at["inside"]), at
            assert at["visible"], at
            order += [at["part"]] if at["part"] not in order else []
            assert len(order) <= len(there), order
    assert order == there


def enabled(seen: Opened) -> Locator:
    """Return what can have the focus at all."""
    return seen.page.locator(":enabled, a[href], video, summary, [tabindex]")


def test_a_beat_is_played_by_key(released: Path, visit: Visit) -> None:
    with visit() as seen:
        seen.page.locator(".beat .clock").nth(8).focus()
        seen.page.keyboard.press("Enter")
        seen.until(f"!film.paused && {MARKED} === 8")
        assert seen.page.evaluate(PLAYED_FROM) == pytest.approx(start_of(released, 8), abs=FRAME)


def test_a_visit_weighs_little(browser: Browser, address: str) -> None:
    with browser.new_context(viewport=WIDE) as context:
        page = context.new_page()
        answers: list[Any] = []
        page.on("response", lambda answer: answers.extend([answer]))
        page.goto(f"{address}/index.html", wait_until="networkidle")
        names, size = weight(answers)
        assert {"/index.html", "/assets/page.css", "/assets/page.js"} < names
        assert {"/assets/regular.woff", "/assets/poster.webp"} < names
        assert not [name for name in names if name.startswith("/records/")]
        assert size < MOST_BYTES
        loaded_trial(page)
        names, size = weight(answers)
        assert {"/records/reference/model.js", "/records/reference/photos.js"} < names
        assert size < MOST_BYTES_IN_ALL


def weight(answers: list[Any]) -> tuple[set[str], int]:
    """Return the paths and bytes of what a page has loaded, without the film and its captions."""
    kept = [one for one in answers if one.request.resource_type not in ("media", "texttrack")]
    return {urlsplit(one.url).path for one in kept}, sum(len(one.body()) for one in kept)


class _Seen(HTMLParser):
    """What a page says that the tests ask for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        assert len(dict(attributes)) == len(attributes)
        self.tags.append((tag, dict(attributes)))

    def every(self, *names: str) -> list[str]:
        """Return the values of attributes."""
        return [str(has[name]) for _, has in self.tags for name in names if name in has]


def test_every_link_leads_somewhere(released: Path) -> None:
    ids = {path: set(_Seen(path).every("id")) for path in pages_of(released)}
    records = list(released.glob("records/*"))
    assert len(ids) == len(LANGUAGES) + len(records)
    links = 0
    for path in ids:
        for link in _Seen(path).every("href", "src", "poster"):
            if link.startswith("data:text/vtt;base64,"):
                continue
            assert not urlsplit(link).scheme, link
            assert not urlsplit(link).netloc, link
            address, fragment = urldefrag(link)
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target.is_file(), link
            if fragment and not re.fullmatch(r"t=\d+\.\d\d", fragment):
                assert unquote(fragment) in ids[target], link
            links += 1
    assert links > 1000


def test_the_page_says_how_it_was_made(released: Path, visit: Visit) -> None:
    command = json.loads((released / "manifest.json").read_text("utf-8"))["command"]
    with visit(java_script_enabled=False) as seen:
        section = seen.page.locator("section", has=seen.page.locator("#made-title"))
        texts = [part.inner_text() for part in section.locator("pre, p").all()][1:]
    assert texts == [
        f"{command} ../again",
        f"Versions: fedreel {version('fedreel')}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {one}' for name, one in versions().items())}.",
        f"Runs: reference {record.fingerprint(REFERENCE)}.",
    ]


def test_no_id_stands_twice(released: Path) -> None:
    for path in pages_of(released):
        ids = _Seen(path).every("id")
        assert len(ids) == len(set(ids)), path


def test_every_page_is_strict(released: Path) -> None:
    for path in pages_of(released):
        tags = _Seen(path).tags
        (policy,) = [
            str(has["content"])
            for tag, has in tags
            if tag == "meta" and has.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == ["'none'"]
        allowed = {source for sources in rules.values() for source in sources}
        assert allowed <= {"'none'", "'self'", "blob:", "data:"}
        for scheme in ("blob:", "data:"):
            assert [name for name, sources in rules.items() if scheme in sources] in (
                ["media-src"],
                [],
            )
        for tag, has in tags:
            assert tag not in ("style", "base", "iframe", "object", "embed", "form")
            assert not [name for name in has if name == "style" or name.startswith("on")]
            if tag == "script":
                assert "src" in has or has["type"] == "application/json"
