"""The table of a folder that holds plans of measures, a line a row (PRODUCT 13)."""

from django.utils.translation import gettext_lazy as _

from campaigns.imports.campaign import CAMPAIGNS
from campaigns.imports.papers import CAMPAIGN, UNIT
from campaigns.models import Plan, PlanLine
from campaigns.states import MinutesKind, PlanState
from schools.imports import UNITS
from schools.number import ROOT
from zabota.lib.csvcells import Code, Day, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table, Upsert

_STANDS = "from s join campaigns_plan p using (unit_id, campaign_id)"
_SAME_PLAN = "s.unit_id = p.unit_id and s.campaign_id = p.campaign_id and not s.bad"
_SAME_LINE = f"l.plan_id = p.id and l.position = s.position and {_SAME_PLAN}"
# the folder names no minutes with a plan: the last ones of the unit's committee have adopted it
_ADOPTED = f"""(select m.id from campaigns_minutes m
                 where m.unit_id = s.unit_id and m.campaign_id = s.campaign_id and m.kind = '{MinutesKind.COMMITTEE}'
                 order by m.date desc, m.id desc limit 1)"""
_TELLING = ("clause", "text", "owner", "due", "remark")
_WORDS = ", ".join(_TELLING)


def _step(source: PlanState, target: PlanState, *wanted: PlanState, where: str = "true") -> str:
    """SQL that takes the plans which the folder wants further one lawful step on."""
    states = ", ".join(f"'{state}'" for state in wanted)
    return f"""update campaigns_plan p set state = '{target}' from load_plans s
                where {_SAME_PLAN} and p.state = '{source}' and s.state in ({states}) and {where}"""


