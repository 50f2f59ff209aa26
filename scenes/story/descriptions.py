"""What is seen in each beat, in words, for people who cannot see the film.

The film can be made of any record, in any shape and theme. So a description holds for all of them:
for workers drawn as cards and as a crowd of squares, for what was recorded and what was not. It
has no numbers, which are listed on their own, and says nothing by colour alone.
"""

from collections.abc import Callable, Mapping

from scenes.text.lines import text


def shown(chapter: str, beat: str) -> str:
    """Return what is seen in a beat, in the language in use.

    Args:
        chapter: the chapter's name in ``scenes.FILM``.
        beat: the beat's name in the chapter's script.

    Raises:
        KeyError: the film has no such chapter, or the chapter no such beat.
    """
    return _CHAPTERS[chapter]()[beat]


def _opening() -> dict[str, str]:
    return {
        "title": text(
            "As the title appears, the workers come in: as cards or, where they are many, as a "
            "field of squares. Then a coordinator, wires from it to the workers, and a front end "
            "with a number appear."
        ),
        "rounds": text(
            "In each round workers stand out, and the model goes out to them along the wires, in "
            "blue. Their updates come back, in red; the coordinator pulses, and the front end "
            "shows its number anew."
        ),
    }


def _cast() -> dict[str, str]:
    return {
        "task": text(
            "In large type: how many workers there are, one model, no shared photos. Then the "
            "workers come in, as cards or, where they are many, as a field of squares."
        ),
        "photos": text(
            "One worker is set off. Where several of its photos are shown, a frame moves from one "
            "to the next; where the photos were counted, large numbers say how many it has and how "
            "many all have together."
        ),
        "coordinator": text(
            "The large type gives way to a panel, the coordinator. On it lies the model: squares "
            "in shades of blue, or one blue tile where no weights were recorded. Wires grow from "
            "it to the workers."
        ),
        "front_end": text(
            "A second panel, the front end, appears, joined to the coordinator by a line. If the "
            "untrained model was tested, its result stands there in large type."
        ),
    }


def _partitions() -> dict[str, str]:
    return {
        "dataset": text(
            "A large block of equal tiles fades in, all photos together. Where photos were "
            "recorded, some of the tiles show one."
        ),
        "deal": text(
            "The tiles move into stacks, one for each worker; where workers are many, only a few "
            "stacks are shown, and the other tiles vanish. A border closes around each stack, with "
            "the worker's number."
        ),
        "split": text(
            "In the stacks, the tiles kept apart for testing slip down and become outlines; the "
            "others stay filled. Both parts are labelled and, if there is room, counted."
        ),
        "kinds": text(
            "Stack by stack, the tiles turn into rows of bars by kind of photo: the more photos, "
            "the longer the bar. One worker's border is set off, and its counts stand next to the "
            "names of the kinds."
        ),
    }


def _one_round() -> dict[str, str]:
    return {
        "initialise": text(
            "The stage appears: coordinator, front end, wires and workers. On the coordinator lies "
            "the model; where its weights were recorded, plain squares take on their shades of "
            "blue one after another."
        ),
        "sample": text(
            "The workers picked for this round stand out, cards with a strong outline; any others "
            "fade into the background."
        ),
        "distribute": text(
            "Copies of the model travel as blue packets along the wires to the picked workers and "
            "stay with them; to a crowd, one stream spreads out and marks the squares of those "
            "picked in blue."
        ),
        "train": text(
            "Workers pulse as they train, and what they hold turns from blue to red. Where losses "
            "were recorded, a curve for each of them is drawn batch by batch, all to one scale."
        ),
        "collect": text(
            "The red updates travel along the wires to the coordinator and come to rest in its "
            "tray; workers that send nothing fade back. Where sizes are known, large type says how "
            "much was sent, and of photos: none."
        ),
        "aggregate": text(
            "If shares are known, the updates become bars of that width. They turn blue and rise "
            "into the model; the coordinator pulses, and where weights are drawn, those that "
            "changed most are highlighted."
        ),
        "evaluate": text(
            "The workers that test the new model stand out, and it travels to them, in blue. They "
            "pulse; then the model vanishes from them, and only their scores travel back along the "
            "wires to the coordinator."
        ),
        "report": text(
            "All workers come back to rest. A pulse runs along the line from the coordinator to "
            "the front end; if the model was tested before and after the round, both results stand "
            "there, joined by an arrow."
        ),
    }


