"""Who does what when: each deed runs at its moment, in the scope and under the name of the person who does it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from random import Random

from aid.models import Donation
from schools.models import Unit, User
from schools.wall import COUNTRY, ranges_of, scope
from zabota.demo import SEED
from zabota.demo.cast import SchoolPlan
from zabota.demo.school import Child, Roll
from zabota.lib import clock

NOW = datetime(2027, 1, 28, 10, 15)  # the moment at which the story stands still


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


@dataclass(frozen=True)
class Deed:
    """Somebody does something at a moment; `about` are the schools without which there is nothing to do."""

    at: datetime
    who: str
    do: Callable[..., object]  # an action, or a verb made of actions, that lacks its author only
    about: tuple[str, ...] = ()


@dataclass
class Stage:
    """The country while its story is told."""

    schools: list[SchoolPlan]
    say: Callable[[str], None]
    ends: datetime = NOW
    rolls: dict[str, Roll] = field(default_factory=dict)
    parts: dict[str, Child] = field(default_factory=dict)  # the children of the story by their part in it
    listed: set[int] = field(default_factory=set)  # families that stand on the list of a school
    gifts: dict[str, Donation] = field(default_factory=dict)  # by their name in the story
    deeds: list[Deed] = field(default_factory=list)
    _people: dict[str, User] = field(default_factory=dict)
    _units: dict[str, Unit] = field(default_factory=dict)

    def plays(self, school: str) -> bool:
        return any(plan.key == school for plan in self.schools)

    def school(self, key: str) -> SchoolPlan:
        return next(plan for plan in self.schools if plan.key == key)

    def chance(self, *about: object) -> Random:
        """Chance of its own for each matter: what is added in one place changes nothing in another."""
        return Random(":".join(map(str, (SEED, *about))))

    def person(self, login: str) -> User:
        if login not in self._people:
            self._people[login] = User.objects.get(username=login)
        return self._people[login]

    def unit(self, code: str) -> Unit:
        if code not in self._units:
            self._units[code] = Unit.objects.get(code=code)
        return self._units[code]

    @contextmanager
    def acting(self, login: str, at: datetime) -> Iterator[User]:
        """The person signs in at that moment: the clock, the audit's context and the wall are theirs."""
        with clock.at(at):
            user = self.person(login)
            with scope(ranges_of(user.grants.all_units()), who={"user": login}):
                yield user

    @contextmanager
    def provisioning(self, at: datetime) -> Iterator[None]:
        """The server's own administrator at the console, as with `manage.py load`."""
        with clock.at(at), scope(COUNTRY):
            yield

    def plan(self, at: datetime, who: str, do: Callable[..., object], /, *about: str, **arguments: object) -> None:
        """`who` will do this at that moment; the author `by` is added then."""
        self.deeds.append(Deed(at, who, partial(do, **arguments), about))

    def perform(self) -> None:
        """Everything that was planned, in the order of time, up to the moment at which the story ends."""
        day = None
        for deed in sorted(self.deeds, key=lambda deed: deed.at):
            if deed.at > self.ends or not all(map(self.plays, deed.about)):
                continue
            if deed.at.isocalendar()[:2] != day:
                day = deed.at.isocalendar()[:2]
                self.say(f"The week of {deed.at:%d.%m.%Y}…")
            with self.acting(deed.who, deed.at) as user:
                deed.do(by=user)
