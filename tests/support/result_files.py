"""Result files as other programs write them, and mutations of these."""

import json
from random import Random
from typing import Any

from fl_sim.recording.meaning import Choice
from fl_sim.recording.results import Layout

HISTORY = {
    "losses_distributed": [[1, 2.0], [2, 1.5]],
    "losses_centralized": [[0, 2.25], [1, 1.75], [2, 1.25]],
    "metrics_distributed_fit": {"train_loss": [[1, 2.5], [2, 1.0]]},
    "metrics_distributed": {"accuracy": [[1, 0.25], [2, 0.5]]},
    "metrics_centralized": {"accuracy": [[0, 0.125], [1, 0.375], [2, 0.625]]},
}
RESULT = {
    "train_metrics_clientapp": {"1": {"train_loss": 2.25}, "2": {"train_loss": 1.75}},
    "evaluate_metrics_clientapp": {"1": {"eval_loss": 2.0, "eval_acc": 0.25}, "2": {}},
    "evaluate_metrics_serverapp": {"0": {"accuracy": 0.125}, "1": {}, "2": {"accuracy": 0.5}},
}
BY_TAG = {
    "federated_evaluate": [
        {"round": 1, "federated_evaluate_loss": 2.0, "federated_evaluate_accuracy": 0.25},
        {"round": 2, "federated_evaluate_loss": 1.5, "federated_evaluate_accuracy": 0.5},
    ],
    "centralized_evaluate": [{"round": 0, "loss": 2.5}, {"round": 1, "accuracy": 0.375}],
}
ROUNDS = [
    {"round": 1, "train_loss": 2.0, "test_accuracy": 0.25, "when": "10:00"},
    {"round": 2, "train_loss": 1.0, "test_accuracy": 0.5, "when": "10:01"},
]
COLUMNS = {"rounds": [1, 2], "train_loss": [2.0, 1.0], "test_accuracy": [0.25, 0.5]}

# What the server and the clients measured in each of them is in `test_import_files.py`.
FILES: dict[str, str] = {
    "history.json": json.dumps(HISTORY),
    "history-inside.json": json.dumps({"config": {"lr": 0.1}, "history": HISTORY}),
    "result.json": json.dumps(RESULT),
    "by-tag.json": json.dumps(BY_TAG),
    "per-round.json": json.dumps({"settings": {"clients": 3}, "per_round": ROUNDS}),
    "training-history.json": json.dumps({"training_history": COLUMNS}),
    "flat.json": json.dumps(ROUNDS),
    "by-number.json": json.dumps({"1": ROUNDS[0] | {"round": 1}, "2": ROUNDS[1] | {"round": 2}}),
    "lines.jsonl": "\n".join(map(json.dumps, ROUNDS)),
    "wandb-chart.csv": (
        '"Step","red-1 - test_acc","red-1 - test_acc__MIN","red-1 - test_acc__MAX"\n'
        '"1","0.25","0.25","0.25"\n"2","0.5","0.5","0.5"\n'
    ),
    "wandb-history.csv": (
        "_step,_timestamp,_runtime,train_loss,test_acc,round\n"
        "0,1.7e9,3.5,2.0,,1\n1,1.7e9,4.5,,0.25,1\n2,1.7e9,5.5,1.0,,2\n3,1.7e9,6.5,,0.5,2\n"
    ),
    "run-.-tag-test_accuracy.csv": "Wall time,Step,Value\n1.7e9,1,0.25\n1.7e9,2,0.5\n",
    "mlflow.csv": (
        "run_id,key,value,timestamp,step\na,test_accuracy,0.25,1,1\na,test_accuracy,0.5,2,2\n"
        "a,train_loss,2,1,1\na,train_loss,1,2,2\n"
    ),
    "epochs.csv": "epoch,train_loss,test_accuracy\n0,2,0.25\n1,1,0.5\n",
    "clients.csv": (
        "round,client,train_loss,val_accuracy,num_examples\n"
        "1,10,2,0.25,1\n1,9,2.5,0.5,3\n2,9,1.5,0.75,3\n2,10,1.0,0.5,1\n"
    ),
}
LAYOUTS = {
    "epochs.csv": Layout(rounds="epoch", first=1),
    "clients.csv": Layout(clients="client"),
}

ODD = ("nan", "null", '"', "\n", ",", "-1", "1e999", "[", "}", "\ud800", "round", "0", "true", " ")


def mutated(seed: int) -> tuple[str, str, Layout, Choice]:
    """Return a file's name, its text with some places changed, and what is said of it."""
    random = Random(seed)
    name = random.choice(sorted(FILES))
    text = FILES[name]
    for _ in range(random.randint(1, 4)):
        text = _changed(text, random)
    layout = LAYOUTS.get(name, Layout()) if random.random() < 0.8 else _any_layout(random)
    return name, text, layout, Choice(percent=random.random() < 0.2)


def _changed(text: str, random: Random) -> str:
    """Return a text with one place changed; of JSON, every other time, a value of it."""
    try:
        found = json.loads(text) if random.random() < 0.5 else None
    except ValueError:
        found = None
    return json.dumps(_other(found, random)) if found else _cut(text, random)


def _other(value: Any, random: Random) -> Any:
    """Return a value of JSON with something else in one place of it."""
    if not isinstance(value, dict | list) or not value or random.random() < 0.1:
        return random.choice((None, True, -1, 0.5, 1e308, "nan", "", [], {}, [[1, 2]], {"1": 2}))
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    key, held = items.pop(place := random.randrange(len(items)))
    if random.random() < 0.9:
        other = random.choice(ODD) if random.random() < 0.1 else key
        items.insert(place, (other, _other(held, random)))
    return dict(items) if isinstance(value, dict) else [held for _, held in items]


def _cut(text: str, random: Random) -> str:
    a, b = sorted(random.randint(0, len(text)) for _ in range(2))
    near = min(b, a + random.randint(1, 8))
    lines = text.splitlines(keepends=True)
    line = random.choice(lines) if lines else ""
    return random.choice(
        [
            text[:a] + text[near:],
            text[:a] + random.choice(ODD) + text[near:],
            text[:a] + random.choice(ODD) + text[a:],
            text[:a] + text[a:near] * 2 + text[near:],
            text[:b],
            text.replace(random.choice("0125."), random.choice(ODD)),
            text.replace(random.choice(("acc", "loss", "1", "round")), random.choice(ODD), 1),
            text + line,
            "".join(random.sample(lines, len(lines))),
        ]
    )


def _any_layout(random: Random) -> Layout:
    options: dict[str, Any] = {
        "rounds": random.choice([None, "epoch", "round", "test_acc"]),
        "clients": random.choice([None, "client", "round"]),
        "first": random.choice([None, 0, 1]),
        "measured_by": random.choice([None, "server", "clients"]),
        "run": random.choice([None, "a", "red-1"]),
    }
    return Layout(**options)
