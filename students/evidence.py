"""What registers, rolls and cases prove in a school's plan."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from campaigns.evidence import Evidence, proves
from campaigns.models import Campaign
from students.models import Absence, Case, Enrolment, Movement
from students.states import OPENS_TRANSIT, CaseState, Contact
from zabota.lib.clock import today

# class-days that were due in the window of each school, taken ones, and classes that were silent at least once
_REGISTERS = """
  with windows as materialized (
    select w.* from unnest(%(units)s::int[]) u(id)
      cross join lateral campaign_windows(%(campaign)s, %(as_of)s, u.id, u.id) w),
  days as materialized (
    select * from school_days(%(first)s, %(last)s, %(units)s::int[]) where kind = 'taught'),
  groups as materialized (
    select distinct school_class_id, grade, first, coalesce(last, 'infinity') as last
      from students_enrolment where form = 'day' and unit_id = any(%(units)s::int[])),
  owed as (
    select distinct d.unit_id, d.school_class_id, d.day
      from days d
      join windows w on w.unit_id = d.unit_id and d.day between w.first and w.last
      join groups g on g.school_class_id = d.school_class_id and g.grade = d.grade and d.day between g.first and g.last)
  select o.unit_id, count(*), count(r.id), count(distinct o.school_class_id) filter (where r.id is null)
    from owed o
    left join students_register r on r.unit_id = o.unit_id and r.school_class_id = o.school_class_id and r.date = o.day
   group by o.unit_id"""


@proves("6.1.3")
def registers(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    as_of = min(campaign.closes, today())
    asked: dict[str, Any] = {
        "units": list(units),
        "campaign": campaign.pk,
        "as_of": as_of,
        "first": campaign.opens,
        "last": max(as_of, campaign.opens),
    }
    with connection.cursor() as cursor:
        # the wall makes every table look small to the planner, and it would walk millions of pairs one by one
        cursor.execute("set local enable_nestloop = off")
        cursor.execute(_REGISTERS, asked)
        rows = cursor.fetchall()
        cursor.execute("set local enable_nestloop = on")
    for unit, due, taken, silent in rows:
        words = _("registers: %(taken)s of %(due)s class-days, classes with a silent day – %(silent)s")
        yield Evidence(unit, "6.1.3", words % {"taken": taken, "due": due, "silent": silent}, taken > 0, "today")


@proves("6.1.5")
def talks(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """Absences without a valid reason are asked about: calls and visits are the work with pupils and parents."""
    asked = Count("pk", filter=Q(contact__in=[Contact.CALL, Contact.VISIT, Contact.MESSAGE]))
    rows = Absence.objects.filter(unit_id__in=units, date__range=(campaign.opens, campaign.closes)).order_by()
    for row in rows.values("unit_id").annotate(n=Count("pk"), asked=asked):
        words = _("absences asked about by call, visit or message: %(asked)s of %(n)s") % row
        yield Evidence(row["unit_id"], "6.1.5", words, row["asked"] > 0, "today")


@proves("6.1.4")
def rolls(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    on = min(campaign.closes, today())
    rows = Enrolment.objects.on(on).filter(unit_id__in=units).order_by()
    for row in rows.values("unit_id").annotate(
        pupils=Count("pupil", distinct=True), classes=Count("school_class", distinct=True)
    ):
        words = _("on the roll: pupils – %(pupils)s, classes – %(classes)s") % row
        yield Evidence(row["unit_id"], "6.1.4", words, True, "classes")


@proves("6.1.4")
def movement(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    rows = Movement.objects.filter(unit_id__in=units, left_on__range=(campaign.opens, campaign.closes)).order_by()
    in_transit = Count("pk", filter=Q(arrived_on=None, reason__in=OPENS_TRANSIT))
    for row in rows.values("unit_id").annotate(left=Count("pk"), in_transit=in_transit):
        words = _("departures entered: %(left)s, of them in transit – %(in_transit)s") % row
        yield Evidence(row["unit_id"], "6.1.4", words, True, "classes")


@proves("6.1.2", "6.1.5", "6.1.6")
def cases(units: Collection[int], campaign: Campaign) -> Iterator[Evidence]:
    """Confirmed cases are seen by the district at once; a visit is the first measure."""
    back = Q(returned_on__isnull=False) & (Q(relapsed_on=None) | Q(relapsed_on__lt=F("returned_on")))
    rows = Case.objects.confirmed().filter(unit_id__in=units, found_on__lte=campaign.due).order_by()
    rows = rows.filter(Q(found_on__gte=campaign.opens) | Q(state=CaseState.CONFIRMED))
    for row in rows.values("unit_id").annotate(
        n=Count("pk"), visited=Count("pk", filter=Q(visited_on__isnull=False)), back=Count("pk", filter=back)
    ):
        yield Evidence(
            row["unit_id"], "6.1.2", _("children found: %(n)s, returned – %(back)s") % row, row["n"] > 0, "cases"
        )
        yield Evidence(
            row["unit_id"], "6.1.5", _("visited at home: %(visited)s of %(n)s") % row, row["visited"] > 0, "cases"
        )
        yield Evidence(
            row["unit_id"], "6.1.6", _("cases confirmed and open to the district: %(n)s") % row, True, "cases"
        )
