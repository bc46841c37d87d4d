"""The menu: what each permission opens.  A user sees the items whose permission some post gives."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from schools.models import User
from schools.rights import Permission as P


@dataclass(frozen=True)
class Item:
    label: str | Promise
    url_name: str
    permissions: tuple[P, ...]


@dataclass(frozen=True)
class Shown:
    label: str | Promise
    url: str
    current: bool
    count: int = 0


ITEMS = [
    Item(_("Today"), "today", (P.REGISTER_TAKE,)),
    Item(_("Situation"), "situation", (P.FIGURES_VIEW,)),
    Item(_("Summary"), "summary", (P.SUMMARY_VIEW,)),
    Item(_("Classes"), "classes", (P.ROSTER_WRITE,)),
    Item(_("School days"), "days_off", (P.DAYOFF_WRITE,)),
    Item(_("Cases"), "cases", (P.CASE_VIEW, P.CASE_REFERRED)),
    Item(_("Families"), "families", (P.FAMILY_VIEW,)),
    Item(_("Aid"), "handouts", (P.AID_VIEW,)),
    Item(_("Campaign"), "campaign", (P.ORDER_VIEW,)),
    Item(_("Plans"), "plans", (P.PLAN_APPROVE,)),
    Item(_("Outreach"), "events", (P.EVENT_VIEW,)),
    Item(_("Reports"), "submissions", (P.REPORT_VIEW,)),
    Item(_("Staff"), "staff", (P.STAFF_VIEW,)),
    Item(_("Journal"), "journal", (P.JOURNAL_VIEW,)),
]


def iter_nav(user: User, path: str) -> Iterator[Shown]:
    for item in ITEMS:
        if any(user.grants.units(permission) for permission in item.permissions):
            url = reverse(item.url_name)
            yield Shown(item.label, url, path.startswith(url))