PLANS = Table(
    file="plans.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("campaign", CAMPAIGN, required=True),
        Column("state", Code(codes=PlanState.values, empty=PlanState.DRAFT)),
        Column("line", Whole(least=1), staged="position"),  # empty, with what belongs to it: a plan without lines yet
        Column("clause", text_of(PlanLine, "clause")),
        Column("text", text_of(PlanLine, "text")),
        Column("owner", text_of(PlanLine, "owner")),
        Column("due", Day()),
        Column("remark", text_of(PlanLine, "remark")),
    ],
    key=("unit", "campaign", "position"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("campaign",), CAMPAIGNS, "campaign_id")],
    steps=[
        Check(
            "line",
            """select line, '' as value from s
                where position is null and (concat(clause, text, owner, remark) <> '' or due is not null)""",
            _("The number of the line is missing."),
            _("Number the lines of a plan from 1, or leave the whole line empty for a plan that has none yet."),
        ),
        Check(
            "text",
            "select line, text as value from s where position is not null and clause = '' and text = ''",
            _("The line says nothing."),
            _("Write the clause of the guide, or the measure in words."),
        ),
        Check(
            "state",
            """select * from (
                 select line, state as value, first_value(line) over plan as other,
                        state <> first_value(state) over plan as differs
                   from s window plan as (partition by unit_id, campaign_id order by line)) t
                where differs""",
            _("Line %(other)s gives the plan another state."),
            _("All lines of a plan have its state: write it alike."),
        ),
        Check(
            "clause",
            """select * from (
                 select line, clause as value, min(line) over (partition by unit_id, campaign_id, clause) as other
                   from s where clause <> '') t
                where line > other""",
            _("Line %(other)s has the same clause of this plan."),
            _("A clause stands in a plan once: leave one of the two."),
        ),
        Check(
            "clause",
            f"""select s.line, s.clause as value, l.position as other {_STANDS}
                  join campaigns_planline l on l.plan_id = p.id and l.clause = s.clause and l.position <> s.position
                 where s.clause <> '' and not exists (
                   select from load_plans k where k.unit_id = s.unit_id and k.campaign_id = s.campaign_id
                      and k.position = l.position and k.clause <> l.clause)""",
            _("In the portal this clause is line %(other)s of the plan."),
            _("Give the line that number."),
        ),
        Check(
            "state",
            f"""select min(line) as line, state as value from s
                 where unit_id = {ROOT} and state in ('{PlanState.SUBMITTED}', '{PlanState.RETURNED}')
                 group by campaign_id, state""",
            _("The ministry's plan is final on adoption."),
            _("Write draft or approved."),
        ),
        Check(
            "state",
            f"""select min(s.line) as line, s.state as value {_STANDS}
                 where p.state = '{PlanState.APPROVED}' and s.state <> p.state group by p.id, s.state""",
            _("The plan is approved in the portal: that cannot be taken back."),
            _("Write approved, or leave the plan out."),
        ),
        Check(
            "state",
            f"""select min(s.line) as line, s.state as value {_STANDS}
                 where p.state in ('{PlanState.SUBMITTED}', '{PlanState.RETURNED}') and s.state = '{PlanState.DRAFT}'
                 group by p.id, s.state""",
            _("The plan has been sent in the portal: it cannot become a draft again."),
            _("Write submitted, returned or approved, or leave the plan out."),
        ),
        Check(
            "state",
            f"""select min(s.line) as line, s.state as value
                  from s left join campaigns_plan p using (unit_id, campaign_id)
                 where s.state <> '{PlanState.DRAFT}' and p.adopted_id is null and {_ADOPTED} is null
                   and not exists (
                     select from load_minutes m where m.bad and m.unit = s.unit and m.campaign = s.campaign)
                 group by s.unit_id, s.campaign_id, s.state""",
            _("No committee has adopted this plan."),
            _("Add the minutes of kind committee to minutes.csv, or write draft."),
        ),
        # a plan of which one line is bad waits with all of them
        """update load_plans s set bad = true from load_plans k
            where k.bad and k.unit = s.unit and k.campaign = s.campaign""",
        Upsert(
            Plan,
            key=("unit_id", "campaign_id"),
            values={"unit_id": "s.unit_id", "campaign_id": "s.campaign_id"},
            source="(select distinct unit_id, campaign_id from s) s",
        ),
        # two lines may have changed clauses: the old ones make room first
        f"""update campaigns_planline l set clause = '~' || l.position from load_plans s, campaigns_plan p
             where {_SAME_LINE} and l.clause <> '' and l.clause <> s.clause""",
        f"""update campaigns_planline l set ({_WORDS}) = (select {", ".join(f"s.{name}" for name in _TELLING)})
              from load_plans s, campaigns_plan p
             where {_SAME_LINE}
               and ({", ".join(f"l.{name}" for name in _TELLING)}) is distinct from
                   ({", ".join(f"s.{name}" for name in _TELLING)})""",
        f"""insert into campaigns_planline (plan_id, unit_id, position, {_WORDS})
            select p.id, p.unit_id, s.position, {", ".join(f"s.{name}" for name in _TELLING)}
              from load_plans s join campaigns_plan p on {_SAME_PLAN}
             where s.position is not null and not exists (
               select from campaigns_planline l where l.plan_id = p.id and l.position = s.position)
             order by s.line""",
        f"""update campaigns_plan p set adopted_id = {_ADOPTED} from load_plans s
             where {_SAME_PLAN} and p.adopted_id is null and s.state <> '{PlanState.DRAFT}'""",
        _step(PlanState.DRAFT, PlanState.APPROVED, PlanState.APPROVED, where=f"p.unit_id = {ROOT}"),
        _step(PlanState.DRAFT, PlanState.SUBMITTED, PlanState.SUBMITTED, PlanState.RETURNED, PlanState.APPROVED),
        _step(PlanState.RETURNED, PlanState.SUBMITTED, PlanState.SUBMITTED, PlanState.APPROVED),
        _step(PlanState.SUBMITTED, PlanState.APPROVED, PlanState.APPROVED),
        _step(PlanState.SUBMITTED, PlanState.RETURNED, PlanState.RETURNED),
    ],
    dump="""
        select u.code, c.code, p.state, l.position, l.clause, l.text, l.owner, l.due, l.remark
          from campaigns_plan p
          join schools_unit u on u.id = p.unit_id
          join campaigns_campaign c on c.id = p.campaign_id
          left join campaigns_planline l on l.plan_id = p.id
         order by p.unit_id, c.code collate "C", l.position, l.id""",
)
