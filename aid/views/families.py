"""Families: the list, the family's page, and the way onto the list one thing at a time."""

from typing import Any

from django.contrib import messages
from django.db.models import CharField, Count, F, Func, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from aid.actions import Stale, families, season_of
from aid.forms import MOST_FOUND, find_pupils, places_of, show
from aid.forms.families import FamilyFilter, FamilyForm, MemberForm, RemarkForm
from aid.models import Family, Handout, Member
from aid.states import FAMILY, Category, FamilyState, Status
from aid.tables import FAMILIES, FAMILIES_BY_UNIT, FAMILY_COUNTS, HANDOUTS, family_state, family_tone, is_returned
from aid.views.gifts import handout_table
from aid.views.place import Listing, Place, crumbs, listing
from schools.access import Request, requires
from schools.models import Entry, Scoped, User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused, WrongState
from students.models import Pupil
from zabota.lib.clock import today
from zabota.lib.htmx import page_or_part
from zabota.lib.kazakh import fold
from zabota.lib.paging import page_of
from zabota.lib.tables import grouped

MOVES = {
    "submit": lambda family, note, by: families.submit(family=family, by=by),
    "approve": lambda family, note, by: families.approve(family=family, by=by),
    "send_back": lambda family, note, by: families.send_back(family=family, remark=note, by=by),
    "remove": lambda family, note, by: families.remove(family=family, why=note, by=by),
}
CHANGED = 409


# ---- the list


@requires(P.FAMILY_VIEW)
def family_list(request: Request) -> HttpResponse:
    return listing(request, LIST)


def _by_row(request: Request, rows: Scoped, place: Place) -> dict[str, Any]:
    filters = FamilyFilter(request.GET, names=place.names)
    if filters.is_valid():
        rows = _filtered(rows, filters.cleaned_data)
    ordered = _with_remark(request.user, rows).select_related("unit").annotate(children=Count("members"))
    page = page_of(request, ordered.order_by(*([_sql("kk_order", "name")] if place.names else []), "pk"))
    totals = rows.aggregate(families=Count("pk", distinct=True), children=Count("members__pupil", distinct=True))
    table = place.shown(FAMILIES)
    foot = {0: _("In all: %(count)s") % {"count": grouped(totals["families"])}}
    shown = table.on_screen(
        page,
        href=lambda family: reverse("family", args=[family.pk]),
        totals=foot | {table.place_of(_("Children")): grouped(totals["children"])},
    )
    return {"page": page, "table": shown, "filters": filters}


def _filtered(rows: Scoped, chosen: dict[str, Any]) -> Scoped:
    if chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    if chosen.get("q"):
        rows = rows.annotate(folded=_sql("kk_fold", "name")).filter(folded__contains=fold(chosen["q"]))
    return rows


def _with_remark(user: User, rows: Scoped) -> Scoped:
    """Each family with what the district said when it last sent it back; None where it never did."""
    said = Entry.objects.for_user(user, P.FAMILY_VIEW).filter(
        subject=Family._meta.label, subject_id=Cast(OuterRef("pk"), CharField()), verb="send_back"
    )
    return rows.annotate(remark=Subquery(said.order_by("-at", "-pk").values("note")[:1]))


def _sql(function: str, field: str) -> Func:
    return Func(F(field), function=function, output_field=TextField(db_collation="C"))


LIST = Listing(
    url_name="families",
    model=Family,
    view=P.FAMILY_VIEW,
    write=P.FAMILY_WRITE,
    heading=gettext_lazy("Families in need"),
    new=("family_new", gettext_lazy("Enter a family")),
    empty=gettext_lazy("There is no such family on the list."),
    by_unit=FAMILIES_BY_UNIT,
    counts=FAMILY_COUNTS,
    by_row=_by_row,
)


# ---- the family's page


@requires(P.FAMILY_VIEW)
def family(request: Request, pk: int) -> HttpResponse:
    row = _family(request, pk)
    return _family_page(request, row)


