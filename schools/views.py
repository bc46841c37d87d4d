"""Pages of the school system: files, jobs, posts and accounts, the journal."""

from datetime import timedelta
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.forms import ManageUserSessionsForm
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Func
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import Request, requires, signed_in
from schools.actions import add_account, content_of, end_post, give_post, is_wholly_below, offer_password
from schools.forms import NEW, JournalSearch, StaffForm, StaffSearch, UnitSearch
from schools.jobs import want, words_of
from schools.models import Document, Entry, Post, Reading, User
from schools.names import labels_of, order_of_units
from schools.once import new_key, once
from schools.papers import LANGUAGES, PRINT, PRINTED
from schools.rights import Level, Permission, Role
from schools.states import JobState
from schools.tables import lines_of
from schools.tokens import invitation
from schools.workflow import Refused
from zabota.lib.browsers import in_words
from zabota.lib.clock import as_shown, now, today
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

# a file is shown by other programs; if a browser opens it after all, it may run and load nothing
FILE_POLICY = "default-src 'none'; sandbox"


def see_other(name: str, **kwargs: Any) -> HttpResponseRedirect:
    return _to(reverse(name, kwargs=kwargs))


def _to(url: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(url, status=303)


# ---- files


@signed_in
def document(request: Request, pk: str) -> HttpResponse:
    """A file of a unit, to those who hold the right written on it; one with names needs the right to see children."""
    found = get_object_or_404(Document.objects.open_to(request.user), pk=pk)
    if found.personal:
        if not request.user.grants.cover(Permission.CHILD_VIEW, found.unit_id):
            raise PermissionDenied
        request.readings.append(found)
    response = HttpResponse(content_of(found), content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.name)
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ---- jobs


@signed_in
def job(request: Request, pk: int) -> HttpResponse:
    """How far the work has come that this person asked for; nobody else's business."""
    found = get_object_or_404(request.user.jobs, pk=pk)
    context = {"job": found, "words": words_of(found), "state": found.state if found.ended else ""}
    return page_or_part(request, "schools/job.html", "state", context)


@signed_in
@require_POST
def job_again(request: Request, pk: int) -> HttpResponse:
    """A failed job starts afresh with what it was asked for; a job that runs already is left alone."""
    found = get_object_or_404(request.user.jobs, pk=pk)
    if found.state == JobState.FAILED:
        again = {name: value for name, value in found.args.items() if name != "language"}
        want(found.kind, found.key, by=request.user, **again)
        messages.success(request, _("Started again."))
    return see_other("job", pk=pk)


@signed_in
@require_POST
def print_paper(request: Request, paper: str, subject: str) -> HttpResponse:
    """Has a worker make the PDF of a paper of one's units, in the language of the button."""
    printed, language = PRINTED.get(paper), request.POST.get("on_paper", "")
    if printed is None or language not in LANGUAGES or not request.user.grants.units(printed.permission):
        raise Http404
    if printed.page(subject, request.user) is None:
        raise Http404
    work = want(PRINT, f"{PRINT}:{new_key()}", by=request.user, paper=paper, subject=subject, on_paper=language)
    return see_other("job", pk=work.pk)


# ---- posts and accounts


@requires(Permission.STAFF_VIEW)
def staff(request: Request) -> HttpResponse:
    """Who holds which post at the units below."""
    form = StaffSearch(request.GET)
    posts = form.narrow(Post.objects.for_user(request.user, Permission.STAFF_VIEW)).select_related("user", "unit")
    narrow = _searches_first(request.user) and not form.selective
    if narrow:  # above a district there are thousands: first one's own unit, then what is searched for
        posts = posts.filter(unit__in=request.user.grants.units(Permission.STAFF_VIEW))
    surname = Func("user__last_name", function="kk_order")
    page = page_of(request, posts.order_by(*order_of_units("unit__"), "role", surname, "pk"))
    labels = labels_of([post.unit for post in page])
    rows = [
        {
            "post": post,
            "unit": labels[post.unit_id],
            "ended": post.until is not None and post.until <= today(),
            "may_end": _may_write(request.user, post) and post.since <= today(),
            "waits": _may_write(request.user, post) and not post.user.has_usable_password(),
        }
        for post in page
    ]
    context = {"form": form, "page": page, "rows": rows, "narrow": narrow, "may_add": _may_add(request.user)}
    return page_or_part(request, "schools/staff.html", "rows", context)


def _searches_first(user: User) -> bool:
    return any(
        post.role == Role.ADMINISTRATOR and post.unit.level in (Level.MINISTRY, Level.OBLAST)
        for post in user.current_posts
    )


def _may_add(user: User) -> bool:
    return bool(user.grants.units(Permission.STAFF_WRITE))


def _may_write(user: User, post: Post) -> bool:
    return post.user_id != user.pk and user.grants.cover(Permission.STAFF_WRITE, post.unit_id)


@requires(Permission.STAFF_WRITE)
@once
def staff_new(request: Request) -> HttpResponse:
    """A post for a new or an existing account; for one without a password, the link that sets it."""
    if request.method == "POST" and "link_for" in request.POST:
        return _offered(request, _waiting(request.user, request.POST["link_for"]))
    if request.method != "POST" and "account" in request.GET:
        return _password_page(request, _waiting(request.user, request.GET["account"]))
    search = UnitSearch(request.GET)
    unit_words = search.cleaned_data["unit_words"] if search.is_valid() else ""
    form = StaffForm(request.POST or None, user=request.user, unit_words=unit_words)
    if request.method == "POST" and form.is_valid():
        try:
            return _given(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "search": search, "once": new_key()}
    return render(request, "schools/staff_new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _given(request: Request, data: dict[str, Any]) -> HttpResponse:
    if data["account"] == NEW:
        person = {name: data[name] for name in ("login", "surname", "name", "patronymic", "email")}
        holder = add_account(**person, by=request.user)
    else:
        holder = data["holder"]
    post = give_post(
        user=holder,
        unit=data["unit"],
        role=Role(data["role"]),
        since=data["since"],
        until=data["until"],
        acting=data["acting"],
        by=request.user,
    )
    messages.success(request, _("%(name)s: %(post)s.") % {"name": holder.full_name, "post": post.title})
    return _offered(request, holder) if data["account"] == NEW else see_other("staff")


def _waiting(user: User, login: str) -> User:
    """An account without a password, every post of which is this user's to give; 404 for any other."""
    holder = get_object_or_404(User, username=login, is_active=True)
    if holder.has_usable_password() or not is_wholly_below(holder, user):
        raise Http404
    return holder


def _offered(request: Request, holder: User) -> HttpResponse:
    offer_password(user=holder, by=request.user)
    return _to(reverse("staff_new", query={"account": holder.username}))


def _password_page(request: Request, holder: User) -> HttpResponse:
    """The link itself, once it has been offered; showing it is kept in the reading log."""
    posts = list(holder.posts.select_related("unit"))
    offered = Entry.objects.for_user(request.user, Permission.STAFF_WRITE).filter(
        verb="offer_password", subject=Post._meta.label, subject_id__in=[str(post.pk) for post in posts]
    )
    if not offered.exists():
        return see_other("staff")
    request.readings.append(posts[0])
    link = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(holder), "key": invitation.make_token(holder)},
    )
    context = {
        "holder": holder,
        "posts": posts,
        "link": request.build_absolute_uri(link),
        "until": now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }
    return render(request, "schools/password_link.html", context)


