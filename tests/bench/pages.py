"""The register of thirty pupils beside the bare view: same machine, same database, same server, turn by turn."""

import http.client
import time
import uuid
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.db.models import Count

from schools.models import Post
from schools.rights import Role
from schools.wall import COUNTRY, scope
from students.models import Enrolment, Register, SchoolClass
from tests.bench.ground import HOST, server, sign_in
from tests.bench.measured import Times, told, turn_by_turn
from zabota.lib import embedded

TODAY = date.fromisoformat(settings.CLOCK[:10])
PUPILS, PAIRS, WARM_UP, SECONDS = 30, 300, 20, 30
GOAL = 2.5
TOKEN = "b" * 32


class Client:
    """A browser of one window: it keeps the connection where the server does."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.link = http.client.HTTPConnection(HOST, port, timeout=20)
        self.headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, 200)

    def post(self, path: str, fields: list[tuple[str, object]]) -> str:
        return self._ask("POST", path, urlencode(fields), 302, 303)

    def _ask(self, method: str, path: str, body: str | None, *wanted: int) -> str:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self.link.request(method, path, body, self.headers | form)
        response = self.link.getresponse()
        text = response.read().decode()
        if response.status not in wanted:
            raise SystemExit(f"{method} {path} was answered with {response.status}:\n{text[:3000]}")
        return text


def measure() -> None:
    school_class, pupils, session = _choose()
    owner = psycopg.connect(embedded.database_url(embedded.OWNER), autocommit=True)
    path = f"/today/{school_class.pk}/"
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: TOKEN}
    with server("zabota.wsgi", "app") as port, server("tests.bench.bare", "app") as bare_port, owner:
        portal, bare = Client(port, cookies), Client(bare_port, {})
        forget = _forgetting(owner, school_class.pk)
        forget()
        shown = portal.get(path)
        if shown.count('name="absent"') != len(pupils):
            raise SystemExit(f"The register of {path} does not show its {len(pupils)} pupils.")
        print(f"\nRegister of a class, {len(pupils)} pupils: gunicorn sync, one worker, loopback")
        size, bare_size = (len(page.encode()) / 1024 for page in (shown, bare.get(path)))
        print(f"the page has {size:.0f} KB, the bare one {bare_size:.0f} KB")
        times = turn_by_turn(_timed(lambda: portal.get(path)), _timed(lambda: bare.get(path)), PAIRS, WARM_UP, SECONDS)
        _tell("page, GET", times)
        save = _saving(portal, path, pupils)
        tick = [("absent", pupils[0])]
        times = turn_by_turn(_timed(save, after=forget), _timed(lambda: bare.post(path, tick)), PAIRS, WARM_UP, SECONDS)
        _tell("save with two absent, POST", times)


def _choose() -> tuple[SchoolClass, list[int], str]:
    """A class with about thirty pupils that is taught today, and a session of its school's coordinator."""
    with scope(COUNTRY):
        taught = Register.objects.filter(date=TODAY).values("school_class")
        enrolled = Enrolment.objects.on(TODAY)
        sizes = enrolled.filter(school_class__in=taught).values("school_class").annotate(n=Count("pk"))
        nearest = min(sizes, key=lambda row: (abs(row["n"] - PUPILS), row["school_class"]))
        school_class = SchoolClass.objects.get(pk=nearest["school_class"])
        pupils = list(enrolled.filter(school_class=school_class).values_list("pupil", flat=True))
    post = Post.objects.select_related("user").get(unit=school_class.unit_id, role=Role.COORDINATOR)
    return school_class, pupils, sign_in(post.user)


def _saving(portal: Client, path: str, pupils: list[int]) -> Callable[[], str]:
    """Sends the form as a browser does: every field of every pupil, two of them ticked."""
    details = [(f"{name}-{pk}", "") for pk in pupils for name in ("reason", "lessons", "contacted_on", "contact")]
    absent = [("absent", pk) for pk in pupils[:2]]

    def save() -> str:
        sent = [("csrfmiddlewaretoken", TOKEN), ("once", str(uuid.uuid4())), ("version", 0), ("why", "")]
        return portal.post(path, [*sent, *absent, *details])

    return save


def _forgetting(owner: psycopg.Connection, school_class: int) -> Callable[[], None]:
    """Takes today's register away, so that every save is the first of the day."""
    which = {"school_class": school_class, "date": TODAY}
    register = "select id from students_register where school_class_id = %(school_class)s and date = %(date)s"

    def forget() -> None:
        owner.execute(f"delete from students_absence where register_id in ({register})", which)
        owner.execute(f"delete from students_register where id in ({register})", which)

    return forget


def _timed(ask: Callable[[], object], after: Callable[[], None] | None = None) -> Callable[[], float]:
    def timed() -> float:
        began = time.perf_counter()
        ask()
        spent = time.perf_counter() - began
        if after:
            after()
        return spent

    return timed


def _tell(what: str, times: tuple[Times, Times]) -> None:
    print(told(what, times, names=("portal", "bare view"), goal=GOAL, unit="ms"))