@requires(P.FAMILY_WRITE, P.FAMILY_APPROVE)
@require_POST
@once
def move(request: Request, pk: int, move: str) -> HttpResponse:
    row = _family(request, pk)
    if move not in MOVES:
        raise Http404
    note = request.POST.get("note", "")
    try:
        MOVES[move](row, note, request.user)
    except Refused as refused:
        stored = _family(request, pk)
        status = CHANGED if isinstance(refused, WrongState) else 422
        return _family_page(request, stored, refused=str(refused), refused_move=move, note=note, status=status)
    done = {
        "submit": _("The family has been sent to the district."),
        "approve": _("The family is approved and counts from today."),
        "send_back": _("The family has been returned to the school with your remark."),
        "remove": _("The family has been removed from the list."),
    }
    messages.success(request, done[move])
    return redirect("family", pk=pk)


def _family(request: Request, pk: int) -> Family:
    rows = _with_remark(request.user, Family.objects.for_user(request.user, P.FAMILY_VIEW))
    row: Family = get_object_or_404(rows.select_related("unit"), pk=pk)
    return row


def _family_page(
    request: Request, row: Family, refused: str = "", refused_move: str = "", note: str = "", status: int = 200
) -> HttpResponse:
    user = request.user
    request.readings.append(row)
    names = user.grants.cover(P.CHILD_VIEW, row.unit_id)
    members = list(Member.objects.for_user(user, P.FAMILY_VIEW).filter(family=row).select_related("pupil"))
    members.sort(key=lambda member: (member.pupil.born or today(), member.pk))
    count = Member.objects.for_user(user, P.FAMILY_VIEW).filter(family=row).count()
    may_change = row.state == FamilyState.DRAFT and user.grants.cover(P.FAMILY_WRITE, row.unit_id)
    context = {
        "family": row,
        "names": names,
        "crumbs": crumbs(user, LIST, row.unit),
        "state": family_state(row),
        "tone": family_tone(row),
        "is_returned": is_returned(row),
        "members": _members(user, row, members, may_change) if names and members else None,
        "count": count,
        "out_of_sight": count - len(members),
        "may_change": may_change,
        "change": f"{reverse('family_new')}?family={row.pk}",
        "gaps": families.gaps(row) if row.state == FamilyState.DRAFT else [],
        "moves": [(each, _remark(note, each.name == refused_move)) for each in FAMILY.open_to(user, row)],
        "help": _help(request, members) if names and user.grants.cover(P.AID_VIEW, row.unit_id) else None,
        "history": _history(user, row, members),
        "refused": refused,
        "refused_move": refused_move,
        "once": new_key(),
    }
    return render(request, "aid/family.html", context, status=status)


def _remark(note: str, typed: bool) -> RemarkForm:
    return RemarkForm(initial={"note": note} if typed else None)


def _members(user: User, row: Family, members: list[Member], may_change: bool) -> dict[str, Any]:
    """The children with their grounds, and what this person can do for each."""
    places = places_of(user, [member.pupil_id for member in members])
    columns = [_("Child"), _("Class"), _("Legal categories"), _("Social statuses"), _("Valid until")]
    ways = []
    if may_change:
        ways.append((_("Change"), reverse("family_member", args=[row.pk])))
    if user.grants.cover(P.AID_WRITE, row.unit_id):
        ways.append((_("Hand out"), reverse("handout_new")))
    rows = [_member_row(member, places, columns, ways) for member in members]
    headers = [{"label": label} for label in [*columns, *(label for label, _url in ways)]]
    return {"headers": headers, "rows": rows}


def _member_row(
    member: Member, places: dict[int, str], columns: list[str], ways: list[tuple[str, str]]
) -> dict[str, Any]:
    until = f"{member.valid_until:%d.%m.%Y}" if member.valid_until else "–"
    is_over = member.valid_until is not None and member.valid_until < today()
    values = [
        member.pupil.full_name,
        places.get(member.pupil_id, _("not enrolled today")),
        "; ".join(f"{value}. {Category(value).label}" for value in member.categories) or "–",
        ", ".join(str(Status(value).label) for value in member.statuses) or "–",
        _("ended %(day)s") % {"day": until} if is_over else until,
    ]
    cells: list[dict[str, Any]] = [
        {"value": value, "label": label} for value, label in zip(values, columns, strict=True)
    ]
    cells[-1]["tone"] = "late" if is_over else ""
    for label, url in ways:
        words = format_html('{}<span class="hidden"> – {}</span>', label, member.pupil.full_name)
        cells.append({"value": words, "href": f"{url}?pupil={member.pupil_id}"})
    return {"href": reverse("pupil", args=[member.pupil_id]), "cells": cells}


