"""The campaign from three desks: order, committee, plan, remarks, approval, evidence, survey, the figures above."""

import re
import subprocess

import pytest

from reports.live import recount_stale
from schools.wall import COUNTRY, scope
from tests.campaigns.stories import SCHOOL, thresholds_ordered
from tests.make import make_class
from tests.workers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.worker]
ATTENDANCE, STAND = "Сабаққа қатысуды күн сайын бақылау", "Ақпараттық стенд дайындау"  # clauses 6.1.3 and 6.1.9
MOVED = {  # what the ministry reads at the end; at the beginning it reads noughts
    "OR-01A": "1",
    "OR-02A": "1",
    "OR-03A": "1",
    "OR-04A": "5",
    "OR-04B": "12",
    "OR-04": "41,7 %",
    "OR-05": "1",
    "OR-06": "2",
    "OR-07": "100,0 %",
    "EV-01": "1",
    "EV-02": "5",
}


@pytest.fixture
def school(live_country):
    """A class of three at school № 1; the ministry has set thresholds and norms, nobody has done anything yet."""
    with scope(COUNTRY):
        thresholds_ordered(live_country.campaign)
        seventh = make_class(SCHOOL, "7А", pupils=3)
        recount_stale()
    return seventh


def test_the_campaign_from_three_desks(school, desk, worker, pictures, tmp_path):
    coordinator, specialist, ministry = desk("coordinator"), desk("specialist"), desk("analyst", language="ru")
    assert set(figures(ministry).values()) == {"0", "нет данных"}

    enter_the_campaign(coordinator)
    approve_a_committee(coordinator)
    send_a_plan(coordinator)
    return_it_with_two_remarks(specialist)
    answer_both_and_send_again(coordinator)
    pictures("specialist", "/plans/compare/", "plans-side-by-side")
    approve_it_from_the_desk(specialist)
    assert "бекітілді" in plan(coordinator).text()

    see_evidence_appear(coordinator, school)
    survey = open_a_survey(coordinator)
    answer_it_on_a_phone(desk(None, width=360), survey)
    assert answered_once(coordinator) == [2, 6]

    assert_paper(print_plan(coordinator, "kk", tmp_path), "Бекітілді", "№ 3 хаттама", ATTENDANCE, "Бақыт Омарова")
    assert_paper(print_plan(coordinator, "ru", tmp_path), "Утверждено", "протокол № 3", "стенд", "Бақыт Омарова")

    wait_until(lambda: figures(ministry)["OR-06"] == "2", 30, "the ministry's figures do not follow", worker)
    assert figures(ministry) == MOVED

    for login, path, name in [
        ("coordinator", "/campaign/", "campaign"),
        ("coordinator", "/plan/", "plan"),
        ("specialist", "/plans/", "plans"),
        ("coordinator", "/events/", "events"),
        (None, survey, "survey"),
    ]:
        pictures(login, path, name)


# ---- the school


def enter_the_campaign(coordinator):
    coordinator.open("/orders/new/")
    fill(coordinator, number="12", date="2027-01-11")
    press(coordinator, "main form button.button")
    assert "№ 12 бұйрық тіркелді." in coordinator.text()


def approve_a_committee(coordinator):
    coordinator.open("/committee/")
    press(coordinator, "main a.button")
    for surname, name, body, button in [
        ("Омарова", "Бақыт Ержанқызы", "teachers", "button[name=more]"),
        ("Сәрсенов", "Ерлан Қайратұлы", "parents", "button[name=more]"),
        ("Төлеген", "Аружан", "pupils", "button.button"),
    ]:
        fill(coordinator, surname=surname, name=name)
        coordinator.page.select_option("main [name=body]", body)
        press(coordinator, f"main form {button}")
        assert f"{surname} {name} комитет құрамына енгізілді." in coordinator.text()
    fill(coordinator, number="13-к")
    press(coordinator, "form[action*='/approve/'] button")
    assert "Комитет бекітілді." in coordinator.text()
    assert "№ 13-к бұйрықпен бекітілген" in coordinator.text()


def send_a_plan(coordinator):
    press(coordinator, "form[action*='/begin/'] button")
    assert "6.1.12" in coordinator.text("#lines")
    assert proved(coordinator) == 2  # the committee and the roll are there already
    fill(coordinator, number="2")
    press(coordinator, "form[action*='/send/'] button")
    assert "Жоспар қабылданып, бекітуге жіберілді." in coordinator.text()


def answer_both_and_send_again(coordinator):
    page = plan(coordinator).page
    assert "2 ескертуге жауап берілген жоқ" in coordinator.text()
    assert "Жауаптының атын жазыңыз" in coordinator.text("section.band >> nth=0")
    press(coordinator, f"#lines a:has-text('{ATTENDANCE}')")
    fill(coordinator, owner="Бақыт Омарова")
    press(coordinator, "main form button.button")
    for answer in ("Аты жазылды", "Стенд бірінші қабатта ілінеді"):
        page.locator("section.band form input[name=answer]").first.fill(answer)
        press(coordinator, "section.band form button")
        assert answer in coordinator.text()
    fill(coordinator, number="3")
    press(coordinator, "form[action*='/send/'] button")
    assert "Жоспар қабылданып, бекітуге жіберілді." in coordinator.text()


