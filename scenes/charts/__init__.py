"""Figures that fill the frame: each shows one thing that a chapter's story tells."""
