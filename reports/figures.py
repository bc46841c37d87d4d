"""A figure as it is shown, stored, kept and sent: numerator, denominator, parts."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figure:
    """The value of an indicator for a unit.  A share is divided only here, after everything has been added up.

    A unit where nothing at all has been entered has no data, which is not zero.
    """

    numerator: int = 0
    denominator: int | None = None
    by: dict[str, int] = field(default_factory=dict)

    is_share: bool = False
    entered: bool = True

    @property
    def value(self) -> int | float | None:
        """A count; or a share between 0 and 1.  None where nothing was entered or there is nothing to divide by."""
        if not self.entered:
            return None
        if not self.is_share:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """As PRODUCT 13 lays it down; `by` only where the catalogue names a cut (nested where it names several)."""
        value = self.value if self.is_share else self.numerator
        plain: dict[str, Any] = {"value": value, "numerator": self.numerator, "denominator": self.denominator}
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


def is_entered(figures: dict[str, Figure]) -> bool:
    """Whether anything at all has been entered in the unit (PRODUCT 12: empty is not zero).

    Where nothing has, only what is expected of every unit is known.
    """
    return bool(figures) and all(figure.entered for figure in figures.values())


# unit's number → code of the indicator → figure
Figures = dict[int, dict[str, Figure]]
