"""Tables of a folder that hold committees, minutes, control visits and agreements (PRODUCT 13)."""

from django.utils.translation import gettext_lazy as _

from campaigns.imports.campaign import CAMPAIGNS
from campaigns.models import Agreement, Campaign, Committee, ControlVisit, Member, Minutes
from campaigns.states import Body, CommitteeRole, CommitteeState, MinutesKind, OrderKind
from schools.imports import UNITS, in_order
from schools.models import Unit
from zabota.lib.csvcells import Code, Day, Text, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table, Upsert

UNIT = text_of(Unit, "code")
CAMPAIGN = text_of(Campaign, "code")
_LONG = Text(limit=20_000)
_MEMBER = ("surname", "name", "body", "post", "role")


def campaign_on(day: str) -> str:
    """SQL of the campaign that people mean on a day: the running one, else the next, else the last."""
    return f"""(select c.id from campaigns_campaign c
                 order by ({day} between c.opens and c.due) desc, (c.opens > {day}) desc,
                          case when {day} between c.opens and c.due then c.opens end desc,
                          case when c.opens > {day} then c.opens end, c.opens desc limit 1)"""


COMMITTEES = Table(
    file="committees.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("campaign", CAMPAIGN, required=True),
        Column("surname", text_of(Member, "surname"), required=True),
        Column("name", text_of(Member, "name"), required=True),
        Column("body", Code(codes=Body.values), required=True),
        Column("post", text_of(Member, "post")),
        Column("role", Code(codes=CommitteeRole.values, empty=CommitteeRole.MEMBER)),
    ],
    key=("unit", "campaign", "surname", "name"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("campaign",), CAMPAIGNS, "campaign_id")],
    steps=[
        Upsert(
            Committee,
            key=("unit_id", "campaign_id"),
            values={"unit_id": "s.unit_id", "campaign_id": "s.campaign_id"},
            source="(select distinct unit_id, campaign_id from s) s",
        ),
        Upsert(
            Member,
            key=("committee_id", "surname", "name"),
            source="s join campaigns_committee c using (unit_id, campaign_id) order by s.line",
            values={"committee_id": "c.id", "unit_id": "c.unit_id", **{name: f"s.{name}" for name in _MEMBER}},
        ),
        # the folder knows no states of committees: one that no order has approved yet is approved by the unit's own
        f"""update campaigns_committee c set state = '{CommitteeState.APPROVED}', order_id = o.id
              from (select distinct on (unit_id, campaign_id) * from campaigns_order
                     where kind = '{OrderKind.COMMITTEE}' order by unit_id, campaign_id, date desc, id desc) o
             where o.unit_id = c.unit_id and o.campaign_id = c.campaign_id
               and c.state = '{CommitteeState.DRAFT}' and c.order_id is null
               and exists (select from load_committees s
                            where not s.bad and s.unit_id = c.unit_id and s.campaign_id = c.campaign_id)""",
    ],
    dump="""
        select u.code, k.code, m.surname, m.name, m.body, m.post, m.role
          from campaigns_member m
          join campaigns_committee c on c.id = m.committee_id
          join schools_unit u on u.id = c.unit_id
          join campaigns_campaign k on k.id = c.campaign_id
         order by c.unit_id, k.code collate "C", m.surname collate "C", m.name collate "C" """,
)

MINUTES = Table(
    file="minutes.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("campaign", CAMPAIGN, required=True),
        Column("kind", Code(codes=MinutesKind.values), required=True),
        Column("number", text_of(Minutes, "number"), required=True),
        Column("date", Day(), required=True),
        Column("decided", _LONG),
        Column("shortcomings", _LONG),
        Column("remedies", _LONG),
    ],
    key=("unit", "campaign", "kind", "number"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("campaign",), CAMPAIGNS, "campaign_id")],
    steps=[
        Upsert(
            Minutes,
            key=("unit_id", "campaign_id", "kind", "number"),
            values={
                name: f"s.{name}"
                for name in (
                    *("unit_id", "campaign_id", "kind", "number", "date"),
                    *("decided", "shortcomings", "remedies"),
                )
            },
        ),
    ],
    dump="""
        select u.code, c.code, m.kind, m.number, m.date, m.decided, m.shortcomings, m.remedies
          from campaigns_minutes m
          join schools_unit u on u.id = m.unit_id
          join campaigns_campaign c on c.id = m.campaign_id
         order by m.unit_id, c.code collate "C", m.date, m.kind collate "C", m.number collate "C" """,
)

_SAME_FINDING = "v.unit_id = s.unit_id and v.by_unit_id = s.by_unit_id and v.date = s.date and v.finding = s.finding"

CONTROL = Table(
    file="control.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("by_unit", UNIT, required=True),
        Column("date", Day(), required=True),
        Column("finding", text_of(ControlVisit, "finding")),  # empty: a visit that found nothing
        Column("due", Day()),
        Column("closed_on", Day()),
    ],
    key=("unit", "by_unit", "date", "finding"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("by_unit",), UNITS, "by_unit_id")],
    extra={"campaign_id": "bigint"},
    steps=[
        Check(
            "by_unit",
            "select line, by_unit as value from s where unit_id = by_unit_id",
            _("Nobody controls their own unit."),
            _("Name the unit that came."),
        ),
        in_order("date", "due"),
        in_order("date", "closed_on"),
        f"update load_control s set campaign_id = {campaign_on('s.date')}",
        Check(
            "date",
            "select line, date as value from s where campaign_id is null",
            _("There is no campaign that this day could belong to."),
            _("Add the campaign to campaigns.csv."),
        ),
        # a finding has no key in the database: people may write the same one twice
        f"""update campaigns_controlvisit v set due = s.due, closed_on = s.closed_on, version = v.version + 1
              from load_control s
             where not s.bad and {_SAME_FINDING} and (v.due, v.closed_on) is distinct from (s.due, s.closed_on)""",
        f"""insert into campaigns_controlvisit
                   (unit_id, by_unit_id, campaign_id, date, finding, due, closed_on, proof, version)
            select unit_id, by_unit_id, campaign_id, date, finding, due, closed_on, '', 1 from load_control s
             where not bad and not exists (select from campaigns_controlvisit v where {_SAME_FINDING}) order by line""",
    ],
    dump="""
        select u.code, b.code, v.date, v.finding, v.due, v.closed_on
          from (select distinct on (unit_id, by_unit_id, date, finding) *
                  from campaigns_controlvisit order by unit_id, by_unit_id, date, finding, id desc) v
          join schools_unit u on u.id = v.unit_id
          join schools_unit b on b.id = v.by_unit_id
         order by v.unit_id, v.date, v.by_unit_id, v.finding collate "C" """,
)

AGREEMENTS = Table(
    file="agreements.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("partner", text_of(Agreement, "partner"), required=True),
        Column("date", Day(), required=True),
        Column("subject", text_of(Agreement, "subject")),
        Column("until", Day()),
    ],
    key=("unit", "partner", "date"),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    steps=[
        in_order("date", "until"),
        Upsert(
            Agreement,
            key=("unit_id", "partner", "date"),
            values={name: f"s.{name}" for name in ("unit_id", "partner", "date", "subject", "until")},
        ),
    ],
    dump="""
        select u.code, a.partner, a.date, a.subject, a.until
          from campaigns_agreement a join schools_unit u on u.id = a.unit_id
         order by a.unit_id, a.date, a.partner collate "C" """,
)
