"""A page on paper.  Nothing is fetched from anywhere but the portal's own static files."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = "static:///"
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class StaticOnly(URLFetcher):
    """Reaches `static:///…` files of the portal and nothing else: no network, no disk."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        path = finders.find(url.removeprefix(STATIC)) if url.startswith(STATIC) else None
        if path is None:
            raise ValueError(f"a paper may not reach {url}")
        file = Path(str(path))
        return URLFetcherResponse(
            url, file.read_bytes(), {"Content-Type": _TYPES.get(file.suffix, "application/octet-stream")}
        )


def pdf(template: str, context: dict[str, Any]) -> bytes:
    """The template as PDF, in the language now active; `files` is where it finds the portal's own files."""
    html = render_to_string(template, {"files": STATIC, **context})
    return bytes(HTML(string=html, base_url=STATIC, url_fetcher=StaticOnly()).write_pdf())
