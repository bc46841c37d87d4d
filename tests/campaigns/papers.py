"""A unit's papers as stories need them: a committee approved by order, a plan begun, sent, approved."""

from datetime import date

from campaigns.actions import register_order
from campaigns.actions.committees import approve_committee, begin_committee, save_member
from campaigns.actions.plans import approve_plan, begin_plan, send_plan
from campaigns.models import Campaign, Plan
from schools.models import Unit

ADOPTED = date(2027, 1, 13)


def person(by, committee, surname="Ахметова", name="Айгүл Серікқызы", body="teachers", role="member", **more):
    typed = {"post": "мұғалім", "contact": "", "version": committee.version} | more
    return save_member(
        committee=committee, member=None, surname=surname, name=name, body=body, role=role, by=by, **typed
    )


def committee_of(number, by, campaign, order="5-к"):
    """Two people, approved by the unit's own order."""
    unit = Unit.objects.get(pk=number)
    committee = begin_committee(unit=unit, campaign=campaign, by=by)
    person(by, committee, role="chair")
    person(by, committee, surname="Оспанов", name="Дәурен Маратұлы", body="pupils")
    paper = register_order(
        unit=unit,
        campaign=campaign,
        number=order,
        date=date(2027, 1, 11),
        kind="committee",
        title_kk="Ұйымдастыру комитеті туралы",
        title_ru="Об оргкомитете",
        by=by,
    )
    committee.refresh_from_db()
    return approve_committee(committee=committee, order=paper, by=by)


def plan_of(number, by, campaign):
    return begin_plan(unit=Unit.objects.get(pk=number), campaign=campaign, by=by)


def sent_plan(number, by, campaign):
    """From nothing to the unit above."""
    committee_of(number, by, campaign)
    plan = plan_of(number, by, campaign)
    return send_plan(plan=plan, version=plan.version, number="2", date=ADOPTED, by=by)


def approved_plan(number, by, above, campaign):
    plan = sent_plan(number, by, campaign)
    return approve_plan(plan=plan, version=plan.version, by=above)


def again(plan):
    return Plan.objects.get(pk=plan.pk)


def year_before(campaign):
    return Campaign.objects.create(
        code="2026",
        name_kk="«Қамқорлық» – 2026",
        name_ru="«Забота» – 2026",
        opens=date(2026, 1, 10),
        closes=date(2026, 2, 10),
        due=date(2026, 2, 20),
    )
