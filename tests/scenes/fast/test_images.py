"""The camera that draws images into their own box gives Manim's own pixels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import DOWN, RIGHT, Camera, Circle, ImageMobject, Scene, tempconfig

from scenes.fast.images import BoxCamera


def frame(camera: type[Camera], images: list[ImageMobject], tmp_path: Path) -> np.ndarray:
    """Return the pixels of some images over a circle, uint8, (height, width, 4)."""
    settings: dict[str, Any] = {
        "dry_run": True, "pixel_width": 320, "pixel_height": 180, "media_dir": str(tmp_path)
    }  # fmt: skip
    with tempconfig(settings):
        scene = Scene(camera_class=camera)
        scene.add(Circle(radius=3, fill_opacity=0.7), *images)
        scene.camera.capture_mobjects(scene.mobjects)
        return np.array(scene.camera.pixel_array)


def photo(seed: int) -> ImageMobject:
    """Return a small image of noise, partly transparent."""
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    return ImageMobject(pixels)


@pytest.mark.parametrize("height", [0.4, 1.03, 2.7])
def test_the_pixels_are_manims_own(height: float, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    images = [photo(seed) for seed in range(4)]
    for image in images:
        image.height = height
        image.shift(RIGHT * rng.uniform(-4, 4) + DOWN * rng.uniform(-2, 2))
    ours, theirs = (frame(camera, images, tmp_path) for camera in (BoxCamera, Camera))
    assert (ours == theirs).all()
    assert (ours != frame(Camera, [], tmp_path)).any()


def test_an_image_across_the_frames_edge_is_drawn_too(tmp_path: Path) -> None:
    image = photo(0).shift(RIGHT * 7)
    ours, theirs = (frame(camera, [image], tmp_path) for camera in (BoxCamera, Camera))
    assert (ours == theirs).all()
    assert (ours != frame(Camera, [], tmp_path)).any()
