"""Tables of a folder that hold the campaign and its orders (PRODUCT 13)."""

from campaigns.models import NORMS, Campaign, Order
from campaigns.states import OrderKind
from schools.imports import UNITS, in_order
from schools.models import Unit
from zabota.lib.csvcells import Code, Day, Whole, text_of
from zabota.lib.csvtables import Column, Ref, Table, Upsert

CAMPAIGNS = Table(
    file="campaigns.csv",
    columns=[
        Column("code", text_of(Campaign, "code"), required=True),
        Column("name_kk", text_of(Campaign, "name_kk"), required=True),
        Column("name_ru", text_of(Campaign, "name_ru"), required=True),
        Column("opens", Day(), required=True),
        Column("closes", Day(), required=True),
        Column("due", Day(), required=True),
        *(Column(norm, Whole(least=1, most=366)) for norm in NORMS),
    ],
    key=("code",),
    known="select id, code from campaigns_campaign",
    steps=[
        in_order("opens", "closes"),
        in_order("closes", "due"),
        Upsert(
            Campaign,
            key=("code",),
            values={name: f"s.{name}" for name in ("code", "name_kk", "name_ru", "opens", "closes", "due", *NORMS)},
        ),
    ],
    dump=f"""
        select code, name_kk, name_ru, opens, closes, due, {", ".join(NORMS)}
          from campaigns_campaign order by code collate "C" """,
)

ORDERS = Table(
    file="orders.csv",
    columns=[
        Column("unit", text_of(Unit, "code"), required=True),
        Column("campaign", text_of(Campaign, "code"), required=True),
        Column("number", text_of(Order, "number"), required=True),
        Column("date", Day(), required=True),
        Column("kind", Code(codes=OrderKind.values), required=True),
        Column("opens", Day()),
        Column("closes", Day()),
        Column("title_ru", text_of(Order, "title_ru")),
        Column("title_kk", text_of(Order, "title_kk")),
    ],
    key=("unit", "campaign", "number"),
    refs=[Ref(("unit",), UNITS, "unit_id"), Ref(("campaign",), CAMPAIGNS, "campaign_id")],
    steps=[
        in_order("opens", "closes"),
        Upsert(
            Order,
            key=("unit_id", "campaign_id", "number"),
            values={
                "unit_id": "s.unit_id",
                "campaign_id": "s.campaign_id",
                **{name: f"s.{name}" for name in ("number", "date", "kind", "opens", "closes", "title_ru", "title_kk")},
            },
        ),
    ],
    dump="""
        select u.code, c.code, o.number, o.date, o.kind, o.opens, o.closes, o.title_ru, o.title_kk
          from campaigns_order o
          join schools_unit u on u.id = o.unit_id
          join campaigns_campaign c on c.id = o.campaign_id
         order by o.unit_id, c.code collate "C", o.date, o.number collate "C" """,
)
