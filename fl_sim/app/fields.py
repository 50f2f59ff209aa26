"""The kinds of values that settings have, and the rules of the models that hold them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


def dashed(name: str) -> str:
    """Return a setting's key outside of Python: ``batch-size`` for ``batch_size``."""
    return name.replace("_", "-")


class Group(BaseModel):
    """Settings that belong together. The text below a field is its description."""

    model_config = ConfigDict(
        alias_generator=dashed,
        populate_by_name=True,
        use_attribute_docstrings=True,
        frozen=True,
        strict=True,
        allow_inf_nan=False,
    )


Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]
