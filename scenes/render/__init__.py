"""Rendering of clips: jobs, worker processes, digests and the cache."""
