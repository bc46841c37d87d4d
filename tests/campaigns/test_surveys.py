"""Surveys: an address for each audience, answers without an account, paper, and what they add up to."""

import io
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from campaigns.actions.campaign import Stale
from campaigns.actions.surveys import answer_survey, close_survey, open_surveys, reopen_survey, save_tally
from campaigns.models import SurveyCount, SurveyLink, SurveyToken
from campaigns.states import Audience
from campaigns.survey import CORE, HELP, SCALE
from schools import models as schools
from schools.models import Entry, Unit
from schools.once import new_key
from schools.wall import COUNTRY, scope
from schools.workflow import Refused, WrongState

ARSHALY, SCHOOL, VILLAGE = 110010000, 110010001, 110010002


@pytest.fixture
def link(country, people, campaign):
    open_surveys(unit=Unit.objects.get(pk=SCHOOL), campaign=campaign, by=people.coordinator)
    return SurveyLink.objects.get(unit=SCHOOL, audience="parents")


def count_of(answer, question=HELP):
    row = SurveyCount.objects.filter(question=question, answer=answer).first()
    return (row.online, row.paper) if row else None


def sent(client, link, token=None, **answers):
    return client.post(f"/s/{link.pk}/", {"token": token or uuid.uuid4(), **answers})


# ---- the questions


def test_everybody_is_asked_whether_help_reached_those_who_need_it():
    for audience in Audience:
        [question] = [each for each in CORE[audience] if each.code == HELP]
        assert question.answers == SCALE
        codes = [each.code for each in CORE[audience]]
        assert len(codes) == len(set(codes))
        assert all(len(each.code) <= 30 for each in CORE[audience])


# ---- links


def test_a_unit_opens_one_link_for_each_audience_and_no_second(link, people, campaign):
    open_surveys(unit=link.unit, campaign=campaign, by=people.coordinator)
    assert sorted(SurveyLink.objects.values_list("audience", flat=True)) == sorted(Audience.values)
    assert Entry.objects.filter(verb="open_survey").count() == 1


def test_only_the_unit_itself_opens_closes_and_counts(link, people, campaign):
    for person in (people.stranger, people.specialist, people.teacher):
        with pytest.raises(PermissionDenied):
            open_surveys(unit=link.unit, campaign=campaign, by=person)
        with pytest.raises(PermissionDenied):
            close_survey(link=link, by=person)
        with pytest.raises(PermissionDenied):
            save_tally(link=link, counts={}, by=person)


def test_a_closed_survey_is_opened_again(link, people):
    with pytest.raises(WrongState):
        reopen_survey(link=link, by=people.coordinator)
    close_survey(link=link, by=people.coordinator)
    with pytest.raises(WrongState, match=r"28\.01\.2027"):
        close_survey(link=link, by=people.head)
    assert reopen_survey(link=link, by=people.head).closed_on is None


# ---- answers without an account


def test_a_parent_answers_on_a_phone_without_an_account(client, link, settings):
    settings.LANGUAGE_CODE = "kk"
    page = client.get(f"/s/{link.pk}/")
    assert '<html lang="kk">' in page.text
    assert "Школа № 1" not in page.text
    token = re.search(r'name="token" value="([0-9a-f-]{36})"', page.text)[1]
    answer = sent(client, link, token, help="5", again="yes")
    assert answer.status_code == 303
    assert client.get(answer["Location"]).status_code == 200
    assert count_of("5") == (1, 0)
    assert count_of("yes", "again") == (1, 0)
    assert SurveyToken.objects.get().unit_id == SCHOOL
    assert schools.Stale.objects.filter(unit_id=SCHOOL).exists()


def test_each_showing_of_the_page_is_another_questionnaire(client, link):
    tokens = {re.search(r'name="token" value="(.+?)"', client.get(f"/s/{link.pk}/").text)[1] for _ in range(3)}
    assert len(tokens) == 3


def test_the_same_questionnaire_twice_changes_nothing(client, link):
    token = uuid.uuid4()
    for answer in ("5", "5", "1"):
        assert sent(client, link, token, help=answer).status_code == 303
    assert count_of("5") == (1, 0)
    assert count_of("1") is None


def test_an_empty_questionnaire_and_a_foreign_answer_are_refused_in_words(client, link):
    empty = sent(client, link)
    assert empty.status_code == 422
    assert "Answer at least one question." in empty.text
    assert sent(client, link, help="6").status_code == 422
    kept = sent(client, link, token="no token", help="4")
    assert kept.status_code == 422
    assert re.search(r'value="4"[^>]*checked', kept.text)
    with pytest.raises(Refused):
        answer_survey(key=link.pk, token=uuid.uuid4(), answers={"told": "5"})  # asked of sponsors alone
    assert not SurveyCount.objects.exists()


