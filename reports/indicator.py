"""What an indicator is, and the sections in which indicators stand (PRODUCT 11)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.facts import Fact

Words = str | Promise
SECTIONS: dict[str, Words] = {
    "contingent": _("Schools and pupils"),
    "attendance": _("Attendance"),
    "cases": _("Children out of school and not attending"),
    "families": _("Families in need"),
    "aid": _("Aid"),
    "events": _("Events and outreach"),
    "campaign": _("The campaign and its papers"),
}


@dataclass(frozen=True)
class Indicator:
    """A measure: how rows of a fact are counted (`amount`, an SQL aggregate), which rows (`where`), and its parts.

    A cut is (column, {part: label}).  A share has no fact: it divides two expressions over other codes after roll-up.
    What is `expected` stands for every unit, also where nothing has been entered yet.
    """

    code: str
    label: Words
    section: str
    measure: Words
    why: Words
    fact: Fact | None = None
    amount: str = "count(*)"
    where: str = "true"
    cut_columns: dict[str, str] = field(default_factory=dict)
    cuts: dict[str, dict[str, Words]] = field(default_factory=dict)
    share_of: tuple[dict[str, int], dict[str, int]] | None = None
    expected: bool = False

    @property
    def is_share(self) -> bool:
        return self.share_of is not None

    @property
    def counted(self) -> tuple[str, ...]:
        """The columns that tell apart what is counted: a child or a family each once, else the rows of the fact."""
        for column in ("child", "family"):
            if self.amount == f"count(distinct {column})":
                return (column,)
        return self.fact.rows if self.fact else ()

    def part_key(self, cut: str, part: str) -> str:
        """How a part is stored: bare where the indicator has one cut, «cut:part» where it has several."""
        return part if len(self.cuts) == 1 else f"{cut}:{part}"

    def parts(self) -> Iterable[tuple[str, str, str]]:
        """Every part of every cut as (key, SQL column, part)."""
        for cut, labels in self.cuts.items():
            for part in labels:
                yield self.part_key(cut, part), self.cut_columns[cut], part

    def where_of(self, key: str) -> str:
        """The SQL condition of a part; of all of them without a key."""
        for each, column, part in self.parts():
            if each == key:
                return f"{self.where} and coalesce({column}, '') = '{part}'"
        return self.where

    def label_of(self, key: str) -> str:
        """The words of a part."""
        words = {self.part_key(cut, part): label for cut, named in self.cuts.items() for part, label in named.items()}
        return str(words[key])
