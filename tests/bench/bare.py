"""The measure of the pages: the least a Django page of one class can do, as a server of its own.

No session, no sign-in, no middleware, no wall (it signs in to the database as the owner of the tables), no translation:
one indexed read of the class and a line for each pupil; one insert and a redirect.
"""
# ruff: noqa: E402

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

from schools.models import Stale
from students.models import Enrolment

PAGE = engines["django"].from_string(
    "<!doctype html><title>Class</title><form method='post'><ol>"
    "{% for row in rows %}<li><label><input type='checkbox' name='absent' value='{{ row.pupil_id }}'>"
    "{{ row.pupil.surname }} {{ row.pupil.name }}</label></li>{% endfor %}</ol><button>Save</button></form>"
)


def page(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        Stale.objects.create(unit_id=int(request.POST["unit"]))
        return HttpResponseRedirect(request.path)
    rows = Enrolment.objects.filter(school_class=pk, last=None).select_related("pupil")
    return HttpResponse(PAGE.render({"rows": rows}))


urlpatterns = [path("today/<int:pk>/", page)]

settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []  # the sign-in library starts only where it finds its own
application = WSGIHandler()
