"""Attacks that the list of runs names: what they find, and by which options."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from fl_sim import record
from fl_sim.app.settings import SettingError
from fl_sim.wording import did_you_mean

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Planned:
    """An attack as it is typed after ``fl-sim attack``, without a run and its data.

    Args:
        name: such as ``invert``.
        options: its words.
        chosen: what they say, with defaults.
    """

    name: str
    options: tuple[str, ...]
    chosen: Options

    @property
    def kind(self) -> type[record.Attack]:
        """What it finds."""
        return KINDS[self.name][0]

    @property
    def goes_on(self) -> bool:
        """Whether it goes on with what is there, unless it is told to begin anew."""
        return "force" in self.chosen

    def found(self, found: record.Attack) -> bool:
        """Tell whether it was by these options that something was found."""
        return KINDS[self.name][1](found, self.chosen)


def planned(listed: Any) -> tuple[Planned, ...]:
    """Return the attacks that a list of texts names.

    Raises:
        SettingError: it is no such list, or an attack or an option does not exist.
    """
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise SettingError('attacks is a list of texts, such as ["invert --clients 3"]')
    return tuple(_planned(each) for each in listed)


def _planned(typed: str) -> Planned:
    from fl_sim import cli  # noqa: PLC0415  # it has this module's commands

    name, *options = shlex.split(typed) or [""]
    command = cli.attack.commands.get(name)
    if command is None or name not in KINDS:
        hint = did_you_mean(name, KINDS)
        raise SettingError(f"there is no attack {name!r}.{hint} Attacks: {', '.join(KINDS)}")
    try:
        context = command.make_context(name, ["run", *options])
    except click.ClickException as error:
        raise SettingError(f"attack {typed!r}: {error.format_message()}") from error
    return Planned(name, tuple(options), context.params)


def is_whole(found: record.Attack) -> bool:
    """Tell whether an attack came to its end."""
    if not isinstance(found, record.Inversions):
        return True
    from fl_sim.attacks.invert import cases  # noqa: PLC0415  # it loads Torch

    return len(found.found) == len(cases(range(len(found.chance))))


def _is_invert(found: Any, chosen: Options) -> bool:
    same = all(getattr(found, key) == chosen[key] for key in ("seed", "steps", "restarts"))
    return same and chosen["clients"] in (None, len(found.chance))


def _is_members(found: Any, chosen: Options) -> bool:
    clients = {each.client for each in found.found if each.client is not None}
    return bool(found.seed == chosen["seed"] and clients <= {chosen["client"]})


KINDS: Mapping[str, tuple[type[record.Attack], Callable[[Any, Options], bool]]] = {
    "invert": (record.Inversions, _is_invert),
    "members": (record.Memberships, _is_members),
    "updates": (record.Updates, lambda found, chosen: True),
    "alone": (record.LocalModel, lambda found, chosen: True),
}
