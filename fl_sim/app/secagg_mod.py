"""Secure aggregation, the client's part: a mod that lets no plain update leave the client."""

import os
from typing import Any

from flwr.app import Array, ArrayRecord, ConfigRecord, Context, Message, MessageType, RecordDict
from flwr.clientapp.typing import ClientAppCallable
from flwr.common.secure_aggregation.crypto.shamir import create_shares
from flwr.common.secure_aggregation.crypto.symmetric_encryption import decrypt, encrypt
from flwr.common.secure_aggregation.secaggplus_utils import (
    share_keys_plaintext_concat,
    share_keys_plaintext_separate,
)
from flwr.supercore.primitives.asymmetric import generate_key_pairs, public_key_to_bytes

from fl_sim.app.secagg import (
    SECAGG,
    SecAggError,
    Stage,
    Vector,
    agree,
    flatten,
    pairwise_mask,
    prg,
    quantise,
    to_bytes,
    to_secret_key,
    unflatten,
)

Values = dict[str, Any]

# What a client has to have done, so that each stage comes once, and masks serve for one update.
BEFORE = {
    Stage.SHARE_KEYS: Stage.ADVERTISE_KEYS,
    Stage.MASKED_INPUT_COLLECTION: Stage.SHARE_KEYS,
    Stage.UNMASKING: Stage.MASKED_INPUT_COLLECTION,
}


def secagg_mod(message: Message, context: Context, call_next: ClientAppCallable) -> Message:
    """Answer each stage of secure aggregation; let the app train in the third, and mask that.

    ::

        @app.train(mods=[secagg_mod])

    It goes before other mods: what they put into a reply's arrays is masked as well. Metrics, the
    number of examples among them, and what lies in a ``ConfigRecord`` leave the client as they are.

    Raises:
        SecAggError: the coordinator asks for a plain update, or for what would unmask one.
    """
    if message.metadata.message_type.partition(".")[0] != MessageType.TRAIN:
        return call_next(message, context)
    if SECAGG not in message.content:
        raise SecAggError(
            "this client sends masked updates only; wrap the strategy in SecureAggregation"
        )
    asked: Values = dict(message.content.config_records[SECAGG])
    stage = Stage(asked["stage"])
    state = _state(context, stage)
    if stage is Stage.MASKED_INPUT_COLLECTION:
        return _masked_input_collection(asked, state, message, context, call_next)
    answers = {
        Stage.ADVERTISE_KEYS: _advertise_keys,
        Stage.SHARE_KEYS: _share_keys,
        Stage.UNMASKING: _unmasking,
    }
    answer, kept = answers[stage](asked, state)
    _keep(context, stage, kept)
    return Message(RecordDict({SECAGG: ConfigRecord(answer)}), reply_to=message)


def _state(context: Context, stage: Stage) -> Values:
    """Return what the client has kept of the stage before, and forget it."""
    kept: Values = dict(context.state.config_records.get(SECAGG, {}))
    context.state.config_records.pop(SECAGG, None)
    if (before := BEFORE.get(stage)) not in (None, kept.get("stage")):
        raise SecAggError(f"{stage} was asked of a client that has not just done {before}")
    return kept


def _keep(context: Context, stage: Stage, kept: Values) -> None:
    context.state[SECAGG] = ConfigRecord({**kept, "stage": str(stage)})


def _advertise_keys(asked: Values, state: Values) -> tuple[Values, Values]:
    (c_sk, c_pk), (s_sk, s_pk) = generate_key_pairs(), generate_key_pairs()
    public = {"c_pk": public_key_to_bytes(c_pk), "s_pk": public_key_to_bytes(s_pk)}
    return public, {"u": asked["u"], "c_sk": to_bytes(c_sk), "s_sk": to_bytes(s_sk)}


