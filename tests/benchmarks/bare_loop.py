"""A run's training as one would write it by hand: PyTorch alone, no Flower, no record.

The same rounds, clients, batches and evaluations on the same number of images, by ``DataLoader``
and ``torch.optim.SGD``. Images are decoded once, not once an epoch.

    python tests/benchmarks/bare_loop.py --data ~/cifar10 --rounds 15
"""

import argparse
import copy
import random

import numpy as np
import torch
from datasets import load_dataset
from torch import nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it
from torch.utils.data import DataLoader, Subset, TensorDataset

CLIENTS, COHORT = 10, 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", required=True, help="folder in the layout of uoft-cs/cifar10")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, help="by default as many as Torch chooses")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    return arguments


def tensors(split):
    columns = split[:]
    images = np.stack([np.asarray(image) for image in columns["img"]])
    return TensorDataset(
        torch.from_numpy(images).permute(0, 3, 1, 2), torch.tensor(columns["label"])
    )


def load(folder):
    data = load_dataset(folder)
    return tensors(data["train"]), tensors(data["test"])


def normalise(images):
    return images.float() / 127.5 - 1


def train(model, part):
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    running_loss = 0.0
    for images, labels in DataLoader(part, batch_size=32, shuffle=True):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(normalise(images)), labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    return model.state_dict()


@torch.no_grad()
def evaluate(model, part):
    loss, correct = 0.0, 0
    for images, labels in DataLoader(part, batch_size=500):
        logits = model(normalise(images))
        loss += F.cross_entropy(logits, labels, reduction="sum").item()
        correct += (logits.argmax(1) == labels).sum().item()
    return loss / len(part), correct / len(part)


def main():
    arguments = options(__doc__.splitlines()[0])
    whole, test = load(arguments.data)
    order = torch.randperm(len(whole))
    parts = [
        (Subset(whole, part[len(part) // 5 :]), Subset(whole, part[: len(part) // 5]))
        for part in order.chunk(CLIENTS)
    ]
    model = Net()
    print(0, *evaluate(model, test))
    for number in range(1, arguments.rounds + 1):
        states = []
        for client in random.sample(range(CLIENTS), COHORT):
            states.append(train(model, parts[client][0]))
            trained = Net()
            trained.load_state_dict(states[-1])
            evaluate(trained, parts[client][1])
        model.load_state_dict(
            {key: sum(state[key] for state in states) / COHORT for key in states[0]}
        )
        for client in random.sample(range(CLIENTS), COHORT):
            evaluate(model, parts[client][1])
        print(number, *evaluate(model, test))
    print("final", *evaluate(model, test))


if __name__ == "__main__":
    main()
