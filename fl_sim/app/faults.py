"""A mod of Flower's client app that makes clients fail, hang or drop out, by chance and a seed.

Faults of this kind happen in every real federation. Here they are made, so that a run can show
what becomes of a round, and can be repeated.
"""

import time
from random import Random
from typing import Literal

from flwr.app import Context, Error, Message
from flwr.clientapp.typing import ClientAppCallable
from flwr.common.constant import ErrorCode

from fl_sim.app.settings import Settings

Fault = Literal["failure", "hang", "dropout"]

# Seconds past the timeout after which a client that hangs answers: it may have been asked a
# moment before the server started its clock.
LATE = 1.0


class InjectedError(RuntimeError):
    """What a client raises that was chosen to fail."""


def inject(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Let a client train, unless chance has it fail, hang or drop out in this round.

    - A failure: it raises, and Flower makes an error reply of that.
    - A hang: it answers after the round's timeout, when the server does not wait any longer.
    - A dropout: the reply is the error that Flower's SuperLink sends in place of a client that
      it does not reach.

    Raises:
        InjectedError: the client was chosen to fail.
    """
    settings = Settings.of(context.run_config)
    server_round = message.content.config_records["config"]["server-round"]
    assert isinstance(server_round, int)
    match draw(settings, server_round, int(context.node_config["partition-id"])):
        case "failure":
            raise InjectedError("the client stopped in the middle of training")
        case "dropout":
            gone = Error(ErrorCode.NODE_UNAVAILABLE, "the client cannot be reached")
            return Message(gone, reply_to=message)
        case "hang":
            return _late(message, context, call_next, settings.round_timeout)
        case None:
            return call_next(message, context)


def draw(settings: Settings, server_round: int, client: int) -> Fault | None:
    """Return what happens to a client that is asked to train in a round, None if nothing does.

    It depends on (failure-seed, round, client) alone.
    """
    chance = Random(f"{settings.failure_seed}/{server_round}/{client}/train").random()
    rates: tuple[tuple[Fault, float], ...] = (
        ("failure", settings.failure_rate),
        ("hang", settings.hang_rate),
        ("dropout", settings.dropout_rate),
    )
    for fault, rate in rates:
        if chance < rate:
            return fault
        chance -= rate
    return None


def _late(
    message: Message, context: Context, call_next: ClientAppCallable, timeout: float
) -> Message:
    started = time.monotonic()
    reply = call_next(message, context)
    time.sleep(max(0.0, started + timeout + LATE - time.monotonic()))
    return reply
