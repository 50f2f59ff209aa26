"""The app in Flower's own simulation: many clients in a few worker processes of Ray."""

from collections.abc import Mapping

from fl_sim.app.settings import Value
from fl_sim.running.flower import Programs, private_home
from fl_sim.running.progress import Bars
from fl_sim.running.servers import start_simulator
from fl_sim.running.superlink import LogWatch, SuperLink, judge


def train(config: Mapping[str, Value], bars: Bars, resume: str) -> None:
    """Run the app, one simulated client a partition, as many at once as there are CPUs.

    Args:
        config: the run config, with an absolute ``out``.
        bars: show how far the run is.
        resume: the command that goes on with the run if a worker dies.

    Raises:
        FlowerError: the run did not complete.
    """
    with private_home() as home, Programs(home) as programs:
        secrets = home / "secrets"
        secrets.mkdir()
        superlink = SuperLink.at(start_simulator(programs, secrets), home)
        bars.clients("starting Ray")
        federation = f"num-supernodes={config['num-partitions']} client-resources-num-cpus=1"
        run = superlink.submit(config, home, federation)
        log = LogWatch(bars, resume)
        superlink.follow(run, log, programs.check)
        judge(superlink, run, log.text)
