"""Tables of a folder that hold helplines, counts of surveys and honours (PRODUCT 13)."""

from django.utils.translation import gettext_lazy as _

from campaigns.imports.campaign import CAMPAIGNS
from campaigns.imports.papers import CAMPAIGN, UNIT, campaign_on
from campaigns.models import Helpline, Honour, SurveyCount
from campaigns.states import Audience, HonourKind, Language
from schools.imports import UNITS
from zabota.lib.csvcells import Code, Day, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table, Upsert

_MOST = 2**31 - 1
_ANSWER = ("unit_id", "campaign_id", "audience", "question", "answer")

HELPLINES = Table(
    file="helplines.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("phone", text_of(Helpline, "phone"), required=True),
        Column("hours", text_of(Helpline, "hours")),
        Column("language", Code(codes=Language.values)),
    ],
    key=("unit", "phone"),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    steps=[
        Upsert(
            Helpline,
            key=("unit_id", "phone"),
            values={name: f"s.{name}" for name in ("unit_id", "phone", "hours", "language")},
        ),
    ],
    dump="""
        select u.code, h.phone, h.hours, h.language
          from campaigns_helpline h join schools_unit u on u.id = h.unit_id
         order by h.unit_id, h.phone collate "C" """,
)

SURVEYS = Table(
    file="surveys.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("campaign", CAMPAIGN, required=True),
        Column("audience", Code(codes=Audience.values), required=True),
        Column("question", text_of(SurveyCount, "question"), required=True),
        Column("answer", text_of(SurveyCount, "answer"), required=True),
        Column("count", Whole(most=_MOST), required=True),
    ],
    key=("unit", "campaign", "audience", "question", "answer"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("campaign",), CAMPAIGNS, "campaign_id")],
    extra={"online": "bigint"},
    steps=[
        # what came through the link was counted by the portal: the folder can only say more, from paper
        """update load_surveys s set online = coalesce((
             select online from campaigns_surveycount c
              where (c.unit_id, c.campaign_id) = (s.unit_id, s.campaign_id)
                and (c.audience, c.question, c.answer) = (s.audience, s.question, s.answer)), 0)""",
        Check(
            "count",
            "select line, count as value, online from s where count < online",
            _("Through the link alone this answer was given %(online)s times."),
            _("Write all answers together: those through the link and those on paper."),
        ),
        Upsert(
            SurveyCount,
            key=_ANSWER,
            values={**{name: f"s.{name}" for name in _ANSWER}, "paper": "s.count - s.online"},
        ),
    ],
    dump="""
        select u.code, c.code, s.audience, s.question, s.answer, s.online + s.paper
          from campaigns_surveycount s
          join schools_unit u on u.id = s.unit_id
          join campaigns_campaign c on c.id = s.campaign_id
         order by s.unit_id, c.code collate "C", s.audience collate "C", s.question collate "C",
                  s.answer collate "C" """,
)

HONOURS = Table(
    file="honours.csv",
    columns=[
        Column("unit", UNIT, required=True),
        Column("date", Day(), required=True),
        Column("name", text_of(Honour, "name"), required=True),
        Column("kind", Code(codes=HonourKind.values), required=True),
    ],
    key=("unit", "date", "name", "kind"),
    refs=[Ref(("unit",), UNITS, "unit_id")],
    steps=[
        Upsert(
            Honour,
            key=("unit_id", "date", "name", "kind"),
            values={name: f"s.{name}" for name in ("unit_id", "date", "name", "kind")},
            once={"campaign_id": campaign_on("s.date")},
        ),
    ],
    dump="""
        select u.code, h.date, h.name, h.kind
          from campaigns_honour h join schools_unit u on u.id = h.unit_id
         order by h.unit_id, h.date, h.name collate "C", h.kind collate "C" """,
)
