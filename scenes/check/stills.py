"""Stills of findings: the frame with boxes around the faults."""

from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scenes.check.finding import Finding
from scenes.check.moment import Moment
from scenes.check.pixels import full_picture

MARK = "#FF00FF"  # in no theme
STROKE = 2  # pixels
APART = 3  # pixels between a fault and the box around it
LABEL = 30


def draw_still(moment: Moment, finding: Finding, path: Path) -> None:
    """Write a moment's picture with a finding's boxes and its description below."""
    picture = Image.fromarray(full_picture(moment))
    page = Image.new("RGB", (picture.width, picture.height + LABEL))
    page.paste(picture)
    draw = ImageDraw.Draw(page)
    view = moment.view
    scale = picture.width / view.width
    for box in finding.fault.boxes:
        visible = box.common(view)
        left, right = sorted((x - view.left) * scale for x in (visible.left, visible.right))
        top, bottom = sorted((view.top - y) * scale for y in (visible.top, visible.bottom))
        around = (left - APART, top - APART, right + APART, bottom + APART)
        draw.rectangle(around, outline=MARK, width=STROKE)
    fault = finding.fault
    words = f"{fault.rule}: {finding.measured}, {finding.limit}  ·  {fault.about}"
    place = f"{finding.chapter}, {finding.beat}, {finding.time:.2f} s  ·  "
    draw.text((6, picture.height + 3), place + " ".join(words.split()), MARK, _font())
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path)


def _font() -> ImageFont.FreeTypeFont:
    folder = files("font_source_sans_pro") / "files"
    return ImageFont.truetype(str(folder / "SourceSansPro-Semibold.ttf"), 18)
