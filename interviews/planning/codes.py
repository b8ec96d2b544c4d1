"""Machine-readable explanations: a code and its parameters, worded by whoever shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = int | str | tuple[str, ...]
Params = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is."""

    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would make the impossible possible."""

    code: str
    params: Params = field(default_factory=dict)
