"""Text has the size asked for and stands on its baseline."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes import theme
from scenes.drawing import text
from scenes.drawing.chrome import caption_block
from scenes.drawing.layout import Frame, layout
from scenes.drawing.text import Words, wrapped
from scenes.errors import FitError, FontError
from scenes.figures import Figure

FRAME = Frame(128 / 9, 8.0)


@pytest.mark.parametrize("pixels", [theme.LABEL, theme.TITLE, theme.DISPLAY])
def test_a_capital_is_as_tall_as_asked(pixels: float) -> None:
    assert Words("H", FRAME, pixels=pixels).height == pytest.approx(FRAME.px(pixels))


def test_letters_below_the_line_do_not_move_it() -> None:
    point = np.array([1.0, 2.0, 0.0])
    plain, deep = Words("H", FRAME).put(point), Words("Hgj", FRAME).put(point)
    assert deep[0].get_center()[1] == pytest.approx(plain[0].get_center()[1])
    assert plain[0].get_center()[1] == pytest.approx(2.0)


def test_a_line_starts_or_ends_where_it_is_put() -> None:
    point = np.array([1.0, 2.0, 0.0])
    assert Words("left", FRAME).put(point, -1).get_left()[0] == pytest.approx(1.0)
    assert Words("right", FRAME).put(point, 1).get_right()[0] == pytest.approx(1.0)


def test_words_know_their_figures() -> None:
    figure = Figure("7", "somewhere", 7)
    assert Words(figure, FRAME).figures == (figure,)


def test_words_refuse_a_digit_without_a_source() -> None:
    with pytest.raises(ValueError, match="without a source"):
        Words("7 workers", FRAME)


def test_a_missing_font_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text.register_font.cache_clear()
    monkeypatch.setattr(theme, "FONT", "No Such Sans")
    with pytest.raises(FontError, match=r"'No Such Sans' is not available.*font-source-sans-pro"):
        text.register_font()


def test_a_character_that_the_font_lacks_is_an_error() -> None:
    with pytest.raises(FontError, match=r"no glyph for '\u4e2d' \(CJK UNIFIED IDEOGRAPH-4E2D\)"):
        Words(Figure("\u4e2d", "dataset.class_names[0]"), FRAME)
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
    with pytest.raises(FitError, match="needs 3 lines of 42 characters, 2 are allowed"):
        caption_block("word " * 20 + "end", layout(FRAME, 2))
