"""The samples of effects and of the pad, made with numpy.

No clip has them, so that their code is no input of one.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from scenes.sound.effects import Effect, Kind, TimedEffect
from scenes.sound.samples import RATE, Samples

Wave = npt.NDArray[np.float64]  # of one channel, or the times of its samples

# A tone: E3 for a measure of 0, three octaves more for 1, so that a person hears one percent.
LOWEST, OCTAVES = 164.8, 3.0  # hertz
TONE, TONE_LEVEL, FADES = 1.1, 0.22, 0.26  # seconds; part of full scale; seconds to a third
PARTIALS = (1.0, 0.32, 0.12, 0.04)
ATTACK = 0.012  # seconds
# A click: its frequency, hertz. The model comes from above and has the lowest.
CLICKS: dict[Kind, float] = {"model": 620.0, "update": 930.0, "reply": 1550.0}
CLICK, CLICK_LEVEL, CLICK_FADES = 0.12, 0.14, 0.018
# The pad: a fifth and its octave, slowly beating; hertz, and parts of its level. All frequencies
# are multiples of 1 / LOOP, so that it can be repeated.
PAD = ((82.4, 1.0), (123.6, 0.6), (164.8, 0.45), (247.2, 0.16), (329.6, 0.08))
PAD_LEVEL, BEAT, SWELL = 0.03, 0.1, 0.05  # part of full scale; hertz of the first beat and swell
LOOP = 20  # seconds
HUSH, ENTER = 0.9, 3.0  # seconds in which the pad falls silent, and comes in
LEVELS = 1000  # of the pad in a second


@cache
def samples_of(effect: Effect) -> Samples:
    """Return the samples of an effect."""
    if effect.kind == "tone":
        return _stereo(_tone(LOWEST * 2 ** (OCTAVES * effect.height)))
    return _stereo(_click(CLICKS[effect.kind]))


def _tone(frequency: float) -> Wave:
    """Return a struck tone with a few partials, the higher of which fade sooner."""
    time = np.arange(round(TONE * RATE)) / RATE
    parts = (
        level * np.sin(2 * np.pi * number * frequency * time) * np.exp(-time * number**0.5 / FADES)
        for number, level in enumerate(PARTIALS, start=1)
    )
    return TONE_LEVEL * sum(parts, np.zeros(len(time))) * _ends(time, TONE, ATTACK, 0.1)


def _click(frequency: float) -> Wave:
    """Return a short wooden sound."""
    time = np.arange(round(CLICK * RATE)) / RATE
    body = np.sin(2 * np.pi * frequency * time) + 0.4 * np.sin(2 * np.pi * 2.76 * frequency * time)
    return CLICK_LEVEL * body * np.exp(-time / CLICK_FADES) * _ends(time, CLICK, 0.001, 0.03)


def pad(seconds: float, silences: Sequence[tuple[float, float]] = ()) -> Samples:
    """Return a low sound of some length that is not heard during silences, given in seconds."""
    count = round(seconds * RATE)
    made = np.resize(_loop(), (count, 2))
    steps = np.arange(0, seconds + 1 / LEVELS, 1 / LEVELS)
    level = _ends(steps, seconds, ENTER, ENTER)
    for start, end in silences:
        before, after = (start - steps) / HUSH, (steps - end) / ENTER
        level *= _smooth(np.clip(np.maximum(before, after), 0, 1))
    made *= np.interp(np.arange(count) / RATE, steps, level)[:, None].astype(np.float32)
    return made


@cache
def _loop() -> Samples:
    """Return the pad without an end, to be repeated."""
    time = np.arange(LOOP * RATE) / RATE
    made = np.zeros((len(time), 2))
    for number, (frequency, loud) in enumerate(PAD):
        swell = 1 - 0.35 * np.cos(2 * np.pi * SWELL * (number + 1) * time)
        for side, apart in enumerate((-BEAT / 2, BEAT / 2)):
            phase = 2 * np.pi * (frequency + apart * number) * time + number
            made[:, side] += PAD_LEVEL * loud * swell * np.sin(phase)
    return made.astype(np.float32)


def mix(seconds: float, parts: Iterable[tuple[float, Samples]]) -> Samples:
    """Return sounds put together, each at its time in seconds; what is beyond the end is cut."""
    mixed = np.zeros((round(seconds * RATE), 2), np.float32)
    for at, samples in parts:
        first = max(round(at * RATE), 0)
        room = mixed[first : first + len(samples)]
        room += samples[: len(room)]
    return mixed


def score(
    seconds: float,
    effects: Iterable[TimedEffect],
    silences: Sequence[tuple[float, float]] | None = None,
) -> Samples:
    """Return what is heard of some length: effects at their times, and the pad.

    Args:
        seconds: the length.
        effects: those that are heard.
        silences: when the pad is not heard, seconds; None leaves it out.
    """
    heard = [(one.at, samples_of(one.effect)) for one in effects]
    low = [] if silences is None else [(0.0, pad(seconds, silences))]
    return mix(seconds, [*heard, *low])


def _ends(time: Wave, seconds: float, rise: float, fall: float) -> Wave:
    """Return a level at some times, which rises from 0 at the start and falls to 0 at the end."""
    left = (seconds - time) / fall
    return _smooth(np.clip(time / rise, 0, 1)) * _smooth(np.clip(left, 0, 1))


def _smooth(part: Wave) -> Wave:
    return part * part * (3 - 2 * part)


def _stereo(wave: Wave) -> Samples:
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
