"""Manim, imported for processes that only render: a fifth of a second sooner, without IPython.

Manim looks for IPython to add a magic to notebooks, and goes without where it is not installed.
"""

import sys

if "IPython" not in sys.modules and "manim" not in sys.modules:
    sys.modules["IPython"] = None  # type: ignore[assignment]  # the import system's "not there"
    import manim  # noqa: F401

    del sys.modules["IPython"]
