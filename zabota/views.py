"""Pages that belong to no app: the first page, the demo's panel, health, the gallery of components."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from schools.access import Request, public, signed_in
from schools.models import Post, User
from zabota.gallery import sample
from zabota.lib.clock import today
from zabota.nav import iter_nav


@signed_in
def home(request: Request) -> HttpResponse:
    """The page that answers this person's first question (PRODUCT 1)."""
    first = next(iter_nav(request.user, ""), None)
    return redirect(first.url) if first else render(request, "no_post.html")


@public
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})


@public
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery.html", {"sample": sample()})


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _(
        "Your session has ended or cookies are switched off. Go back, sign in again and send the form once more."
    )
    return render(request, "403.html", {"message": message}, status=403)


@public
def demo_panel(request: HttpRequest) -> HttpResponse:
    """Everybody of the demo, to sign in as.  Exists in the demo only."""
    if not settings.DEMO:
        raise Http404
    posts = Post.objects.today().select_related("user", "unit").order_by("unit_id", "role")
    return render(request, "demo_panel.html", {"posts": posts, "today": today()})


@public
@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User, username=request.POST.get("login", ""))
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create_from_request(request)
    return redirect("home")
