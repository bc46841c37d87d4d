"""The measure of the pages: the least a Django page of one class can do, as a server of its own.

No session, no sign-in, no middleware, no rights, no translation: a page is one indexed read of the class and a line for
each pupil; a save is one indexed read and one insert, and a redirect.  It signs in to the database in the portal's own
role, so that its rows stand behind the same wall; it sees the whole country from its first statement on.
"""
# ruff: noqa: E402

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

from schools.models import Stale
from students.models import Enrolment, SchoolClass

PAGE = engines["django"].from_string(
    "<!doctype html><title>Class</title><form method='post'><ol>"
    "{% for row in rows %}<li><label><input type='checkbox' name='absent' value='{{ row.pupil_id }}'>"
    "{{ row.pupil.surname }} {{ row.pupil.name }}</label></li>{% endfor %}</ol><button>Save</button></form>"
)


def page(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        Stale.objects.create(unit_id=SchoolClass.objects.get(pk=pk).unit_id)
        return HttpResponseRedirect(request.path)
    rows = Enrolment.objects.filter(school_class=pk, last=None).select_related("pupil").defer("pupil__iin")
    return HttpResponse(PAGE.render({"rows": rows}))


EVERYTHING = "-c zabota.first=0 -c zabota.last=999999999 -c zabota.scope={[0,999999999]}"
connection.settings_dict["OPTIONS"]["options"] += f" {EVERYTHING}"

urlpatterns = [path("today/<int:pk>/", page)]

settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []  # the sign-in library starts only where it finds its own
application = WSGIHandler()
