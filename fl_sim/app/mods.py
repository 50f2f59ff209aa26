"""Mods of the client app that hide what a client sends, as the run's settings say."""

import numpy as np
from flwr.app import Context, Message
from flwr.clientapp.typing import ClientAppCallable

from fl_sim.app import privacy, secagg_mod
from fl_sim.app.secagg import flatten
from fl_sim.app.settings import Settings
from fl_sim.recording.replies import CLIENT, PLAIN_UPDATE, Model


def mask(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Send no update that is not masked, in a run with secure aggregation."""
    if not Settings.of(context.run_config).secure_aggregation:
        return call_next(message, context)
    return secagg_mod.secagg_mod(message, context, call_next)


def reveal(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Tell the record the plain update in the round that is to be shown: nobody else sees it."""
    reply = call_next(message, context)
    shown = Settings.of(context.run_config).reveal_round
    server_round = message.content.config_records["config"]["server-round"]
    if reply.has_error() or shown != server_round:
        return reply
    (received,) = message.content.array_records.values()
    (sent,) = reply.content.array_records.values()
    update: np.ndarray = flatten(Model(sent)) - flatten(Model(received))
    reply.content.config_records[CLIENT][PLAIN_UPDATE] = update.tobytes()
    return reply


def protect(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Clip an update, or clip it and add noise, in a run with differential privacy."""
    settings = Settings.of(context.run_config)
    if not settings.dp_noise:
        return call_next(message, context)
    return privacy.client_side(settings, message, context, call_next)
