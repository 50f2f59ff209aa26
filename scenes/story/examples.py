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
    # --- opening and cast
    (
        ("The model travels. The photos stay where they are.",),
        forms("The model travels. The data stay where they are."),
    ),
    (("no shared photos",), forms("no shared data")),
    (("shared photos",), forms("shared data")),
    (
        ("A coordinator holds the model. Models travel, photos do not.",),
        forms("A coordinator holds the model. Models travel, data do not."),
    ),
    (
        (
            "{n} worker learns a model, from photos of its own.",
            "{n} workers learn one model, each from photos of its own.",
        ),
        forms(
            "{n} worker learns a model, from data of its own.",
            "{n} workers learn one model, each from data of its own.",
        ),
    ),
    (
        (
            "The task: tell {kinds} kinds of photos apart. {n} worker learns it.",
            "The task: tell {kinds} kinds of photos apart. {n} workers learn it.",
        ),
        forms(
            "The task: tell {kinds} classes apart. {n} worker learns it.",
            "The task: tell {kinds} classes apart. {n} workers learn it.",
        ),
    ),
    (
        ("The front end shows people how often the model is right: untrained, {x}.",),
        forms("The front end shows people how often the model is right: at first, {x}."),
    ),
    (
        ("The front end shows the model's error, the loss: untrained, {x}.",),
        forms("The front end shows the model's error, the loss: at first, {x}."),
    ),
    (("photos at worker {k}",), forms("{examples} at worker {k}")),
    (
        ("Each square is a worker with photos of its own. They never leave it.",),
        forms("Each square is a worker with data of its own. They never leave it."),
    ),
    (
        ("Each worker has photos of its own. They never leave it.",),
        forms("Each worker has data of its own. They never leave it."),
    ),
    (
        ("In large type: how many workers there are, one model, no shared photos.",),
        forms("In large type: how many workers there are, one model, no shared data."),
    ),
    (
        ("A frame moves from one of its photos to the next.",),
        forms("A frame moves from one of its images to the next."),
    ),
    (
        ("Large numbers say how many photos it has and how many all have together.",),
        forms("Large numbers say how much data it has and how much all have together."),
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
        ("All start from one model: {weights} weights.",),
        forms("All start from the same {weights} weights."),
    ),
    (
        ("All start from one model: {weights} weights; {drawn} are drawn as squares.",),
        forms("All start from the same {weights} weights; {drawn} are drawn as squares."),
    ),
    (
        ("Each of them receives a copy of the model, {size}.",),
        forms("Each of them receives a copy, {size}."),
    ),
    (
        ("Each trains its copy on its own photos, which never leave it.",),
        forms("Each trains its copy on its own data, which never leave it."),
    ),
    (
        ("Each trains on its own photos. A line is one worker's error, the loss.",),
        forms("Each trains on its own data. A line is one worker's error, the loss."),
    ),
    (
        ("Each trains on its own photos. Its error, the loss, wobbles and falls.",),
        forms("Each trains on its own data. Its error, the loss, wobbles and falls."),
    ),
    (
        ("Each trains on its own photos. Batch by batch its error, the loss, falls.",),
        forms("Each trains on its own data. Batch by batch its error, the loss, falls."),
    ),
    (
        ("Each trains on its own photos. Its error, the loss, batch by batch.",),
        forms("Each trains on its own data. Its error, the loss, batch by batch."),
    ),
    (
        ("Each trains on its own {n} photos. Its error, the loss, wobbles and falls.",),
        forms("Each trains on {n} {examples}. Its error, the loss, wobbles and falls."),
    ),
    (
        ("Each trains on its own {n} photos. Batch by batch its error, the loss, falls.",),
        forms("Each trains on {n} {examples}. Batch by batch its error, the loss, falls."),
    ),
    (
        ("Each trains on its own {n} photos. Its error, the loss, by batch.",),
        forms("Each trains on {n} {examples}. Its error, the loss, by batch."),
    ),
    (
        ("They train on {least} to {most} photos each. The error, the loss, wobbles and falls.",),
        forms("Each trains on {least} to {most} {examples}. The loss wobbles and falls."),
    ),
    (
        ("They train on {least} to {most} photos each. The error, the loss, by batch.",),
        forms("Each trains on {least} to {most} {examples}. Its error, the loss, by batch."),
    ),
    (
        (
            "They train on {least} to {most} photos each. Batch by batch the error, the loss, "
            "falls.",
        ),
        forms("Each trains on {least} to {most} {examples}. The loss falls batch by batch."),
    ),
    (
        ("Only the trained weights travel back. The photos stay.",),
        forms("Only what was trained travels back. The data stay."),
    ),
    (
        (
            "{n} worker sends nothing. The others send weights, never photos.",
            "{n} workers send nothing. The others send weights, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send what they trained, no data.",
            "{n} workers send nothing. The others send what they trained, no data.",
        ),
    ),
    (
        ("More photos count more: {least} to {most}. Their average is the new model.",),
        forms("More data count more: {least} to {most}. Their average is the new model."),
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
        ("On {n} more photos, which no worker holds: {new} right; before, {old}.",),
        forms("{n} {examples} to test with: {new} right; before, {old}."),
    ),
    (
        ("Large type says how much was sent, and of photos: none.",),
        forms("Large type says how much was sent, and of data: none."),
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
    # --- what leaks, which is told of images alone
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
    (("mean photo",), forms("mean image")),
    (("nearest other photo",), forms("nearest other image")),
    (
        ("likeness to the photo (PSNR); bars: from the untrained model",),
        forms("likeness to the image (PSNR); bars: from the untrained model"),
    ),
    (
        ("likeness to the photo (PSNR); bars: from the trained model",),
        forms("likeness to the image (PSNR); bars: from the trained model"),
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
