"""Loudness after EBU R 128, measured by FFmpeg's filter."""

from math import inf, isfinite

import av
import numpy as np

from scenes.sound.samples import RATE, Samples

VOICE, UNDER = -16.0, -30.0  # LUFS: of what is spoken, and of all that is heard with it
MOST = 0.84  # the highest sample, so that no encoder clips: 1.5 dB below full scale
LEAST = 0.5  # seconds; what is shorter has no loudness of its own
STEP = RATE // 10  # samples handed over at once


def loudness(samples: Samples) -> float:
    """Return the integrated loudness of samples, LUFS; minus infinity for silence."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, layout="stereo", format="fltp")
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found = -inf
    short = max(round(LEAST * RATE) - len(samples), 0)
    padded = np.concatenate([samples, np.zeros((short, 2), np.float32)])
    for first in range(0, len(padded), STEP):
        part = np.ascontiguousarray(padded[first : first + STEP].T)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, first
        graph.push(frame)
        found = _pulled(graph, found)
    return found if isfinite(found) and found > SILENCE else -inf


SILENCE = -69.9  # LUFS of the filter's gate


def _pulled(graph: av.filter.Graph, found: float) -> float:
    """Return the loudness after all frames that a graph has ready."""
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return found
        found = float(frame.metadata.get("lavfi.r128.I", found))


def at_loudness(samples: Samples, target: float) -> Samples:
    """Return samples with a loudness, LUFS; peaks that would be too high are rounded off."""
    found = loudness(samples)
    if not isfinite(found):
        return samples
    louder = samples * np.float32(10 ** ((target - found) / 20))
    return limited(louder)


def at_most(samples: Samples, highest: float) -> Samples:
    """Return samples with a loudness of at most some LUFS."""
    return samples * np.float32(min(10 ** ((highest - loudness(samples)) / 20), 1.0))


def limited(samples: Samples) -> Samples:
    """Return samples whose peaks are rounded off from half the highest level on."""
    half = np.float32(MOST / 2)
    bent = samples.copy()
    high = np.abs(samples) > half
    beyond = np.abs(samples[high]) - half
    bent[high] = np.sign(samples[high]) * (half + half * np.tanh(beyond / half))
    return bent