def test_a_closed_survey_says_so_and_counts_nothing(client, link, people):
    close_survey(link=link, by=people.coordinator)
    page = client.get(f"/s/{link.pk}/")
    assert "This survey is closed." in page.text
    assert "<fieldset" not in page.text
    assert sent(client, link, help="5").status_code == 422
    assert not SurveyCount.objects.exists()


def test_an_address_that_nobody_handed_out_is_nowhere(client, country):
    for page in ("", "thanks/"):
        assert client.get(f"/s/{uuid.uuid4()}/{page}").status_code == 404


def test_the_code_on_paper_chooses_the_language_and_the_reader_may_change_it(client, link):
    answer = client.get(f"/s/{link.pk}/?lang=ru", follow=True)
    assert answer.redirect_chain == [(f"/s/{link.pk}/", 303)]
    assert '<html lang="ru">' in answer.text
    assert "Школа № 1" in answer.text
    client.post("/language/", {"language": "kk", "next": f"/s/{link.pk}/"})
    assert '<html lang="kk">' in client.get(f"/s/{link.pk}/").text


def test_a_browser_set_up_in_russian_begins_in_kazakh(client, link, settings):
    settings.LANGUAGE_CODE = "kk"
    assert '<html lang="kk">' in client.get(f"/s/{link.pk}/", headers={"accept-language": "ru"}).text


def test_a_flood_from_one_address_is_asked_to_wait_and_keeps_its_answers(client, link, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "survey": "2/m/ip"}
    for _ in range(2):
        assert sent(client, link, help="5").status_code == 303
    late = sent(client, link, help="4")
    assert late.status_code == 429
    assert "Wait a minute" in late.text
    assert re.search(r'value="4"[^>]*checked', late.text)
    assert client.get(f"/s/{link.pk}/").status_code == 200
    assert count_of("5") == (2, 0)
    assert count_of("4") is None


def test_the_wall_shows_a_stranger_nothing_besides(link):
    with scope([]):
        assert not SurveyLink.objects.exists()
        answer_survey(key=link.pk, token=uuid.uuid4(), answers={HELP: "4"})
        assert not SurveyCount.objects.exists()
    assert count_of("4") == (1, 0)


def test_twenty_people_at_once_are_twenty(live_country):
    people = live_country.people
    with scope(COUNTRY):
        open_surveys(unit=Unit.objects.get(pk=SCHOOL), campaign=live_country.campaign, by=people.coordinator)
        link = SurveyLink.objects.get(audience="parents")

    def answer(n):
        try:
            return sent(Client(), link, help=str(n % 5 + 1), again="yes").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(answer, range(20))) == {303}
    with scope(COUNTRY):
        assert [count_of(str(n)) for n in range(1, 6)] == [(4, 0)] * 5
        assert count_of("yes", "again") == (20, 0)


# ---- paper


def test_paper_is_counted_beside_the_link(client, link, people):
    sent(client, link, help="5")
    save_tally(link=link, counts={(HELP, "5"): 7, (HELP, "2"): 1}, by=people.coordinator)
    assert count_of("5") == (1, 7)
    assert count_of("2") == (0, 1)
    fresh = SurveyLink.objects.get(pk=link.pk)
    save_tally(link=fresh, counts={(HELP, "5"): 6}, by=people.coordinator)
    assert count_of("5") == (1, 6)
    assert count_of("2") == (0, 0)


@pytest.mark.parametrize("counts", [{(HELP, "9"): 1}, {("told", "5"): 1}, {(HELP, "5"): -1}, {(HELP, "5"): 10**9}])
def test_a_tally_counts_what_was_asked(link, people, counts):
    with pytest.raises(Refused, match="no such answer"):
        save_tally(link=link, counts=counts, by=people.coordinator)


def test_two_people_who_count_do_not_write_over_each_other(link, people):
    late = SurveyLink.objects.get(pk=link.pk)
    save_tally(link=link, counts={(HELP, "5"): 7}, by=people.coordinator)
    with pytest.raises(Stale):
        save_tally(link=late, counts={(HELP, "5"): 3}, by=people.head)
    assert count_of("5") == (0, 7)