def _help(request: Request, members: list[Member]) -> Any:
    """What the children were given in the campaign of today: a brother's coat shows, and a child left out too."""
    first, last = season_of(today())
    given = Handout.objects.for_user(request.user, P.AID_VIEW).filter(
        pupil_id__in=[member.pupil_id for member in members], date__gte=first, date__lte=last
    )
    return handout_table(HANDOUTS, given.select_related("pupil", "unit"), given)


def _history(user: User, row: Family, members: list[Member]) -> list[dict[str, Any]]:
    about = Q(subject=Family._meta.label, subject_id=str(row.pk)) | Q(
        subject=Member._meta.label, subject_id__in=[str(member.pk) for member in members]
    )
    entries = list(Entry.objects.for_user(user, P.FAMILY_VIEW).filter(about).order_by("-at", "-pk")[:30])
    people = {
        person.username: person.short_name for person in User.objects.filter(username__in={e.by for e in entries})
    }
    words = {
        "add_family": _("entered"),
        "change_family": _("changed"),
        "add_member": _("child added"),
        "change_member": _("child's grounds changed"),
        "submit": _("sent to the district"),
        "approve": _("approved"),
        "send_back": _("returned with a remark"),
        "remove": _("removed from the list"),
    }
    return [
        {
            "at": entry.at,
            "who": people.get(entry.by, entry.by),
            "what": words.get(entry.verb, entry.verb),
            "note": entry.note,
        }
        for entry in entries
    ]


# ---- onto the list: the family, then its children, then the check on the family's page


@requires(P.FAMILY_WRITE)
@once
def new(request: Request) -> HttpResponse:
    """The first page; with `?family=` the same page changes a draft."""
    before = _draft_of_address(request)
    initial = {"name": before.name, "address": before.address, "version": before.version} if before else None
    form = FamilyForm(request.POST or None, user=request.user, initial=initial)
    if before is not None:
        del form.fields["unit"]
    conflict: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            return _save_family(request, form, before)
        except Stale as stale:
            form, conflict = _family_conflict(request, form, stale.stored)
        except Refused as refused:
            show(form, refused)
    context = {"form": form, "family": before, "once": new_key(), **conflict}
    status = CHANGED if conflict else 422 if form.errors else 200
    return render(request, "aid/family_new.html", context, status=status)


def _draft_of_address(request: Request) -> Family | None:
    pk = request.GET.get("family", "")
    if not pk:
        return None
    if not pk.isdecimal():
        raise Http404
    rows = Family.objects.for_user(request.user, P.FAMILY_WRITE)
    row: Family = get_object_or_404(rows, pk=pk, state=FamilyState.DRAFT)
    return row


def _save_family(request: Request, form: FamilyForm, before: Family | None) -> HttpResponse:
    typed = form.cleaned_data
    words = {"name": typed["name"], "address": typed["address"]}
    if before is None:
        made = families.add_family(unit=form.units[typed["unit"]], by=request.user, **words)
        messages.success(request, _("The family is saved as a draft. Now add its first child."))
        return redirect("family_member", pk=made.pk)
    families.change_family(family=before, version=typed["version"] or 0, by=request.user, **words)
    messages.success(request, _("The family is saved."))
    return redirect("family", pk=before.pk)


def _family_conflict(request: Request, form: FamilyForm, stored: Family) -> tuple[FamilyForm, dict[str, Any]]:
    """Both versions side by side; the form keeps what was typed and is based on the stored version now."""
    rows = [
        {"label": form.fields[name].label, "mine": form.cleaned_data[name], "theirs": getattr(stored, name)}
        for name in ("name", "address")
    ]
    data = request.POST.copy()
    data["version"] = str(stored.version)
    again = FamilyForm(data, user=request.user)
    del again.fields["unit"]
    return again, {"conflict": rows, **_who_saved(request.user, stored)}


