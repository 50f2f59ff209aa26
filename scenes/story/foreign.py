"""What a film says of an app that is not this project's.

Known of it is what passed in its messages: arrays and metrics. What it sends may be a part of its
model, such as an adapter, and nobody knows what the arrays hold. So these texts, in place of those
for this project's app, do not say that the model travels, nor that the data stay.
"""

from scenes.text.lines import forms

_REWORDED = (
    # --- one round
    (
        ("A coordinator keeps one model for all.",),
        forms("A coordinator keeps what all workers share."),
    ),
    (
        ("A coordinator keeps one model for all. The front end will show how it does.",),
        forms("A coordinator keeps what all share. The front end will show how well it works."),
    ),
    (
        ("A coordinator keeps one model for all. The front end shows how well it does.",),
        forms("A coordinator keeps what all share. The front end shows how well it works."),
    ),
    (
        (
            "{n} of them is reached, and receives a copy of the model.",
            "{n} of them are reached, and receive a copy of the model.",
        ),
        forms(
            "{n} of them is reached, and receives a copy.",
            "{n} of them are reached, and receive a copy.",
        ),
    ),
    (("A copy of the model goes out to each.",), forms("A copy goes out to each.")),
    (("A copy of the model goes out: {size}.",), forms("A copy goes out: {size}.")),
    (("model",), forms("copy")),
    (("Each trains it on its own photos.",), forms("Each trains with it on its own data.")),
    (
        ("Each trains it on its own photos. Its error, the loss, wobbles and falls.",),
        forms("Each trains with it on its own data. The error, the loss, wobbles and falls."),
    ),
    (
        ("Each trains it on its own photos. Its error, the loss, falls.",),
        forms("Each trains with it on its own data. The error, the loss, falls."),
    ),
    (
        ("Each trains it on its own photos. Its error, the loss, in small.",),
        forms("Each trains with it on its own data. The error, the loss, in small."),
    ),
    (("What they learned travels back. The photos stay.",), forms("Their updates travel back.")),
    (
        ("What they learned travels back, with noise. The photos stay.",),
        forms("Their updates travel back, with noise."),
    ),
    (
        ("Only masked updates travel back. The photos stay.",),
        forms("Their updates travel back, encoded."),
    ),
    (
        (
            "{n} worker sends nothing. The others send what they learned, never photos.",
            "{n} workers send nothing. The others send what they learned, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send their updates.",
            "{n} workers send nothing. The others send their updates.",
        ),
    ),
    (
        (
            "{n} worker sends nothing. The others send masked updates, never photos.",
            "{n} workers send nothing. The others send masked updates, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send their updates, encoded.",
            "{n} workers send nothing. The others send their updates, encoded.",
        ),
    ),
    (
        (
            "{n} worker sends nothing. The others send noised updates, never photos.",
            "{n} workers send nothing. The others send noised updates, never photos.",
        ),
        forms(
            "{n} worker sends nothing. The others send their updates, with noise.",
            "{n} workers send nothing. The others send their updates, with noise.",
        ),
    ),
    (
        ("From all updates, the coordinator makes the new model.",),
        forms("From all updates, the coordinator makes what they share next."),
    ),
    (
        ("Large ones are cut to size. Their average is the new model.",),
        forms("Large ones are cut to size. Their average is shared next."),
    ),
    (("Only one came in: it is the new model.",), forms("Only one came in: it is shared next.")),
    (("Their average is the new model.",), forms("Their average is shared next.")),
    (
        ("Whoever has more photos counts more. Their average is the new model.",),
        forms("Whoever has more data counts more. Their average is shared next."),
    ),
    (
        ("Some count more. Their weighted average is the new model.",),
        forms("Some count more. Their weighted average is shared next."),
    ),
    (
        (
            "{n} worker tests it on its own photos. A score comes back, no photo.",
            "{n} workers test it on their own photos. Scores come back, no photos.",
        ),
        forms(
            "{n} worker tests it on its own data. A score comes back.",
            "{n} workers test it on their own data. Scores come back.",
        ),
    ),
    (
        (
            "{n} worker tests it on photos it kept apart. A score comes back, no photo.",
            "{n} workers test it on photos they kept apart. Scores come back, no photos.",
        ),
        forms(
            "{n} worker tests it on data it kept apart. A score comes back.",
            "{n} workers test it on data they kept apart. Scores come back.",
        ),
    ),
    # --- the loop
    (
        ("Each square: a worker, its photos stay. Blue: the model out. Red: updates back.",),
        forms("Each square: a worker. Blue: what all share, out. Red: updates back."),
    ),
    (
        ("Blue: the model out. Red: updates back. No photo ever leaves its worker.",),
        forms("Blue: what all share, out. Red: updates back."),
    ),
    # --- the weighted average, and different data
    (
        ("One of the model's numbers, as {k} workers sent it back.",),
        forms("One number, as {k} workers sent it back."),
    ),
    (("the model they all start from",), forms("what they all start from")),
    # --- the ledger
    (("models, to the workers",), forms("to the workers")),
    (
        ("{n} messages: {amount} of weights and scores, and not one photo.",),
        forms("{n} messages: {amount} of arrays and scores."),
    ),
    (
        ("To train: {n} messages, {amount} of weights, and not one photo.",),
        forms("To train: {n} messages, {amount} of arrays."),
    ),
    # --- descriptions
    (
        ("Above them a panel appears, the coordinator, with the model as small coloured squares.",),
        forms(
            "Above them a panel appears, the coordinator, with some of what all share as small "
            "coloured squares."
        ),
    ),
    (
        ("Above them a panel appears, the coordinator, with the model as plain blue squares.",),
        forms(
            "Above them a panel appears, the coordinator, with what all share as plain blue "
            "squares."
        ),
    ),
    (
        ("The front end is highlighted, with the result of the untrained model.",),
        forms("The front end is highlighted, with the first result."),
    ),
    (
        (
            "The model travels along the wires in one blue stream, which spreads out and marks "
            "the squares of the picked workers in blue.",
        ),
        forms(
            "Copies travel along the wires in one blue stream, which spreads out and marks the "
            "squares of the picked workers in blue."
        ),
    ),
    (
        (
            "Copies of the model travel as plates with a blue edge along the wires to the picked "
            "workers and stay above them.",
        ),
        forms(
            "Copies travel as plates with a blue edge along the wires to the picked workers and "
            "stay above them."
        ),
    ),
    (
        ("The updates merge and rise into the model.",),
        forms("The updates merge and rise into the coordinator."),
    ),
    (
        (
            "Below the coordinator the updates are laid side by side, slide onto each other and "
            "become one plate, which turns blue and goes into the model.",
        ),
        forms(
            "Below the coordinator the updates are laid side by side, slide onto each other and "
            "become one plate, which turns blue and goes into the coordinator."
        ),
    ),
    (
        ("There the result of the new model appears.",),
        forms("There a new result appears."),
    ),
    (
        (
            "The workers that test the new model stand out, and it travels to them, in blue. They "
            "pulse; then the model vanishes from them, and only their scores travel back along the "
            "wires to the coordinator.",
        ),
        forms(
            "The workers that test stand out, and copies travel to them, in blue. They pulse; then "
            "the copies vanish from them, and scores travel back along the wires to the "
            "coordinator."
        ),
    ),
    (
        (
            "The stage appears with coordinator, workers and front end. The picked workers stand "
            "out, and the model travels along the wires to them, in blue.",
        ),
        forms(
            "The stage appears with coordinator, workers and front end. The picked workers stand "
            "out, and copies travel along the wires to them, in blue."
        ),
    ),
    (
        (
            "The updates that came travel back along the wires in red, turn blue and rise into the "
            "model.",
        ),
        forms(
            "The updates that came travel back along the wires in red, turn blue and rise into the "
            "coordinator."
        ),
    ),
    (
        (
            "From one line bars grow, as long as the bytes that were sent: models to the workers, "
            "in blue, and what came back, in red.",
        ),
        forms(
            "From one line bars grow, as long as the bytes that were sent: to the workers, in "
            "blue, and what came back, in red."
        ),
    ),
    (
        (
            "Copies of the model go out to the workers in blue, and their updates come back in "
            "red, round after round; the last picture is the first one again.",
        ),
        forms(
            "Copies go out to the workers in blue, and their updates come back in red, round after "
            "round; the last picture is the first one again."
        ),
    ),
)
FOREIGN = dict(_REWORDED)
