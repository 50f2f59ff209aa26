"""What a film calls the examples that a run was trained on.

Stories speak of photos, which is what the film's own task is about. For a run of anything else,
their texts are replaced by those of the table below: they speak of data, and count examples, or
what the app calls its examples. So no story has to ask what they are. What they say of an app that
is not this project's is in ``foreign``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import Formatter
from typing import TypeVar

from fl_sim.record import Run
from scenes.story.foreign import FOREIGN
from scenes.text.lines import COUNTED, Line, Text, each_text, forms, plural
from scenes.text.numbers import UNKNOWN, Number, at, quote

Spec = TypeVar("Spec")
Words = Mapping[tuple[str, ...], tuple[str, ...]]  # texts by those whose place they take
EXAMPLES = "examples"  # the field of a text that has the noun
PHOTOS = ("photo", "photos")
PHOTO_DATASET = "cifar10"  # the film's own, whose records may be without images
SEVERAL = replace(UNKNOWN, value=2.0)
MOST = 16  # characters of an app's own noun

# The nouns that are known in every language; an app's own other noun is shown as it is.
NOUNS = (
    forms("example", "examples"),
    forms("image", "images"),
    forms("row", "rows"),
    forms("record", "records"),
    forms("text", "texts"),
    forms("sentence", "sentences"),
    forms("document", "documents"),
    forms("message", "messages"),
    forms("review", "reviews"),
    forms("patient", "patients"),
    forms("recording", "recordings"),
    forms("measurement", "measurements"),
)

SYNONYMS = {"sample": "example", "samples": "examples", "photo": "image", "photos": "images"}

# A text on photos, in its forms, and the text on any other data.
_REWORDED = (
    # --- alone
    (
        ("One worker, alone: it knows each of its {n} photos.",),
        forms("One worker, alone: it knows each of its {n} {examples}."),
    ),
    (
        ("One worker, alone: it knows {right} of its {n} photos.",),
        forms("One worker, alone: it knows {right} of its {n} {examples}."),
    ),
    (("of {n} photos",), forms("of {n} {examples}")),
    (("All photos in one place: {accuracy}.",), forms("All data in one place: {accuracy}.")),
    (
        ("But a hospital's scans may not leave it, nor the photos on a phone.",),
        forms("But a hospital's records may not leave it, nor the messages on a phone."),
    ),
    (
        ("tried here with small photos of {kinds} kinds",),
        forms("tried here with {examples} of {kinds} classes"),
    ),
    (
        ("Can they close this gap, photos staying?",),
        forms("Can they close this gap, data staying?"),
    ),
    (
        (
            "One photo fills the picture. The camera draws back, and it is one of many small tiles "
            "inside a frame.",
        ),
        forms(
            "One image fills the picture. The camera draws back, and it is one of many small tiles "
            "inside a frame."
        ),
    ),
    (
        (
            "The frame moves to the side, and beside it appears a wall of small dark tiles, one "
            "for each test photo. Those that the worker gets right light up.",
        ),
        forms(
            "The frame moves to the side, and beside it appears a wall of small dark tiles, one "
            "for each test example. Those that the worker gets right light up."
        ),
    ),
    # --- many rounds, on the wall
    (
        (
            "On a wall of small tiles, one for each test photo, those are lit that the model gets "
            "right. Beside it stands a gauge. Round by round lights change, the gauge follows, and "
            "below, marks in rows show which workers took part.",
        ),
        forms(
            "On a wall of small tiles, one for each test example, those are lit that the model "
            "gets right. Beside it stands a gauge. Round by round lights change, the gauge "
            "follows, and below, marks in rows show which workers took part."
        ),
    ),
    # --- closing
    (
        (
            "The photo shrinks into a wall of tiles, one for each test photo. Those that the "
            "shared model gets right light up.",
        ),
        forms(
            "The image shrinks into a wall of tiles, one for each test example. Those that the "
            "shared model gets right light up."
        ),
    ),
    (
        (
            "On a wall of tiles, one for each test photo, those light up that the shared model "
            "gets right.",
        ),
        forms(
            "On a wall of tiles, one for each test example, those light up that the shared model "
            "gets right."
        ),
    ),
    (
        (
            "A test photo, and beside it a bar for each kind: how sure the model is that it is "
            "of that kind. The bars move from what the untrained model gives to what the last "
            "one gives; the true kind is set off.",
        ),
        forms(
            "A test example, and beside it a bar for each class: how sure the model is that it "
            "is of that class. The bars move from what the first model gives to what the last "
            "one gives; the true class is set off."
        ),
    ),
    (
        ("of new photos,",),
        forms("of new {examples},"),
    ),
    (
        ("Every photo stayed. One model serves all.",),
        forms("All data stayed. One model serves all."),
    ),
    (
        ("Every photo stayed. One model for all: {last} right.",),
        forms("All data stayed. One model for all: {last} right."),
    ),
    # --- the first model
    (
        ("The front end shows people how often the model is right: untrained, {x}.",),
        forms("The front end shows people how often the model is right: at first, {x}."),
    ),
    (
        ("The front end shows the model's error, the loss: untrained, {x}.",),
        forms("The front end shows the model's error, the loss: at first, {x}."),
    ),
    # --- training
    (
        (
            "A photo in a case lights up, and an arrow leads from it to a square of small dots, "
            "the weights.",
        ),
        forms(
            "An image in a case lights up, and an arrow leads from it to a square of small dots, "
            "the weights."
        ),
    ),
    # --- one round, and the loop: what is sent may be a part of the model
    (
        ("Untrained, it calls nearly all “{kind}”: {x} right, no better than luck.",),
        forms("At first it calls nearly all “{kind}”: {x} right, no better than luck."),
    ),
    (
        ("Untrained, it is right in {x}: no better than luck.",),
        forms("At first it is right in {x}: no better than luck."),
    ),
    (
        ("Each trains it on its own photos.",),
        forms("Each trains it on its own data."),
    ),
    (
        ("Each trains it on its own photos. Its error, the loss, wobbles and falls.",),
        forms("Each trains it on its own data. Its error, the loss, wobbles and falls."),
    ),
    (
        ("Each trains it on its own photos. Its error, the loss, falls.",),
        forms("Each trains it on its own data. Its error, the loss, falls."),
    ),
    (
        ("Each trains it on its own photos. Its error, the loss, in small.",),
        forms("Each trains it on its own data. Its error, the loss, in small."),
    ),
    (
        ("Each trains on its own photos. A line is one worker's error, the loss.",),
        forms("Each trains on its own data. A line is one worker's error, the loss."),
    ),
    (
        ("What they learned travels back. The photos stay.",),
        forms("What they learned travels back. The data stay."),
    ),
    (
        ("What they learned travels back, with noise. The photos stay.",),
        forms("What they learned travels back, with noise. The data stay."),
    ),
    (
        ("Only masked updates travel back. The photos stay.",),
        forms("Only masked updates travel back. The data stay."),
    ),
    (
        (
            "{n} worker sends nothing. The others send what they learned, never photos.",
            "{n} workers send nothing. The others send what they learned, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send what they learned, no data.",
            "{n} workers send nothing. The others send what they learned, no data.",
        ),
    ),
    (
        (
            "{n} worker sends nothing. The others send masked updates, never photos.",
            "{n} workers send nothing. The others send masked updates, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send masked updates, no data.",
            "{n} workers send nothing. The others send masked updates, no data.",
        ),
    ),
    (
        (
            "{n} worker sends nothing. The others send noised updates, never photos.",
            "{n} workers send nothing. The others send noised updates, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send noised updates, no data.",
            "{n} workers send nothing. The others send noised updates, no data.",
        ),
    ),
    (
        ("Whoever has more photos counts more. Their average is the new model.",),
        forms("Whoever has more data counts more. Their average is the new model."),
    ),
    (
        (
            "{n} worker tests it on photos it kept apart. A score comes back, no photo.",
            "{n} workers test it on photos they kept apart. Scores come back, no photos.",
        ),
        forms(
            "{n} worker tests it on data it kept apart. A score comes back, no data.",
            "{n} workers test it on data they kept apart. Scores come back, no data.",
        ),
    ),
    (
        (
            "{n} worker tests it on its own photos. A score comes back, no photo.",
            "{n} workers test it on their own photos. Scores come back, no photos.",
        ),
        forms(
            "{n} worker tests it on its own data. A score comes back, no data.",
            "{n} workers test it on their own data. Scores come back, no data.",
        ),
    ),
    (
        ("On photos that no worker holds, its loss is {new}; before, {old}.",),
        forms("On the coordinator's test data, its loss is {new}; before, {old}."),
    ),
    (
        ("Of photos no worker holds, it now names {new} right; before, {old}.",),
        forms("On the coordinator's test data, {new} are right; before, {old}."),
    ),
    (
        ("Each square: a worker, its photos stay. Blue: the model out. Red: updates back.",),
        forms("Each square: a worker, its data stay. Blue: the model out. Red: updates back."),
    ),
    (
        ("Blue: the model out. Red: updates back. No photo ever leaves its worker.",),
        forms("Blue: the model out. Red: updates back. The data never leave their worker."),
    ),
    # --- the weighted average
    (("weighted by photos",), forms("weighted by data")),
    (
        ("A worker with more photos has seen more, so it counts for more.",),
        forms("A worker with more data has seen more, so it counts for more."),
    ),
    (
        (
            "Each trained on {n} photo, so each counts as much as the others.",
            "Each trained on {n} photos, so each counts as much as the others.",
        ),
        forms("Each trained on {n} {examples}, so each counts as much as the others."),
    ),
    (
        (
            "One by one cases come to hang under the values, the larger the more photos their "
            "worker trained on. Each time the beam tips, and the pivot moves to the new mean, "
            "written large.",
        ),
        forms(
            "One by one cases come to hang under the values, the larger the more data their worker "
            "trained on. Each time the beam tips, and the pivot moves to the new mean, written "
            "large."
        ),
    ),
    (
        (
            "Below appears a formula, and beside it the same in numbers: photos times values, "
            "added, over all photos.",
        ),
        forms(
            "Below appears a formula, and beside it the same in numbers: examples times values, "
            "added, over all examples."
        ),
    ),
    # --- many rounds
    (
        ("{here} of test photos right. Trained as much in one place: {there}.",),
        forms("{here} of test data right. Trained as much in one place: {there}."),
    ),
    (
        ("{here} named right. Trained in one place: {there}.",),
        forms("{here} are right. Trained in one place: {there}."),
    ),
    (
        (
            "After {n} round, {accuracy} are named right. Guessing would get {chance}.",
            "After {n} rounds, {accuracy} are named right. Guessing would get {chance}.",
        ),
        forms(
            "After {n} round, {accuracy} are right. Guessing would get {chance}.",
            "After {n} rounds, {accuracy} are right. Guessing would get {chance}.",
        ),
    ),
    (("accuracy on the test photos",), forms("accuracy on the test data")),
    # --- different data
    (("{n} photo", "{n} photos"), forms("{n} {examples}")),
    (("about {n} photo", "about {n} photos"), forms("about {n} {examples}")),
    (
        ("So far all held the same mix. Now the photos are dealt anew.",),
        forms("So far all held the same mix. Now the data are dealt anew."),
    ),
    (("The same photos, dealt anew.",), forms("The same data, dealt anew.")),
    (
        ("They learn one model. A light is a test photo it gets right.",),
        forms("They learn one model. A light is a test example it gets right."),
    ),
    (("alike photos",), forms("alike data")),
    (("uneven photos",), forms("uneven data")),
    (
        ("Alike photos: the lessons agree. Uneven photos: they pull apart.",),
        forms("Alike data: the lessons agree. Uneven data: they pull apart."),
    ),
    (
        ("Uneven photos: the lessons pull further apart.",),
        forms("Uneven data: the lessons pull further apart."),
    ),
    (
        ("Alike or uneven photos: the lessons differ about as much.",),
        forms("Alike or uneven data: the lessons differ about as much."),
    ),
    (
        ("In the end, beside a model that learned from alike photos.",),
        forms("In the end, beside a model that learned from alike data."),
    ),
    # --- the final model
    # --- what leaks, which is shown for images alone
    (
        (
            "A worker's photo appears in its case, and an arrow leads from it to a second "
            "picture, of an even grey. Step by step this becomes what the attack makes of the "
            "numbers.",
        ),
        forms(
            "A worker's image appears in its case, and an arrow leads from it to a second "
            "picture, of an even grey. Step by step this becomes what the attack makes of the "
            "numbers."
        ),
    ),
    (
        (
            "Both pictures become smaller and make room for others in a row. Below each a bar "
            "grows, as high as the picture is like the photo. The mean of other photos and the "
            "nearest of them are given, too.",
        ),
        forms(
            "Both pictures become smaller and make room for others in a row. Below each a bar "
            "grows, as high as the picture is like the image. The mean of other images and the "
            "nearest of them are given, too."
        ),
    ),
    (
        ("A frame closes around the last picture, of the most photos.",),
        forms("A frame closes around the last picture, of the most images."),
    ),
    (("Do those numbers give a photo away?",), forms("Do those numbers give an image away?")),
    (
        ("An update made from one photo, read by someone who knows its kind.",),
        forms("An update made from one image, read by someone who knows its class."),
    ),
    (
        ("And an update made from more photos at once?",),
        forms("And an update made from more images at once?"),
    ),
    (
        ("An update is no photo, but it can give one away.",),
        forms("An update is no image, but it can give one away."),
    ),
    (
        ("An update is no photo, but it tells something of one.",),
        forms("An update is no image, but it tells something of one."),
    ),
    (
        ("This attack does not find the photo. That is no proof that none can.",),
        forms("This attack does not find the image. That is no proof that none can."),
    ),
    (
        ("From {n} photos, too, this attack gets the photo.",),
        forms("From {n} images, too, this attack gets the image."),
    ),
    (
        ("From {n} photos, this attack still gets something.",),
        forms("From {n} images, this attack still gets something."),
    ),
    (("a photo of worker {n}",), forms("an image of worker {n}")),
    (
        ("chosen by rule: the first photo of the first worker",),
        forms("chosen by rule: the first image of the first worker"),
    ),
    (
        ("known as well: the model, and what photos look like on the whole",),
        forms("known as well: the model, and what images look like on the whole"),
    ),
    (("chance: the mean photo",), forms("chance: the mean image")),
    (
        ("likeness to the photo, in decibels",),
        forms("likeness to the image, in decibels"),
    ),
    (
        ("from one photo: nearer than any other photo in {near} of {n}",),
        forms("from one image: nearer than any other image in {near} of {n}"),
    ),
    # --- the ledger
    (("photos sent",), forms("data sent")),
    (("photos that stayed",), forms("data that stayed")),
    (
        ("{n} messages: {amount} of weights and scores, and not one photo.",),
        forms("{n} messages: {amount} of models and scores. The data were not sent."),
    ),
    (
        ("To train: {n} messages, {amount} of weights, and not one photo.",),
        forms("To train: {n} messages, {amount} of models. The data were not sent."),
    ),
    (
        ("The photos stayed with the workers, all of them.",),
        forms("The data stayed with the workers, all of them."),
    ),
    (
        ("All {n} photos, {size} of pixels, stayed with the workers.",),
        forms("All {n} {examples}, {size} of pixels, stayed with the workers."),
    ),
    (
        ("More bytes moved than the photos hold. The photos did not.",),
        forms("More bytes moved than the data hold. The data did not."),
    ),
    (
        ("What moved is {part} of the photos' size, more each round. No photo moved.",),
        forms("What moved is {part} of the data's size, more each round. The data stay."),
    ),
    (
        ("What moved is {part} of the photos' size. No photo moved.",),
        forms("What moved is {part} of the data's size. The data stay."),
    ),
    (
        ("Photos sent have no bar, only the word “none”.",),
        forms("Data sent have no bar, only the word “none”."),
    ),
    (
        ("A bar on the same scale grows for all photos that stayed with the workers.",),
        forms("A bar on the same scale grows for all data that stayed with the workers."),
    ),
    (
        (
            "The bars of what was sent move end to end and become one, with its total. It starts "
            "from the same line as the bar of the photos that stayed, on the same scale.",
        ),
        forms(
            "The bars of what was sent move end to end and become one, with its total. It starts "
            "from the same line as the bar of the data that stayed, on the same scale."
        ),
    ),
)
REWORDED = dict(_REWORDED)
OF_OTHERS = {**REWORDED, **FOREIGN}


def are_photos(runs: Sequence[Run]) -> bool:
    """Whether the examples of all runs are photos: those with images, if the app does not say.

    Of an app of somebody else's no images are known, whatever its examples are called.
    """
    return all(map(_are_photos, runs))


def _are_photos(run: Run) -> bool:
    if not run.by_own_app:
        return False
    if run.examples is not None:
        return run.examples.strip().lower() in PHOTOS
    named = run.dataset is not None and run.dataset.name.rpartition("/")[2] == PHOTO_DATASET
    return named or run.thumbnails is not None or run.sample_images is not None


def in_words_of(runs: Sequence[Run], spec: Spec) -> Spec:
    """Return a spec, of some runs, in the words that suit their examples."""
    words = _words_of(runs)
    if not words:
        return spec
    named = next((run for run in runs if run.examples and not _are_photos(run)), None)
    return each_text(spec, lambda text: _reworded(text, words, named))


def sentence_for(runs: Sequence[Run], sentence: str) -> str:
    """Return the sentence of a description that suits the examples of some runs."""
    return _words_of(runs).get((sentence,), (sentence,))[0]


def _words_of(runs: Sequence[Run]) -> Words:
    """Return the texts that take the place of others for some runs."""
    if not all(run.by_own_app for run in runs):
        return OF_OTHERS
    return {} if are_photos(runs) else REWORDED


def _reworded(text: Text, words: Words, named: Run | None) -> Text:
    """Return a text on the examples of a run, with its own noun if it has one."""
    if not isinstance(text, Line):
        return text
    parts = tuple((name, _reworded(part, words, named)) for name, part in text.parts)
    message = words.get(text.message)
    if message is None:
        return replace(text, parts=parts)
    counted = dict(parts).get(COUNTED, SEVERAL)
    assert isinstance(counted, Number)
    template = text.language.wording(message, counted.value)
    if f"{{{EXAMPLES}}}" in template:
        parts = (*parts, (EXAMPLES, _noun(named, _counted_in(template, dict(parts)))))
    return Line(template, parts, message)


def _counted_in(template: str, parts: "dict[str, Number | Line | str]") -> Number:
    """Return the number that stands before the noun in a text, or several without one."""
    found = SEVERAL
    for _, name, _, _ in Formatter().parse(template):
        if name == EXAMPLES:
            break
        part = parts.get(name or "")
        found = part if isinstance(part, Number) else found
    return found


def _noun(named: Run | None, counted: Number) -> Text:
    """Return the noun for a number of examples."""
    own = "" if named is None else (named.examples or "").strip().lower()
    own = SYNONYMS.get(own, own)
    known = next((noun for noun in NOUNS if own in noun), None)
    if named is None or known is not None or counted.value == 1:
        return plural(counted, *(known or NOUNS[0]))
    return quote(at(named).examples, MOST)
