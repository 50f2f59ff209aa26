"""The stage with its actors: the front end, the coordinator, the workers and the wires."""
