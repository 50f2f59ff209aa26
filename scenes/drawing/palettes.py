"""The table of themes, with a palette for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours by role. The tests check contrast and colour vision deficiencies.

    Blue is only for the global model, red only for updates. Gold is for data and shares of it.
    """

    ground: str
    panel: str
    edge: str
    wire: str
    muted: str
    ink: str
    model: str
    update: str
    data: str
    on_bright: str  # text on a filled packet or bar


PALETTES = {
    "dark": Palette(
        ground="#0F1318",
        panel="#171D25",
        edge="#2C3643",
        wire="#4B5A6E",
        muted="#98A2B1",
        ink="#F2F4F7",
        model="#56B4E9",
        update="#F0705A",
        data="#F2C14E",
        on_bright="#0F1318",
    ),
    "light": Palette(
        ground="#FAFAF8",
        panel="#FFFFFF",
        edge="#C9CFD8",
        wire="#9AA5B4",
        muted="#5A6472",
        ink="#161B22",
        model="#0A629C",
        update="#C0203E",
        data="#7A5F00",
        on_bright="#FFFFFF",
    ),
}
