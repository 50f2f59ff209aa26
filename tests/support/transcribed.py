"""A chapter's voice heard by a speech recogniser: ``python transcribed.py CHAPTER MOVIE``.

It prints what is understood of each caption, how many words are wrong, and how far the first word
is from its time; MOVIE is what ``fedreel film CHAPTER --voice hibari`` has made. It needs
``pip install pocketsphinx``, which has its model of English inside, and is run by hand.
"""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from scenes.outputs.joins import JOIN
from scenes.render.jobs import dry_run, jobs
from scenes.render.looks import Look
from scenes.sound.effects import TimedSpeech

RATE = 16_000  # samples a second, of the recogniser's model
FRAMES = 100  # of the recogniser, a second
BEFORE = 0.5  # seconds that are heard before a caption
VOICE = "hibari"
Samples = npt.NDArray[np.int16]


def words(text: str) -> list[str]:
    """Return the words of a text, as the recogniser writes them."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).replace("' ", " ").split()


def errors(wanted: Sequence[str], found: Sequence[str]) -> int:
    """Return how many words are to be changed, added or removed (Levenshtein distance)."""
    row = list(range(len(found) + 1))
    for i, one in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]


def heard(movie: Path) -> Samples:
    """Return the sound of a movie from its first picture on."""
    to_model = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(movie)) as source:
        shown = (frame for frame in source.decode(audio=0) if (frame.time or 0.0) >= 0)
        frames = [part for frame in shown for part in to_model.resample(frame)]
    frames += to_model.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def decoded(samples: Samples, text: str = "") -> Any:
    """Return a recogniser after some samples; with a text, it looks for its words alone."""
    decoder = import_module("pocketsphinx").Decoder(samprate=RATE, loglevel="FATAL")
    if text:
        known = [word for word in words(text) if decoder.lookup_word(word) is not None]
        decoder.set_align_text(" ".join(known))
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    return decoder


def understood(samples: Samples) -> str:
    """Return what the recogniser understands."""
    decoder = decoded(samples)
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def begins(samples: Samples, text: str) -> float:
    """Return when the first word of a text begins, seconds; NaN where it is not found."""
    decoder = decoded(samples, text)  # what it found is gone with it
    said = (part for part in decoder.seg() or () if part.word[0].isalpha())
    return next((part.start_frame / FRAMES for part in said), float("nan"))


def main() -> None:
    """Print what is understood of each caption of a chapter."""
    chapter, movie = sys.argv[1], Path(sys.argv[2])
    sound = heard(movie)
    (job,) = jobs((chapter,), look=Look("medium"), voice=VOICE)
    said = [*dry_run(job).speeches, TimedSpeech(len(sound) / RATE - JOIN, "")]
    wrong = total = 0
    for one, following in pairwise(said):
        first, last = one.at + JOIN - BEFORE, following.at + JOIN - BEFORE
        part = sound[round(first * RATE) : round(last * RATE)]
        found, wanted = understood(part), words(one.text)
        wrong, total = wrong + errors(wanted, words(found)), total + len(wanted)
        late = 1000 * (begins(part, one.text) - BEFORE)
        print(f"{one.text}\n  {found}\n  {errors(wanted, words(found))} wrong, {late:+.0f} ms")
    print(f"{wrong} of {total} words wrong")


if __name__ == "__main__":
    main()