def test_the_page_of_the_tally_shows_both_versions(client_of, people, link):
    client, url = client_of(people.head), f"/surveys/{link.pk}/tally/"
    assert client.get(url).status_code == 200
    save_tally(link=link, counts={(HELP, "5"): 7}, by=people.coordinator)
    late = client.post(url, {"once": new_key(), "version": 1, "help_5": "3"})
    assert late.status_code == 409
    assert 'name="version" value="2"' in late.text
    assert 'value="3"' in late.text
    wrong = client.post(url, {"once": new_key(), "version": 2, "help_5": "-3"})
    assert wrong.status_code == 422
    assert client.post(url, {"once": new_key(), "version": 2, "help_5": "10"}).status_code == 303
    assert count_of("5") == (0, 10)


# ---- pages of the unit


def test_the_school_opens_its_survey_prints_the_sheet_and_closes_it(client_of, people, campaign):
    client = client_of(people.coordinator)
    assert "not opened" in client.get("/surveys/").text
    page = client.post("/surveys/", {"once": new_key()}, follow=True).text
    link = SurveyLink.objects.get(audience="parents")
    assert f"/surveys/{link.pk}/" in page
    page = client.get(f"/surveys/{link.pk}/").text
    assert f"http://testserver/s/{link.pk}/" in page
    sheet = client.get(f"/surveys/{link.pk}/sheet/").text
    assert sheet.count("data:image/svg+xml;base64,") == 2
    assert f"/s/{link.pk}/?lang=kk" in sheet
    assert f"/s/{link.pk}/?lang=ru" in sheet
    assert "№ 1 мектеп" in sheet
    assert "Школа № 1" in sheet
    page = client.post(f"/surveys/{link.pk}/", {"once": new_key(), "close": "1"}, follow=True).text
    assert "closed on 28.01.2027" in page
    client.post(f"/surveys/{link.pk}/", {"once": new_key(), "reopen": "1"})
    assert SurveyLink.objects.get(pk=link.pk).closed_on is None


def test_results_are_shares_and_bars_of_the_unit_and_everything_below(client_of, people, link, campaign):
    save_tally(link=link, counts={(HELP, "5"): 3, (HELP, "1"): 1}, by=people.coordinator)
    open_surveys(unit=Unit.objects.get(pk=VILLAGE), campaign=campaign, by=people.village_coordinator)
    other = SurveyLink.objects.get(unit=VILLAGE, audience="parents")
    save_tally(link=other, counts={(HELP, "4"): 4}, by=people.village_coordinator)
    school = client_of(people.coordinator).get("/surveys/results/").text
    assert "3 · 75%" in school
    assert 'width="75.0"' in school
    client = client_of(people.specialist)
    district = client.get("/surveys/results/").text
    assert "8 answers" in district
    assert "4 · 50%" in district
    listed = " ".join(client.get("/surveys/").text.split())
    assert re.search(r"№ 1 мектеп</a></th> <td[^>]*>4</td> <td[^>]*>75%</td>", listed)
    assert re.search(r"Көктал ауылының мектебі</a></th> <td[^>]*>4</td> <td[^>]*>100%</td>", listed)
    rows = load_workbook(io.BytesIO(client.get("/surveys/results/?xlsx=1").content)).active
    assert ("5 – yes, fully", 0, 3, 3, 0.375) in {row[2:] for row in rows.iter_rows(values_only=True)}


def test_the_district_reads_and_does_not_write(client_of, people, link):
    client = client_of(people.specialist)
    assert client.get(f"/surveys/{link.pk}/").status_code == 200
    assert client.get(f"/surveys/{link.pk}/tally/").status_code == 404
    assert client.post(f"/surveys/{link.pk}/", {"once": new_key(), "close": "1"}).status_code == 403
    assert client.post("/surveys/?unit=S1", {"once": new_key()}).status_code == 403
    for page in ("", "sheet/", "tally/"):
        assert client_of(people.stranger).get(f"/surveys/{link.pk}/{page}").status_code == 404


def test_the_ministry_sees_the_oblasts_and_republican_schools(client_of, people, link):
    save_tally(link=link, counts={(HELP, "5"): 3}, by=people.coordinator)
    page = " ".join(client_of(people.analyst).get("/surveys/").text.split())
    assert re.search(r"Ақмола облысы</a></th> <td[^>]*>3</td> <td[^>]*>100%</td>", page)
    assert re.search(r"Астана қ.</a></th> <td[^>]*>0</td>", page)


def test_the_list_of_units_costs_the_same_for_few_and_for_many(queries_do_not_grow, people, link):
    from schools.actions import add_unit

    district, serial = Unit.objects.get(pk=ARSHALY), iter(range(1000))

    def make(n):
        for _ in range(n):
            name = f"Мектеп {next(serial)}"
            add_unit(code=f"N{name}", parent=district, level="school", name_kk=name, name_ru=name)

    queries_do_not_grow(people.specialist, "/surveys/", make)
