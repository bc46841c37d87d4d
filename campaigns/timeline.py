"""One picture of a unit's campaign in words and dates: open → due → late → frozen (PRODUCT 2).

What became of a unit's report is known above this room; `STANDINGS` is where that room speaks.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import FINAL, Campaign, Order
from campaigns.windows import days_late, due_of, window_of
from schools.models import Unit
from zabota.lib.clock import today

Words = str | Promise
DAY = timedelta(days=1)
WIDTH = 1000  # of the picture, in its own measure


@dataclass(frozen=True)
class Standing:
    """How a unit's report of one round stands: still owed, or handed in, or kept as it was.

    `remark` is why the unit above returned it.
    """

    word: Words
    tone: str
    href: str
    owed: bool
    frozen: bool
    remark: str = ""


# the room of reports registers here: what it knows about a unit's reports, by the code of the round
STANDINGS: list[Callable[[Unit, Campaign], dict[str, Standing]]] = []


@dataclass(frozen=True)
class Step:
    """One station of the timeline, with the names of components/stage.html."""

    label: Words
    word: Words
    tone: str = "none"
    first: date | None = None
    last: date | None = None
    current: bool = False
    href: str = ""


@dataclass(frozen=True)
class Bar:
    """A stretch of the picture, in thousandths of its width."""

    x: int
    width: int
    tone: str


@dataclass(frozen=True)
class Timeline:
    steps: list[Step]
    bars: list[Bar]
    today: int | None  # where today stands; None outside the picture
    first: date
    last: date
    words: str  # the whole picture in one sentence


def standings(unit: Unit, campaign: Campaign) -> dict[str, Standing]:
    """What the rooms above say about the unit's reports, by the code of the round."""
    said: dict[str, Standing] = {}
    for speaks in STANDINGS:
        said |= speaks(unit, campaign)
    return said


def timeline_of(unit: Unit, campaign: Campaign, started: Order | None, said: dict[str, Standing]) -> Timeline:
    """The unit's way through the campaign; `started` is its own order on the start (Guide 4.2)."""
    opens, closes = window_of(unit_id=unit.pk, campaign=campaign, as_of=campaign.closes)
    due = due_of(unit, campaign, FINAL)
    end = max(campaign.moved(campaign.due), due)
    report = said.get(FINAL)
    steps = [
        _start(campaign, started),
        _window(opens, closes),
        _report(closes, due, report),
        _late(due, end, report),
        _frozen(end, report),
    ]
    return Timeline(
        steps=steps,
        bars=_bars(campaign.opens, opens, closes, due, end),
        today=_place(today(), campaign.opens, end),
        first=campaign.opens,
        last=end,
        words="; ".join(f"{step.label}: {step.word}" for step in steps),
    )


def _start(campaign: Campaign, order: Order | None) -> Step:
    """The first stage is entered by a unit's own order, on whatever day it is registered (Guide 4.2)."""
    stage = campaign.stages[0]
    step = Step(stage.name, _("not open yet"), first=stage.first, last=stage.last)
    if order is not None:
        words = _("entered by order № %(number)s of %(date)s")
        return replace(step, tone="ok", word=words % {"number": order.number, "date": f"{order.date:%d.%m.%Y}"})
    if today() < stage.first:
        return step
    if today() <= stage.last:
        return replace(step, tone="due", word=_("register the order of your unit"), current=True)
    return replace(step, tone="late", word=_("your unit has no order yet"))


def _window(first: date, last: date) -> Step:
    label = _("Days that count")
    if first > last:
        return Step(label, _("the dates of the order leave no day"), tone="late")
    if today() < first:
        return Step(label, _("not open yet"), first=first, last=last)
    if today() > last:
        return Step(label, _("over"), first=first, last=last)
    return Step(label, _("open"), tone="info", first=first, last=last, current=True)


def _report(closes: date, due: date, report: Standing | None) -> Step:
    step = Step(_("Report due"), _("over"), last=due, href=report.href if report else "")
    if report is not None and not report.owed:
        return replace(step, word=report.word, tone="ok")
    if today() > due:
        return step
    left = (due - today()).days
    if left == 0:
        return replace(step, word=_("today, until midnight"), tone="due", current=True)
    words = ngettext("in %(n)s day", "in %(n)s days", left) % {"n": left}
    return replace(step, word=words, tone="due" if today() > closes else "none", current=today() > closes)


def _late(due: date, end: date, report: Standing | None) -> Step:
    step = Step(
        _("Late"), _("from the day after"), first=due + DAY if due < end else None, last=end if due < end else None
    )
    if report is not None and not report.owed:
        return replace(step, word=_("not late"), tone="ok")
    late = days_late(due)
    if late:
        words = ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late}
        return replace(step, word=words, tone="late", current=True)
    return step


def _frozen(end: date, report: Standing | None) -> Step:
    if report is not None and report.frozen:
        return Step(_("Frozen"), _("the figures stay as they were"), tone="ok")
    return Step(_("Frozen"), _("when the report is accepted; the work goes on"), first=end)


def _bars(start: date, opens: date, closes: date, due: date, end: date) -> list[Bar]:
    stretches = [(opens, closes, "info"), (closes + DAY, due, "due"), (due + DAY, end, "late")]
    made = []
    for first, last, tone in stretches:
        if first <= last:
            x = _share(first, start, end)
            made.append(Bar(x, _share(last + DAY, start, end) - x, tone))
    return made


def _place(day: date, start: date, end: date) -> int | None:
    return (_share(day, start, end) + _share(day + DAY, start, end)) // 2 if start <= day <= end else None


def _share(day: date, start: date, end: date) -> int:
    return max(0, min(WIDTH, (day - start).days * WIDTH // ((end - start).days + 1)))
