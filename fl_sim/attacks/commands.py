"""``fl-sim attack``: attacks on a record, with progress, kept beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fl_sim import record
from fl_sim.app.networks import LeNet
from fl_sim.attacks import alone as training
from fl_sim.attacks import members as membership
from fl_sim.attacks import updates as sending
from fl_sim.attacks.invert import cases, in_words
from fl_sim.attacks.invert import invert as rebuilding
from fl_sim.attacks.rebuild import Effort
from fl_sim.attacks.subject import AttackError, Subject, trained_on
from fl_sim.running.launch import dataset_folder, quieten
from fl_sim.terminal import console, say, table
from fl_sim.wording import count, percent

__all__ = ["Effort", "alone", "invert", "members", "updates"]


def invert(name: str, data: Path | None, clients: int | None, effort: Effort, force: bool) -> None:
    """Rebuild photos of a record's clients, and print how like them the rebuilt ones are."""
    subject = _open(name, data)
    if not isinstance(subject.settings.network, LeNet):
        raise AttackError(f"{name}: photos are rebuilt with network=lenet alone; members works")
    number = min(clients or len(subject.parts), len(subject.parts))
    begun = None if force else _begun(name, subject, effort, number)
    done = len(begun.found) if begun else 0
    total = len(cases(range(number)))
    found = begun
    with _bars(total, done) as (tell, watch):
        for found in rebuilding(subject, range(number), effort, begun, watch):
            record.save_attack(found, name)
            tell(len(found.found))
    assert found
    _show(found)
    say(f"kept beside the record: {record.resolve(name) / record.Inversions.FILE}.json.gz")


def members(name: str, data: Path | None, client: int, seed: int) -> None:
    """Tell members of a record's training photos from others, and print how often it is right."""
    subject = _open(name, data)
    if client >= len(subject.parts):
        raise AttackError(
            f"there is no client {client}: {name} has {count(len(subject.parts), 'client')}, from 0"
        )
    found = membership.infer(subject, client, seed)
    record.save_attack(found, name)
    headers = ("model", "members", "others", "accuracy", "AUC", "TPR at 1%", "at 0.1% FPR")
    table(headers, (_membership_row(each) for each in found.found))
    if subject.settings.secure_aggregation:
        say("updates are masked, so that nobody has the model of one client to attack")
    say(f"kept beside the record: {record.resolve(name) / record.Memberships.FILE}.json.gz")


def updates(name: str, data: Path | None) -> None:
    """Keep a record's updates of one more round, and print what their mean would give."""
    subject = _open(name, data)
    found = sending.updates(subject)
    record.save_attack(found, name)
    rows = ((f"{each.client}", f"{each.num_examples}", each.form) for each in found.found)
    table(("client", "examples", "form"), rows)
    before, after = subject.run.final and subject.run.final.test, found.test
    if before and before.accuracy is not None and after.accuracy is not None:
        say(f"accuracy {percent(before.accuracy)}, with their mean {percent(after.accuracy)}")
    say(f"kept beside the record: {record.resolve(name) / record.Updates.FILE}.json.gz")


def alone(name: str, data: Path | None) -> None:
    """Train the client of a record again that ends best alone, and keep its model."""
    quieten()
    run = record.load(name)
    client = training.best_client(run).client
    settings, dataset, parts = trained_on(run, None if data is None else dataset_folder(data))
    last = run.rounds[-1].number
    with Progress(console=console(err=True), transient=True) as progress:
        rounds = progress.add_task("rounds", total=last)
        found = training.alone(
            run,
            settings,
            dataset,
            parts[client],
            lambda done: progress.update(rounds, completed=done),
        )
    record.save_attack(found, name)
    accuracy = "" if found.test.accuracy is None else f", accuracy {percent(found.test.accuracy)}"
    say(f"client {client} alone, after round {last}{accuracy}, as recorded")
    say(f"kept beside the record: {record.resolve(name) / record.LocalModel.FILE}.json.gz")


def _open(name: str, data: Path | None) -> Subject:
    quieten()
    return Subject.open(name, None if data is None else dataset_folder(data))


def _begun(name: str, subject: Subject, effort: Effort, clients: int) -> record.Inversions | None:
    """Return what was found before by the same effort, if there is any."""
    before = record.load_attack(name, subject.run, record.Inversions)
    if before is None:
        return None
    same = (before.seed, before.steps, before.restarts) == (
        effort.seed,
        effort.steps,
        effort.restarts,
    )
    if not same or len(before.chance) != clients:
        raise AttackError(
            f"photos of {name} were rebuilt with --clients {len(before.chance)} --steps "
            f"{before.steps} --restarts {before.restarts} --seed {before.seed}; give the same to "
            "go on, or --force to begin anew"
        )
    return before


@contextmanager
def _bars(
    total: int, done: int
) -> Iterator[tuple[Callable[[int], None], Callable[[str, int], None]]]:
    """Draw how many attempts are done and the steps of this one, or a line for each attempt."""
    shown = console(err=True)
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=shown, transient=True, disable=not shown.is_terminal
    ) as progress:
        attempts = progress.add_task("photos", total=total, completed=done)
        steps = progress.add_task("starting", total=None)

        def tell(done: int) -> None:
            progress.update(attempts, completed=done)
            if progress.disable:
                said = f"photo {done} of {total} is done"
                shown.print(said, highlight=False, soft_wrap=True)

        yield tell, lambda case, step: progress.update(steps, description=case, completed=step)


def _show(found: record.Inversions) -> None:
    chance = {each.client: each for each in found.chance}
    headers = ("update of", "PSNR, dB", "mean image", "nearest other", "SSIM", "features")
    rows = []
    for each in found.found:
        level = chance[each.client]
        rows.append(
            (
                in_words(each),
                f"{each.likeness.psnr:.1f}",
                f"{level.mean.psnr:.1f}",
                f"{level.nearest.psnr:.1f}",
                f"{each.likeness.ssim:.2f}",
                f"{each.num_features} of {each.num_photos}",
            )
        )
    table(headers, rows)


def _membership_row(each: record.Membership) -> tuple[str, ...]:
    whose = "global" if each.client is None else f"client {each.client}"
    return (
        whose if each.form == "plain" else f"{whose}, {each.form}",
        f"{each.num_members}",
        f"{each.num_others}",
        f"{percent(each.member_accuracy)} and {percent(each.other_accuracy)}",
        f"{each.auc:.3f}",
        percent(each.tpr_1, 2),
        percent(each.tpr_01, 2),
    )
