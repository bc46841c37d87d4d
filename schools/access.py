"""Who may open a view at all.  Querysets decide which rows (`for_user`)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from schools.models import User
from schools.rights import Permission

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request whose user is signed in (the middleware saw to it)."""

    user: User  # type: ignore[assignment]
    htmx: Any
    readings: list[Any]


def requires(*anyone: Permission) -> Callable[[View], View]:
    """The user must hold one of the permissions somewhere in the tree."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.grants.units(permission) for permission in anyone):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.requires = anyone  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """Open to everybody with an account: nothing on it belongs to a unit, or the view asks for itself."""
    view.requires = ()  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open to everybody.  Each such view stands on the PUBLIC list of the tests."""
    open_view = login_not_required(view)
    open_view.public = True  # type: ignore[attr-defined]
    return open_view
