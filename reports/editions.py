"""What a signature or a seal keeps: values, labels and hashes as they were, and papers made from nothing else.

The hash of a unit's content holds the hashes of the units below it, so one changed value anywhere changes the root.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from reports.counting import count, rows_of
from reports.figures import Figure, Figures
from reports.indicators import CATALOGUE, SECTIONS, Indicator
from reports.models import Kept, Signature, Submission
from reports.states import SubmissionState
from reports.words import language
from schools.models import Unit
from schools.number import above, ancestors, subtree
from schools.rights import Level
from schools.wall import COUNTRY, scope
from zabota.lib.kazakh import order_key

LANGUAGES = ("kk", "ru", "en")
CODE_LENGTH = 16
Content = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """An indicator as the edition keeps it: its words in every language, its place, how its total is made."""

    code: str
    section: str
    label: dict[str, str]
    measure: dict[str, str]
    why: dict[str, str]
    parts: dict[str, dict[str, str]]
    adds_up: bool
    share_of: list[dict[str, int]] | None

    @property
    def name(self) -> str:
        return self.label[language()]

    @property
    def of_what(self) -> str:
        return self.measure[language()]

    @property
    def source(self) -> str:
        return self.why[language()]


@dataclass(frozen=True)
class Missing:
    """A unit whose report was not accepted when the edition was made, and why."""

    code: str
    name: dict[str, str]
    state: str  # of its submission, "" where it has none
    why: str = ""

    @property
    def called(self) -> str:
        return self.name[language()]


@dataclass
class Edition:
    """The figures of a unit and of every unit below it on a day: living ones, or those a seal has kept."""

    campaign: Campaign
    unit: Unit
    as_of: date
    figures: Figures
    units: list[Unit]  # of the whole subtree, the unit itself first
    sealed_at: datetime | None = None
    code: str = ""  # for checking: the first characters of the root's hash
    catalogue: list[Measure] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    form: str = ""
    text: str = ""
    signature: Signature | None = None
    early: str = ""  # the reason why it was sealed before its day or without some reports
    school_count: int | None = None  # where the schools themselves are not loaded

    def __post_init__(self) -> None:
        self.catalogue = self.catalogue or measures()

    def figure(self, code: str) -> Figure:
        return self.figures[self.unit.pk][code]

    @property
    def own(self) -> dict[str, Figure]:
        return self.figures[self.unit.pk]

    @property
    def children(self) -> list[Unit]:
        """The units one level below."""
        return self.below(self.unit)

    def below(self, unit: Unit) -> list[Unit]:
        """By the names the edition has kept, in the order of the reader's alphabet."""
        return sorted(self._below.get(unit.pk, []), key=lambda each: (order_key(each.name), each.pk))

    @property
    def lacking(self) -> list[Missing]:
        """What is missing, in the order of the reader's alphabet."""
        return sorted(self.missing, key=lambda each: (order_key(each.called), each.code))

    @property
    def title(self) -> str:
        """What this paper is: a bulletin or the summary."""
        round_ = self.campaign.round(self.form) if self.form else None
        if round_ and not round_.is_final:
            return str(round_.name)
        return _("Summary of the republic-wide charity campaign")

    @cached_property
    def _below(self) -> dict[int, list[Unit]]:
        made: dict[int, list[Unit]] = defaultdict(list)
        known = {unit.pk for unit in self.units}
        for unit in self.units:
            parent = _parent(unit.pk, known)
            if parent is not None:
                made[parent].append(unit)
        return made

    @property
    def schools(self) -> int:
        if self.school_count is not None:
            return self.school_count
        return sum(unit.level == Level.SCHOOL for unit in self.units)

    @property
    def of_one_school(self) -> bool:
        return self.unit.is_school

    @property
    def thresholds(self) -> tuple[int | None, int | None]:
        return self.campaign.systematic_days, self.campaign.long_days


def measures() -> list[Measure]:
    """The catalogue as it stands today, in every language."""
    return [_measure(indicator) for indicator in CATALOGUE.values()]


def section_names() -> dict[str, str]:
    return {key: str(words) for key, words in SECTIONS.items()}


def edition_of(campaign: Campaign, unit: Unit, as_of: date, figures: Figures, **more: Any) -> Edition:
    """An edition of figures just counted or read; units are those of the figures."""
    units = list(Unit.objects.filter(pk__in=[*figures]).order_by("pk"))
    return Edition(campaign=campaign, unit=unit, as_of=as_of, figures=figures, units=units, **more)


