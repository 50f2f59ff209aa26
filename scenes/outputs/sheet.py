"""The contact sheet: two labelled stills of every beat on one picture."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import av
from av.video.reformatter import Interpolation
from PIL import Image, ImageDraw, ImageFont

from scenes import theme
from scenes.outputs.targets import whole
from scenes.render.jobs import Clip

COLUMNS = 4
STILL_WIDTH = 640  # pixels
LABEL = 30
GAP = 12
BEFORE_END = 0.1  # seconds; the last picture of a beat stands


def moments(clip: Clip) -> list[tuple[str, float]]:
    """Return names and times, seconds, of a clip's stills: each beat's middle and its end."""
    found = []
    for beat in clip.beats:
        found.append((f"{beat.name}, middle", (beat.start + beat.end) / 2))
        found.append((f"{beat.name}, end", beat.end - BEFORE_END))
    return found


def stills(movie: Path, seconds: Sequence[float]) -> list[Image.Image]:
    """Return the frames at some times of a movie, seconds, in ascending order."""
    frames: list[Image.Image] = []
    with av.open(str(movie)) as container:
        last = None
        for frame in container.decode(video=0):
            while len(frames) < len(seconds) and frame.time > seconds[len(frames)]:
                frames.append(_image(last or frame))
            last = frame
        while len(frames) < len(seconds) and last is not None:
            frames.append(_image(last))
    return frames


def _image(frame: av.VideoFrame) -> Image.Image:
    exact = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    return Image.fromarray(frame.reformat(format="rgb24", interpolation=exact).to_ndarray())


def sheet(clips: Sequence[Clip], path: Path, columns: int = COLUMNS) -> Path:
    """Write the contact sheet of clips, and return its path."""
    labelled = [
        (f"{clip.chapter.name}  ·  {name}  ·  {at:.1f} s", still)
        for clip in clips
        for (name, at), still in zip(
            moments(clip), stills(clip.movie, [at for _, at in moments(clip)]), strict=True
        )
    ]
    height = round(STILL_WIDTH * labelled[0][1].height / labelled[0][1].width)
    rows = -(-len(labelled) // columns)
    step = STILL_WIDTH + GAP, height + LABEL + GAP
    page = Image.new("RGB", (columns * step[0] + GAP, rows * step[1] + GAP), "#000000")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(
        str(files("font_source_sans_pro") / "files" / "SourceSansPro-Semibold.ttf"), 20
    )
    for i, (label, still) in enumerate(labelled):
        x, y = GAP + (i % columns) * step[0], GAP + (i // columns) * step[1]
        draw.text((x, y), label, theme.DATA, font)
        page.paste(still.resize((STILL_WIDTH, height)), (x, y + LABEL))
    with whole(path) as partial:
        page.save(partial)
    return path
