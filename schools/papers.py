"""Papers of units as PDF, ready to sign: a higher room says what stands on them, a worker makes them."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schools.actions import keep_document
from schools.jobs import Step, handles
from schools.models import Job, Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.pdf import pdf

PRINT = "print"
LANGUAGES = ("kk", "ru")


@dataclass(frozen=True)
class Page:
    """What one paper says: its unit, the name of its file, what its template reads, whether it names children."""

    unit: Unit
    name: str
    context: dict[str, Any]
    personal: bool = False


@dataclass(frozen=True)
class Printed:
    """A kind of paper: its template, the right that prints and opens it, and what finds the page for a person.

    `page` returns None where the paper is not this person's to see.
    """

    template: str
    permission: Permission
    page: Callable[[str, User], Page | None]


PRINTED: dict[str, Printed] = {}


@handles(PRINT)
def print_paper(job: Job) -> Generator[Step, None, dict[str, Any]]:
    """Make the PDF in the language it was wanted in and keep it; the result is the address of the file."""
    assert job.user is not None
    printed = PRINTED[job.args["paper"]]
    yield Step(0, 1, _("Making the document"))
    with translation.override(job.args["on_paper"]):
        page = printed.page(job.args["subject"], job.user)
        if page is None:
            raise Refused(_("This paper is no longer there."))
        content = pdf(printed.template, {"unit": page.unit, "language": get_language(), **page.context})
    document = keep_document(
        unit=page.unit,
        name=f"{page.name}.pdf",
        content=content,
        content_type="application/pdf",
        permission=printed.permission,
        personal=page.personal,
        by=job.user,
    )
    return {"url": reverse("document", args=[document.pk])}