@requires(Permission.STAFF_WRITE)
def post_end(request: Request, pk: int) -> HttpResponse:
    """Ends a post today, or withdraws one to come; the page before the button says whose and which."""
    posts = Post.objects.for_user(request.user, Permission.STAFF_WRITE).select_related("user", "unit")
    post = get_object_or_404(posts, pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            ended = end_post(post=post, by=request.user)
        except Refused as trouble:
            refusal = str(trouble)
        else:
            withdrawn, ends = (
                _("%(name)s: the post «%(post)s» is withdrawn."),
                _("%(name)s: the post «%(post)s» ends today."),
            )
            words = withdrawn if ended.pk is None else ends
            messages.success(request, words % {"name": post.user.full_name, "post": post.title})
            return see_other("staff")
    context = {"post": post, "today": today(), "refusal": refusal}
    return render(request, "schools/post_end.html", context, status=422 if refusal else 200)


@signed_in
def sessions(request: Request) -> HttpResponse:
    """Where this person is signed in; a POST signs out everywhere else.

    Stands before the library's page, which deletes ended sessions while it is only read.
    """
    if request.method == "POST":
        ManageUserSessionsForm(request=request).save(request)
        messages.success(request, _("You are signed out everywhere else."))
        return see_other("sessions")
    opened = request.user.usersession_set.order_by("-created_at")  # type: ignore[attr-defined]
    rows = [
        {
            "since": as_shown(each.created_at),
            "address": each.ip,
            "browser": in_words(each.user_agent),
            "is_current": each.session_key == request.session.session_key,
        }
        for each in opened
        if each.exists()
    ]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


@signed_in
def closed(request: Request, key: str = "") -> HttpResponse:
    """A page of the library that has no place here: the address of an account is the administrator's to give."""
    raise Http404


# ---- journal


@requires(Permission.JOURNAL_VIEW)
def journal(request: Request) -> HttpResponse:
    """Who did what, and who opened whose card; the newest first."""
    readings = request.GET.get("what") == "readings"
    form = JournalSearch(request.GET)
    source = Reading if readings else Entry
    rows = form.narrow(source.objects.for_user(request.user, Permission.JOURNAL_VIEW), request.user)
    # in the order of the key, which is the order of time: no index is asked to sort the country's years
    page = page_of(request, rows.order_by("-pk"))
    context = {"form": form, "page": page, "lines": lines_of(page, request.user), "readings": readings}
    return page_or_part(request, "schools/journal.html", "rows", context)
