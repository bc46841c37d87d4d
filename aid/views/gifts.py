"""Gifts and handouts: what was pledged and received, and what each child was given."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aid.actions import Stale, children, gifts
from aid.forms import MOST_FOUND, find_pupils, places_of, show
from aid.forms.gifts import DonationForm, HandoutFilter, HandoutForm, ReceiveForm
from aid.models import Donation, Handout
from aid.money import tenge
from aid.states import AidKind
from aid.tables import (
    DONATION_COUNTS,
    DONATIONS,
    DONATIONS_BY_UNIT,
    DONATIONS_WITHOUT_NAMES,
    HANDOUT_COUNTS,
    HANDOUTS,
    HANDOUTS_BY_UNIT,
    gift_state,
)
from aid.views.place import Listing, Place, crumbs, listing
from schools.access import Request, requires
from schools.models import Scoped, Unit
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students.models import Pupil
from zabota.lib.clock import today
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of
from zabota.lib.tables import Table, grouped

GIFTS_OFFERED = 20


# ---- handouts


@requires(P.AID_VIEW)
@once
def handouts(request: Request) -> HttpResponse:
    return _prove(request) if request.method == "POST" else listing(request, HANDOUT_LIST)


def _prove(request: Request) -> HttpResponse:
    """The button of a debt: the parent has handed in the proof of purchase."""
    chosen = request.POST.get("proof", "")
    if not chosen.isdecimal():
        raise Http404
    handout: Handout = get_object_or_404(Handout.objects.for_user(request.user, P.AID_WRITE), pk=chosen)
    try:
        gifts.prove(handout=handout, on=today(), by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The proof of purchase is recorded."))
    return redirect(f"{reverse('handouts')}?debt=on")


def _handouts_by_row(request: Request, rows: Scoped, place: Place) -> dict[str, Any]:
    filters = HandoutFilter(request.GET)
    debts = False
    if filters.is_valid():
        chosen = filters.cleaned_data
        debts = chosen["debt"]
        rows = rows.filter(**{name: chosen[name] for name in ("kind", "source") if chosen[name]})
        rows = rows.filter(proof_due__isnull=False, proof_on=None) if debts else rows
    page = page_of(request, rows.select_related("pupil", "unit"))
    table = place.shown(HANDOUTS)
    context = {"page": page, "table": handout_table(table, page, rows), "filters": filters}
    if debts and request.user.grants.units(P.AID_WRITE):
        context |= {"debts": list(page), "today": today(), "once": new_key()}
    return context


def handout_table(table: Table, page: Any, rows: Scoped) -> dict[str, Any]:
    """Money and totals at the foot are the database's, over all pages."""
    sums = rows.order_by().aggregate(**HANDOUT_COUNTS, pieces=Sum("quantity", default=0))
    words = _("In all: %(handouts)s, children: %(children)s")
    foot = {
        0: words % {"handouts": grouped(sums["handouts"]), "children": grouped(sums["children"])},
        table.place_of(_("Pieces")): grouped(sums["pieces"]),
        table.place_of(_("Sum, ₸")): tenge(sums["tenge"]),
    }
    return table.on_screen(page, totals=foot)


HANDOUT_LIST = Listing(
    url_name="handouts",
    model=Handout,
    view=P.AID_VIEW,
    write=P.AID_WRITE,
    heading=gettext_lazy("Aid to children"),
    new=("handout_new", gettext_lazy("Record a handout")),
    empty=gettext_lazy("Nothing has been handed out here yet."),
    by_unit=HANDOUTS_BY_UNIT,
    counts=HANDOUT_COUNTS,
    by_row=_handouts_by_row,
)


@requires(P.AID_WRITE)
@once
def handout_new(request: Request) -> HttpResponse:
    """Who was helped, then with what; from a gift, what is asked is less."""
    gift = _gift_of_address(request)
    chosen = request.POST.get("pupil") or request.GET.get("pupil", "")
    if not chosen.isdecimal():
        return _choose(request, gift)
    pupil: Pupil = get_object_or_404(Pupil.objects.for_user(request.user, P.CHILD_VIEW), pk=chosen)
    form = HandoutForm(request.POST or None, user=request.user, gift=gift)
    if request.method == "POST" and form.is_valid():
        try:
            return _hand_out(request, form, pupil, gift)
        except Refused as refused:
            show(form, refused)
    return _handout_page(request, form, pupil, gift)


def _gift_of_address(request: Request) -> Donation | None:
    chosen = request.POST.get("gift") or request.GET.get("gift", "")
    if not chosen:
        return None
    if not chosen.isdecimal():
        raise Http404
    gift: Donation = get_object_or_404(
        Donation.objects.for_user(request.user, P.AID_WRITE).select_related("donor", "unit"), pk=chosen
    )
    return gift


