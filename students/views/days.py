"""Days off by order: the list, a new one with a preview in words, putting one back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Request, requires
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students import calendar
from students.actions import days
from students.forms.days import DayOffForm, PutBackForm
from students.models import DayOff
from students.tables import DAYS_OFF
from students.views import SeeOther
from zabota.lib.paging import page_of


@requires(P.DAYOFF_WRITE)
def days_off(request: Request) -> HttpResponse:
    """The own days off and those of the units above; `?below=1` shows what the units below have announced."""
    below = "below" in request.GET
    rows = calendar.announced(request.user, below=below).select_related("unit")
    page = page_of(request, rows)
    for row in page.object_list:
        row.is_ours = request.user.grants.cover(P.DAYOFF_WRITE, row.unit_id)
        row.put_back = reverse("day_off_put_back", args=[row.pk]) if row.is_ours else ""
    context = {
        "page": page,
        "table": DAYS_OFF.on_screen(page.object_list),
        "below": below,
        "has_below": any(not post.unit.is_school for post in request.user.current_posts),
    }
    return render(request, "students/days_off.html", context)


@requires(P.DAYOFF_WRITE)
@once
def day_off_new(request: Request) -> HttpResponse:
    form = DayOffForm(request.POST or None, user=request.user)
    preview = ""
    if request.method == "POST" and form.is_valid():
        if "draft" in request.POST:
            preview = _preview(form)
        else:
            try:
                row = days.announce(**form.cleaned_data, by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request,
                    _("Announced: %(days)s, %(what)s.")
                    % {"days": calendar.dates_of(row), "what": row.get_kind_display()},
                )
                return SeeOther(reverse("days_off"))
    response = render(
        request,
        "students/day_off_new.html",
        {"form": form, "preview": preview, "once": new_key()},
        status=422 if form.errors else 200,
    )
    response.nothing_done = True  # type: ignore[attr-defined]
    return response


@requires(P.DAYOFF_WRITE)
@once
def put_back(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(DayOff.objects.for_user(request.user, P.DAYOFF_WRITE).select_related("unit"), pk=pk)
    form = PutBackForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            days.put_back(day_off=row, day=form.cleaned_data["day"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            day = form.cleaned_data["day"]
            messages.success(
                request, _("Put back: %(days)s.") % {"days": f"{day:%d.%m.%Y}" if day else calendar.dates_of(row)}
            )
            return SeeOther(reverse("days_off"))
    context = {
        "form": form,
        "row": row,
        "dates": calendar.dates_of(row),
        "grades": calendar.words_of_grades(row.grades),
        "once": new_key(),
    }
    return render(request, "students/day_off_put_back.html", context, status=422 if form.errors else 200)


def _preview(form: DayOffForm) -> str:
    """Whom the days concern, in words."""
    data = form.cleaned_data
    unit = data["unit"]
    found = days.concerned(
        unit=unit, first=data["first"], last=data["last"], grades=data["grades"], shift=data["shift"]
    )
    if not found.classes:
        return _("This concerns no class: none has these grades and this shift.")
    classes = ngettext("%(n)s class", "%(n)s classes", found.classes) % {"n": found.classes}
    if unit.is_school:
        words = [_("This concerns %(classes)s: %(names)s.") % {"classes": classes, "names": ", ".join(found.names)}]
    else:
        schools = ngettext("%(n)s school", "%(n)s schools", found.schools) % {"n": found.schools}
        names = "; ".join(found.names) + ("…" if found.schools > len(found.names) else "")
        words = [
            _("This concerns %(classes)s of %(schools)s: %(names)s.")
            % {"classes": classes, "schools": schools, "names": names}
        ]
    if found.own_word:
        own = ngettext(
            "%(n)s unit below has announced days of its own for these dates: its own word stands.",
            "%(n)s units below have announced days of their own for these dates: their own word stands.",
            found.own_word,
        )
        words.append(own % {"n": found.own_word})
    return " ".join(words)
