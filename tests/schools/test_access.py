"""Every address says who may open it; what is open to everybody stands on one short list."""

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

LIBRARIES = ("allauth.", "django.views.i18n")
PUBLIC = {
    "healthz",
    "gallery",
    "demo_panel",  # answer 404 outside the demo
    "demo_enter",
    "set_language",
    "helplines_public",
    "survey_answer",  # whoever holds the address that a unit has handed out
    "survey_thanks",
}
# pages of the library that a person without a session needs: to sign in, to set a forgotten password
PUBLIC_OF_LIBRARY = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # says that accounts come from the administrator
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "mfa_authenticate",
}
SAMPLE = {
    "pk": 1, "code": "S1", "form": "final", "move": "sign", "uidb36": "a", "key": "b-c", "unit": 1, "page": "x",
}  # fmt: skip


def patterns(found=None, above=None):
    """Every address with the kinds of its parts, those of the prefix included."""
    for pattern in get_resolver().url_patterns if found is None else found:
        parts = {**(above or {}), **dict.fromkeys(pattern.pattern.regex.groupindex), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, parts)
        else:
            yield pattern, parts


PARTS = {pattern.name: parts for pattern, parts in patterns()}
ALL = {pattern.name: pattern for pattern, _parts in patterns()}
OURS = {name: one for name, one in ALL.items() if not one.callback.__module__.startswith(LIBRARIES)}


def address(name):
    kwargs = {
        part: "00000000-0000-4000-8000-000000000000" if isinstance(kind, UUIDConverter) else SAMPLE.get(part, "x")
        for part, kind in PARTS[name].items()
    }
    return reverse(name, kwargs=kwargs)


def test_there_are_addresses():
    assert len(OURS) > 40
    assert None not in ALL


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_view_says_who_may_open_it(name):
    view = OURS[name].callback
    assert hasattr(view, "requires") or getattr(view, "public", False), (
        f"{name}: write @requires(Permission.…), @signed_in or @public above the view"
    )


def test_open_to_everybody_is_what_stands_on_the_list():
    is_open = {name for name, one in ALL.items() if not getattr(one.callback, "login_required", True)}
    assert is_open == PUBLIC | PUBLIC_OF_LIBRARY


@pytest.mark.parametrize("name", sorted(set(ALL) - PUBLIC - PUBLIC_OF_LIBRARY))
def test_a_stranger_is_led_to_the_sign_in(client, db, name):
    url = address(name)
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/accounts/login/?next="), name


@pytest.mark.parametrize("name", sorted(name for name, one in OURS.items() if getattr(one.callback, "requires", ())))
def test_a_person_without_a_post_opens_nothing(client_of, people, name):
    people.head.posts.all().update(until="2026-12-31")
    assert client_of(people.head).get(address(name)).status_code == 403


def test_everybody_chooses_a_language_before_signing_in(client, db):
    answer = client.post("/language/", {"language": "ru", "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert answer.cookies["django_language"].value == "ru"
    assert '<html lang="ru">' in client.get("/accounts/login/").text
