"""Assets of all pages: style, script, icon, fonts and poster."""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools import subset
from jinja2 import Environment
from PIL import Image

from scenes.drawing.palettes import PALETTES
from scenes.render.digests import digest
from scenes.render.store import Store

SCRIPTS = Path(__file__).parent / "assets"
FONT_FILES = {"regular": "SourceSansPro-Regular.ttf", "semibold": "SourceSansPro-Semibold.ttf"}
FONT_RANGE = "U+0020-017F,U+2010-2026,U+2190-2193,U+2212,U+20AC"  # Latin, dashes, arrows
POSTER = 1280, 1280  # the largest size in pixels


def write_assets(environment: Environment, store: Store, folder: Path) -> list[Path]:
    """Write the assets, and return their paths.

    Args:
        environment: the Jinja environment.
        store: the cache of fonts.
        folder: the release's folder with its ``poster.png``.
    """
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    palettes = {name: asdict(palette) for name, palette in PALETTES.items()}
    for name in ("page.css", "icon.svg"):
        text = environment.get_template(name).render(**palettes, colors=_colors)
        (assets / name).write_text(text + "\n", "utf-8")
    for script in SCRIPTS.glob("*.js"):
        shutil.copyfile(script, assets / script.name)
    drawn_by = [FONT_RANGE, version("font-source-sans-pro"), version("fonttools")]
    for weight, file in FONT_FILES.items():
        source = files("font_source_sans_pro") / "files" / file
        made = store.get(digest([file, *drawn_by]), ".woff", partial(_font, source))
        shutil.copyfile(made, assets / f"{weight}.woff")
    with Image.open(folder / "poster.png") as poster:
        poster.thumbnail(POSTER)
        poster.save(assets / "poster.webp", quality=80)
    return sorted(assets.iterdir())


def _colors(palette: Mapping[str, object]) -> str:
    return " ".join(
        f"--{role.replace('_', '-')}: {color};"
        for role, color in palette.items()
        if isinstance(color, str)
    )


def _font(source: Any, path: Path) -> None:
    """Write the subset of a font that pages need."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it logs every glyph
    options = subset.Options(flavor="woff", layout_features=["kern", "tnum", "liga"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(FONT_RANGE))
    with subset.load_font(str(source), options) as font:
        subsetter.subset(font)
        subset.save_font(font, str(path), options)
