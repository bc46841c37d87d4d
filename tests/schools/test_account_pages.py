"""Pages of one's own account: they speak the reader's language, and reading them changes nothing."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.utils import timezone
from django.utils.html import strip_tags

from zabota.lib.browsers import in_words

PASSWORD = "Көктемгі-Жауын-27"
NAMES = {"Chrome", "Windows", "JavaScript"}  # what needs no translation
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)


@pytest.fixture
def head(people):
    people.head.set_password(PASSWORD)
    people.head.last_name, people.head.username = "Әділова", "адилова"
    people.head.save()
    return people.head


def enter(client, user, **more):
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD}, **more)
    return client


def confirm(client):
    """The second asking for the password, before what changes the safety of the account."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def latin_words(answer):
    page = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    page = re.sub(r"<(script|code|dd)\b.*?</\1>", " ", page, flags=re.DOTALL)  # keys and codes
    title = re.search(r"<title>(.*?)</title>", answer.text)[1]
    return set(re.findall(r"[A-Za-z]{3,}", strip_tags(page) + title)) - NAMES


OPEN = [
    "login/",
    "password/reset/",
    "password/reset/done/",
    "inactive/",
    "signup/",
    "password/reset/key/1-set-password/",
    "password/reset/key/done/",
]
OWN = [
    "2fa/",
    "password/change/",
    "sessions/",
    "logout/",
    "reauthenticate/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
]


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("path", OPEN)
def test_pages_before_the_sign_in_have_no_english(client, db, path, language):
    client.cookies["django_language"] = language
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert latin_words(answer) == set()


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("path", OWN)
def test_pages_of_ones_own_account_have_no_english(client, head, path, language):
    client.cookies["django_language"] = language
    answer = confirm(enter(client, head, headers={"user-agent": CHROME})).get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert latin_words(answer) == set()


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("login/", {"login": "x", "password": "y"}),
        ("password/reset/", {"email": "x"}),
        ("password/change/", {"oldpassword": "x", "password1": "password", "password2": "passwor"}),
        ("password/change/", {"oldpassword": PASSWORD, "password1": "Әділова-2027", "password2": "Әділова-2027"}),
        ("reauthenticate/", {"password": "x"}),
        ("2fa/totp/activate/", {"code": "1"}),
    ],
)
def test_refusals_have_no_english(client, head, path, typed, language):
    client.cookies["django_language"] = language
    if path not in ("login/", "password/reset/"):
        confirm(enter(client, head))
    answer = client.post(f"/accounts/{path}", typed)
    assert "error-summary" in answer.text
    assert latin_words(answer) == set()


def test_the_lock_has_no_english(client, head):
    client.cookies["django_language"] = "kk"
    for _ in range(11):
        answer = client.post("/accounts/login/", {"login": head.username, "password": "x"})
    assert answer.status_code == 429
    assert latin_words(answer) == set()


# ---- where one is signed in


def test_the_sessions_are_told_in_words_and_by_the_portals_clock(client, head):
    enter(client, head, headers={"user-agent": CHROME})
    page = client.get("/accounts/sessions/").text
    assert "28.01.2027 10:1" in page
    assert "Chrome, Windows" in page
    assert "Mozilla" not in page
    assert page.count("this one") == 1


def test_a_session_that_ended_elsewhere_does_not_break_the_page(client, head):
    enter(client, head)
    UserSession.objects.create(user=head, session_key="gone", ip="10.0.0.7", user_agent=FIREFOX)
    page = client.get("/accounts/sessions/")
    assert page.status_code == 200
    assert "10.0.0.7" not in page.text


def test_one_signs_out_everywhere_else(client, head):
    other = type(client)()
    enter(other, head, headers={"user-agent": FIREFOX})
    enter(client, head)
    UserSession.objects.update(created_at=timezone.now() - timedelta(hours=1))
    page = client.get("/accounts/sessions/").text
    assert "28.01.2027 09:1" in page
    assert "Firefox, Linux" in page
    answer = client.post("/accounts/sessions/")
    assert (answer.status_code, answer["Location"]) == (303, "/accounts/sessions/")
    assert "Firefox" not in client.get("/accounts/sessions/").text
    assert other.get("/accounts/sessions/").status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (CHROME, "Chrome, Windows"),
        (CHROME + " Edg/141.0.0.0", "Edge, Windows"),
        (CHROME + " YaBrowser/25.8.0.0", "Яндекс Браузер, Windows"),
        (FIREFOX, "Firefox, Linux"),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
            "Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.5.0", "unknown browser"),
        ("", "unknown browser"),
    ],
)
def test_browsers_have_names(said, words):
    assert in_words(said) == words


# ---- the second step and the address


def test_an_invited_person_with_an_address_turns_the_second_step_on(client, head):
    EmailAddress.objects.create(user=head, email="head@example.kz", primary=True)
    page = confirm(enter(client, head)).get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert head.authenticator_set.filter(type="totp").count() == 1


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/abc/"])
def test_the_address_of_an_account_is_the_administrators_to_give(client, head, path):
    assert enter(client, head).get(f"/accounts/{path}").status_code == 404
