"""The client app: answers the server's questions, trains and evaluates."""

import time

import torch
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    ConfigRecordValues,
    Context,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp
from torch import nn

from fl_sim.app import cifar10, close_up, faults, mods, predictions, task
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import Settings
from fl_sim.recording.replies import CLIENT, PREDICTIONS

app = ClientApp()


@app.query()
def describe(message: Message, context: Context) -> Message:
    """Reply with the client's number, its label counts and as many images as `thumbnails` says."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    choose = task.generator(settings.seed, "thumbnails", client)
    images, labels = task.thumbnails(data, part, _config_value(message, "thumbnails"), choose)
    counts = torch.bincount(
        data.train.labels[torch.cat([part.train, part.validation])],
        minlength=len(data.class_names),
    )
    description: dict[str, ConfigRecordValues] = {
        "partition-id": client,
        "num-train": len(part.train),
        "num-validation": len(part.validation),
        "label-counts": counts.tolist(),
        "thumbnails": images.numpy().tobytes(),
        "thumbnail-labels": labels.tolist(),
        "code-hash": code_hash(settings),
    }
    return Message(RecordDict({CLIENT: ConfigRecord(description)}), reply_to=message)


@app.train(mods=[mods.mask, mods.reveal, mods.protect, faults.inject])
def train(message: Message, context: Context) -> Message:
    """Reply with the received model, trained on the client's train part, and its metrics."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    model = _received(message, data, settings)
    server_round = _config_value(message, "server-round")
    shuffle = task.generator(settings.seed, "train", server_round, client)
    closely = close_up.begin(settings, data, part, client, server_round)
    data.train.images(part.train)  # decoded here, so that the clock sees training alone
    if closely:
        closely.look(model)
    start = time.perf_counter()
    curve, score = task.train(
        model,
        data.train,
        part.train,
        settings,
        shuffle,
        proximal_mu=_proximal_mu(message),
        **({"watch": closely.watch} if closely else {}),
    )
    seconds = time.perf_counter() - start
    validation = task.evaluate(model, data.train, part.validation)
    details: dict[str, ConfigRecordValues] = {
        "seconds": seconds,
        "loss-curve": curve,
        "validation-loss": validation.loss,
        "validation-accuracy": validation.accuracy,
        **_alone(model, data, part, settings),
        **(closely.report() if closely else {}),
    }
    reply = RecordDict(
        {
            "arrays": ArrayRecord(model.state_dict()),
            "metrics": _metrics(score, len(part.train)),
            CLIENT: ConfigRecord(details),
        }
    )
    return Message(reply, reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Reply with the metrics of the received model on the client's validation part."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    data.train.images(part.validation)  # as in `train`
    start = time.perf_counter()
    score = task.evaluate(_received(message, data, settings), data.train, part.validation)
    details = ConfigRecord({"seconds": time.perf_counter() - start})
    reply = RecordDict({"metrics": _metrics(score, len(part.validation)), CLIENT: details})
    return Message(reply, reply_to=message)


def _open(context: Context) -> tuple[int, Settings, cifar10.Data]:
    """Return the client's number, the settings and the dataset."""
    settings = Settings.of(context.run_config)
    # A node may keep the dataset in a place of its own.
    dataset = str(context.node_config.get("dataset", settings.dataset))
    return int(context.node_config["partition-id"]), settings, cifar10.load(dataset)


def _config_value(message: Message, key: str) -> int:
    value = message.content.config_records["config"][key]
    assert isinstance(value, int)
    return value


def _proximal_mu(message: Message) -> float:
    """Return the weight of FedProx's term, which only that strategy sends."""
    value = message.content.config_records["config"].get("proximal-mu", 0.0)
    assert isinstance(value, float)
    return value


def _alone(
    model: nn.Module, data: cifar10.Data, part: task.Part, settings: Settings
) -> dict[str, ConfigRecordValues]:
    """Return how a model does that stays with its client: on the test split, and on its own."""
    if not settings.strategy.personal:
        return {}
    test, own = task.test(model, data.test, 1), task.evaluate(model, data.train, part.train)
    found: dict[str, ConfigRecordValues] = {
        "test-loss": test.score.loss,
        "test-accuracy": test.score.accuracy,
        "own-loss": own.loss,
        "own-accuracy": own.accuracy,
    }
    if predictions.are_kept(settings, data):
        found[PREDICTIONS] = predictions.packed(test.predictions).tobytes()
    return found


def _received(message: Message, data: cifar10.Data, settings: Settings) -> nn.Module:
    model = settings.network.make(len(data.class_names))
    model.load_state_dict(message.content.array_records["arrays"].to_torch_state_dict())
    return task.placed(model, settings)


def _metrics(score: task.Score, num_examples: int) -> MetricRecord:
    return MetricRecord(
        {"num-examples": num_examples, "loss": score.loss, "accuracy": score.accuracy}
    )
