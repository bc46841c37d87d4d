"""What every page of the portal shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from schools.rights import Level
from zabota.lib.clock import now
from zabota.nav import iter_nav


def portal(request: HttpRequest) -> dict[str, Any]:
    return {"portal": SimpleLazyObject(lambda: _portal(request))}


def _portal(request: Any) -> dict[str, Any]:
    user = getattr(request, "user", None)
    shown: dict[str, Any] = {
        "demo": settings.DEMO,
        "now": now(),
        "name": settings.PORTAL_NAMES[get_language() or "kk"],
        "nav": [],
        "official": False,
        "post": "",
    }
    if user is not None and user.is_authenticated:
        post = user.main_post
        shown["nav"] = list(iter_nav(user, request.path))
        shown["post"] = post.title if post else ""
        shown["official"] = any(level != Level.SCHOOL for _role, level in user.grants.roles)
    return shown
