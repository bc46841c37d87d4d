"""The campaign on a calendar: its months, what falls on which day, which dates move where (PRODUCT 2)."""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from campaigns.models import FINAL, WEEKEND, Campaign
from schools.rights import Level
from zabota.lib.clock import today

# names of the two campaigns in the languages of the state and in English, whatever the reader's own is
OWN = ("«Қамқорлық» – {year}", "«Забота» – {year}", "Care {year}")
SISTER = ("«Мектепке жол» – {year}", "«Дорога в школу» – {year}", "Road to School {year}")


@dataclass(frozen=True)
class Moved:
    """A date as it was meant, and where the rule puts it."""

    label: str
    meant: date
    day: date

    @property
    def moves(self) -> bool:
        return self.meant != self.day


@dataclass(frozen=True)
class Cell:
    day: date
    kinds: str  # classes of the cell: what the colour says, words say too
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    name: str
    weekdays: list[str]
    weeks: list[list[Cell | None]]


def dates_of(campaign: Campaign) -> list[Moved]:
    """Every date of the campaign, in order: opening, bulletins, closing, the steps of the deadlines, the summary."""
    bulletins = [
        Moved(_("%(report)s due") % {"report": each.name}, each.as_of, each.due)
        for each in campaign.rounds
        if not each.is_final
    ]
    steps = [
        Moved(_("Reports of schools due"), *_step(campaign, Level.SCHOOL)),
        Moved(_("Reports of districts due"), *_step(campaign, Level.DISTRICT)),
        Moved(_("Reports of oblasts due"), *_step(campaign, Level.OBLAST)),
    ]
    ends = [
        Moved(_("The campaign opens"), campaign.opens, campaign.opens),
        Moved(_("The campaign closes"), campaign.closes, campaign.closes),
        Moved(_("Summary to the Committee"), campaign.due, campaign.moved(campaign.due)),
    ]
    return sorted([*ends, *bulletins, *steps], key=lambda each: each.day)


def _step(campaign: Campaign, level: Level) -> tuple[date, date]:
    day = campaign.due_for(level, FINAL)
    return day, day


def months_of(campaign: Campaign) -> list[Month]:
    """The months from the opening to the last date, Monday first."""
    dates = dates_of(campaign)
    last = max(each.day for each in dates)
    said: dict[date, list[str]] = {}
    for each in dates:
        said.setdefault(each.day, []).append(each.label)
        if each.moves:
            words = _("%(label)s: moved to %(day)s") % {"label": each.label, "day": f"{each.day:%d.%m.%Y}"}
            said.setdefault(each.meant, []).append(words)
    months, first = [], campaign.opens.replace(day=1)
    while first <= last:
        months.append(_month(first, campaign, said, {each.day for each in dates}))
        first = (first + timedelta(days=31)).replace(day=1)
    return months


def _month(first: date, campaign: Campaign, said: dict[date, list[str]], deadlines: set[date]) -> Month:
    weeks: list[list[Cell | None]] = []
    for week in calendar.Calendar().monthdatescalendar(first.year, first.month):
        weeks.append([_cell(day, campaign, said, deadlines) if day.month == first.month else None for day in week])
    return Month(f"{MONTHS[first.month]} {first.year}", [str(WEEKDAYS_ABBR[n]) for n in range(7)], weeks)


def _cell(day: date, campaign: Campaign, said: dict[date, list[str]], deadlines: set[date]) -> Cell:
    is_off = day.weekday() in WEEKEND or day in campaign.holidays
    marks = {
        "inside": campaign.opens <= day <= campaign.closes,
        "off": is_off,
        "deadline": day in deadlines,
        "left": day in said and day not in deadlines,
    }
    words = [*said.get(day, [])]
    if day in campaign.holidays:
        words.append(_("public holiday"))
    return Cell(day, " ".join(name for name, holds in marks.items() if holds), words)


def proposal(*, sister: bool) -> Campaign:
    """A campaign not saved yet, with the guide's own days of the year to come (Guide 4.1)."""
    known = Campaign.objects.order_by("-opens").first()
    year = max(today().year, known.opens.year if known else 0)
    day, code = (date(year, 8, 1), "road") if sister else (date(year, 1, 10), "")
    if day <= today():
        day = day.replace(year=day.year + 1)
    names = SISTER if sister else OWN
    made = Campaign(
        code=f"{code}-{day.year}" if code else f"{day.year}",
        opens=day,
        closes=date(day.year, 9, 30) if sister else date(day.year, 2, 10),
        due=date(day.year, 10, 10) if sister else date(day.year, 2, 20),
    )
    made.name_kk, made.name_ru, made.name_en = (name.format(year=day.year) for name in names)
    return made