def _weighted_average() -> dict[str, str]:
    return {
        "unequal": text(
            "Row by row, a bar grows for a worker, the longer the more photos it holds, with their "
            "number written out. Where workers are many, one bar stands for all that have none of "
            "their own."
        ),
        "weight": text(
            "The workers become rows of a table. A formula, the coordinator's panel and a line "
            "from smaller to larger appear; where the old weight is known, it stands in each row, "
            "on the panel and on the line."
        ),
        "sent": text(
            "Row by row, what came back takes its place in the table, and a ball for it comes to "
            "stand where it belongs on the line, with the worker's name."
        ),
        "shares": text(
            "The photos are added up. Each row gets its share of them, and its ball grows or "
            "shrinks to match; then each row is multiplied out: share times value gives a product."
        ),
        "sum": text(
            "A rule is drawn under the products, and under it appears their sum. The coordinator's "
            "panel shows the new weight, and a triangle comes under the line at the point where "
            "the balls balance."
        ),
        "alike": text(
            "The balls take the sizes they would have if every worker counted the same. If that "
            "balances at another value, a hollow triangle marks it; then the balls return to their "
            "own sizes."
        ),
    }


def _many_rounds() -> dict[str, str]:
    return {
        "again": text(
            "Round after round, each faster than the one before: workers stand out, the model goes "
            "to them in blue, updates come back in red, the coordinator pulses, the front end "
            "shows its number anew."
        ),
        "grid": text(
            "The stage fades, and the workers become rows of a chart with a column for each round. "
            "Marks show who sent updates in the first rounds; curves of accuracy and, if known, of "
            "loss begin."
        ),
        "grow": text(
            "Marks and curves are drawn up to the last round, and the last values appear at the "
            "curves' ends. In large type, the accuracy runs along and, if known, how much was sent "
            "so far."
        ),
        "compare": text(
            "A dashed line crosses the plot of the accuracy for each level that is known, guessing "
            "and training in one place, with its name and value."
        ),
    }


def _different_data() -> dict[str, str]:
    return {
        "alike": text(
            "In a row, worker by worker, a group of bars grows, one bar for each kind of photo; "
            "the tallest bar of all is labelled."
        ),
        "skewed": text(
            "The first row of bars becomes smaller and makes room for a second, drawn to the same "
            "scale. Worker by worker its bars grow, and the tallest of them is labelled."
        ),
        "updates": text(
            "From one point red arrows grow, one for each update; then a thicker blue one grows "
            "among them, their average. An oval lies around the point like a floor, and labels say "
            "what the parts are."
        ),
        "apart": text(
            "The arrows make room for a second group beside them, from skewed data and to the same "
            "scale: its red arrows grow, then its blue average. Numbers compare the mean angles in "
            "both groups."
        ),
        "cancel": text(
            "In each group, a dashed line leads from the tip of the blue arrow to a mark at the "
            "mean length of the red ones. New numbers compare how much of that length the blue "
            "arrow keeps."
        ),
        "curves": text(
            "In one plot, two lines of accuracy grow round by round and get names and last values "
            "at their ends: alike data and skewed data. If it is known, a dashed line marks the "
            "level of guessing."
        ),
    }


