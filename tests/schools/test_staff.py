"""Posts and accounts: who gives them, to whom, and how a new person sets a password of their own."""

import re
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from schools import actions
from schools.forms import StaffForm
from schools.models import Entry, Post, Reading, Unit, User
from schools.once import new_key
from schools.tokens import Invitation, Keys, invitation

ARSHALY, SCHOOL, OTHER_SCHOOL = 110010000, 110010001, 110020001
_serial = count(1)


@pytest.fixture
def admin(people, client_of):
    client = client_of(people.administrator)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def freeze(monkeypatch):
    """`freeze(passed)`: so much later by the clock that links are dated with."""
    start = datetime.now()

    def later(passed):
        for kind in (Invitation, Keys):
            monkeypatch.setattr(kind, "_now", lambda self: start + passed)

    return later


def typed(**changes):
    return {
        "account": "new",
        "login": "sabira",
        "surname": "Әділова",
        "name": "Сабира",
        "patronymic": "",
        "email": "",
        "unit": SCHOOL,
        "role": "coordinator",
        "since": "2027-01-28",
        "until": "",
        "once": new_key(),
        **changes,
    }


def give(client, **changes):
    return client.post("/staff/new/", typed(**changes))


def link_on(page):
    return re.search(r'id="password-link">http://testserver([^<]+)<', page.text)[1]


# ---- giving a post


def test_a_new_person_gets_a_post_and_a_link(admin):
    answer = give(admin)
    assert (answer.status_code, answer["Location"]) == (303, "/staff/new/?account=sabira")
    post = Post.objects.get(user__username="sabira")
    assert (post.unit_id, post.role, post.since, post.until) == (SCHOOL, "coordinator", date(2027, 1, 28), None)
    assert not post.user.has_usable_password()
    page = admin.get(answer["Location"])
    assert "Give this link to Әділова Сабира and to nobody else." in page.text
    given, offered = Entry.objects.order_by("pk")
    assert (given.by, given.verb, given.unit_id, given.after) == ("administrator", "give_post", SCHOOL, "coordinator")
    assert (offered.by, offered.verb, offered.note) == ("administrator", "offer_password", "sabira")


def test_with_the_link_a_person_sets_a_password_once_and_signs_in(admin, client):
    link = link_on(admin.get(give(admin, email="Sabira@Example.kz")["Location"]))
    admin.logout()
    form = client.get(link, follow=True)
    assert form.status_code == 200
    here = form.redirect_chain[-1][0]
    password = "Көктемгі-Жауын-27"
    assert client.post(here, {"password1": password, "password2": password}).status_code == 302
    assert User.objects.get(username="sabira").check_password(password)
    assert "password1" not in client.get(link, follow=True).text
    client.post("/accounts/login/", {"login": "sabira", "password": password})
    assert client.get("/", follow=True).context["user"].username == "sabira"


def offer(client, login):
    return client.post("/staff/new/", {"link_for": login}, follow=True)


def test_a_lost_link_is_given_again_until_a_password_is_set(admin, people):
    assert 'name="link_for" value="coordinator"' in admin.get("/staff/").text
    assert link_on(offer(admin, "coordinator")).startswith("/accounts/password/reset/key/")
    people.coordinator.set_password("Көктемгі-Жауын-27")
    people.coordinator.save()
    assert 'name="link_for" value="coordinator"' not in admin.get("/staff/").text
    assert offer(admin, "coordinator").status_code == 404
    assert admin.get("/staff/new/?account=coordinator").status_code == 404


def test_the_link_is_not_there_to_be_guessed_before_it_is_given(admin):
    answer = admin.get("/staff/new/?account=coordinator")
    assert (answer.status_code, answer["Location"]) == (303, "/staff/")


def test_the_link_of_somebody_elses_person_is_not_found(admin, people):
    assert offer(admin, "stranger").status_code == 404
    assert offer(admin, "administrator").status_code == 404
    Post.objects.create(user=people.head, unit_id=OTHER_SCHOOL, role="head", since=date(2026, 9, 1))
    assert offer(admin, "head").status_code == 404  # a part of the account is not ours to give


