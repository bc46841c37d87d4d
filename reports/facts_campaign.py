"""Facts of the campaign itself: papers, events, surveys, reports.  They happen at units of every level.

Besides what `reports.facts` names, the asker gives two tables as JSON: `dues` (form, level, due) and `plan_lines`
(unit_id, lines, proved), which only Python can tell.
"""

from django.conf import settings

from campaigns.states import DISCUSSES_RESULTS, FINDS_CHILDREN, CommitteeState, EventKind, OrderKind, PlanState
from reports.facts import Fact, listed
from reports.states import HANDED_IN
from students.states import CaseState

_HANDED_IN = listed(HANDED_IN)

# a unit at work and which of its papers stand; results are discussed once the unit's window is open, its end or not
PAPERS = Fact(
    "papers",
    f"""
    select u.id as unit_id, o.unit_id is not null as has_order, c.unit_id is not null as has_committee,
           p.unit_id is not null as has_plan, m.unit_id is not null as has_discussed
      from schools_unit u
      left join (select distinct unit_id from campaigns_order
                  where campaign_id = %(campaign)s and kind = '{OrderKind.START}' and date <= %(as_of)s
                    and unit_id between %(low)s and %(high)s) o on o.unit_id = u.id
      left join (select distinct c.unit_id from campaigns_committee c join campaigns_order o on o.id = c.order_id
                  where c.campaign_id = %(campaign)s and c.state = '{CommitteeState.APPROVED}' and o.date <= %(as_of)s
                    and c.unit_id between %(low)s and %(high)s) c on c.unit_id = u.id
      left join (select distinct p.unit_id from campaigns_plan p join campaigns_minutes m on m.id = p.adopted_id
                  where p.campaign_id = %(campaign)s and p.state = '{PlanState.APPROVED}' and m.date <= %(as_of)s
                    and p.unit_id between %(low)s and %(high)s) p on p.unit_id = u.id
      left join (select distinct m.unit_id from campaigns_minutes m join windows w on w.unit_id = m.unit_id
                  where m.campaign_id = %(campaign)s and m.kind in ({listed(DISCUSSES_RESULTS)})
                    and m.date between w.first and %(told)s
                    and m.unit_id between %(low)s and %(high)s) m on m.unit_id = u.id
     where (u.closed_on is null or u.closed_on >= %(as_of)s) and u.id between %(low)s and %(high)s""",
    rows=("unit_id",),
    everywhere=True,
)

# how many lines a unit's plan has, and how many of them the portal holds evidence for
PLAN_LINES = Fact(
    "plan_lines",
    "select * from jsonb_to_recordset(%(plan_lines)s::jsonb) t(unit_id int, lines int, proved int)",
    rows=("unit_id",),
    everywhere=True,
)

# how often an answer was given at a unit, through the link and on paper
SURVEY_ANSWERS = Fact(
    "survey_answers",
    """
    select s.unit_id, s.audience, s.question, s.answer, s.online + s.paper as answers from campaigns_surveycount s
     where s.campaign_id = %(campaign)s and s.unit_id between %(low)s and %(high)s""",
    rows=("unit_id", "audience", "question", "answer"),
    everywhere=True,
)

HONOURS = Fact(
    "honours",
    """
    select h.unit_id, h.id as honour, h.date, h.kind from campaigns_honour h join windows w on w.unit_id = h.unit_id
     where h.date between w.first and w.last and h.unit_id between %(low)s and %(high)s""",
    rows=("honour",),
    more=("date", "kind"),
    everywhere=True,
)

# a report that was handed in, first signed within its time or an extension of it; sent back and signed again, the first
# signature stays the one that was in time
REPORTS = Fact(
    "reports",
    f"""
    select s.unit_id, s.form, min(s.signed_on) as date,
           min(s.signed_on) <= greatest(max(d.due), max(x.until)) as in_time
      from reports_submission s
      join schools_unit u on u.id = s.unit_id
      join jsonb_to_recordset(%(dues)s::jsonb) d(form text, level text, due date) on d.form = s.form and d.level = u.level
      left join campaigns_extension x on x.unit_id = s.unit_id and x.campaign_id = s.campaign_id and x.round = s.form
     where s.campaign_id = %(campaign)s and s.signed_on <= %(told)s and s.unit_id between %(low)s and %(high)s
       and exists (select from reports_submission last where last.unit_id = s.unit_id and last.form = s.form
                      and last.campaign_id = s.campaign_id and last.state in ({_HANDED_IN}) and last.signed_on <= %(told)s)
     group by s.unit_id, s.form""",
    rows=("unit_id", "form"),
    more=("date",),
    everywhere=True,
)

