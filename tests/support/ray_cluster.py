"""A Ray cluster of two nodes on this machine, until its standard input is closed.

Prints as JSON its address and, of each node, the process that keeps it.
"""

import json
import sys

from ray.cluster_utils import Cluster


def main() -> None:
    cluster = Cluster()
    nodes = [cluster.add_node(num_cpus=1, include_dashboard=False) for _ in range(2)]
    keepers = [node.all_processes["raylet"][0].process.pid for node in nodes]
    print(json.dumps({"address": cluster.address, "keepers": keepers}), flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
