"""What the stories about reports are made of: an order, classes, registers, a case, a family, aid; and who signs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aid.models import Family, Handout, Member
from campaigns.models import (
    Agreement,
    Campaign,
    Committee,
    ControlVisit,
    Event,
    Honour,
    Minutes,
    Order,
    Plan,
    PlanLine,
    SurveyCount,
)
from campaigns.states import EventKind
from reports import actions
from reports.editions import counted
from reports.gaps import empty_sections
from reports.models import Submission
from schools.models import Unit, User
from students.models import Absence, Case, Register
from tests.make import make_class, make_pupil

ALMATY = ZoneInfo("Asia/Almaty")
MINISTRY, OBLAST, DISTRICT, SCHOOL, VILLAGE = 0, 110000000, 110010000, 110010001, 110010002
OTHER_DISTRICT, OTHER_SCHOOL, CITY, CITY_SCHOOL = 110020000, 110020001, 710000000, 710000001
FIRST = date(2027, 1, 10)


def start(unit, campaign=None):
    """The unit's own order that opens the campaign."""
    campaign = campaign or Campaign.objects.get()
    return Order.objects.create(
        unit_id=unit,
        campaign=campaign,
        number=f"{unit}",
        date=FIRST,
        kind="start",
        title_kk="Бұйрық",
        title_ru="Приказ",
    )


def take(school_class, *days, absent=(), reason="ill"):
    """Registers of these days; `absent` pupils are away on all of them."""
    for day in days:
        register = Register.objects.create(
            unit_id=school_class.unit_id,
            school_class=school_class,
            date=day,
            taken_at=datetime(day.year, day.month, day.day, 9, tzinfo=ALMATY),
            taken_by="coordinator",
        )
        for pupil in absent:
            Absence.objects.create(
                unit_id=school_class.unit_id, register=register, pupil=pupil, date=day, reason=reason
            )


def school_days(until):
    """Mondays to Fridays from the first day of the campaign."""
    days = [FIRST + timedelta(days=n) for n in range((until - FIRST).days + 1)]
    return [day for day in days if day.weekday() < 5]


def busy_school(unit, pupils=4, until=date(2027, 1, 28), name="7А"):
    """A school with everything done: order, registers of every day, a case, a needy family, aid."""
    start(unit)
    school_class = make_class(unit, name, pupils=pupils)
    children = [enrolment.pupil for enrolment in school_class.enrolments.all()]
    take(school_class, *school_days(until), absent=children[:1], reason="no_clothes")
    Case.objects.create(
        unit_id=unit,
        finder_id=unit,
        key=f"case{unit}",
        pupil=children[0],
        found_on=date(2027, 1, 15),
        source="register",
        kind="long",
        cause="clothes",
        confirmed_on=date(2027, 1, 16),
    )
    Case.objects.filter(key=f"case{unit}").update(state="confirmed")
    family = Family.objects.create(
        unit_id=unit, key=f"family{unit}", name="Сынақ отбасы", approved_on=date(2027, 1, 12)
    )
    for state in ("submitted", "approved"):
        Family.objects.filter(pk=family.pk).update(state=state)
    for child in children[:2]:
        Member.objects.create(unit_id=unit, family=family, pupil=child, categories=[1], statuses=["low_income"])
    for child in children[:3]:
        Handout.objects.create(
            unit_id=unit,
            giver_id=unit,
            pupil=child,
            date=date(2027, 1, 20),
            source="sponsor",
            kind="shoes",
            quantity=1,
            tenge=12_500,
        )
    return school_class


def lively(unit, by=DISTRICT):
    """A unit of any level with papers, events, a survey, a visit from above and a report in time."""
    campaign = Campaign.objects.get()
    order = Order.objects.create(unit_id=unit, campaign=campaign, number="о", date=FIRST, kind="committee")
    committee = Committee.objects.create(unit_id=unit, campaign=campaign, order=order)
    Committee.objects.filter(pk=committee.pk).update(state="approved")
    minutes = {"unit_id": unit, "campaign": campaign, "date": date(2027, 1, 12), "decided": "Шешілді"}
    adopted = Minutes.objects.create(kind="committee", number="1", **minutes)
    Minutes.objects.create(kind="council", number="2", **minutes)
    plan = Plan.objects.create(unit_id=unit, campaign=campaign, adopted=adopted)
    for state in ["approved"] if unit == MINISTRY else ["submitted", "approved"]:
        Plan.objects.filter(pk=plan.pk).update(state=state)
    PlanLine.objects.create(unit_id=unit, plan=plan, position=1, clause="6.1.1")
    PlanLine.objects.create(unit_id=unit, plan=plan, position=2, text="Өз шарамыз")
    people = {"parents": 2, "ngo": 1}
    for kind in EventKind:
        event = Event.objects.create(
            unit_id=unit, date=date(2027, 1, 13), kind=kind, language="kk", count=3, participants=people
        )
        if kind == EventKind.RAID:
            child = make_pupil(Unit.objects.get(pk=SCHOOL))
            Case.objects.create(
                unit_id=SCHOOL, finder_id=unit, event=event, pupil=child, key=f"raid{unit}", found_on=event.date,
                source="raid", kind="never",
            )  # fmt: skip
    Agreement.objects.create(unit_id=unit, partner="Қор", date=date(2027, 1, 14), subject="Киім")
    Honour.objects.create(unit_id=unit, date=date(2027, 1, 15), name="Әлиев", kind="thanks")
    if unit != by:
        ControlVisit.objects.create(
            unit_id=unit, by_unit_id=by, campaign=campaign, date=date(2027, 1, 18), finding="Ескерту"
        )
    for answer, online in [("5", 4), ("2", 3)]:
        SurveyCount.objects.create(
            unit_id=unit, campaign=campaign, audience="parents", question="help", answer=answer, online=online
        )
    report = Submission.objects.create(
        unit_id=unit, campaign=campaign, form="bulletin1", signed_on=date(2027, 1, 19), nil=["cases", "aid"]
    )
    Submission.objects.filter(pk=report.pk).update(state="signed")


def quiet_school(unit):
    """A school with an order, a class, all registers, and nothing else to report."""
    start(unit)
    school_class = make_class(unit, "1А", pupils=2)
    take(school_class, *school_days(date(2027, 2, 10)))
    return school_class


def nil_of(unit, campaign, day):
    return empty_sections(counted(campaign, day, unit))


def signed(login, unit, form="bulletin2", text="", missing=None):
    """The report of the unit, signed by its head."""
    by = User.objects.get(username=login)
    campaign = Campaign.objects.get()
    submission = actions.prepare(unit=Unit.objects.get(pk=unit), campaign=campaign, form=form, by=by)
    if text:
        actions.write_text(submission=submission, text=text, by=by)
    as_of = min(campaign.round(form).as_of, actions.today())
    return actions.sign(submission=submission, nil=nil_of(unit, campaign, as_of), missing=missing, by=by)


def head_of(unit, login):
    """A head for a school of the cast that has none."""
    from schools.models import Post

    user = User(username=login, last_name="Басшы", first_name="Сынақ")
    user.set_unusable_password()
    user.save()
    Post.objects.create(user=user, unit_id=unit, role="head", since=date(2026, 9, 1))
    return user
