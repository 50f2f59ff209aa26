"""A run's training by pfl, Apple's simulator (pip install pfl): no Flower, no record.

The same rounds, clients, batches and evaluations on the same number of images as in `bare_loop`.

    python tests/benchmarks/pfl_loop.py --data ~/cifar10 --rounds 15
"""

from functools import partial

import torch
from bare_loop import CLIENTS, COHORT, Net, evaluate, load, normalise, options
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.callback.central_evaluation import CentralEvaluationCallback
from pfl.common_types import Population
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.pytorch import PyTorchTensorDataset
from pfl.data.sampling import get_user_sampler
from pfl.hyperparam import NNEvalHyperParams, NNTrainHyperParams
from pfl.metrics import TrainMetricName, Weighted
from pfl.model.pytorch import PyTorchModel
from torch.nn import functional as F  # noqa: N812  # torch's own name for it


class PflNet(Net):
    def loss(self, images, labels):
        return F.cross_entropy(self(normalise(images)), labels)

    @torch.no_grad()
    def metrics(self, images, labels):
        logits = self(normalise(images))
        loss = F.cross_entropy(logits, labels, reduction="sum").item()
        correct = (logits.argmax(1) == labels).sum().item()
        return {"loss": Weighted(loss, len(labels)), "accuracy": Weighted(correct, len(labels))}


class Averaging(FederatedAveraging):
    """Tests what a client trained on its validation part once, not on its train part twice."""

    def simulate_one_user(self, model, user_dataset, central_context):
        training = central_context.population == Population.TRAIN
        part, validation = user_dataset
        statistics = None
        if training:
            before = self._initial_model_state = model.get_parameters(self._initial_model_state)
            statistics, _ = self.train_one_user(before, model, part, central_context)
        name = partial(
            TrainMetricName, population=central_context.population, after_training=training
        )
        metrics = model.evaluate(validation, name, central_context.model_eval_params)
        if training:
            model.set_parameters(before)
        return statistics, metrics


class Client(tuple):
    """A client's train part and validation part, which pfl takes for one dataset."""

    user_id = None

    def __len__(self):
        return len(self[0])


def clients(whole):
    images, labels = whole.tensors
    order = torch.randperm(len(labels))
    for part in order.chunk(CLIENTS):
        cut = len(part) // 5
        train, validation = (
            PyTorchTensorDataset((images[index], labels[index]))
            for index in (part[cut:], part[:cut])
        )
        yield Client((train, validation))


def federated(parts):
    sampler = get_user_sampler("minimize_reuse", list(range(CLIENTS)))
    return FederatedDataset(lambda client: parts[client], sampler)


def main():
    arguments = options(__doc__.splitlines()[0])
    whole, test = load(arguments.data)
    parts = list(clients(whole))
    net = PflNet()
    model = PyTorchModel(
        net,
        local_optimizer_create=partial(torch.optim.SGD, momentum=0.9),
        central_optimizer=torch.optim.SGD(net.parameters(), lr=1.0),
    )
    evaluation = NNEvalHyperParams(local_batch_size=500)
    Averaging().run(
        NNAlgorithmParams(
            central_num_iterations=arguments.rounds,
            evaluation_frequency=1,
            train_cohort_size=COHORT,
            val_cohort_size=COHORT,
        ),
        SimulatedBackend(training_data=federated(parts), val_data=federated(parts)),
        model,
        NNTrainHyperParams(local_num_epochs=1, local_learning_rate=0.01, local_batch_size=32),
        evaluation,
        [CentralEvaluationCallback(PyTorchTensorDataset(test.tensors), evaluation)],
    )
    print("final", *evaluate(net, test))


if __name__ == "__main__":
    main()
