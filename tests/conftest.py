"""Two database roles under pytest: the owner makes and empties the database, the application uses it.

And the fixed cast: one ministry, two oblasts, three districts, four schools, and people with known roles.
"""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from zabota.lib import embedded

APP, OWNER = embedded.APP, embedded.OWNER
# the campaign of the tests runs from Sunday 10.01.2027 to Wednesday 10.02.2027; «today» is Thursday 28.01.2027
NOW = datetime(2027, 1, 28, 10, 15)


def log_in_as(role):
    from django.db import connection

    connection.close()
    connection.settings_dict["USER"] = role


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    log_in_as(OWNER)  # if the application made the tables it would own them, and the wall would stand open


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        log_in_as(APP)
    yield
    with django_db_blocker.unblock():
        log_in_as(OWNER)


@pytest.fixture(autouse=True, scope="session")
def flush_as_owner():
    from django.test import TransactionTestCase

    plain = TransactionTestCase._fixture_teardown

    def as_owner(self):
        log_in_as(OWNER)
        try:
            plain(self)
        finally:
            log_in_as(APP)

    TransactionTestCase._fixture_teardown = as_owner
    yield
    TransactionTestCase._fixture_teardown = plain


@pytest.fixture(autouse=True)
def media_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def in_the_words_of_the_code(settings):
    """Stories quote the English of the code; those about Kazakh and Russian say so."""
    from django.utils import translation

    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def clock_at(settings):
    """«Today» is 28.01.2027 10:15 in every test and every thread; a test moves it with `clock_at(moment)`."""

    def move(moment):
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 10, 15)
        settings.CLOCK = moment.replace(tzinfo=None).isoformat()

    move(NOW)
    return move


UNITS = [  # number, code, level, kk, ru
    (0, "KZ", "ministry", "Оқу-ағарту министрлігі", "Министерство просвещения"),
    (110000000, "110000000", "oblast", "Ақмола облысы", "Акмолинская область"),
    (110010000, "113200000", "district", "Аршалы ауданы", "Аршалынский район"),
    (110010001, "S1", "school", "№ 1 мектеп", "Школа № 1"),
    (110010002, "S2", "school", "Көктал ауылының мектебі", "Школа села Коктал"),
    (110020000, "117000000", "district", "Бурабай ауданы", "Бурабайский район"),
    (110020001, "S3", "school", "№ 3 мектеп", "Школа № 3"),
    (710000000, "710000000", "oblast", "Астана қ.", "г. Астана"),
    (710010000, "711110000", "district", "Алматы ауданы", "район Алматы"),
    (710000001, "S4", "school", "№ 4 лицей", "Лицей № 4"),
]

CAST = [  # login, role, unit
    ("coordinator", "coordinator", 110010001),
    ("head", "head", 110010001),
    ("teacher", "teacher", 110010001),
    ("village_coordinator", "coordinator", 110010002),
    ("stranger", "coordinator", 110020001),  # a good person of another district
    ("city_coordinator", "coordinator", 710000001),
    ("city_head", "head", 710000001),
    ("specialist", "specialist", 110010000),
    ("district_head", "head", 110010000),
    ("commission", "commission", 110010000),
    ("other_specialist", "specialist", 110020000),
    ("oblast_specialist", "specialist", 110000000),
    ("oblast_head", "head", 110000000),
    ("city_specialist", "specialist", 710000000),
    ("analyst", "analyst", 0),
    ("ministry_head", "head", 0),
    ("administrator", "administrator", 110010000),
    ("auditor", "auditor", 0),
]


def make_country():
    """Units, schools, people and the campaign of 2027; call inside the scope of the country."""
    from campaigns.models import Campaign
    from schools.models import Post, School, Unit, User

    for number, code, level, kk, ru in UNITS:
        kato = code if level in ("oblast", "district") else ""
        Unit.objects.create(id=number, code=code, level=level, kato=kato, name_kk=kk, name_ru=ru)
        if level == "school":
            School.objects.create(unit_id=number, week=5, kind="general")
    people = {}
    for login, role, unit in CAST:
        user = User(
            username=login, last_name=login.title().replace("_", " "), first_name="Сынақ", email=f"{login}@example.kz"
        )
        user.set_unusable_password()
        user.save()
        Post.objects.create(user=user, unit_id=unit, role=role, since=date(2026, 9, 1))
        people[login] = user
    campaign = Campaign.objects.create(
        code="2027",
        name_kk="«Қамқорлық» – 2027",
        name_ru="«Забота» – 2027",
        name_en="Care 2027",
        opens=date(2027, 1, 10),
        closes=date(2027, 2, 10),
        due=date(2027, 2, 20),
        systematic_days=5,
        long_days=3,
        visit_days=3,
        measure_days=5,
        notice_days=3,
        answer_days=10,
    )
    return SimpleNamespace(campaign=campaign, people=SimpleNamespace(**people), unit=lambda n: Unit.objects.get(pk=n))


@pytest.fixture
def country(db):
    """The whole country in sight: for making what a story needs.  Requests narrow it to their user by themselves."""
    from schools.wall import COUNTRY, scope

    with scope(COUNTRY):
        yield make_country()


@pytest.fixture
def live_country(transactional_db):
    """The same, committed: for real workers, browsers and threads.  Write inside `scope(COUNTRY)` yourself."""
    from schools.wall import COUNTRY, scope

    with scope(COUNTRY):
        made = make_country()
    return made


@pytest.fixture
def people(country):
    return country.people


@pytest.fixture
def campaign(country):
    return country.campaign


@pytest.fixture
def client_of(client):
    """`client_of(user)`: a client signed in as that person."""

    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def as_user():
    """`with as_user(person):` the database shows what this person's posts cover."""
    from schools.wall import ranges_of, scope

    return lambda user: scope(ranges_of(user.grants.all_units()))


@pytest.fixture
def make_class(country):
    from tests.make import make_class

    return make_class


@pytest.fixture
def queries_do_not_grow(client_of, django_assert_num_queries):
    """A list page asks the database as often for 300 rows as for 10: `queries_do_not_grow(user, url, make)`."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def check(user, url, make):
        client = client_of(user)
        make(10)
        client.get(url)  # content types and caches
        with CaptureQueriesContext(connection) as few:
            assert client.get(url).status_code == 200
        make(290)
        with CaptureQueriesContext(connection) as many:
            assert client.get(url).status_code == 200
        assert len(many) == len(few), [query["sql"][:200] for query in many.captured_queries]

    return check
