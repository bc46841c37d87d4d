"""What the stories of the campaign are made of: the ministry's order on thresholds, orders of units, a scan."""

import io
from datetime import date

import pikepdf

from campaigns.actions import register_order
from campaigns.models import Order
from schools.models import Unit

MINISTRY, OBLAST, ARSHALY, SCHOOL, VILLAGE, BURABAY, OTHER = (
    0, 110000000, 110010000, 110010001, 110010002, 110020000, 110020001,
)  # fmt: skip


def unit(number):
    return Unit.objects.get(pk=number)


def thresholds_ordered(campaign, number="512"):
    """The ministry's order that sets thresholds and norms: before it nobody starts."""
    return Order.objects.create(
        unit_id=MINISTRY,
        campaign=campaign,
        number=number,
        date=date(2026, 12, 18),
        kind="norms",
        title_kk="Шектер туралы",
        title_ru="О порогах",
    )


def order(place, campaign, by, **more):
    named = {"number": "1", "kind": "start", "date": date(2027, 1, 11), "title_kk": "Акция", "title_ru": "Акция"}
    return register_order(unit=unit(place), campaign=campaign, by=by, **{**named, **more})


def paper():
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        kept = io.BytesIO()
        pdf.save(kept)
    return kept.getvalue()
