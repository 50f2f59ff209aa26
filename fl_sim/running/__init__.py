"""The ways to run the app: in process, in Flower's simulation, on a deployment."""
