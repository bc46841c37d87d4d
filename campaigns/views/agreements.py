"""Agreements with partners (Guide, task 7 of 2.2)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions import Stale, save_agreement
from campaigns.forms import own_units
from campaigns.forms.papers import AgreementForm
from campaigns.models import Agreement
from campaigns.tables import AGREEMENTS
from campaigns.views import SeeOther, as_workbook, named, unit_of
from schools.access import Request, requires
from schools.models import Unit
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

FIELDS = ("partner", "date", "subject", "until")


@requires(P.ORDER_VIEW)
def agreements(request: Request) -> HttpResponse:
    rows = Agreement.objects.for_user(request.user, P.ORDER_VIEW)
    if request.GET.get("unit"):
        place = get_object_or_404(Unit.objects.for_user(request.user, P.ORDER_VIEW), code=request.GET["unit"])
        rows = rows.under(place.pk)
    if "xlsx" in request.GET:
        return as_workbook(AGREEMENTS, named(rows), title=_("Agreements with partners"), name="agreements")
    page = page_of(request, rows)
    own = set(request.user.grants.units(P.PLAN_WRITE))
    context = {
        "page": page,
        "table": AGREEMENTS.on_screen(
            named(page),
            href=lambda row: reverse("agreement_edit", args=[row.pk]) if row.unit_id in own else "",
        ),
        "may_write": bool(own),
    }
    return page_or_part(request, "campaigns/agreements.html", "rows", context)


@requires(P.PLAN_WRITE)
@once
def agreement_new(request: Request) -> HttpResponse:
    unit = unit_of(request, P.PLAN_WRITE)
    return _form_page(request, Agreement(unit=unit))


@requires(P.PLAN_WRITE)
@once
def agreement_edit(request: Request, pk: int) -> HttpResponse:
    rows = Agreement.objects.for_user(request.user, P.PLAN_WRITE).select_related("unit")
    return _form_page(request, get_object_or_404(rows, pk=pk))


def _form_page(request: Request, row: Agreement) -> HttpResponse:
    if row.unit not in own_units(request.user, P.PLAN_WRITE):
        raise PermissionDenied
    stored = {name: getattr(row, name) for name in (*FIELDS, "version")}
    form = AgreementForm(request.POST or None, initial=stored)
    conflict: list[dict[str, str]] = []
    status, version = 200, row.version
    if request.method == "POST":
        status = 422
        if form.is_valid():
            for name in FIELDS:
                setattr(row, name, form.cleaned_data[name])
            row.version = form.cleaned_data["version"] or row.version
            try:
                save_agreement(agreement=row, by=request.user)
            except Stale as stale:
                status, version = 409, stale.stored.version
                conflict = [
                    {
                        "label": str(field.label),
                        "mine": _words(form.cleaned_data[field.name]),
                        "theirs": _words(getattr(stale.stored, field.name)),
                    }
                    for field in form.visible_fields()
                ]
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("The agreement with %(partner)s is saved.") % {"partner": row.partner})
                return SeeOther(reverse("agreements"))
    context = {"form": form, "unit": row.unit, "conflict": conflict, "version": version, "once": new_key()}
    return render(request, "campaigns/agreement_edit.html", context | {"is_new": row.pk is None}, status=status)


def _words(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value or "")