def _remedies() -> dict[str, str]:
    return {
        "dots": text(
            "A chart with a row for each strategy appears. In the first row dots come up, each "
            "placed by the accuracy of one run, and then a short stroke at their mean, with its "
            "value."
        ),
        "others": text(
            "Row by row, the other strategies get their dots, one for each run, and a short stroke "
            "at their mean, with its value."
        ),
        "compared": text(
            "A dashed line at the first row's mean is drawn straight across all other rows, with "
            "its name where there is room."
        ),
        "alike": text(
            "A further dashed line across all rows marks the accuracy that a run on alike data "
            "reached, with its value."
        ),
    }


def _when_workers_fail() -> dict[str, str]:
    return {
        "ask": text(
            "The stage appears with coordinator, workers and front end. The picked workers stand "
            "out, any others fade back, and the model travels along the wires to the picked ones, "
            "in blue."
        ),
        "fail": text(
            "Workers pulse; those that fail fade, each with a cross, and what the others hold "
            "turns red. If a card fails, its edge turns dashed, any error report travels to the "
            "coordinator, and the wire breaks off."
        ),
        "close": text(
            "The updates that came travel back along the wires in red, turn blue and rise into the "
            "model. On the front end the old accuracy and the new one stand, joined by an arrow."
        ),
        "all_rounds": text(
            "A chart builds up with a column for each round: filled for updates that came, "
            "outlined for those that never did. If accuracy was measured in several rounds, its "
            "curve grows along with the columns."
        ),
        "none_came": text(
            "The columns of all rounds in which some update came fade back; those with outlines "
            "alone stay as strong as before."
        ),
    }


def _final_model() -> dict[str, str]:
    return {
        "untrained": text(
            "Photos appear, each with the name of what it shows. One after the other gets the name "
            "that the untrained model gives it, with a tick or a cross; what was named right also "
            "gets a frame."
        ),
        "trained": text(
            "The given names vanish. One after the other, the photos get the names that the "
            "trained model gives them, again with a tick or a cross, and a frame around those "
            "named right."
        ),
        "matrix": text(
            "A grid of cells appears, a row for each kind of photo, a column for each name given. "
            "The more often a row's photos got that name, the more the cell stands out; bars, if "
            "there is room, show right answers."
        ),
        "sharpen": text(
            "As a counter runs through the rounds, cells grow stronger or fainter and any bars "
            "longer or shorter. The diagonal, from corner to corner, holds the right answers; "
            "shares are written where there is room."
        ),
        "classes": text(
            "The row of the kind named right most often is brought out. If there was any mistake, "
            "a frame closes around the cell of the most common one, with lines to what was shown "
            "and what it was called."
        ),
    }


def _ledger() -> dict[str, str]:
    return {
        "moved": text(
            "From one line bars grow, as long as the bytes that were sent: models to the workers, "
            "in blue, and what came back, in red. Photos sent have no bar, only the word “none”."
        ),
        "stayed": text(
            "If the size of the photos is known, a bar on the same scale grows for all that stayed "
            "with the workers; otherwise the picture stays as it was."
        ),
        "balance": text(
            "The bars of what was sent move end to end and become one, with its total. It starts "
            "from the same line as the bar of the photos that stayed, on the same scale."
        ),
    }


def _credits() -> dict[str, str]:
    return {
        "runs": text(
            "Recorded runs are listed with the start of their fingerprints and, if there is room, "
            "strategy, rounds and seed: several as rows of a table, if they are many only some; a "
            "single one as a few facts."
        ),
        "thanks": text(
            "The list fades. In its place come, as far as all runs agree on them, the versions of "
            "the software, the data set and the code, and when the runs were recorded."
        ),
    }


_CHAPTERS: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "opening": _opening,
    "cast": _cast,
    "partitions": _partitions,
    "one_round": _one_round,
    "weighted_average": _weighted_average,
    "many_rounds": _many_rounds,
    "different_data": _different_data,
    "remedies": _remedies,
    "when_workers_fail": _when_workers_fail,
    "final_model": _final_model,
    "ledger": _ledger,
    "credits": _credits,
}
