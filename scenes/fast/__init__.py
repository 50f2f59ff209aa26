"""Renders Manim's scenes faster, with the same pixels.

It needs nothing but Manim, and nothing else of this package needs to be imported with it::

    from scenes.fast import FastScene

    class MyScene(FastScene): ...
"""

from scenes.fast.scene import FastScene

__all__ = ["FastScene"]
