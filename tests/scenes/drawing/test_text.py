"""Text has the size asked for and stands on its baseline."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import MovingCamera

from scenes import theme
from scenes.drawing import text
from scenes.drawing.chrome import Chrome, caption_block
from scenes.drawing.layout import Frame, layout
from scenes.drawing.text import Words, cut, wrapped
from scenes.render.jobs import jobs
from scenes.story.specs import Metric
from scenes.text import glyphs
from scenes.text.errors import FitError, FontError
from scenes.text.lines import Line, line
from scenes.text.numbers import Number
from scenes.text.sources import Source

FRAME = Frame(128 / 9, 8.0)


@pytest.mark.parametrize("pixels", [theme.LABEL, theme.TITLE, theme.DISPLAY])
def test_a_capital_is_as_tall_as_asked(pixels: float) -> None:
    assert Words("H", FRAME, pixels=pixels).height == pytest.approx(FRAME.px(pixels))


def test_letters_below_the_line_do_not_move_it() -> None:
    point = np.array([1.0, 2.0, 0.0])
    plain, deep = Words("H", FRAME).put(point), Words("Hgj", FRAME).put(point)
    for words in (plain, deep):
        capital = words.points[: words.ends[0], 1]
        assert (capital.min() + capital.max()) / 2 == pytest.approx(2.0)


def test_a_line_starts_or_ends_where_it_is_put() -> None:
    point = np.array([1.0, 2.0, 0.0])
    assert Words("left", FRAME).put(point, -1).get_left()[0] == pytest.approx(1.0)
    assert Words("right", FRAME).put(point, 1).get_right()[0] == pytest.approx(1.0)


def test_words_know_their_numbers() -> None:
    number = Number("7", Source("somewhere"), 7)
    assert Words(number, FRAME).numbers == (number,)


def test_words_refuse_a_digit_without_a_source() -> None:
    with pytest.raises(ValueError, match="without a source"):
        Words("7 workers", FRAME)


def test_a_missing_font_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text.register_font.cache_clear()
    monkeypatch.setattr(theme, "FONT", "No Such Sans")
    with pytest.raises(FontError, match=r"'No Such Sans' is not available.*font-source-sans-pro"):
        text.register_font()


@pytest.mark.parametrize("content", [None, b"", b"no font"], ids=["none", "empty", "other"])
def test_a_font_file_is_missed_before_anything_is_rendered(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bold = tmp_path / "bold"
    if content is not None:
        bold.write_bytes(content)
    usual = glyphs.font_file
    monkeypatch.setattr(
        glyphs, "font_file", lambda weight: str(bold) if weight == "BOLD" else usual(weight)
    )
    with pytest.raises(FontError, match=r"^the font file SourceSansPro-Bold\.ttf is missing or"):
        jobs(("credits",))
    text.register_font.cache_clear()
    with pytest.raises(FontError):
        text.register_font()


def test_a_character_that_the_font_lacks_is_an_error() -> None:
    with pytest.raises(FontError, match=r"no glyph for '\u4e2d' \(CJK UNIFIED IDEOGRAPH-4E2D\)"):
        Words(Number("\u4e2d", Source("a name")), FRAME)
    text.check_glyphs("caf\u00e9 \u00b7 \u2212\u2026")


@pytest.mark.parametrize(
    ("whole", "lines"),
    [
        ("short", ["short"]),
        (
            "One first model for all. It knows nothing yet of the photos.",
            ["One first model for all.", "It knows nothing yet of the photos."],
        ),
        (
            "The coordinator picks a few of all the workers by chance",
            ["The coordinator picks", "a few of all the workers by chance"],
        ),
    ],
)
def test_lines_break_at_sentences_or_evenly(whole: str, lines: list[str]) -> None:
    assert wrapped(whole, 42) == lines


@given(st.lists(st.text("abcdefg", min_size=1, max_size=9), min_size=1, max_size=9).map(" ".join))
def test_wrapping_keeps_every_word_and_the_limit(whole: str) -> None:
    lines = wrapped(whole, 42)
    assert " ".join(lines) == whole
    assert max(map(len, lines)) <= 42


def test_a_caption_that_is_too_long_is_refused() -> None:
    with pytest.raises(FitError, match="needs 3 lines of 42 characters, but 2 are allowed"):
        caption_block("word " * 20 + "end", layout(FRAME))


def overlay(*names: str | Line, frame: Frame, alone: bool = True) -> list[Words]:
    """Return the texts of an overlay with metrics of these names."""
    chrome = Chrome(layout(frame), MovingCamera(frame_width=frame.width))
    value = Number("100.0%", Source("somewhere"), 1.0)
    chrome.overlay([Metric(value, name, "ink") for name in names], alone=alone)
    return list(chrome.on_screen["overlay"])


def test_a_metric_has_a_value_over_its_name() -> None:
    shown = overlay("test accuracy", "sent so far", frame=FRAME)
    assert [words.string for words in shown] == ["100.0%", "sent so far", "100.0%", "test accuracy"]


@pytest.mark.parametrize("alone", [True, False])
def test_metrics_with_long_names_stay_in_their_slot(alone: bool) -> None:
    frame = Frame(8.0, 128 / 9)
    name = Line("accuracy of {run}", (("run", Number("dirichlet-30-a", Source("name"))),))
    shown = overlay(name, "the bytes of all messages so far", frame=frame, alone=alone)
    slots = layout(frame)
    slot = slots.headline if alone else slots.overlay
    assert any("dirichlet-30-a" in words.string for words in shown)
    assert min(words.get_left()[0] for words in shown) >= frame.safe.left - 1e-6
    assert max(words.get_right()[0] for words in shown) <= frame.safe.right + 1e-6
    assert max(words.get_top()[1] for words in shown) <= slot.top + frame.px(12)
    for i, words in enumerate(shown):
        for other in shown[i + 1 :]:
            apart = (
                words.get_bottom()[1] > other.get_top()[1]
                or other.get_bottom()[1] > words.get_top()[1]
                or words.get_right()[0] < other.get_left()[0]
                or other.get_right()[0] < words.get_left()[0]
            )
            assert apart, (words.string, other.string)


def test_a_name_is_cut_where_it_has_no_room() -> None:
    name = Number("a very long name", Source("a name"))
    whole = cut(name, FRAME, 100.0, color=theme.INK)
    assert whole.string == "a very long name"
    short = cut(name, FRAME, whole.width / 2, color=theme.INK)
    assert short.width <= whole.width / 2
    assert short.string.endswith("\u2026")
    assert name.text.startswith(short.string[:-1])
    assert short.numbers[0].source == name.source
    assert cut("no number", FRAME, 0.0, color=theme.INK).string == "no number"


def test_in_a_line_the_first_name_is_cut() -> None:
    names = {
        "run": Number("a run with a long name", Source("name")),
        "r": Number("12", Source("a round"), 12.0),
        "place": Number("fc3.weight[0, 59]", Source("an index")),
    }
    spec = line("run {run}, round {r}, {place}", **names)
    whole = cut(spec, FRAME, 100.0, color=theme.INK)
    assert whole.string == "run a run with a long name, round 12, fc3.weight[0, 59]"
    short = cut(spec, FRAME, 0.8 * whole.width, color=theme.INK)
    assert short.width <= 0.8 * whole.width
    first, rest = short.string.split("\u2026")
    assert whole.string.startswith(first)
    assert rest == ", round 12, fc3.weight[0, 59]"
    assert [number.source for number in short.numbers] == [one.source for one in names.values()]
    assert (
        cut(spec, FRAME, 0.1, color=theme.INK).string == "run a\u2026, round 12, fc3.weight[0, 59]"
    )


def named(name: str) -> Number:
    """Return a name, which has no value."""
    return Number(name, Source("somewhere"))


def test_the_longest_name_of_a_caption_is_cut_until_it_fits() -> None:
    parts = {"best": named("automobile"), "true": named("automobiles"), "all": named("airplane")}
    long = line(
        "Best: {best}. Most common mistake: {true} called {all}, nearly every time.", **parts
    )
    block = caption_block(long, layout(FRAME))
    assert [words.string for words in block] == [
        "Best: automo\u2026. Most common mistake:",
        "automo\u2026 called airpla\u2026, nearly every time.",
    ]


def test_a_caption_without_names_is_not_cut() -> None:
    with pytest.raises(FitError, match="Shorten it"):
        caption_block(line("A caption that is too long for any frame. " * 4), layout(FRAME))