def _choose(request: Request, gift: Donation | None) -> HttpResponse:
    text = request.GET.get("q", "")
    found = find_pupils(request.user, text)
    tail = f"&gift={gift.pk}" if gift else ""
    context = {
        "q": text,
        "gift": gift,
        "found": [(pupil, f"?pupil={pupil.pk}{tail}") for pupil in found[:MOST_FOUND]],
        "more": len(found) > MOST_FOUND,
        "back": reverse("handouts"),
        "title": _("Which child was helped?"),
        "hint": _("Children of your schools."),
    }
    return page_or_part(request, "aid/choose_pupil.html", "found", context)


def _hand_out(request: Request, form: HandoutForm, pupil: Pupil, gift: Donation | None) -> HttpResponse:
    typed = {name: value for name, value in form.cleaned_data.items() if name not in ("sure", "unit")}
    if gift is not None:
        typed |= {"source": gift.source, "kind": gift.kind, "size": gift.size}
    giver: Unit = gift.unit if gift is not None else form.units[form.cleaned_data["unit"]]
    made = gifts.hand_out(pupil=pupil, giver=giver, donation=gift, by=request.user, **typed)
    words = _("%(child)s: %(kind)s, %(sum)s. The handout is recorded.")
    messages.success(
        request, words % {"child": pupil.full_name, "kind": made.get_kind_display(), "sum": tenge(made.tenge)}
    )
    return redirect("donation", pk=gift.pk) if gift is not None else redirect("handouts")


def _handout_page(request: Request, form: HandoutForm, pupil: Pupil, gift: Donation | None) -> HttpResponse:
    seen = gifts.given_before(pupil=pupil, day=today()).under(*request.user.grants.units(P.AID_VIEW))
    helped = children.helped_before(pupil, today())
    context = {
        "form": form,
        "pupil": pupil,
        "place": places_of(request.user, [pupil.pk]).get(pupil.pk, ""),
        "gift": gift,
        "left": _left(gift) if gift else "",
        "offered": [] if gift else _offered(request),
        "given": handout_table(HANDOUTS.without_personal(), seen.select_related("unit"), seen),
        "helped": helped,
        "ask_reason": "reason" in form.errors or bool(form.data.get("reason")),
        "once": new_key(),
    }
    return render(request, "aid/handout_new.html", context, status=422 if form.errors else 200)


def _left(gift: Donation) -> str:
    return _amount(gift, *gifts.left_of(gift))


def _amount(gift: Donation, pieces: int, money: int) -> str:
    if gift.kind == AidKind.MONEY:
        return tenge(money)
    return _("%(pieces)s pieces, %(sum)s") % {"pieces": grouped(pieces), "sum": tenge(money)}


def _offered(request: Request) -> list[Donation]:
    """The newest gifts that still hold something; the others are on the page of gifts."""
    rows = Donation.objects.for_user(request.user, P.AID_WRITE).filter(received_on__isnull=False).with_given()
    own = rows.filter(unit_id__in=request.user.grants.units(P.AID_WRITE)).select_related("donor")
    return [
        gift for gift in own.order_by("-received_on", "-pk")[: GIFTS_OFFERED * 2] if gift_state(gift) != _("given")
    ][:GIFTS_OFFERED]


# ---- gifts


@requires(P.AID_VIEW)
def donations(request: Request) -> HttpResponse:
    return listing(request, GIFT_LIST)


def _gifts_by_row(request: Request, rows: Scoped, place: Place) -> dict[str, Any]:
    page = page_of(request, rows.select_related("donor", "unit").with_given().order_by("-pk"))  # type: ignore[attr-defined]
    return {
        "page": page,
        "table": _gift_table(place.shown(DONATIONS if place.names else DONATIONS_WITHOUT_NAMES), page, rows),
    }


def _gift_table(table: Table, page: Any, rows: Scoped) -> dict[str, Any]:
    whole = rows.order_by().aggregate(
        gifts=Count("pk"), pieces=Sum("quantity", default=0), tenge=Sum("tenge", default=0)
    )
    given = rows.order_by().aggregate(
        pieces=Sum("handouts__quantity", default=0), tenge=Sum("handouts__tenge", default=0)
    )
    foot = {
        0: _("In all: %(count)s") % {"count": grouped(whole["gifts"])},
        table.place_of(_("Pieces")): grouped(whole["pieces"]),
        table.place_of(_("Given, pieces")): grouped(given["pieces"]),
        table.place_of(_("Sum, ₸")): tenge(whole["tenge"]),
        table.place_of(_("Given, ₸")): tenge(given["tenge"]),
    }
    return table.on_screen(page, href=lambda gift: reverse("donation", args=[gift.pk]), totals=foot)


GIFT_LIST = Listing(
    url_name="donations",
    model=Donation,
    view=P.AID_VIEW,
    write=P.AID_WRITE,
    heading=gettext_lazy("Gifts of donors"),
    new=("donation_new", gettext_lazy("Record a gift")),
    empty=gettext_lazy("No gift has been recorded here yet."),
    by_unit=DONATIONS_BY_UNIT,
    counts=DONATION_COUNTS,
    by_row=_gifts_by_row,
)