def _who_saved(user: User, row: Family | Member) -> dict[str, Any]:
    entries = Entry.objects.for_user(user, P.FAMILY_VIEW).filter(subject=row._meta.label, subject_id=str(row.pk))
    last = entries.order_by("-at", "-pk").first()
    if last is None:
        return {}
    person = User.objects.filter(username=last.by).first()
    return {"changed_by": person.full_name if person else last.by, "changed_at": last.at}


@requires(P.FAMILY_WRITE)
@once
def member(request: Request, pk: int) -> HttpResponse:
    """Choose a child of the school by its name, then say what it is on the list for."""
    row: Family = get_object_or_404(Family.objects.for_user(request.user, P.FAMILY_WRITE).select_related("unit"), pk=pk)
    chosen = request.POST.get("pupil") or request.GET.get("pupil", "")
    if not chosen.isdecimal():
        return _choose(request, row)
    pupil: Pupil = get_object_or_404(Pupil.objects.for_user(request.user, P.CHILD_VIEW), pk=chosen)
    existing = Member.objects.for_user(request.user, P.FAMILY_WRITE).filter(family=row, pupil=pupil).first()
    initial = {"version": row.version, **(MemberForm.initial_of(existing) if existing else {})}
    form = MemberForm(request.POST or None, initial=initial)
    conflict: dict[str, Any] = {}
    if request.method == "POST":
        try:
            answer = _save_member(request, row, pupil, existing, form)
            if answer is not None:
                return answer
        except Stale as stale:
            form, conflict = _member_conflict(request, form, row, stale.stored)
        except Refused as refused:
            show(form, refused)
    context = {"family": row, "pupil": pupil, "member": existing, "form": form, "once": new_key(), **conflict}
    context["place"] = places_of(request.user, [pupil.pk]).get(pupil.pk, "")
    return render(request, "aid/member.html", context, status=CHANGED if conflict else 422 if form.errors else 200)


def _choose(request: Request, row: Family) -> HttpResponse:
    text = request.GET.get("q", "")
    found = find_pupils(request.user, text, unit=row.unit_id)
    context = {
        "family": row,
        "q": text,
        "found": [(pupil, f"?pupil={pupil.pk}") for pupil in found[:MOST_FOUND]],
        "more": len(found) > MOST_FOUND,
        "back": reverse("family", args=[row.pk]),
        "title": _("Which child?"),
        "hint": _("Children enrolled today at %(school)s.") % {"school": row.unit.name},
    }
    return page_or_part(request, "aid/choose_pupil.html", "found", context)


def _save_member(
    request: Request, row: Family, pupil: Pupil, existing: Member | None, form: MemberForm
) -> HttpResponse | None:
    if "remove" in request.POST and existing is not None:
        families.remove_member(member=existing, by=request.user)
        messages.success(request, _("The child is taken off the family."))
        return redirect("family", pk=row.pk)
    if not form.is_valid():
        return None
    families.add_member(family=row, pupil=pupil, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved. Check the family and send it to the district."))
    return redirect("family", pk=row.pk)


def _member_conflict(
    request: Request, form: MemberForm, row: Family, stored: Member
) -> tuple[MemberForm, dict[str, Any]]:
    mine = form.cleaned_data
    rows = [
        {
            "label": form.fields[name].label,
            "mine": _words(name, mine[name]),
            "theirs": _words(name, getattr(stored, name)),
        }
        for name in ("categories", "statuses", "valid_until")
    ]
    data = request.POST.copy()
    data["version"] = str(Family.objects.for_user(request.user, P.FAMILY_WRITE).get(pk=row.pk).version)
    return MemberForm(data), {"conflict": rows, **_who_saved(request.user, stored)}


def _words(name: str, value: Any) -> str:
    if name == "valid_until":
        return f"{value:%d.%m.%Y}" if value else ""
    labels: dict[Any, Any] = dict(Category.choices if name == "categories" else Status.choices)
    return "\n".join(str(labels[each]) for each in value)
