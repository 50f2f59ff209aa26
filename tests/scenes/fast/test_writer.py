"""What is written are the frames, whatever the format, and nothing half done is left."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import stock
from any_box import FRAME, box
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import Camera, FadeIn, ImageMobject, Scene, Square, tempconfig

from scenes.fast.boxes import Box, boxes_of, mark, no_tiles
from scenes.fast.scene import FastScene
from scenes.fast.writer import COLOURS, PatchEncoder, patches_of, planes_of

RATE = {"frame_rate": 5}
LOSSLESS: dict[str, Any] = {
    **stock.SETTINGS, **RATE, "video_encoder_options": stock.LOSSLESS
}  # fmt: skip


class TwoSections(FastScene):
    """A square comes over a picture, stands, and goes on; in two sections."""

    def construct(self) -> None:
        """Tell it."""
        square = Square(fill_opacity=0.5)
        self.add(ImageMobject(np.full((4, 4, 4), 200, np.uint8)))
        self.next_section("comes")
        self.play(FadeIn(square), run_time=0.6)
        self.next_section("stands")
        self.wait(0.8)
        self.play(square.animate.shift((1, 0, 0)), run_time=0.6)


def rendered(folder: Path, scene_class: type[FastScene] = TwoSections, **settings: Any) -> Scene:
    """Render a scene, and return it."""
    with tempconfig({**LOSSLESS, "media_dir": str(folder), **settings}):
        scene = scene_class()
        scene.renderer.file_writer.direct = settings.pop("direct", False)
        scene.render()
    return scene


def movie_of(scene: Scene) -> Path:
    """Return a rendered scene's movie."""
    return Path(scene.renderer.file_writer.movie_file_path)


# Matrix of BT.601, primaries and curve of sRGB, limited range, in the numbers of ITU-T H.273.
TAGS = [6, 1, 13, 1]


def tags(path: Path) -> list[int]:
    """Return what a movie says about its colours: matrix, primaries, curve and range."""
    with av.open(str(path)) as movie:
        colours = movie.streams.video[0].codec_context
        return [
            colours.colorspace, colours.color_primaries, colours.color_trc, colours.color_range
        ]  # fmt: skip


def expected(folder: Path) -> list[str]:
    """Return the digests of Manim's own frames."""
    frames = stock.frames(TwoSections, Camera, folder / "stock", **RATE)
    return [stock.converted(frame) for frame in frames]


@pytest.mark.parametrize("cached", [False, True])
def test_a_movie_holds_manims_frames(cached: bool, tmp_path: Path) -> None:
    scene = rendered(tmp_path, disable_caching=not cached)
    assert stock.decoded(movie_of(scene)) == expected(tmp_path)
    assert tags(movie_of(scene)) == TAGS
    parts = list(tmp_path.rglob("partial_movie_files/*/*.mp4"))
    assert len(parts) == (3 if cached else 2)  # one a play, or one a section


def test_a_second_render_takes_manims_cache(tmp_path: Path) -> None:
    first = rendered(tmp_path, disable_caching=False)
    parts = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("partial*/*/*.mp4")}
    again = rendered(tmp_path, disable_caching=False)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("partial*/*/*.mp4")} == parts
    assert again.time == first.time == pytest.approx(2.0)


def test_sections_are_files_of_their_own(tmp_path: Path) -> None:
    scene = rendered(tmp_path, save_sections=True)
    (index,) = tmp_path.rglob("sections/*.json")
    sections = json.loads(index.read_text())
    movies = [index.parent / section["video"] for section in sections]
    assert [section["name"] for section in sections] == ["comes", "stands"]
    assert [len(stock.decoded(movie)) for movie in movies] == [3, 7]
    joined = [digest for movie in movies for digest in stock.decoded(movie)]
    assert joined == stock.decoded(movie_of(scene)) == expected(tmp_path)


def test_frames_can_be_written_as_pictures(tmp_path: Path) -> None:
    rendered(tmp_path, format="png-sequence")
    assert len(list(tmp_path.rglob("*.png"))) == 7  # a wait is one


def test_another_codec_goes_manims_own_way(tmp_path: Path) -> None:
    scene = rendered(tmp_path, format="webm", video_codec="libvpx-vp9", video_encoder_options={})
    with av.open(str(movie_of(scene))) as movie:
        assert movie.streams.video[0].codec_context.name.startswith("vp9")
        assert sum(1 for _ in movie.decode(video=0)) == 10
    assert tags(movie_of(scene)) == TAGS


def test_a_folder_may_have_an_apostrophe(tmp_path: Path) -> None:
    scene = rendered(tmp_path / "it's")
    assert len(stock.decoded(movie_of(scene))) == 10


class Breaks(TwoSections):
    """Fails in the middle of a play."""

    def construct(self) -> None:
        """Tell it until it fails."""
        square = Square().add_updater(self.fail)
        self.add(square)
        self.wait(1)

    def fail(self, mobject: object, dt: float) -> None:
        """Fail once time passes."""
        if dt:
            raise ZeroDivisionError


@pytest.mark.parametrize("direct", [False, True])
def test_a_scene_that_fails_leaves_no_file(direct: bool, tmp_path: Path) -> None:
    with tempconfig({**LOSSLESS, "media_dir": str(tmp_path)}):
        scene = Breaks()
        scene.renderer.file_writer.direct = direct
        with pytest.raises(ZeroDivisionError):
            scene.render()
    assert not list(tmp_path.rglob("*.mp4"))


class Spec:
    """An encoder's settings, as Manim hands them on."""

    container_format, codec, pixel_format = "mp4", "libx264", COLOURS
    width, height = FRAME.right // 2 * 2, FRAME.bottom // 2 * 2
    frame_rate, options = 5, (("crf", "0"),)


@given(steps=st.lists(st.lists(box(), max_size=3), min_size=1, max_size=4), seed=st.integers(0, 9))
@settings(max_examples=25)
def test_patches_make_the_planes_that_a_whole_frame_makes(
    steps: list[list[Box]], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    frame = Box(0, 0, Spec.width, Spec.height)
    pixels = rng.integers(0, 256, (Spec.height, Spec.width, 4), dtype=np.uint8)
    encoder = PatchEncoder(target=tmp_path_factory.mktemp("movie") / "m.mp4", spec=Spec())
    encoder.write_frame(patches_of(pixels, [frame]))
    for marked in steps:
        tiles = no_tiles(frame)
        for one in marked:
            mark(tiles, one)
        boxes = list(boxes_of(tiles, frame))
        for one in boxes:
            one.of(pixels)[:] = rng.integers(0, 256, (*one.of(pixels).shape[:2], 1), dtype=np.uint8)
        encoder.write_frame(patches_of(pixels, boxes))
        whole = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format=COLOURS)
        for ours, theirs in zip(encoder._planes, planes_of(whole), strict=True):
            assert (ours == theirs).all()
    encoder.finish()