def test_the_actions_themselves_refuse_what_is_not_the_administrators(people):
    oblast, school, other = (Unit.objects.get(pk=number) for number in (110000000, SCHOOL, OTHER_SCHOOL))
    mine, theirs = people.head.posts.get(), people.stranger.posts.get()
    someone = {"login": "sabira", "surname": "Әділова", "name": "Сабира", "patronymic": "", "email": ""}
    with pytest.raises(PermissionDenied):
        actions.add_account(**someone, by=people.head)
    for unit, by in [(oblast, people.administrator), (other, people.administrator), (school, people.head)]:
        with pytest.raises(PermissionDenied):
            actions.give_post(user=people.teacher, unit=unit, role="head", since=date(2027, 1, 28), by=by)
    for post, by in [(theirs, people.administrator), (mine, people.specialist)]:
        with pytest.raises(PermissionDenied):
            actions.end_post(post=post, by=by)
    with pytest.raises(PermissionDenied):
        actions.offer_password(user=people.head, by=people.specialist)
    assert (Entry.objects.count(), Post.objects.filter(until=None).count()) == (0, Post.objects.count())


@pytest.mark.parametrize("unit", [0, 110000000, OTHER_SCHOOL])
@pytest.mark.parametrize("until", [None, date(2026, 12, 31)])
def test_no_link_to_an_account_that_reaches_beyond_the_administrators_units(people, unit, until):
    """At a unit above, at one beside, now or once: a part of the account is not theirs to give."""
    Post.objects.create(user=people.head, unit_id=unit, role="head", since=date(2026, 9, 1), until=until)
    with pytest.raises(PermissionDenied):
        actions.offer_password(user=people.head, by=people.administrator)
    assert not Entry.objects.exists()


def test_no_link_to_an_account_without_a_post_and_to_ones_own(people):
    nobody = User.objects.create(username="nobody")
    nobody.set_unusable_password()
    for user in (nobody, people.administrator):
        with pytest.raises(PermissionDenied):
            actions.offer_password(user=user, by=people.administrator)


def test_a_link_seen_earlier_dies_with_a_post_given_from_elsewhere(admin, people, client):
    link = link_on(offer(admin, "head"))
    admin.logout()
    assert "password1" in client.get(link, follow=True).text
    Post.objects.create(user=people.head, unit_id=110000000, role="head", since=date(2027, 1, 28))
    page = client.get(link, follow=True).text
    assert "password1" not in page
    assert "This link does not work any more" in page


def opens(user, token):
    return Keys().check_token(user, token)


def test_an_invitation_lives_a_week_and_a_mailed_link_an_hour(people, freeze):
    invited, asked = invitation.make_token(people.head), Keys().make_token(people.head)
    for passed, works in [
        (timedelta(minutes=59), (True, True)),
        (timedelta(minutes=61), (True, False)),
        (timedelta(days=6, hours=23), (True, False)),
        (timedelta(days=7, minutes=1), (False, False)),
    ]:
        freeze(passed)
        assert (opens(people.head, invited), opens(people.head, asked)) == works


@pytest.mark.parametrize("token", ["", None, "x", "x-y", "0-0"])
def test_what_is_no_key_opens_nothing(people, token):
    assert not opens(people.head, token)


def test_a_forgotten_password_is_set_anew_through_the_mail(people, client, mailoutbox):
    client.cookies["django_language"] = "en"
    people.head.set_password("Көктемгі-Жауын-27")
    people.head.save()
    client.post("/accounts/password/reset/", {"email": "head@example.kz"})
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
    assert "The link works for one hour." in mailoutbox[0].body
    here = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(here, {"password1": "Жазғы-Жаңбыр-27", "password2": "Жазғы-Жаңбыр-27"})
    assert User.objects.get(username="head").check_password("Жазғы-Жаңбыр-27")


def test_each_showing_of_a_link_is_kept(admin):
    offer(admin, "head")
    reading = Reading.objects.get()
    assert (reading.by, reading.unit_id, reading.subject) == ("administrator", SCHOOL, "schools.Post")


