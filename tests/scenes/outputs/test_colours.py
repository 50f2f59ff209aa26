"""A colour is the same in a film, in its other formats, and in stills, as a browser shows them."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from browser import Opened, opened
from manim import RIGHT, Rectangle, VGroup, config, tempconfig

from scenes import FILM
from scenes.drawing.camera import view_of
from scenes.drawing.palettes import PALETTES
from scenes.explainer import PlayedBeat
from scenes.fast.scene import FastScene
from scenes.outputs.encode import WEBM, encode
from scenes.outputs.film import join
from scenes.outputs.loop_files import loop
from scenes.outputs.sheet import stills
from scenes.outputs.slides import cut
from scenes.render.figures import as_png, as_svg
from scenes.render.jobs import Clip, manim_settings

# Colours of both themes, and those that a wrong matrix shifts most.
_DARK, _LIGHT = PALETTES["dark"], PALETTES["light"]
SHIFTED = ("#F1BF4D", "#00FF00", "#0000FF")
COLOURS = (*SHIFTED, _DARK.ground, _DARK.model, _DARK.update, _LIGHT.ground, _LIGHT.update)
MOST = 2  # levels of 255
SIZE = 1280, 720  # where a player guesses a matrix that is not the film's
TYPES = {".mp4": "video/mp4", ".webm": "video/webm", ".svg": "image/svg+xml"}

# The colours in the middle of equal bars across a picture or a movie.
READ = """async ([address, isMovie, bars]) => {
    const shown = document.createElement(isMovie ? "video" : "img");
    if (isMovie) {
        shown.muted = true;
        const drawn = new Promise((done) => shown.requestVideoFrameCallback(done));
        await new Promise((done, fail) => {
            shown.onloadeddata = done;
            shown.onerror = () => fail(new Error(shown.error.message));
            shown.src = address;
        });
        shown.currentTime = 0.1;
        await drawn;
    } else {
        shown.src = address;
        await shown.decode();
    }
    const canvas = document.createElement("canvas");
    canvas.width = shown.videoWidth || shown.naturalWidth;
    canvas.height = shown.videoHeight || shown.naturalHeight;
    const pen = canvas.getContext("2d");
    pen.drawImage(shown, 0, 0);
    return [...Array(bars).keys()].map((bar) => {
        const x = Math.floor((bar + 0.5) * canvas.width / bars);
        return [...pen.getImageData(x, canvas.height >> 1, 1, 1).data].slice(0, 3);
    });
}"""


class Bars(FastScene):
    """Equal bars of all colours."""

    def construct(self) -> None:
        """Stand for half a second."""
        width = config.frame_width / len(COLOURS)
        bar = {"width": width, "height": config.frame_height, "stroke_width": 0}
        bars = [Rectangle(**bar, fill_color=colour, fill_opacity=1) for colour in COLOURS]
        self.add(VGroup(*bars).arrange(RIGHT, buff=0))
        self.wait(0.5)


def every_format(folder: Path, width: int, height: int) -> dict[str, Path]:
    """Return the bars in each format that is made of a scene, by a name."""
    size = {"pixel_width": width, "pixel_height": height, "frame_rate": 10}
    with tempconfig({}):
        config.digest_parser(manim_settings())
        config.update({**size, "media_dir": str(folder), "progress_bar": "none"})
        scene: Any = Bars()
        scene.render()
        figures = {"figure": folder / "figure.png", "drawing": folder / "figure.svg"}
        view = view_of(scene.camera)
        as_png(scene.mobjects, figures["figure"], (2 * width, 2 * height), view)
        as_svg(scene.mobjects, figures["drawing"], "bars", view)
    movie = Path(scene.renderer.file_writer.movie_file_path)
    clip = Clip(FILM[0], movie, (PlayedBeat("only", "bars", 0, 0.5),), 0.5)
    made = {"film": join([movie, movie], folder / "film.mp4", {}), "webm": folder / "film.webm"}
    encode(movie, made["webm"], WEBM)
    (made["slide"],) = cut(clip, folder)
    for suffix in (".gif", ".webp", ".mp4"):
        made[f"loop{suffix}"] = folder / f"loop{suffix}"
        loop(movie, made[f"loop{suffix}"], 480)
    made["still"] = folder / "still.png"
    (still,) = stills(made["film"], [0.2])
    still.save(made["still"])
    return {**made, **figures}


def shown(browser: Opened, path: Path) -> list[list[int]]:
    """Return the colours of the bars as a browser shows them: red, green, blue."""
    kind = TYPES.get(path.suffix, f"image/{path.suffix[1:]}")
    address = f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"
    read: list[list[int]] = browser.page.evaluate(
        READ, [address, kind.startswith("video"), len(COLOURS)]
    )
    return read


def off(found: list[list[int]]) -> int:
    """Return by how many levels colours are off at most."""
    wanted = [bytes.fromhex(colour[1:]) for colour in COLOURS]
    return max(
        abs(a - b)
        for one, another in zip(found, wanted, strict=True)
        for a, b in zip(one, another, strict=True)
    )


def test_a_browser_shows_the_same_colours_in_every_format(tmp_path: Path) -> None:
    made = every_format(tmp_path, *SIZE)
    with opened("about:blank") as browser:
        found = {name: off(shown(browser, path)) for name, path in made.items()}
    assert all(each <= MOST for each in found.values()), found
