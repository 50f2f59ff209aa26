"""A GIF of Manim's has its own palette: it is nearer to the picture than Manim's, and smaller."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import stock
from manim import (
    BLUE,
    RED,
    RIGHT,
    YELLOW,
    MovingCamera,
    Rectangle,
    Scene,
    Square,
    color_gradient,
    config,
    tempconfig,
)

from scenes.fast.scene import FastScene


class Coloured(FastScene):
    """A square that moves over many colours."""

    def construct(self) -> None:
        """Play."""
        width = config.frame_width / 40
        for i, color in enumerate(color_gradient([BLUE, "#101820", RED], 40)):
            bar = Rectangle(width=width, height=8, fill_color=color, fill_opacity=1, stroke_width=0)
            self.add(bar.shift((i - 19.5) * width * RIGHT))
        square = Square(fill_color=YELLOW, fill_opacity=0.6).shift(-4 * RIGHT)
        self.next_section()
        self.play(square.animate.shift(4 * RIGHT))
        self.next_section()
        self.play(square.animate.shift(4 * RIGHT))


def made(folder: Path, **options: Any) -> tuple[Path, list[np.ndarray]]:
    """Return a GIF of the scene, and its frames, RGB."""
    chosen = {**stock.SETTINGS, "frame_rate": 10, "format": "gif", "media_dir": str(folder)}
    with tempconfig(chosen):
        scene: Scene = Coloured(**options)
        scene.render()
        writer: Any = scene.renderer.file_writer
        path = Path(writer.gif_file_path)
    with av.open(str(path)) as gif:
        return path, [frame.to_ndarray(format="rgb24") for frame in gif.decode(video=0)]


def error(shown: list[np.ndarray], drawn: list[np.ndarray]) -> float:
    """Return the mean squared error of frames, 0 to 255²."""
    pairs = zip(shown, drawn, strict=True)
    return float(np.mean([np.square(one - other[..., :3].astype(float)) for one, other in pairs]))


def test_a_gif_is_nearer_to_the_picture_than_manims(tmp_path: Path) -> None:
    drawn = stock.frames(Coloured, None, tmp_path / "drawn", frame_rate=10)
    ours, shown = made(tmp_path / "ours")
    theirs, shown_by_manim = made(tmp_path / "theirs", camera_class=MovingCamera)
    assert error(shown, drawn) < error(shown_by_manim, drawn) / 5
    assert ours.stat().st_size < theirs.stat().st_size
