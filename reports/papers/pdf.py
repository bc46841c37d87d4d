"""The summary as PDF.  Nothing is fetched from anywhere but the portal's own static files."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from reports.editions import Edition
from reports.papers import pages
from reports.states import SubmissionState
from reports.words import language, sentences

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


def summary_pdf(edition: Edition) -> bytes:
    """The edition on paper, in the language now active."""
    html = render_to_string("reports/paper.html", context_of(edition))
    return bytes(HTML(string=html, base_url=STATIC, url_fetcher=StaticOnly()).write_pdf())


def context_of(edition: Edition) -> dict[str, Any]:
    states = dict(SubmissionState.choices)
    code = edition.code
    return {
        "edition": edition,
        "files": STATIC,
        "language": language(),
        "round": edition.campaign.round(edition.form) if edition.form else None,
        "code": " ".join(code[start : start + 4] for start in range(0, len(code), 4)),
        "sentences": sentences(edition),
        "key_lines": pages.key_lines(edition),
        "sections": pages.by_section(edition),
        "tables": pages.tables(edition),
        "charts": pages.charts(edition),
        "annex": pages.annex(edition),
        "missing": [(each, states.get(each.state, "")) for each in edition.missing],
    }
