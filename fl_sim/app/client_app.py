"""The client's side of the app: tell what it holds, train, evaluate."""

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

from fl_sim.app import faults, task
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import Settings
from fl_sim.recording.replies import CLIENT

app = ClientApp()


@app.query()
def describe(message: Message, context: Context) -> Message:
    """Tell who this client is and what it holds; `thumbnails` says how many images to show."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    choose = task.generator(settings.seed, "thumbnails", client)
    images, labels = task.thumbnails(data, part, _asked(message, "thumbnails"), choose)
    counts = torch.bincount(
        data.train.labels[torch.cat([part.train, part.validation])],
        minlength=len(data.class_names),
    )
    about: dict[str, ConfigRecordValues] = {
        "partition-id": client,
        "num-train": len(part.train),
        "num-validation": len(part.validation),
        "label-counts": counts.tolist(),
        "thumbnails": images.numpy().tobytes(),
        "thumbnail-labels": labels.tolist(),
        "code-hash": code_hash(),
    }
    return Message(RecordDict({CLIENT: ConfigRecord(about)}), reply_to=message)


@app.train(mods=[faults.inject])
def train(message: Message, context: Context) -> Message:
    """Train the received model on the client's train part; say how it went."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    model = _received(message, data)
    shuffle = task.generator(settings.seed, "train", _asked(message, "server-round"), client)
    data.train.images(part.train)  # decoded here, so that the clock sees training alone
    start = time.perf_counter()
    curve, score = task.train(
        model, data.train, part.train, settings, shuffle, proximal_mu=_proximal_mu(message)
    )
    seconds = time.perf_counter() - start
    validation = task.evaluate(model, data.train, part.validation)
    known: dict[str, ConfigRecordValues] = {
        "seconds": seconds,
        "loss-curve": curve,
        "validation-loss": validation.loss,
        "validation-accuracy": validation.accuracy,
        **_alone(model, data, settings),
    }
    reply = RecordDict(
        {
            "arrays": ArrayRecord(model.state_dict()),
            "metrics": _metrics(score, len(part.train)),
            CLIENT: ConfigRecord(known),
        }
    )
    return Message(reply, reply_to=message)


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Score the received model on the client's validation part."""
    client, settings, data = _open(context)
    part = task.partition(data, settings)[client]
    data.train.images(part.validation)  # as in `train`
    start = time.perf_counter()
    score = task.evaluate(_received(message, data), data.train, part.validation)
    known = ConfigRecord({"seconds": time.perf_counter() - start})
    reply = RecordDict({"metrics": _metrics(score, len(part.validation)), CLIENT: known})
    return Message(reply, reply_to=message)


def _open(context: Context) -> tuple[int, Settings, task.Data]:
    settings = Settings.of(context.run_config)
    # A node may keep the dataset in a place of its own.
    dataset = str(context.node_config.get("dataset", settings.dataset))
    return int(context.node_config["partition-id"]), settings, task.load_data(dataset)


def _asked(message: Message, key: str) -> int:
    value = message.content.config_records["config"][key]
    assert isinstance(value, int)
    return value


def _proximal_mu(message: Message) -> float:
    """Return the weight of FedProx's term, which only that strategy sends."""
    value = message.content.config_records["config"].get("proximal-mu", 0.0)
    assert isinstance(value, float)
    return value


def _alone(model: task.Net, data: task.Data, settings: Settings) -> dict[str, float]:
    """Test a model that is never averaged on what the server tests the global one on."""
    if settings.strategy != "local-only":
        return {}
    test = task.evaluate(model, data.test)
    return {"test-loss": test.loss, "test-accuracy": test.accuracy}


def _received(message: Message, data: task.Data) -> task.Net:
    model = task.Net(len(data.class_names))
    model.load_state_dict(message.content.array_records["arrays"].to_torch_state_dict())
    return model


def _metrics(score: task.Score, num_examples: int) -> MetricRecord:
    return MetricRecord(
        {"num-examples": num_examples, "loss": score.loss, "accuracy": score.accuracy}
    )