def counted(campaign: Campaign, as_of: date, unit: int) -> dict[str, Figure]:
    """Figures of one unit counted afresh from the records.

    Looks through the scope of the country: days that a child of the unit missed at its former school, anywhere, count
    for long and systematic absence here.  What comes back are numbers of the unit asked about, nobody's rows.
    """
    with scope(COUNTRY):
        return count(campaign, as_of, *subtree(unit))[unit]


def opened(
    campaign: Campaign, as_of: date, low: int, high: int, indicator: Indicator, part: str = ""
) -> list[dict[str, Any]]:
    """What is in a figure, by keys: the same look through the country as `counted`, names are asked for elsewhere."""
    with scope(COUNTRY):
        return rows_of(campaign, as_of, low, high, indicator, part)


# ---- content and its hash


def hash_of(content: Content) -> str:
    """SHA-256 over the canonical JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def values_of(figures: dict[str, Figure]) -> Content:
    """Figures as they are kept; parts that are zero are left out and come back from the catalogue.

    Of a unit where nothing has been entered only what is expected of every unit is kept.
    """
    kept: Content = {}
    for code, figure in figures.items():
        if not figure.entered:
            continue
        kept[code] = {"numerator": figure.numerator}
        if figure.is_share:
            kept[code]["denominator"] = figure.denominator
        parts = {key: amount for key, amount in figure.by.items() if amount}
        if parts:
            kept[code]["by"] = parts
    return kept


def figures_from(values: Content, catalogue: Iterable[Measure]) -> dict[str, Figure]:
    made = {}
    for measure in catalogue:
        kept = values.get(measure.code, {"numerator": 0})
        parts = {key: kept.get("by", {}).get(key, 0) for key in measure.parts}
        is_share = measure.share_of is not None
        under = kept.get("denominator", 0 if is_share else None)
        entered = measure.code in values
        made[measure.code] = Figure(kept["numerator"], under, by=parts, is_share=is_share, entered=entered)
    return made


def labels() -> list[Content]:
    """The catalogue as it is kept beside the values: a label may change next year, this edition's may not."""
    return [vars(measure) for measure in measures()]


# ---- one signed submission


@transaction.atomic
def keep_signed(submission: Submission, figures: dict[str, Figure], missing: dict[str, str]) -> Kept:
    """Keep what a unit has signed, with the hashes of what the units below have signed."""
    content: Content = {
        "unit": submission.unit.code,
        "name": _names(submission.unit),
        "campaign": submission.campaign.code,
        "form": submission.form,
        "edition": submission.edition,
        "as_of": str(submission.as_of),
        **_signature(submission),
        "signed_on": str(submission.signed_on),
        "nil": submission.nil,
        "text": submission.text,
        "missing": missing,
        "values": values_of(figures),
        "labels": labels(),
        "children": _hashes_below(submission),
    }
    return Kept.objects.create(
        submission=submission, unit_id=submission.unit_id, content=content, hash=hash_of(content)
    )


def _hashes_below(submission: Submission) -> dict[str, str]:
    first, last = subtree(submission.unit_id)
    rows = Kept.objects.filter(
        submission__campaign=submission.campaign_id,
        submission__form=submission.form,
        submission__state=SubmissionState.ACCEPTED,
        unit_id__gt=first,
        unit_id__lte=last,
    ).select_related("unit", "submission")
    return {
        row.unit.code: row.hash
        for row in rows
        if above(row.unit_id) == submission.unit_id and row.unit_id == row.submission.unit_id
    }


def kept_figures(submission: Submission) -> dict[str, Figure] | None:
    """The unit's own figures as its signature kept them; None before it signs."""
    kept = submission.kept.filter(unit_id=submission.unit_id).first()
    if kept is None:
        return None
    return figures_from(kept.content["values"], _catalogue(kept.content))


# ---- the sealed summary