def _share_keys(asked: Values, state: Values) -> tuple[Values, Values]:
    u, t, users = state["u"], asked["t"], asked["users"]
    if not len(users) / 2 < t <= len(users) or t < 2:
        raise SecAggError(f"{t} of {len(users)} clients could unmask it, which is no majority")
    if len(set(asked["s_pk"]) | set(asked["c_pk"])) != 2 * len(users):
        raise SecAggError("two clients have one key")
    b, c_sk = os.urandom(32), to_secret_key(state["c_sk"])
    b_shares, s_shares = (create_shares(each, t, len(users)) for each in (b, state["s_sk"]))
    e = [
        encrypt(agree(c_sk, c_pk), share_keys_plaintext_concat(u, v, b_share, s_share))
        for v, c_pk, b_share, s_share in zip(users, asked["c_pk"], b_shares, s_shares, strict=True)
    ]
    keys = {key: asked[key] for key in ("t", "users", "c_pk", "s_pk")}
    return {"e": e}, {**state, **keys, "b": b}


def _masked_input_collection(
    asked: Values,
    state: Values,
    message: Message,
    context: Context,
    call_next: ClientAppCallable,
) -> Message:
    """Return what the app has trained, as y: the weighted update with all its masks."""
    if len(asked["users"]) < state["t"] or not set(asked["users"]) <= set(state["users"]):
        raise SecAggError(f"{len(asked['users'])} clients are too few to hide an update among")
    del message.content[SECAGG]  # other mods expect the app's own config alone
    reply = call_next(message, context)
    if reply.has_error():
        return reply
    (received,) = message.content.array_records.values()
    ((name, trained),) = reply.content.array_records.items()
    (metrics,) = reply.content.metric_records.values()
    weight = metrics[asked["weighted-by"]]
    if not isinstance(weight, int | float) or not weight > 0:
        raise SecAggError(f"{asked['weighted-by']} is {weight}; a weight is above 0")
    before = {key: received[key].numpy() for key in trained}
    after = {key: array.numpy() for key, array in trained.items()}
    x = quantise((flatten(after) - flatten(before)) * weight, len(state["users"]))
    y = x + _masks(state, asked["users"], len(x))
    reply.content[name] = ArrayRecord(
        {key: Array(array) for key, array in unflatten(y, after).items()}
    )
    # Its answer lies beside y, so that the coordinator tells masked updates from others.
    reply.content[SECAGG] = ConfigRecord({"u": state["u"]})
    kept = {key: state[key] for key in ("u", "t", "users", "c_sk", "c_pk")}
    here = {"masked-with": asked["users"], "e": asked["e"]}
    _keep(context, Stage.MASKED_INPUT_COLLECTION, {**kept, **here})
    return reply


def _masks(state: Values, users: list[int], size: int) -> Vector:
    """Return the sum of a client's own mask and those that it shares with each other client."""
    u, s_sk = state["u"], to_secret_key(state["s_sk"])
    s_pk = dict(zip(state["users"], state["s_pk"], strict=True))
    total = prg(state["b"], size)
    for v in users:
        if v != u:
            total = total + pairwise_mask(u, v, agree(s_sk, s_pk[v]), size)
    return total


def _unmasking(asked: Values, state: Values) -> tuple[Values, Values]:
    """Return a share of b of those whose y is in the sum, and of s_sk of the others: never both."""
    summed = set(asked["users"])
    if len(summed) < state["t"] or not summed <= set(state["masked-with"]):
        raise SecAggError(f"the sum of {len(summed)} clients would give updates away")
    c_sk = to_secret_key(state["c_sk"])
    c_pk = dict(zip(state["users"], state["c_pk"], strict=True))
    shares = []
    for v, e in zip(state["masked-with"], state["e"], strict=True):
        source, target, b_share, s_share = share_keys_plaintext_separate(
            decrypt(agree(c_sk, c_pk[v]), e)
        )
        if (source, target) != (v, state["u"]):
            raise SecAggError(f"a share from {v} to {state['u']} was another one")
        shares.append(b_share if v in summed else s_share)
    return {"shares": shares}, {}
