"""The rendering of clips: jobs, worker processes, digests and the cache of rendered clips."""