def keep_sealed(submission: Submission, figures: Figures, missing: list[Missing], text: str, early: str = "") -> str:
    """Keep the figures of every unit of the country under the ministry's submission; returns the root's hash."""
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[*figures])}
    below: dict[int, dict[str, str]] = defaultdict(dict)
    rows = []
    for number in sorted(units, key=lambda pk: (-len(ancestors(pk)), pk)):
        unit = units[number]
        content: Content = {
            "unit": unit.code,
            "name": _names(unit),
            "level": unit.level,
            "values": values_of(figures[number]),
            "children": below[number],
        }
        if number == submission.unit_id:
            content |= {
                "campaign": submission.campaign.code,
                "form": submission.form,
                "as_of": str(submission.as_of),
                **_signature(submission),
                "text": text,
                "early": early,
                "schools": sum(each.level == Level.SCHOOL for each in units.values()),
                "labels": labels(),
                "missing": [vars(each) for each in missing],
            }
        row = Kept(submission=submission, unit_id=number, content=content, hash=hash_of(content))
        rows.append(row)
        parent = _parent(number, units.keys())
        if parent is not None:
            below[parent][unit.code] = row.hash
    Kept.objects.bulk_create(rows, batch_size=500)
    return rows[-1].hash


def sealed_edition(submission: Submission, sealed_at: datetime, units_wanted: Iterable[int] | None = None) -> Edition:
    """The edition from kept values alone; names are those of the day of the seal.

    Every unit of the country is in it, or the ministry and those of `units_wanted`.
    """
    kept = submission.kept.order_by("unit_id")
    rows = list(kept if units_wanted is None else kept.filter(unit_id__in=[submission.unit_id, *units_wanted]))
    root = next(row for row in rows if row.unit_id == submission.unit_id)
    catalogue = _catalogue(root.content)
    figures = {row.unit_id: figures_from(row.content["values"], catalogue) for row in rows}
    units = [_unit_as_kept(row) for row in rows]
    own = next(unit for unit in units if unit.pk == submission.unit_id)
    return Edition(
        campaign=submission.campaign,
        unit=own,
        as_of=date.fromisoformat(root.content["as_of"]),
        figures=figures,
        units=units,
        sealed_at=sealed_at,
        code=root.hash[:CODE_LENGTH],
        catalogue=catalogue,
        missing=[Missing(**each) for each in root.content["missing"]],
        form=submission.form,
        text=root.content["text"],
        signature=Signature(
            root.content["signed_by"], root.content.get("signed_as", ""), root.content.get("signed_acting", False), own
        ),
        early=root.content.get("early", ""),
        school_count=root.content["schools"],
    )


def broken(submission: Submission) -> list[str]:
    """Codes of the units whose kept content is not what its hash says, or whose parent holds another hash of it."""
    rows = {row.content["unit"]: row for row in submission.kept.all()}
    wrong = {code for code, row in rows.items() if hash_of(row.content) != row.hash}
    if any(row.unit_id != submission.unit_id for row in rows.values()):
        for row in rows.values():
            wrong |= {
                code for code, kept in row.content["children"].items() if code not in rows or rows[code].hash != kept
            }
    return sorted(wrong)


def _parent(number: int, known: Iterable[int]) -> int | None:
    """The nearest unit above that the edition knows."""
    return next((up for up in ancestors(number)[1:] if up in known), None)


def _signature(submission: Submission) -> Content:
    return {
        "signed_by": submission.signed_by,
        "signed_as": submission.signed_as,
        "signed_acting": submission.signed_acting,
    }


def _names(unit: Unit) -> dict[str, str]:
    return {"kk": unit.name_kk, "ru": unit.name_ru}


def _unit_as_kept(row: Kept) -> Unit:
    names = row.content["name"]
    return Unit(
        id=row.unit_id, code=row.content["unit"], level=row.content["level"], name_kk=names["kk"], name_ru=names["ru"]
    )


def _catalogue(content: Content) -> list[Measure]:
    return [Measure(**each) for each in content["labels"]]


def _measure(indicator: Indicator) -> Measure:
    parts = {
        indicator.part_key(cut, part): words for cut, named in indicator.cuts.items() for part, words in named.items()
    }
    return Measure(
        code=indicator.code,
        section=indicator.section,
        label=_in_every_language(indicator.label),
        measure=_in_every_language(indicator.measure),
        why=_in_every_language(indicator.why),
        parts={key: _in_every_language(words) for key, words in parts.items()},
        adds_up=adds_up(indicator),
        share_of=list(indicator.share_of) if indicator.share_of else None,
    )


def adds_up(indicator: Indicator) -> bool:
    """Whether a unit has the sum of what its units have: not where children or families are counted each once."""
    return indicator.fact is not None and (indicator.fact.additive or "distinct" not in indicator.amount)


def _in_every_language(words: object) -> dict[str, str]:
    made = {}
    for each in LANGUAGES:
        with translation.override(each):
            made[each] = str(words)
    return made
