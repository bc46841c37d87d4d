"""Live values: stored figures that follow every save within seconds, and the recount that proves them right.

What a unit has itself is counted afresh when it is marked stale; its ancestors take over the difference of what can
be added up and count afresh what is counted each once.  One worker at a time does this (an advisory lock).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from campaigns.models import FINAL, Campaign
from reports.counting import Amounts, count, count_distinct, count_own, figures_of
from reports.figures import Figure, Figures
from reports.indicators import CATALOGUE
from reports.models import LiveDay, Submission, Value
from reports.places import below
from reports.states import SubmissionState
from schools.models import Stale, Unit
from schools.number import DISTRICT, ROOT, SCHOOL, ancestors, span
from zabota.lib.clock import now, today

LOCK = 7_214_001  # the advisory lock of whoever writes live values
WHOLE_DISTRICT_FROM = 4  # that many stale schools of one district are counted in one pass over the district
DISTINCT = {indicator.code for indicator in CATALOGUE.values() if indicator.fact and not indicator.fact.additive}


@dataclass(frozen=True)
class Difference:
    """A stored value that is not what a fresh count gives: an alarm."""

    campaign: str
    unit: int
    code: str
    cut: str
    stored: int
    counted: int


def live_campaigns() -> list[Campaign]:
    """Campaigns whose summary is not sealed yet."""
    sealed = Submission.objects.filter(unit_id=ROOT, form=FINAL, state=SubmissionState.SEALED).values("campaign")
    return list(Campaign.objects.exclude(pk__in=sealed))


def live_figures(campaign: Campaign, units: Iterable[int]) -> Figures:
    """Stored figures of these units; what is not stored is zero."""
    wanted = list(units)
    rows = Value.objects.filter(campaign=campaign, unit_id__in=wanted)
    return {unit: figures_of(amounts) for unit, amounts in _amounts(rows, wanted).items()}


def _amounts(rows: Iterable[Value], units: Iterable[int]) -> Amounts:
    stored: Amounts = {unit: {} for unit in units}
    for row in rows:
        stored.setdefault(row.unit_id, {})[row.code, row.cut] = row.numerator
    return stored


def recount_stale() -> int:
    """Count afresh the schools whose facts have changed, and bring their ancestors up to date; returns how many.

    Runs in the scope of the country.  Leaves at once when somebody else is counting.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("delete from schools_stale returning unit_id")
        stale = {unit for (unit,) in cursor.fetchall()}
    for campaign in live_campaigns():
        if _day_of(campaign) != today():  # a new day: every school's window has grown
            _write_afresh(campaign)
        elif stale:
            _refresh(campaign, stale)
    return len(stale)


def _day_of(campaign: Campaign) -> date | None:
    return LiveDay.objects.filter(campaign=campaign).values_list("as_of", flat=True).first()


def _refresh(campaign: Campaign, stale: set[int]) -> None:
    """What the stale units have themselves is counted afresh; so is what the units above have: a plan's proof may
    stand below.  Above the schools the difference is added up, and what is counted each once is counted again."""
    day = today()
    own: Amounts = {}
    for low, high in _passes({up for unit in stale for up in ancestors(unit)}):
        found = count_own(campaign, day, low, high)
        for unit in Unit.objects.filter(pk__range=(low, high)).values_list("pk", flat=True):
            own[unit] = found.get(unit, {})
    stored = _amounts(Value.objects.filter(campaign=campaign, unit_id__in=own), own)
    before = {unit: _own_before(campaign, unit, amounts) for unit, amounts in stored.items()}
    changed = _with_differences(stored, before, own)
    for unit in own:
        if span(unit) == SCHOOL:
            changed[unit] = own[unit]
        else:
            added_up = {key: amount for key, amount in changed[unit].items() if key[0] not in DISTINCT}
            changed[unit] = {**added_up, **count_distinct(campaign, day, unit)}
    _store(campaign, stored, changed)


def _passes(units: set[int]) -> list[tuple[int, int]]:
    """Ranges to count: single units, or a whole district where several of its schools are stale."""
    by_district: dict[int, set[int]] = defaultdict(set)
    for unit in units:
        by_district[unit - unit % DISTRICT].add(unit)
    ranges: list[tuple[int, int]] = []
    for district, group in by_district.items():
        whole = len(group - {district}) >= WHOLE_DISTRICT_FROM
        ranges += [(district, district + DISTRICT - 1)] if whole else [(unit, unit) for unit in sorted(group)]
    return ranges