def see_evidence_appear(coordinator, seventh):
    assert "14 сынып-күннің 0 толтырылған" in line(plan(coordinator), "6.1.3")
    coordinator.open(f"/today/{seventh.pk}/")
    with coordinator.page.expect_response(lambda answer: answer.request.method == "POST"):
        coordinator.press("Control+Enter")
    assert "14 сынып-күннің 1 толтырылған" in line(plan(coordinator), "6.1.3")
    assert proved(coordinator) == 3

    assert "растама әлі жоқ" in line(coordinator, "6.1.2")
    coordinator.open("/events/new/")
    press(coordinator, "main a[href*='kind=raid']")
    fill(coordinator, place="Абай көшесі", of_teachers="3", of_police="2")
    press(coordinator, "main form button.button")
    assert "«рейд» сақталды." in coordinator.text()
    assert "рейд: 28.01.2027" in line(plan(coordinator), "6.1.2")
    assert proved(coordinator) == 4

    coordinator.open("/minutes/new/")
    coordinator.page.select_option("main [name=kind]", "council")
    fill(
        coordinator,
        number="4",
        decided="Қорытынды тыңдалды",
        shortcomings="Екі күн журналсыз",
        remedies="Күнде тексеру",
    )
    press(coordinator, "main form button.button")
    assert "№ 4 хаттама енгізілді." in coordinator.text()
    assert "Екі күн журналсыз" in coordinator.text()
    assert "педагогикалық кеңес: 28.01.2027 № 4 хаттама" in line(plan(coordinator), "6.1.11")
    assert proved(coordinator) == 5


def open_a_survey(coordinator):
    """The address under the square code on the Kazakh side of the parents' sheet."""
    coordinator.open("/surveys/")
    press(coordinator, "main form button.button")
    press(coordinator, "#surveys a")
    press(coordinator, "main a[href$='/sheet/']")
    address = coordinator.page.locator("section[lang=kk] a").get_attribute("href")
    return address.removeprefix(coordinator.address)


def answer_it_on_a_phone(parent, survey):
    page = parent.open(survey)
    assert "№ 1 мектеп" in parent.text()
    page.locator("[name=help][value='5']").check()
    page.locator("[name=again][value=yes]").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sent = page.evaluate("Object.fromEntries(new FormData(document.querySelector('main form')))")
    press(parent, "main form button.button")
    assert "Рақмет, жауаптарыңыз есепке алынды" in parent.text()
    again = parent.context.request.post(parent.address + survey.partition("?")[0], form=sent)
    assert "Рақмет, жауаптарыңыз есепке алынды" in again.text()


def answered_once(coordinator):
    """The questions of the parents to which all answers, one, are the same."""
    page = coordinator.open("/surveys/results/?audience=parents")
    questions = page.locator("main section").all_inner_texts()
    return [n for n, text in enumerate(questions, 1) if re.search(r"1 · 100\s?%", text)]


def print_plan(coordinator, language, folder):
    """The text of the paper that a worker printed."""
    plan(coordinator)
    press(coordinator, f"form.print button[lang={language}]")
    result = coordinator.page.locator("#job a[href^='/documents/']")
    result.wait_for(timeout=30_000)
    with coordinator.page.expect_download() as download:
        result.click()
    path = folder / f"plan-{language}.pdf"
    download.value.save_as(path)
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", " ", read.stdout)


def assert_paper(text, *words):
    assert [each for each in words if each.casefold() not in text.casefold()] == [], text


# ---- the district


def return_it_with_two_remarks(specialist):
    specialist.open("/plans/")
    assert "1 жоспар сіздің шешіміңізді күтуде." in specialist.text()
    press(specialist, "#plans a:has-text('№ 1 мектеп')")
    specialist.page.locator("details:has(form[action*='/send_back/']) summary").click()
    specialist.page.get_by_label(ATTENDANCE).fill("Жауаптының атын жазыңыз")
    specialist.page.get_by_label(STAND).fill("Стенд қайда ілінеді?")
    press(specialist, "form[action*='/send_back/'] button")
    assert "Жоспар ескертулеріңізбен «№ 1 мектеп» ұйымына қайтарылды." in specialist.text()


def approve_it_from_the_desk(specialist):
    specialist.open("/plans/")
    press(specialist, "main a.button")
    assert "Бақыт Омарова" in specialist.text("tr:has-text('№ 1 мектеп')")
    specialist.page.get_by_label("№ 1 мектеп").check()
    press(specialist, "main form button.button")
    assert "1 жоспар бекітілді." in specialist.text()


# ---- the ministry


def figures(ministry):
    """What stands on the ministry's page beside each code."""
    page = ministry.open("/situation/")
    rows = {code: page.locator("tr", has=page.locator(f"a[href$='#{code}']")) for code in MOVED}
    return {code: re.sub(r"\s", " ", row.locator("td").first.inner_text()) for code, row in rows.items()}


# ---- hands and eyes


def fill(somebody, **typed):
    for name, value in typed.items():
        somebody.page.locator(f"main [name={name}]").fill(value)


def press(somebody, what):
    """Press a button or a link and wait for the page that follows."""
    with somebody.page.expect_navigation():
        somebody.page.locator(what).first.click()


def plan(coordinator):
    coordinator.open("/plan/")
    return coordinator


def line(coordinator, clause):
    return coordinator.text(f"#lines tr:has-text('({clause})')")


def proved(coordinator):
    return int(re.search(r"12 тармақтың (\d+)", coordinator.text())[1])
