"""What is kept: values, labels, hashes; one changed value anywhere changes the root."""

import copy
from datetime import date

import pytest
from django.utils import translation

from reports import actions
from reports.counting import count
from reports.editions import broken, figures_from, hash_of, keep_sealed, kept_figures, labels, measures, values_of
from reports.figures import Figure
from reports.models import Kept, Submission
from reports.words import number, of, of_them, sentences, shown
from schools.models import Unit
from schools.workflow import Refused
from tests.reports.stories import CITY_SCHOOL, OTHER_SCHOOL, SCHOOL, VILLAGE, busy_school, signed

pytestmark = pytest.mark.usefixtures("in_english")
DAY = date(2027, 1, 28)


@pytest.fixture
def busy(country):
    for unit in (SCHOOL, VILLAGE, OTHER_SCHOOL, CITY_SCHOOL):
        busy_school(unit)
    return country


def test_figures_come_back_from_what_was_kept(busy):
    figures = count(busy.campaign, DAY)
    for unit in figures:
        assert figures_from(values_of(figures[unit]), measures()) == figures[unit]


def test_a_signature_keeps_the_figures_and_words_of_its_day(busy):
    figures = count(busy.campaign, DAY, SCHOOL, SCHOOL)[SCHOOL]  # this report is not among the reports in time yet
    submission = signed("head", SCHOOL)
    kept = submission.kept.get()
    assert kept_figures(submission) == figures
    assert kept.hash == hash_of(kept.content)
    assert [one["code"] for one in kept.content["labels"]] == [one["code"] for one in labels()]
    assert kept.content["signed_by"] == submission.signed_by


def test_the_hash_changes_if_one_value_changes(busy):
    kept = signed("head", SCHOOL).kept.get()
    changed = copy.deepcopy(kept.content)
    changed["values"]["AD-04"]["numerator"] += 1
    assert hash_of(changed) != kept.hash


def test_one_value_of_one_school_changes_the_hash_of_the_country(busy, people):
    made = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    roots = {made.kept.get(unit_id=0).hash}
    assert broken(made) == []
    figures = count(busy.campaign, DAY)
    figures[OTHER_SCHOOL]["AD-04"] = Figure(figures[OTHER_SCHOOL]["AD-04"].numerator + 1)
    other = Submission.objects.create(unit_id=0, campaign=busy.campaign, form="bulletin3", as_of=made.as_of)
    roots.add(keep_sealed(other, figures, [], ""))
    assert len(roots) == 2
    differ = {row.content["unit"] for row in other.kept.all() if row.hash != made.kept.get(unit_id=row.unit_id).hash}
    assert differ == {"S3", "117000000", "110000000", "KZ"}


def test_a_value_altered_behind_the_portals_back_is_found(busy, people):
    made = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    other = Submission.objects.create(unit_id=0, campaign=busy.campaign, form="bulletin3")
    for row in made.kept.all():
        content = copy.deepcopy(row.content)
        if row.unit_id == VILLAGE:
            content["values"]["AD-01"] = {"numerator": 999}
        Kept.objects.create(submission=other, unit_id=row.unit_id, content=content, hash=row.hash)
    assert broken(other) == ["S2"]


def test_sealing_twice_keeps_one_edition(busy, people):
    first = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    again = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    assert first == again
    assert Submission.objects.filter(unit_id=0).count() == 1
    assert Kept.objects.filter(submission=first).count() == Unit.objects.count()


def test_what_is_missing_is_kept_with_its_reason(busy, people):
    actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    edition = actions.sealed(Submission.objects.get(unit_id=0))
    assert [(each.code, each.state) for each in edition.missing] == [("110000000", ""), ("710000000", "")]


def test_the_final_summary_waits_for_the_last_day(busy, people, clock_at):
    for day in (date(2027, 1, 28), date(2027, 2, 10)):  # on the last day facts are still being entered
        clock_at(day)
        with pytest.raises(Refused, match=r"after 10\.02\.2027"):
            actions.seal(campaign=busy.campaign, form="summary", reason="Боран", by=people.ministry_head)
    clock_at(date(2027, 2, 11))
    made = actions.seal(campaign=busy.campaign, form="summary", reason="Боран", by=people.ministry_head)
    assert made.state == "sealed"


# ---- words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 школ"), (1, "1 школа"), (2, "2 школы"), (5, "5 школ"), (11, "11 школ"), (12, "12 школ"), (21, "21 школа"),
     (22, "22 школы"), (111, "111 школ"), (1001, "1\u00a0001 школа")],
)  # fmt: skip
def test_russian_words_agree_with_the_number(amount, words):
    assert of(amount, "{n} школа", "{n} школы", "{n} школ") == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(1, "1-і"), (2, "2-сі"), (3, "3-і"), (6, "6-сы"), (9, "9-ы"), (10, "10-ы"), (20, "20-сы"), (30, "30-ы"),
     (40, "40-ы"), (50, "50-і"), (60, "60-ы"), (70, "70-і"), (90, "90-ы"), (100, "100-і"), (118, "118-і"),
     (1000, "1\u00a0000-ы"), (1200, "1\u00a0200-і"), (7_000_000, "7\u00a0000\u00a0000-ы")],
)  # fmt: skip
def test_a_kazakh_numeral_takes_the_ending_of_its_last_word(amount, words):
    assert of_them(amount) == words


def test_the_sentences_of_a_school_and_of_the_country(busy):
    from reports.editions import edition_of

    school = edition_of(busy.campaign, Unit.objects.get(pk=SCHOOL), DAY, count(busy.campaign, DAY, SCHOOL, SCHOOL))
    country = edition_of(busy.campaign, Unit.objects.get(pk=0), DAY, count(busy.campaign, DAY))
    with translation.override("ru"):
        said = " ".join(sentences(school))
        assert said.startswith("Школа участвует в акции. В первый день акции обучались 4 ребёнка, прибыло 0, выбыло 0,")
        assert "пропущено 14 ученико-дней" in said
        assert "На учёте состоит 1 нуждающаяся семья, в ней воспитываются 2 ребёнка." in said
        assert "Помощь получили 3 ребёнка (из 1 семьи на учёте); сделаны 3 выдачи на сумму 37\u00a0500 тенге." in said
        assert "В акции участвуют 4 школы из 4." in sentences(country)
    with translation.override("kk"):
        assert "Акцияға 4 мектептің 4-і қатысып жатыр." in sentences(country)
        assert "Мектеп акцияға қатысып жатыр." in sentences(school)


def test_a_share_of_nothing_is_no_data_and_not_zero():
    nothing, none = Figure(0, 0, is_share=True), Figure(0)
    for language, words in [("kk", "дерек жоқ"), ("ru", "нет данных"), ("en", "no data")]:
        with translation.override(language):
            assert (shown(nothing), shown(none)) == (words, "0")
    assert number(1_234_567) == "1\u00a0234\u00a0567"