def _own_before(campaign: Campaign, unit: int, stored: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """What the unit itself had of its stored amounts: all of them at a school, the rest of its units' above."""
    if span(unit) == SCHOOL:
        return stored
    rows = Value.objects.filter(campaign=campaign, unit__in=Unit.objects.filter(below(unit))).order_by()
    summed = rows.values_list("code", "cut").annotate(Sum("numerator"))
    inside = {(code, cut): amount for code, cut, amount in summed}
    return {key: stored.get(key, 0) - inside.get(key, 0) for key in {*stored, *inside} if _adds_up(key[0])}


def _with_differences(stored: Amounts, before: Amounts, own: Amounts) -> Amounts:
    """The stored amounts of each unit plus what has changed at itself and below it."""
    changed: Amounts = {unit: defaultdict(int, amounts) for unit, amounts in stored.items()}
    for unit, amounts in own.items():
        for key in {*amounts, *before[unit]}:
            difference = amounts.get(key, 0) - before[unit].get(key, 0)
            if difference and _adds_up(key[0]):
                for up in ancestors(unit):
                    changed[up][key] += difference
    return changed


def _adds_up(code: str) -> bool:
    indicator = CATALOGUE.get(code)
    return indicator is not None and indicator.fact is not None and indicator.fact.additive


def _store(campaign: Campaign, before: Amounts, after: Amounts) -> None:
    """Write what differs; a zero is not stored."""
    moment, rows, gone = now(), [], defaultdict(list)
    for unit, amounts in after.items():
        old = before.get(unit, {})
        shares = _shares(amounts)
        for key in {*amounts, *old, *shares}:
            amount, denominator = shares.get(key, (amounts.get(key, 0), None))
            if key in shares and not denominator:
                gone[key].append(unit)
            elif key in shares or (amount and amount != old.get(key)):
                rows.append(
                    Value(
                        campaign=campaign,
                        unit_id=unit,
                        code=key[0],
                        cut=key[1],
                        numerator=amount,
                        denominator=denominator,
                        at=moment,
                    )
                )
            elif not amount and key in old:
                gone[key].append(unit)
    Value.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["unit", "campaign", "code", "cut"],
        update_fields=["numerator", "denominator", "at"],
    )
    for (code, cut), units in gone.items():
        Value.objects.filter(campaign=campaign, code=code, cut=cut, unit_id__in=units).delete()


def _shares(amounts: dict[tuple[str, str], int]) -> dict[tuple[str, str], tuple[int, int | None]]:
    made: dict[str, Figure] = figures_of(amounts)
    return {
        (code, ""): (made[code].numerator, made[code].denominator) for code, one in CATALOGUE.items() if one.is_share
    }


def recount(campaign: Campaign) -> tuple[list[Difference], int]:
    """Count everything afresh as of the day of the stored values and say what had been stored wrongly.

    Returns (differences, values compared) and leaves the values as of today.  Runs in the scope of the country,
    after the stale schools have had their turn.
    """
    _wait_for_turn()
    day = _day_of(campaign)
    differences, compared = _compare(campaign, day) if day else ([], 0)
    if differences or day != today():
        _write_afresh(campaign)
    return differences, compared


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])


def _compare(campaign: Campaign, day: date) -> tuple[list[Difference], int]:
    counted = _counted(campaign, day)
    stored = _amounts(Value.objects.filter(campaign=campaign), counted)
    differences, compared = [], 0
    for unit in {*counted, *stored}:
        new, old = counted.get(unit, {}), stored.get(unit, {})
        keys = {key for key in {*new, *old} if not CATALOGUE[key[0]].is_share}
        compared += len(keys)
        differences += [
            Difference(campaign.code, unit, *key, stored=old.get(key, 0), counted=new.get(key, 0))
            for key in sorted(keys)
            if old.get(key, 0) != new.get(key, 0)
        ]
    return differences, compared


def _counted(campaign: Campaign, day: date) -> Amounts:
    return {unit: _plain(made) for unit, made in count(campaign, day).items()}


def _write_afresh(campaign: Campaign) -> None:
    counted = _counted(campaign, today())
    _store(campaign, _amounts(Value.objects.filter(campaign=campaign), counted), counted)
    LiveDay.objects.update_or_create(campaign=campaign, defaults={"as_of": today()})


def _plain(made: dict[str, Figure]) -> dict[tuple[str, str], int]:
    plain: dict[tuple[str, str], int] = {}
    for code, figure in made.items():
        if not figure.is_share:
            plain[code, ""] = figure.numerator
            plain |= {(code, part): amount for part, amount in figure.by.items()}
    return plain


def recount_all() -> None:
    """Write every campaign that is still counted afresh; the stale marks are answered by this."""
    _wait_for_turn()
    Stale.objects.all().delete()
    for campaign in live_campaigns():
        _write_afresh(campaign)
