"""The stage with its actors: front end, coordinator, workers, and what travels between them."""
