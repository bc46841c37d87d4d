"""Rights are data, read like a table: verbs here, roles as sets of verbs, posts in the database."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from schools.number import DISTRICT, OBLAST, above, ancestors


class Level(TextChoices):
    MINISTRY = "ministry", _("ministry")
    OBLAST = "oblast", _("oblast or city of republican significance")
    DISTRICT = "district", _("district")
    SCHOOL = "school", _("school")


class Permission(StrEnum):
    FIGURES_VIEW = auto()  # indicators of the subtree, without names
    CHILD_VIEW = auto()  # names and cards of children
    ROSTER_WRITE = auto()  # class rosters, arrivals and departures
    REGISTER_TAKE = auto()  # daily register
    CASE_VIEW = auto()
    CASE_WRITE = auto()
    CASE_REFERRED = auto()  # only cases referred to one's commission
    FAMILY_VIEW = auto()
    FAMILY_WRITE = auto()
    FAMILY_APPROVE = auto()
    AID_VIEW = auto()
    AID_WRITE = auto()
    ORDER_VIEW = auto()
    ORDER_WRITE = auto()
    PLAN_WRITE = auto()  # plan, minutes, agreements of one's units
    PLAN_APPROVE = auto()  # plans of the units below, control visits there
    EVENT_VIEW = auto()
    EVENT_WRITE = auto()  # events, hot line, helplines, honours, surveys
    DAYOFF_WRITE = auto()
    REPORT_VIEW = auto()
    REPORT_SIGN = auto()
    REPORT_ACCEPT = auto()
    SUMMARY_VIEW = auto()  # the summary of the country, as it would read now
    SUMMARY_SEAL = auto()
    STAFF_VIEW = auto()
    STAFF_WRITE = auto()
    JOURNAL_VIEW = auto()


class Role(TextChoices):
    COORDINATOR = "coordinator", _("coordinator")
    HEAD = "head", _("head")
    TEACHER = "teacher", _("class teacher")
    SPECIALIST = "specialist", _("specialist")
    COMMISSION = "commission", _("commission member")
    ANALYST = "analyst", _("analyst")
    ADMINISTRATOR = "administrator", _("unit administrator")
    AUDITOR = "auditor", _("auditor")


P = Permission
_READ = {P.FIGURES_VIEW, P.CASE_VIEW, P.FAMILY_VIEW, P.AID_VIEW, P.ORDER_VIEW, P.EVENT_VIEW, P.REPORT_VIEW}
_NAMES = {P.CHILD_VIEW}  # open up to the district; above it people work with counts and case numbers
_CAMPAIGN = {P.ORDER_WRITE, P.PLAN_WRITE, P.EVENT_WRITE}
_SCHOOL_WORK = _CAMPAIGN | {
    P.ROSTER_WRITE,
    P.REGISTER_TAKE,
    P.CASE_WRITE,
    P.FAMILY_WRITE,
    P.AID_WRITE,
    P.DAYOFF_WRITE,
}
_FROM_ABOVE = _CAMPAIGN | {P.DAYOFF_WRITE, P.FAMILY_APPROVE, P.PLAN_APPROVE, P.REPORT_ACCEPT}

ROLES: dict[tuple[Role, Level], set[Permission]] = {
    (Role.COORDINATOR, Level.SCHOOL): _READ | _NAMES | _SCHOOL_WORK,
    (Role.HEAD, Level.SCHOOL): _READ | _NAMES | _CAMPAIGN | {P.DAYOFF_WRITE, P.REPORT_SIGN},
    (Role.TEACHER, Level.SCHOOL): {P.CHILD_VIEW, P.REGISTER_TAKE},
    (Role.SPECIALIST, Level.DISTRICT): _READ | _NAMES | _FROM_ABOVE | {P.CASE_WRITE, P.AID_WRITE},
    (Role.HEAD, Level.DISTRICT): _READ | _NAMES | _FROM_ABOVE | {P.REPORT_SIGN},
    (Role.COMMISSION, Level.DISTRICT): {P.CASE_REFERRED},
    (Role.SPECIALIST, Level.OBLAST): _READ | _FROM_ABOVE,
    (Role.HEAD, Level.OBLAST): _READ | _FROM_ABOVE | {P.REPORT_SIGN},
    (Role.ANALYST, Level.MINISTRY): _READ | _FROM_ABOVE | {P.SUMMARY_VIEW},
    (Role.SPECIALIST, Level.MINISTRY): _READ | _FROM_ABOVE | {P.SUMMARY_VIEW},
    (Role.HEAD, Level.MINISTRY): _READ | _FROM_ABOVE | {P.REPORT_SIGN, P.SUMMARY_VIEW, P.SUMMARY_SEAL},
    (Role.AUDITOR, Level.MINISTRY): {P.JOURNAL_VIEW},
    **{(Role.ADMINISTRATOR, level): {P.STAFF_VIEW, P.STAFF_WRITE} for level in Level},
}
# cities of republican significance run their schools themselves: their people stand where a district's stand
CITIES = {71, 75, 79}
CITY_EXTRA = _NAMES | {P.CASE_WRITE, P.AID_WRITE}


def permissions(role: str, level: str, unit: int) -> set[Permission]:
    """What a post gives.  A role that does not exist at a level gives nothing."""
    given = ROLES.get((Role(role), Level(level)), set())
    if given and level == Level.OBLAST and unit // OBLAST in CITIES and role == Role.SPECIALIST:
        return given | CITY_EXTRA
    return given


class Grants:
    """What a user may do, and from which unit downwards."""

    def __init__(self, posts: Iterable[tuple[str, str, int]]) -> None:
        self._units: dict[Permission, set[int]] = defaultdict(set)
        self._whole: dict[Permission, set[int]] = defaultdict(set)
        self.roles: set[tuple[str, str]] = set()
        for role, level, unit in posts:
            self.roles.add((role, level))
            for permission in permissions(role, level, unit):
                self._units[permission].add(unit)
                if role != Role.TEACHER:
                    self._whole[permission].add(unit)

    def units(self, permission: Permission) -> list[int]:
        return sorted(self._units.get(permission, ()))

    def whole(self, permission: Permission) -> list[int]:
        """Units held in full; a class teacher's post gives one's own class of the unit and no more."""
        return sorted(self._whole.get(permission, ()))

    def all_units(self) -> list[int]:
        return sorted(set().union(*self._units.values()))

    def cover(self, permission: Permission, unit: int) -> bool:
        return not self._units.get(permission, set()).isdisjoint(ancestors(unit))

    def at(self, permission: Permission, unit: int) -> bool:
        """The permission held at this very unit: nobody signs for another one."""
        return unit in self._units.get(permission, ())

    def cover_from_above(self, permission: Permission, unit: int) -> bool:
        """The permission held at the very unit above: nobody approves a paper of their own unit, or past another.

        A school of a city of republican significance answers to the city, wherever in it the school stands.
        """
        held = self._units.get(permission, set())
        city = unit // OBLAST in CITIES and unit % DISTRICT != 0
        return above(unit) in held or (city and unit - unit % OBLAST in held)
