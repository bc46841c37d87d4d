"""A figure as it is shown, stored, kept and sent: numerator, denominator, parts."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figure:
    """The value of an indicator for a unit.  A share is divided only here, after everything has been added up."""

    numerator: int = 0
    denominator: int | None = None
    by: dict[str, int] = field(default_factory=dict)

    is_share: bool = False

    @property
    def value(self) -> int | float | None:
        """A count; or a share between 0 and 1, None where there is nothing to divide by."""
        if not self.is_share:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """As PRODUCT 13 lays it down; `by` only where the catalogue names a cut (nested where it names several)."""
        plain: dict[str, Any] = {"value": self.value, "numerator": self.numerator, "denominator": self.denominator}
        if self.by:
            plain["by"] = _nested(self.by)
        return plain


def _nested(by: dict[str, int]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, amount in by.items():
        cut, _, part = key.rpartition(":")
        if cut:
            nested.setdefault(cut, {})[part] = amount
        else:
            nested[part] = amount
    return nested


# unit's number → code of the indicator → figure
Figures = dict[int, dict[str, Figure]]
