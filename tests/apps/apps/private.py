"""Differential privacy by a wrapper: updates are clipped, and noise is added to their mean."""

from pathlib import Path

import numpy as np
from flwr.serverapp.strategy import DifferentialPrivacyServerSideFixedClipping, FedAvg

from apps import images_central
from apps.kit import CLIENTS, ROUNDS, Own, client_app, grid, keep_model, sent, tested, untrained
from fl_sim import record_strategy


def run(out: Path) -> Own:
    """Run the app, leave its record, and return its own numbers."""
    np.random.seed(0)  # Flower draws its noise from there
    own = Own()
    wrapper = DifferentialPrivacyServerSideFixedClipping(
        FedAvg(), noise_multiplier=0.1, clipping_norm=0.5, num_sampled_clients=CLIENTS
    )
    strategy = record_strategy(wrapper, out)
    app = client_app(own, images_central.train, images_central.evaluate)
    evaluate_fn = tested(own, images_central.test)
    return keep_model(
        own, strategy.start(grid(app), sent(untrained()), ROUNDS, evaluate_fn=evaluate_fn)
    )