def test_a_person_with_a_login_gets_another_post_without_a_link(admin, people):
    people.stranger.set_password("Көктемгі-Жауын-27")
    people.stranger.save()
    answer = give(admin, account="existing", login="Stranger", surname="", name="", role="teacher")
    assert (answer.status_code, answer["Location"]) == (303, "/staff/")
    assert Post.objects.filter(user=people.stranger, unit=SCHOOL, role="teacher").exists()
    assert "Stranger Сынақ" in admin.get("/staff/").text


def test_a_stand_in_has_a_last_day(admin):
    assert "A stand-in has a last day." in give(admin, acting="on").text
    assert give(admin, acting="on", until="2027-02-10").status_code == 303
    assert Post.objects.get(user__username="sabira").acting


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"login": "HEAD"}, "The login HEAD is taken."),
        ({"account": "existing", "login": "nobody"}, "There is no account with this login."),
        ({"account": "existing", "login": "coordinator"}, "holds this post already"),
        ({"account": "existing", "login": "administrator"}, "You cannot give a post to yourself."),
        ({"surname": " "}, "Give it: the name stands under every signature."),
        ({"unit": ARSHALY, "role": "teacher"}, "There is no post «class teacher» at this level: district."),
        ({"until": "2027-01-01"}, "A post cannot end before it begins."),
        ({"unit": OTHER_SCHOOL}, "Select a valid choice."),
        ({"login": "a b"}, "Enter a valid username."),
    ],
)
def test_what_is_refused_is_said_in_words_and_nothing_is_lost(admin, changes, words):
    before = Post.objects.count(), User.objects.count()
    answer = give(admin, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Сабира"' in answer.text
    assert (Post.objects.count(), User.objects.count()) == before


def test_the_same_form_sent_twice_makes_one_person(admin):
    form = typed()
    first, second = admin.post("/staff/new/", form), admin.post("/staff/new/", form)
    assert first["Location"] == second["Location"] == "/staff/new/?account=sabira"
    assert Post.objects.filter(user__username="sabira").count() == 1


def test_nothing_is_chosen_for_the_administrator(admin):
    page = admin.get("/staff/new/").text
    assert page.count('<option value="" selected>choose</option>') == 2
    assert "coordinator (school)" in page
    assert "unit administrator (district; school)" in page
    answer = give(admin, unit="", role="")
    assert answer.status_code == 422
    assert answer.text.count("This field is required.") == 4  # beside each of the two fields and above the form


def test_what_a_new_account_needs_is_not_called_optional(admin):
    form = StaffForm(user=User.objects.get(username="administrator"))
    optional = {field.name for field in form if "optional" in field.as_field_group()}
    assert optional == {"patronymic", "email", "until"}


@pytest.mark.parametrize(
    ("language", "order"),
    [("kk", ["Аршалы ауданы", "Қайнар мектебі", "Іле мектебі"]), ("ru", ["Аршалынский", "Кайнар", "Школа Или"])],
)
def test_units_stand_in_the_alphabet_of_the_reader(country, people, client_of, language, order):
    Unit.objects.filter(pk=110010001).update(name_kk="Қайнар мектебі", name_ru="Кайнар")
    Unit.objects.filter(pk=110010002).update(name_kk="Іле мектебі", name_ru="Школа Или")
    client = client_of(people.administrator)
    client.cookies["django_language"] = language
    for path, start in (("/staff/new/", 'name="unit"'), ("/staff/", "<tbody>")):
        page = client.get(path).text
        page = page[page.index(start) :]
        assert sorted(order, key=page.index) == order, path


def test_only_units_below_are_offered(admin):
    page = admin.get("/staff/new/").text
    assert "№ 1 мектеп, Аршалы ауданы, Ақмола облысы" in page or "Школа № 1, Аршалынский район" in page
    assert f'value="{OTHER_SCHOOL}"' not in page


def test_where_units_are_too_many_the_unit_is_searched_first(people, client_of):
    Unit.objects.bulk_create(
        Unit(id=110010100 + n, code=f"X{n}", level="school", name_kk=f"№ {n} мектеп", name_ru=f"Школа № {n}")
        for n in range(220)
    )
    client = client_of(people.administrator)
    client.cookies["django_language"] = "en"
    page = client.get("/staff/new/").text
    assert "There are too many units for one list." in page
    assert "<select" not in page
    page = client.get("/staff/new/?unit_words=көктал").text
    assert page.count("<option") == 1 + 1 + 4  # the village school; nothing chosen, and the posts of a school's level
    answer = client.post("/staff/new/?unit_words=көктал", typed(unit=110010002))
    assert answer.status_code == 303


# ---- ending a post


def test_a_post_ends_today_and_opens_nothing_tomorrow(admin, people, client_of, clock_at):
    post = people.head.posts.get()
    assert "The last day of the post is today, 28.01.2027." in admin.get(f"/staff/{post.pk}/end/").text
    answer = admin.post(f"/staff/{post.pk}/end/")
    assert (answer.status_code, answer["Location"]) == (303, "/staff/")
    assert "ends today" in admin.get("/staff/").text
    post.refresh_from_db()
    assert post.until == date(2027, 1, 28)
    assert User.objects.get(username="head").grants.all_units() == [SCHOOL]
    clock_at(date(2027, 1, 29))
    assert User.objects.get(username="head").grants.all_units() == []
    assert Entry.objects.get().verb == "end_post"


def test_a_post_to_come_is_withdrawn_and_opens_nothing_ever(admin, people, clock_at):
    post = people.head.posts.get()
    later = Post.objects.create(user=people.head, unit=post.unit, role="coordinator", since=date(2027, 2, 1))
    answer = admin.post(f"/staff/{later.pk}/end/")
    assert (answer.status_code, answer["Location"]) == (303, "/staff/")
    assert "is withdrawn" in admin.get("/staff/").text
    clock_at(date(2027, 2, 1))
    assert [held.role for held in User.objects.get(username="head").current_posts] == ["head"]
    assert Entry.objects.get().verb == "withdraw_post"


def test_an_ended_post_is_not_ended_twice(admin, people):
    post = people.head.posts.get()
    admin.post(f"/staff/{post.pk}/end/")
    answer = admin.post(f"/staff/{post.pk}/end/")
    assert answer.status_code == 422
    assert "This post has been ended already." in answer.text
    assert Entry.objects.count() == 1


def test_nobody_ends_their_own_post(admin, people):
    answer = admin.post(f"/staff/{people.administrator.posts.get().pk}/end/")
    assert answer.status_code == 422
    assert "You cannot end your own post." in answer.text


def test_a_post_elsewhere_is_not_found(admin, people):
    assert admin.post(f"/staff/{people.stranger.posts.get().pk}/end/").status_code == 404
    assert people.stranger.posts.get().until is None


@pytest.mark.parametrize("who", ["coordinator", "head", "specialist", "auditor"])
def test_staff_is_the_administrators_business(people, client_of, who):
    client = client_of(getattr(people, who))
    post = people.head.posts.get()
    for url in ("/staff/", "/staff/new/", f"/staff/{post.pk}/end/"):
        assert client.get(url).status_code == 403


# ---- the list


def test_the_list_shows_people_below_and_nobody_else(admin):
    page = admin.get("/staff/").text
    assert "Village Coordinator Сынақ" in page
    assert "Stranger" not in page


@pytest.mark.parametrize("words", ["village", "Көктал", "КОКТАЛ", "VILLAGE_coord"])
def test_people_are_found_by_name_login_and_unit(admin, words):
    page = admin.get("/staff/", {"q": words}).text
    assert "Village Coordinator Сынақ" in page
    assert "Specialist Сынақ" not in page


def test_ended_posts_are_shown_when_asked_for(admin, people):
    Post.objects.filter(user=people.head).update(until=date(2026, 12, 31))
    assert "Head Сынақ" not in admin.get("/staff/", {"role": "head", "q": SCHOOL}).text
    assert "31.12.2026" in admin.get("/staff/", {"role": "head", "ended": "on"}).text


def test_above_a_district_people_are_searched_for(country, people, client_of):
    root = User.objects.create(username="root_administrator")
    Post.objects.create(user=root, unit_id=0, role="administrator", since=date(2026, 9, 1))
    client = client_of(root)
    client.cookies["django_language"] = "en"
    page = client.get("/staff/").text
    assert "Posts of your own unit are shown." in page
    assert "Ministry Head Сынақ" in page
    assert "Village" not in page
    assert "Village Coordinator Сынақ" in client.get("/staff/", {"q": "village"}).text


def test_the_list_costs_the_same_for_ten_and_for_three_hundred(people, queries_do_not_grow):
    def make(n):
        for _ in range(n):
            k = next(_serial)
            user = User.objects.create(username=f"person{k}", last_name=f"Адам {k}")
            Post.objects.create(user=user, unit_id=SCHOOL + k % 2, role="teacher", since=date(2026, 9, 1))

    queries_do_not_grow(people.administrator, "/staff/", make)


# ---- the journal


@pytest.fixture
def auditor(people, client_of):
    client = client_of(people.auditor)
    client.cookies["django_language"] = "en"
    return client


def test_the_journal_speaks_in_words(people, admin, auditor, client_of):
    client_of(people.administrator)
    give(admin)
    client_of(people.auditor)
    page = auditor.get("/journal/").text
    assert 'Post given <span class="soft nowrap">(post № ' in page
    assert 'Administrator Сынақ <span class="soft nowrap">(administrator)' in page
    assert "coordinator; sabira" in page
    assert "28.01.2027 10:15" in page


def test_the_journal_of_one_person_one_unit_one_day(people, auditor):
    from schools.journal import record

    for who, unit in (("coordinator", SCHOOL), ("stranger", OTHER_SCHOOL)):
        record(people.head.posts.get(), "end_post", unit=unit, by=getattr(people, who), note=f"note of {who}")
    both = auditor.get("/journal/").text
    assert "note of coordinator" in both
    assert "note of stranger" in both
    for choice in ({"login": "coordinator"}, {"unit": "аршалы"}, {"unit": "S1"}, {"unit": "№ 1"}):
        page = auditor.get("/journal/", choice).text
        assert "note of coordinator" in page
        assert "note of stranger" not in page
    assert "Nothing is recorded for this choice." in auditor.get("/journal/", {"last": "2027-01-27"}).text
    assert "note of stranger" in auditor.get("/journal/", {"first": "2027-01-28", "last": "2027-01-28"}).text


def test_who_looked_is_in_the_journal_too(people, admin, auditor, client_of):
    client_of(people.administrator)
    offer(admin, "head")
    client_of(people.auditor)
    page = auditor.get("/journal/?what=readings").text
    assert 'Opened <span class="soft nowrap">(post № ' in page
    assert 'name="what" value="readings"' in page
    assert "Opened <span" not in auditor.get("/journal/").text


def test_the_journal_costs_the_same_for_ten_and_for_three_hundred(people, queries_do_not_grow):
    from schools.journal import record

    def make(n):
        for k in range(n):
            by = people.coordinator if k % 2 else people.head
            record(people.head.posts.get(), "end_post", unit=SCHOOL + k % 2, by=by)

    queries_do_not_grow(people.auditor, "/journal/", make)


@pytest.mark.parametrize("who", ["coordinator", "specialist", "administrator", "ministry_head"])
def test_the_journal_is_the_auditors(people, client_of, who):
    assert client_of(getattr(people, who)).get("/journal/").status_code == 403


# ---- first pages


def test_a_person_without_a_post_is_told_what_to_do(people, client_of):
    Post.objects.filter(user=people.head).update(until=date(2026, 12, 31))
    client = client_of(people.head)
    client.cookies["django_language"] = "en"
    page = client.get("/").text
    assert "You have no post today" in page
    assert "Tell them your login: head." in page


def test_the_demo_shows_everybody_and_lets_them_in(people, client, settings):
    settings.DEMO = True
    client.cookies["django_language"] = "ru"
    page = client.get(reverse("demo_panel"))
    for name in ("Министерство просвещения", "Аршалынский район", "Школа № 1"):
        assert f"<h3>{name}</h3>" in page.text
    assert page.text.index("Министерство просвещения</h3>") < page.text.index("Школа № 1</h3>")
    assert page.text.count('name="login"') == Post.objects.count()
    client.post(reverse("demo_enter"), {"login": "auditor"})
    assert client.get("/journal/").status_code == 200


def test_without_the_demo_there_is_no_such_door(people, client):
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/enter/", {"login": "auditor"}).status_code == 404
