"""Honours: letters of thanks and certificates to those who took an active part (Guide 6.1.12)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions.honours import add_honour, remove_honour
from campaigns.forms import own_units
from campaigns.forms.events import RemovalForm
from campaigns.forms.honours import HonourFilter, HonourForm
from campaigns.models import Campaign, Honour
from campaigns.tables import HONOURS
from campaigns.views import SeeOther, as_workbook, named, unit_of
from campaigns.views.events import is_too_wide
from schools.access import Request, requires
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.EVENT_VIEW)
def honours(request: Request) -> HttpResponse:
    place = unit_of(request, P.EVENT_VIEW)
    filters = HonourFilter(request.GET, user=request.user, place=place)
    rows = Honour.objects.for_user(request.user, P.EVENT_VIEW)
    waits = is_too_wide(place, filters)
    rows = filters.apply(rows.filter(unit=place) if waits else rows.under(place.pk))
    if "xlsx" in request.GET:
        return as_workbook(HONOURS, named(rows), title=_("Honours"), name="honours")
    page = page_of(request, rows)
    own = set(request.user.grants.units(P.EVENT_WRITE))
    table = HONOURS.on_screen(
        named(page),
        href=lambda row: reverse("honour_remove", args=[row.pk]) if row.unit_id in own else "",
    )
    context = {
        "place": place,
        "filters": filters,
        "waits": waits,
        "page": page,
        "table": table,
        "may_write": bool(own),
    }
    return page_or_part(request, "campaigns/honours.html", "rows", context)


@requires(P.EVENT_WRITE)
@once
def honour_new(request: Request) -> HttpResponse:
    form = HonourForm(request.POST or None, units=own_units(request.user, P.EVENT_WRITE))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        unit = form.units[data.pop("unit")]
        try:
            made = add_honour(unit=unit, campaign=Campaign.objects.current(), by=request.user, **data)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("%(name)s is on the list.") % {"name": made.name})
            return SeeOther(reverse("honours"))
    context = {"form": form, "once": new_key()}
    return render(request, "campaigns/honour_form.html", context, status=422 if form.errors else 200)


@requires(P.EVENT_WRITE)
@once
def honour_remove(request: Request, pk: int) -> HttpResponse:
    """One honour, and how it is taken back when it was entered by mistake."""
    rows = Honour.objects.for_user(request.user, P.EVENT_WRITE).select_related("unit")
    row: Honour = get_object_or_404(rows, pk=pk)
    if not request.user.grants.at(P.EVENT_WRITE, row.unit_id):
        raise Http404
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_honour(honour=row, why=form.cleaned_data["why"], by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is off the list.") % {"name": row.name})
            return SeeOther(reverse("honours"))
    context = {
        "form": form,
        "heading": _("%(kind)s: %(name)s") % {"kind": row.get_kind_display().capitalize(), "name": row.name},
        "facts": [
            {"label": _("Date"), "value": f"{row.date:%d.%m.%Y}"},
            {"label": _("What for"), "value": row.reason},
        ],
        "on_paper": reverse("print", args=["honour", row.pk]),
        "back": reverse("honours"),
        "once": new_key(),
    }
    return render(request, "campaigns/event_remove.html", context, status=422 if form.errors else 200)