# a section that the last edition of a report signs as having nothing to report
NIL_SECTIONS = Fact(
    "nil_sections",
    f"""
    select s.unit_id, s.form, n.section
      from (select distinct on (unit_id, form) unit_id, form, nil from reports_submission
             where campaign_id = %(campaign)s and state in ({_HANDED_IN}) and signed_on <= %(told)s
               and unit_id between %(low)s and %(high)s
             order by unit_id, form, edition desc) s
      cross join lateral jsonb_array_elements_text(s.nil) n(section)""",
    rows=("unit_id", "form", "section"),
    everywhere=True,
)

# a visit of one unit to another on a day, with its findings that nobody has closed
CONTROL_VISITS = Fact(
    "control_visits",
    """
    select v.unit_id, v.by_unit_id, v.date,
           count(*) filter (where v.finding <> '' and (v.closed_on is null or v.closed_on > %(as_of)s)) as open
      from campaigns_controlvisit v join windows w on w.unit_id = v.unit_id
     where v.date between w.first and w.last and v.unit_id between %(low)s and %(high)s
     group by 1, 2, 3""",
    rows=("unit_id", "by_unit_id", "date"),
    everywhere=True,
)

# an event; where nobody has said how many, it is one
EVENTS = Fact(
    "events",
    """
    select e.unit_id, e.id as event, e.date, e.kind, coalesce(nullif(e.language, ''), 'none') as language,
           coalesce(e.count, 1) as pieces, coalesce((e.participants ->> 'parents')::int, e.count, 0) as parents
      from campaigns_event e join windows w on w.unit_id = e.unit_id
     where e.date between w.first and w.last and e.unit_id between %(low)s and %(high)s""",
    rows=("event",),
    more=("date", "kind"),
    everywhere=True,
)

# those who took part in an event, by body
PARTICIPANTS = Fact(
    "participants",
    """
    select e.unit_id, e.id as event, e.date, e.kind, p.body, p.people::int as people
      from campaigns_event e join windows w on w.unit_id = e.unit_id
      cross join lateral jsonb_each_text(e.participants) p(body, people)
     where e.date between w.first and w.last and e.unit_id between %(low)s and %(high)s""",
    rows=("event", "body"),
    more=("date", "kind"),
    everywhere=True,
)

# a child whom a raid or a round has found, at the unit that held it
FOUND_CHILDREN = Fact(
    "found_children",
    f"""
    select e.unit_id, c.id as case_id, coalesce(c.pupil_id, -c.id) as child, e.date
      from students_case c
      join campaigns_event e on e.id = c.event_id
      join windows w on w.unit_id = e.unit_id
     where e.kind in ({listed(FINDS_CHILDREN)}) and c.state <> '{CaseState.DISMISSED}'
       and e.date between w.first and w.last and e.unit_id between %(low)s and %(high)s""",
    rows=("case_id",),
    more=("case_id", "child", "date"),
    additive=False,
)

# calls of a day: those logged one by one, or the number entered for the day if that is more
HOTLINE = Fact(
    "hotline",
    f"""
    select t.unit_id, t.date, greatest(sum(t.logged), sum(t.said)) as calls
      from (select unit_id, (at at time zone '{settings.TIME_ZONE}')::date as date, 1 as logged, 0 as said
              from campaigns_call where unit_id between %(low)s and %(high)s
             union all
            select unit_id, date, 0, coalesce(count, 1) from campaigns_event
             where kind = '{EventKind.HOTLINE}' and unit_id between %(low)s and %(high)s) t
      join windows w on w.unit_id = t.unit_id
     where t.date between w.first and w.last
     group by 1, 2""",
    rows=("unit_id", "date"),
    everywhere=True,
)

AGREEMENTS = Fact(
    "agreements",
    """
    select a.unit_id, a.id as agreement, a.date from campaigns_agreement a join windows w on w.unit_id = a.unit_id
     where a.date between w.first and w.last and a.unit_id between %(low)s and %(high)s""",
    rows=("agreement",),
    more=("date",),
    everywhere=True,
)
