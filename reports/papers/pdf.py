"""The summary as PDF."""

from typing import Any

from reports.editions import Edition
from reports.papers import pages
from reports.states import SubmissionState
from reports.words import language, sentences
from zabota.lib.pdf import pdf


def summary_pdf(edition: Edition) -> bytes:
    """The edition on paper, in the language now active."""
    return pdf("reports/paper.html", context_of(edition))


def context_of(edition: Edition) -> dict[str, Any]:
    states = dict(SubmissionState.choices)
    code = edition.code
    return {
        "edition": edition,
        "language": language(),
        "code": " ".join(code[start : start + 4] for start in range(0, len(code), 4)),
        "sentences": sentences(edition),
        "key_lines": pages.key_lines(edition),
        "sections": pages.by_section(edition),
        "tables": pages.tables(edition),
        "charts": pages.charts(edition),
        "annex": pages.annex(edition),
        "missing": [(each, states.get(each.state, "")) for each in edition.lacking],
    }
