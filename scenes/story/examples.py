"""What a film calls the examples that a run was trained on.

Stories speak of photos, which is what the film's own task is about. For a run of anything else,
their texts are replaced by those of the table below: they speak of data, and count examples, or
what the app calls its examples. So no story has to ask what they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from string import Formatter
from typing import TypeVar

from fl_sim.record import Run
from scenes.text.lines import COUNTED, Line, Text, each_text, forms, plural
from scenes.text.numbers import UNKNOWN, Number, at, quote

Spec = TypeVar("Spec")
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

SYNONYMS = {"sample": "example", "samples": "examples"}

# A text on photos, in its forms, and the text on any other data.
_REWORDED = (
    # --- the first model
    (
        ("The front end shows people how often the model is right: untrained, {x}.",),
        forms("The front end shows people how often the model is right: at first, {x}."),
    ),
    (
        ("The front end shows the model's error, the loss: untrained, {x}.",),
        forms("The front end shows the model's error, the loss: at first, {x}."),
    ),
    # --- partitions
    (("Who holds which photos",), forms("Who holds which data")),
    (("photos",), forms("{examples}")),
    (("{n} photo", "{n} photos"), forms("{n} {examples}")),
    (("about {n} photo", "about {n} photos"), forms("about {n} {examples}")),
    (
        ("{n} photos of {kinds} kinds. A tile stands for one.",),
        forms("{n} {examples} of {kinds} classes. A tile for each."),
    ),
    (
        ("{n} photos of {kinds} kinds. A tile stands for {each} photos; some show one.",),
        forms("{n} {examples} of {kinds} classes. A tile: {each}; some show an image."),
    ),
    (
        ("{n} photos of {kinds} kinds. A tile stands for {each} photos.",),
        forms("{n} {examples} of {kinds} classes. A tile stands for {each}."),
    ),
    (
        ("{n} photos of {kinds} kinds. A tile: about {each} photos; some show one.",),
        forms("{n} {examples} of {kinds} classes. A tile: about {each}; some show an image."),
    ),
    (
        ("{n} photos of {kinds} kinds. A tile stands for about {each} photos.",),
        forms("{n} {examples} of {kinds} classes. A tile stands for about {each}."),
    ),
    (
        ("Each trains on {train} of its photos and keeps {held} for testing.",),
        forms("Each trains on {train} of its data and keeps {held} for testing."),
    ),
    (
        ("They train on {train} of all and keep {held} apart, to test the model with.",),
        forms("They train on {train} of all data and keep {held} apart, to test with."),
    ),
    (
        ("By kind: of all {n} kinds, those that worker {k} holds most of, with its numbers.",),
        forms("By class: of all {n}, those that worker {k} holds most of, with its numbers."),
    ),
    (("By kind: the numbers are worker {k}'s.",), forms("By class: the numbers are worker {k}'s.")),
    (
        ("All hold much the same mix of kinds. The numbers are worker {k}'s.",),
        forms("All hold much the same mix of classes. The numbers are worker {k}'s."),
    ),
    (
        ("By kind, the mixes differ. Of worker {k}'s, {share} are of one kind: {name}.",),
        forms("By class, the mixes differ. Of worker {k}'s, {share} are of one: {name}."),
    ),
    (
        ("A large block of equal tiles fades in, all photos together.",),
        forms("A large block of equal tiles fades in, all data together."),
    ),
    (("Some of the tiles show a photo.",), forms("Some of the tiles show an image.")),
    (
        (
            "Stack by stack, the tiles turn into rows of bars by kind of photo: the more photos, "
            "the longer the bar. One worker's border is set off, and its counts stand next to the "
            "names of the kinds.",
        ),
        forms(
            "Stack by stack, the tiles turn into rows of bars by class: the more there are, the "
            "longer the bar. One worker's border is set off, and its counts stand next to the "
            "names of the classes."
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
        ("Who has more photos counts more. Their average is the new model.",),
        forms("Who has more data counts more. Their average is the new model."),
    ),
    (
        (
            "{n} worker tests it on photos it kept apart. Only a score comes back.",
            "{n} workers test it on photos they kept apart. Only scores come back.",
        ),
        forms(
            "{n} worker tests it on data it kept apart. Only a score comes back.",
            "{n} workers test it on data they kept apart. Only scores come back.",
        ),
    ),
    (
        (
            "{n} worker tests it on its own photos. Only a score comes back.",
            "{n} workers test it on their own photos. Only scores come back.",
        ),
        forms(
            "{n} worker tests it on its own data. Only a score comes back.",
            "{n} workers test it on their own data. Only scores come back.",
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
    (("all {n} photos",), forms("all {n} {examples}")),
    (
        ("In this run the workers hold unequal numbers of photos.",),
        forms("In this run the workers hold unequal amounts of data."),
    ),
    (
        (
            "Each trained on {n} photo, so each value counts by the same share, {share}.",
            "Each trained on {n} photos, so each value counts by the same share, {share}.",
        ),
        forms("Each trained on {n} {examples}, so each value has the same share, {share}."),
    ),
    (
        ("More photos, more say: a value counts by its worker's share of all photos.",),
        forms("More data, more say: a value counts by its worker's share of all data."),
    ),
    (
        ("Equal shares would give {plain}. Weighted, every photo counts alike.",),
        forms("Equal shares would give {plain}. Weighted, every example counts alike."),
    ),
    (
        (
            "Row by row, a bar grows for a worker, the longer the more photos it holds, with their "
            "number written out.",
        ),
        forms(
            "Row by row, a bar grows for a worker, the longer the more data it holds, with their "
            "number written out."
        ),
    ),
    (
        (
            "The photos are added up. Each row gets its share of them, and its ball grows or "
            "shrinks to match; then each row is multiplied out: share times value gives a product.",
        ),
        forms(
            "The numbers are added up. Each row gets its share of them, and its ball grows or "
            "shrinks to match; then each row is multiplied out: share times value gives a product."
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
    # --- several runs
    (
        ("Alike data: every worker holds all kinds, about equally.",),
        forms("Alike data: every worker holds all classes, about equally."),
    ),
    (
        ("The more alike data: every worker's photos by kind.",),
        forms("The more alike data: every worker's data by class."),
    ),
    (
        ("Skewed: the same photos, but on average {share} of a worker's are of one kind.",),
        forms("Skewed: the same data, but on average {share} of a worker's are of one class."),
    ),
    (
        ("Skewed: on average {share} of a worker's photos are of one kind.",),
        forms("Skewed: on average {share} of a worker's data are of one class."),
    ),
    (("accuracy on the test photos",), forms("accuracy on the test data")),
    (
        (
            "{n} remedy, on the same photos, with as much training.",
            "{n} remedies, on the same photos, with as much training.",
        ),
        forms(
            "{n} remedy, on the same data, with as much training.",
            "{n} remedies, on the same data, with as much training.",
        ),
    ),
    (
        (
            "{n} remedy, on photos dealt out in the same way.",
            "{n} remedies, on photos dealt out in the same way.",
        ),
        forms(
            "{n} remedy, on data dealt out in the same way.",
            "{n} remedies, on data dealt out in the same way.",
        ),
    ),
    (
        (
            "In a row, worker by worker, a group of bars grows, one bar for each kind of photo; "
            "the tallest bar of all is labelled.",
        ),
        forms(
            "In a row, worker by worker, a group of bars grows, one bar for each class; the "
            "tallest bar of all is labelled."
        ),
    ),
    # --- the final model
    (("photo of",), forms("class")),
    (("named right",), forms("right")),
    (
        ("Test photos, which no worker holds. Untrained: {k} of {n} right.",),
        forms("Images to test with. Untrained: {k} of {n} right."),
    ),
    (
        ("After round {r}: {k} of {n} right, {accuracy} of the {tested} test photos.",),
        forms("After round {r}: {k} of {n} right, {accuracy} of all {tested}."),
    ),
    (
        ("Each row: photos of one kind. Brighter: more got the column's name.",),
        forms("Each row: one class. Brighter: more got the column's name."),
    ),
    (
        ("Each row: photos of one kind. At first {share} are called {name}.",),
        forms("Each row: one class. At first {share} are called {name}."),
    ),
    (
        ("Each row: photos of one kind. Untrained, {share} are called {name}.",),
        forms("Each row: one class. Untrained, {share} are called {name}."),
    ),
    (("It names every kind right: {high}.",), forms("It gets every class right: {high}.")),
    (("It gives each photo its right name.",), forms("It gives each example its right name.")),
    (
        ("It calls every photo by one name: {name}.",),
        forms("It calls every example by one name: {name}."),
    ),
    (
        ("It names no kind right. Most common mistake: {true} called {named}.",),
        forms("It gets no class right. Most common mistake: {true} called {named}."),
    ),
    (
        (
            "Photos appear, each with the name of what it shows. One after the other gets the name "
            "that the untrained model gives it, with a tick or a cross; what was named right also "
            "gets a frame.",
        ),
        forms(
            "Images appear, each with the name of its class. One after the other gets the name "
            "that the untrained model gives it, with a tick or a cross; what was named right also "
            "gets a frame."
        ),
    ),
    (
        (
            "The given names vanish. One after the other, the photos get the names that the "
            "trained model gives them, again with a tick or a cross, and a frame around those "
            "named right.",
        ),
        forms(
            "The given names vanish. One after the other, the images get the names that the "
            "trained model gives them, again with a tick or a cross, and a frame around those "
            "named right."
        ),
    ),
    (
        (
            "A grid of cells appears, a row for each kind of photo, a column for each name given. "
            "The more often a row's photos got that name, the more the cell stands out.",
        ),
        forms(
            "A grid of cells appears, a row for each class, a column for each name given. The more "
            "often those of a row got that name, the more the cell stands out."
        ),
    ),
    (
        ("The row of the kind named right most often is brought out.",),
        forms("The row of the class named right most often is brought out."),
    ),
    # --- the ledger
    (("photos sent",), forms("data sent")),
    (("photos that stayed",), forms("data that stayed")),
    (
        ("{n} messages, {amount}: weights and scores, and not one photo.",),
        forms("{n} messages, {amount}: models and scores. The data were not sent."),
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
        (
            "From one line bars grow, as long as the bytes that were sent: models to the workers, "
            "in blue, and what came back, in red. Photos sent have no bar, only the word “none”.",
        ),
        forms(
            "From one line bars grow, as long as the bytes that were sent: models to the workers, "
            "in blue, and what came back, in red. Data sent have no bar, only the word “none”."
        ),
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


def are_photos(runs: Sequence[Run]) -> bool:
    """Whether the examples of all runs are photos: those with images, if the app does not say."""
    return all(map(_are_photos, runs))


def _are_photos(run: Run) -> bool:
    if run.examples is not None:
        return run.examples.strip().lower() in PHOTOS
    named = run.dataset is not None and run.dataset.name.rpartition("/")[2] == PHOTO_DATASET
    return named or run.thumbnails is not None or run.sample_images is not None


def in_words_of(runs: Sequence[Run], spec: Spec) -> Spec:
    """Return a spec, told of some runs, in the words that suit their examples."""
    if are_photos(runs):
        return spec
    named = next((run for run in runs if run.examples and not _are_photos(run)), None)
    return each_text(spec, lambda text: _reworded(text, named))


def sentence_for(runs: Sequence[Run], sentence: str) -> str:
    """Return the sentence of a description that suits the examples of some runs."""
    return sentence if are_photos(runs) else REWORDED.get((sentence,), (sentence,))[0]


def _reworded(text: Text, named: Run | None) -> Text:
    """Return a text on the examples of a run, with its own noun if it has one."""
    if not isinstance(text, Line):
        return text
    parts = tuple((name, _reworded(part, named)) for name, part in text.parts)
    message = REWORDED.get(text.message)
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
