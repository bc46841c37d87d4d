"""«Телефон доверия»: the unit keeps its numbers, everybody reads them (PRODUCT 3, 15)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions import add_helpline, remove_helpline
from campaigns.forms.papers import HelplineForm, HelplineSearch
from campaigns.models import Helpline
from campaigns.tables import HELPLINES
from campaigns.views import SeeOther, as_workbook, named, unit_of
from campaigns.windows import public_helplines
from schools.access import Request, public, requires
from schools.models import Unit
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.EVENT_VIEW)
@once
def helplines(request: Request) -> HttpResponse:
    """The numbers of one's units and the units below; one's own are added and taken away here."""
    may_write = bool(request.user.grants.units(P.EVENT_WRITE))
    unit = unit_of(request, P.EVENT_WRITE) if may_write else None
    if unit is not None and not request.user.grants.at(P.EVENT_WRITE, unit.pk):
        unit = None
    form = HelplineForm(request.POST if "phone" in request.POST else None)
    if request.method == "POST":
        answer = _post(request, unit, form)
        if answer is not None:
            return answer
    rows = Helpline.objects.for_user(request.user, P.EVENT_VIEW)
    if request.GET.get("unit"):
        place = get_object_or_404(Unit.objects.for_user(request.user, P.EVENT_VIEW), code=request.GET["unit"])
        rows = rows.under(place.pk)
    if "xlsx" in request.GET:
        return as_workbook(HELPLINES, named(rows), title=_("Helplines"), name="helplines")
    page = page_of(request, rows)
    context = {
        "unit": unit,
        "own": list(rows.filter(unit=unit)) if unit else [],
        "form": form,
        "page": page,
        "table": HELPLINES.on_screen(named(page)),
        "once": new_key(),
    }
    return page_or_part(request, "campaigns/helplines.html", "rows", context, status=422 if form.errors else 200)


def _post(request: Request, unit: Unit | None, form: HelplineForm) -> HttpResponse | None:
    """A number taken away, or a new one; None where the form has to be shown again."""
    if unit is None:
        raise Http404
    if "remove" in request.POST:
        chosen = request.POST["remove"]
        own = Helpline.objects.for_user(request.user, P.EVENT_WRITE).filter(unit=unit)
        row = get_object_or_404(own, pk=chosen if chosen.isdecimal() else 0)
        remove_helpline(helpline=row, by=request.user)
        messages.success(request, _("%(phone)s is taken away.") % {"phone": row.phone})
    elif form.is_valid():
        try:
            row = add_helpline(unit=unit, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error("phone", str(refused))
            return None
        messages.success(request, _("%(phone)s can be called by everybody now.") % {"phone": row.phone})
    else:
        return None
    return SeeOther(f"{reverse('helplines')}?unit={unit.code}")


@public
def helplines_public(request: Request) -> HttpResponse:
    """Whom to call: the numbers of the unit one looks for and of those above it; no sign-in, no personal data."""
    search = HelplineSearch(request.GET)
    words = search.cleaned_data["q"] if search.is_valid() else ""
    context = {"search": search, "words": words, "places": public_helplines(words)}
    return page_or_part(request, "campaigns/helplines_public.html", "rows", context)
