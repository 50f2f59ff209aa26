"""The Flower app: its settings, its task, its client and its server."""