@requires(P.AID_WRITE)
@once
def donation_new(request: Request) -> HttpResponse:
    form = DonationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _register(request, form)
        except gifts.NumberTaken as taken:
            form.offer(taken.stored)
            show(form, taken)
        except Refused as refused:
            show(form, refused)
    context = {"form": form, "once": new_key()}
    return render(request, "aid/donation_new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _register(request: Request, form: DonationForm) -> HttpResponse:
    """Donor and gift together or neither."""
    typed = dict(form.cleaned_data)
    unit = form.units[typed.pop("unit")]
    donor = gifts.add_donor(
        kind=typed.pop("donor_kind"),
        name=typed.pop("donor_name"),
        number=typed.pop("number"),
        publicity=typed.pop("publicity"),
        by=request.user,
    )
    made = gifts.register_donation(unit=unit, donor=donor, by=request.user, **typed)
    messages.success(request, _("The gift of %(donor)s is recorded.") % {"donor": donor.name})
    return redirect("donation", pk=made.pk)


@requires(P.AID_VIEW)
@once
def donation(request: Request, pk: int) -> HttpResponse:
    gift = _gift(request, pk)
    if request.method != "POST":
        return _gift_page(request, gift)
    if not request.user.grants.cover(P.AID_WRITE, gift.unit_id):
        raise PermissionDenied
    form = ReceiveForm(request.POST, gift=gift)
    if form.is_valid():
        try:
            gifts.receive(donation=gift, by=request.user, **form.cleaned_data)
        except Stale as stale:
            return _conflict_page(request, form, stale.stored)
        except Refused as refused:
            show(form, refused)
        else:
            messages.success(request, _("The gift is received and can be handed out."))
            return redirect("donation", pk=pk)
    return _gift_page(request, gift, form=form, status=422)


def _gift(request: Request, pk: int) -> Donation:
    rows = Donation.objects.for_user(request.user, P.AID_VIEW).select_related("donor", "unit")
    gift: Donation = get_object_or_404(rows, pk=pk)
    return gift


def _conflict_page(request: Request, form: ReceiveForm, stored: Donation) -> HttpResponse:
    mine = form.cleaned_data
    rows = [
        {
            "label": form.fields["received_on"].label,
            "mine": _day(mine["received_on"]),
            "theirs": _day(stored.received_on),
        },
        {"label": form.fields["quantity"].label, "mine": grouped(mine["quantity"]), "theirs": grouped(stored.quantity)},
        {"label": form.fields["tenge"].label, "mine": tenge(mine["tenge"]), "theirs": tenge(stored.tenge)},
    ]
    data = request.POST.copy()
    data["version"] = str(stored.version)
    again = ReceiveForm(data, gift=stored) if stored.received_on is None else None
    return _gift_page(request, _gift(request, stored.pk), form=again, conflict=rows, status=409)


def _day(day: Any) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _gift_page(
    request: Request,
    gift: Donation,
    form: ReceiveForm | None = None,
    conflict: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    may_write = user.grants.cover(P.AID_WRITE, gift.unit_id)
    names = user.grants.cover(P.CHILD_VIEW, gift.unit_id)
    given = Handout.objects.for_user(user, P.AID_VIEW).filter(donation=gift)
    page = page_of(request, given.select_related("pupil", "unit"))
    context = {
        "gift": gift,
        "donor": gift.donor.name if names else gift.donor.impersonal_name,
        "crumbs": crumbs(user, GIFT_LIST, gift.unit),
        "stages": _stages(gift),
        "whole": _amount(gift, gift.quantity, gift.tenge),
        "left": _left(gift),
        "may_give": may_write and gift.received_on is not None and max(gifts.left_of(gift)) > 0,
        "form": form or (ReceiveForm(gift=gift) if may_write and gift.received_on is None else None),
        "conflict": conflict,
        "page": page,
        "given": handout_table(HANDOUTS if names else HANDOUTS.without_personal(), page, given) if page else None,
        "once": new_key(),
    }
    return render(request, "aid/donation.html", context, status=status)


def _stages(gift: Donation) -> list[dict[str, Any]]:
    """Pledged → received → given."""
    pieces, money = gifts.left_of(gift)
    received = gift.received_on is not None
    over = received and (money <= 0 if gift.kind == AidKind.MONEY else pieces <= 0)
    begun = received and (pieces < gift.quantity or money < gift.tenge)
    pledged = _reached(True) if gift.pledged_on else {"tone": "none", "word": _("came without a pledge")}
    given = ("ok", _("all given")) if over else ("info", _("partly given")) if begun else ("none", _("not yet"))
    return [
        {"label": _("Pledged"), "first": gift.pledged_on, **pledged},
        {"label": _("Received"), "first": gift.received_on, "current": not received, **_reached(received)},
        {"label": _("Given"), "tone": given[0], "word": given[1], "current": received},
    ]


def _reached(done: bool) -> dict[str, str]:
    return {"tone": "ok", "word": _("done")} if done else {"tone": "due", "word": _("awaited")}
