"""The table of themes, with a palette for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours by role, and opacities. The tests check contrast and colour vision deficiencies.

    Blue is only for the global model, red only for updates. Gold is for data and shares of it.
    """

    ground: str  # at the frame's corners
    ground_middle: str
    panel: str
    edge: str
    wire: str
    muted: str
    ink: str
    model: str
    update: str
    data: str  # text and lines
    data_fill: str
    data_edge: str  # the outline of what is filled with it
    on_bright: str  # text on a filled packet or bar
    on_data: str  # text on what is filled with the colour of data
    shadow: str
    dim: float  # opacity of what does not take part
    shade: float  # opacity of a shadow right under its panel
    glow: float  # opacity of the light right around a panel that is lit; 0 for a shadow instead


PALETTES = {
    "dark": Palette(
        ground="#0B0E13",
        ground_middle="#171F2B",
        panel="#141A22",
        edge="#2C3643",
        wire="#4B5A6E",
        muted="#B0B9C6",
        ink="#F2F4F7",
        model="#56B4E9",
        update="#F0705A",
        data="#F2C14E",
        data_fill="#F2C14E",
        data_edge="#F2C14E",
        on_bright="#0B0E13",
        on_data="#0B0E13",
        shadow="#000000",
        dim=0.42,
        shade=0.48,
        glow=0.38,
    ),
    "light": Palette(
        ground="#F3F1EC",
        ground_middle="#FDFCFA",
        panel="#FFFFFF",
        edge="#D5D3CC",
        wire="#9AA5B4",
        muted="#4B5563",
        ink="#161B22",
        model="#0A629C",
        update="#C0203E",
        data="#7A5F00",
        data_fill="#E3A008",
        data_edge="#7A5F00",
        on_bright="#FFFFFF",
        on_data="#161B22",
        shadow="#2A2418",
        dim=0.5,
        shade=0.2,
        glow=0.0,
    ),
}
