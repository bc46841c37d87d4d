"""One helper chooses page or fragment."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def page_or_part(
    request: HttpRequest, template: str, part: str, context: dict[str, Any], status: int | None = None
) -> HttpResponse:
    """The whole page, or only its named part when htmx asks for it."""
    htmx = request.htmx  # type: ignore[attr-defined]
    wants_part = htmx and not htmx.history_restore_request
    response = render(request, f"{template}#{part}" if wants_part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
