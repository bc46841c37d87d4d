"""A unit enters the campaign by its order; what it orders holds below it and nowhere else."""

import io
from datetime import date

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image

from campaigns.actions import add_campaign, register_order
from campaigns.models import Campaign, Order
from campaigns.scans import MAX_BYTES, Scan, clean
from campaigns.windows import window_of
from schools.actions import content_of
from schools.models import Entry, Once, Stale, Unit
from schools.once import new_key
from schools.workflow import Refused
from tests.campaigns.stories import thresholds_ordered

ARSHALY, SCHOOL, VILLAGE, BURABAY, OTHER = 110010000, 110010001, 110010002, 110020000, 110020001


@pytest.fixture
def english(client):
    """Words of actions and of pages in English."""
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def thresholds(campaign):
    """The ministry has set thresholds and norms by order: units may start."""
    return thresholds_ordered(campaign)


@pytest.fixture
def order_of(country, campaign):
    def make(unit, by, number="1", kind="start", day=date(2027, 1, 11), **more):
        return register_order(
            unit=Unit.objects.get(pk=unit),
            campaign=campaign,
            number=number,
            date=day,
            kind=kind,
            title_kk="Акция туралы",
            title_ru="Об акции",
            by=by,
            **more,
        )

    return make


def paper(pages=1, **extra):
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        for name, value in extra.items():
            pdf.Root[f"/{name}"] = value
        kept = io.BytesIO()
        pdf.save(kept)
    return kept.getvalue()


def picture(kind="JPEG", **options):
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, kind, **options)
    return kept.getvalue()


def typed(**more):
    return {
        "once": new_key(),
        "kind": "start",
        "unit": ARSHALY,
        "number": "14-н",
        "date": "2027-01-11",
        "title_kk": "«Қамқорлық» туралы",
        "title_ru": "О «Заботе»",
        **more,
    }


# ---- what an order does


def test_the_districts_dates_hold_for_its_schools_and_for_no_other(order_of, people, campaign):
    order_of(ARSHALY, people.specialist, opens=date(2027, 1, 15), closes=date(2027, 2, 5))
    end = campaign.closes
    for unit in (ARSHALY, SCHOOL, VILLAGE):
        assert window_of(unit_id=unit, campaign=campaign, as_of=end) == (date(2027, 1, 15), date(2027, 2, 5))
    assert window_of(unit_id=OTHER, campaign=campaign, as_of=end) == (campaign.opens, campaign.closes)


def test_the_nearest_units_word_wins_and_as_of_ends_the_window(order_of, people, campaign):
    order_of(ARSHALY, people.specialist, opens=date(2027, 1, 15))
    order_of(SCHOOL, people.coordinator, opens=date(2027, 1, 18))
    assert window_of(unit_id=SCHOOL, campaign=campaign, as_of=date(2027, 1, 28)) == (
        date(2027, 1, 18),
        date(2027, 1, 28),
    )
    first, last = window_of(unit_id=SCHOOL, campaign=campaign, as_of=date(2027, 1, 17))
    assert first > last  # nothing counts yet


def test_new_dates_make_the_figures_of_the_unit_and_of_every_unit_below_stale(order_of, people):
    order_of(ARSHALY, people.specialist, opens=date(2027, 1, 15))
    assert set(Stale.objects.values_list("unit_id", flat=True)) == {ARSHALY, SCHOOL, VILLAGE}


def test_an_order_on_the_committee_moves_no_figures(order_of, people):
    order_of(ARSHALY, people.specialist, kind="committee")
    assert not Stale.objects.exists()


def test_the_journal_says_who_registered_what(order_of, people):
    order = order_of(SCHOOL, people.coordinator, number=" 7 ")
    entry = Entry.objects.get(subject="campaigns.Order", subject_id=str(order.pk))
    assert (entry.by, entry.unit_id, entry.note, entry.after) == ("coordinator", SCHOOL, "№ 7", "start")


# ---- what is refused, in words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"opens": date(2027, 1, 9)}, "10.01.2027"),
        ({"closes": date(2027, 2, 11)}, "10.02.2027"),
        ({"opens": date(2027, 1, 20), "closes": date(2027, 1, 15)}, "The last day cannot come before the first"),
        ({"kind": "dates"}, "first day, the last day or both"),
        ({"kind": "committee", "opens": date(2027, 1, 15)}, "Only an order on the start"),
        ({"kind": "norms"}, "ministry's order"),
    ],
)
def test_wrong_dates_are_refused(order_of, people, english, more, words):
    with pytest.raises(Refused, match=words):
        order_of(ARSHALY, people.specialist, **more)
    assert not Order.objects.exclude(kind="norms").exists()


def test_a_number_is_used_once_in_a_unit_and_again_in_another(order_of, people, english):
    order_of(ARSHALY, people.specialist, number="5")
    with pytest.raises(Refused, match="number already"):
        order_of(ARSHALY, people.specialist, number="5 ")
    assert order_of(SCHOOL, people.coordinator, number="5").pk


def test_nobody_orders_for_a_unit_that_is_not_theirs(order_of, people):
    for person in (people.stranger, people.other_specialist, people.auditor, people.teacher):
        with pytest.raises(PermissionDenied):
            order_of(SCHOOL, person)


def test_only_the_ministry_adds_a_campaign(people, country, english):
    road = {
        "code": "road",
        "name_kk": "Мектепке жол",
        "name_ru": "Дорога в школу",
        "name_en": "Road to School",
        "opens": date(2027, 8, 1),
        "closes": date(2027, 9, 30),
        "due": date(2027, 10, 10),
    }
    with pytest.raises(PermissionDenied):
        add_campaign(**road, by=people.oblast_head)
    with pytest.raises(Refused, match="opens, then closes"):
        add_campaign(**{**road, "due": date(2027, 9, 1)}, by=people.ministry_head)
    assert add_campaign(**road, by=people.ministry_head).systematic_days is None
    assert Campaign.objects.count() == 2


# ---- scans


def test_a_pdf_is_written_anew_without_what_runs_or_hides_in_it():
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    content, kind = clean(Scan("order.pdf", paper(2, OpenAction=script, Names=pikepdf.Dictionary())))
    assert kind == "application/pdf"
    assert b"app.alert" not in content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 2
        assert "/OpenAction" not in pdf.Root
        assert "/Names" not in pdf.Root


def test_a_photograph_loses_its_place_and_camera():
    exif = Image.Exif()
    exif[0x010F] = "Invented camera"
    content, kind = clean(Scan("photo.jpg", picture("JPEG", exif=exif.tobytes())))
    assert kind == "image/jpeg"
    assert b"Invented camera" not in content
    assert clean(Scan("photo.png", picture("PNG")))[1] == "image/png"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("order.pdf", b"MZ\x90\x00 a program that calls itself a scan", "not a PDF, JPEG or PNG"),
        ("order.pdf", b"<html><script>alert(1)</script></html>", "not a PDF, JPEG or PNG"),
        ("order.pdf", b"", "empty"),
        ("order.pdf", b"%PDF-1.7\nbroken", "does not open"),
        ("order.jpg", picture()[:200], "does not open"),
        ("order.pdf", b"%PDF-1.7" + b"0" * MAX_BYTES, "larger than 10 MB"),
    ],
)
def test_an_unfit_scan_is_refused_in_words(english, name, content, words):
    with pytest.raises(Refused, match=words):
        clean(Scan(name, content))


def test_a_locked_pdf_is_refused_in_words(english):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        kept = io.BytesIO()
        pdf.save(kept, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Refused, match="password"):
        clean(Scan("order.pdf", kept.getvalue()))


# ---- pages


def test_the_district_registers_its_order_in_one_form(client_of, people, campaign, english):
    client = client_of(people.specialist)
    page = client.get("/orders/new/").text
    assert "New order: start of the campaign" in page
    assert "«Қамқорлық» – 2027 акциясын өткізу туралы" in page
    assert "О проведении акции «Забота» – 2027" in page
    assert 'value="2027-01-28"' in page  # today
    scan = SimpleUploadedFile("бұйрық.pdf", paper(), "application/pdf")
    answer = client.post("/orders/new/", typed(scan=scan, opens="2027-01-15"), follow=True)
    assert "Order № 14-н is registered." in answer.text
    assert "Аршалы ауданы, Ақмола облысы" in answer.text
    assert "15.01.2027" in answer.text
    order = Order.objects.get(kind="start")
    assert answer.redirect_chain[-1][0] == f"/orders/{order.pk}/"
    assert content_of(order.scan).startswith(b"%PDF")
    assert order.scan.permission == "order_view"


def test_the_second_form_knows_the_next_number_and_asks_for_dates(client_of, people, order_of, english):
    order_of(ARSHALY, people.specialist, number="09-н")
    page = client_of(people.specialist).get("/orders/new/").text
    assert "New order: own dates" in page
    assert 'value="10-н"' in page


def test_wrong_input_is_said_in_words_and_nothing_typed_is_lost(client_of, people, campaign, english):
    client = client_of(people.specialist)
    answer = client.post("/orders/new/", typed(opens="2027-01-01", title_kk="Менің тақырыбым", date="2027-01-29"))
    assert answer.status_code == 422
    assert "The dates must lie inside the campaign: 10.01.2027 – 10.02.2027." in answer.text
    assert "The order cannot be dated after today." in answer.text
    assert "Менің тақырыбым" in answer.text
    assert 'value="2027-01-01"' in answer.text
    assert not Order.objects.exclude(kind="norms").exists()


def test_a_program_in_place_of_a_scan_is_refused_beside_its_field(client_of, people, campaign, english):
    fake = SimpleUploadedFile("order.pdf", b"MZ\x90\x00 program", "application/pdf")
    answer = client_of(people.specialist).post("/orders/new/", typed(scan=fake))
    assert answer.status_code == 422
    assert "This file is not a PDF, JPEG or PNG" in answer.text
    assert "choose the scan again" in answer.text
    assert 'value="14-н"' in answer.text
    assert not Order.objects.exclude(kind="norms").exists()


def test_a_used_number_is_said_beside_the_number(client_of, people, order_of, english):
    order_of(ARSHALY, people.specialist, number="14-н")
    answer = client_of(people.specialist).post("/orders/new/", typed())
    assert answer.status_code == 422
    assert "Number: There is an order with this number already." in answer.text


def test_a_foreign_unit_cannot_be_smuggled_into_the_form(client_of, people, campaign):
    answer = client_of(people.specialist).post("/orders/new/", typed(unit=BURABAY))
    assert answer.status_code == 422
    assert not Order.objects.exclude(kind="norms").exists()


def test_twenty_copies_of_one_form_register_one_order(client_of, people, campaign):
    client = client_of(people.specialist)
    form = typed()
    answers = [client.post("/orders/new/", form) for _ in range(20)]
    assert {answer["Location"] for answer in answers} == {f"/orders/{Order.objects.get(kind='start').pk}/"}
    assert Once.objects.count() == 1


def test_a_school_reads_what_is_handed_down_and_not_its_neighbours_papers(client_of, people, order_of):
    order_of(0, people.ministry_head, number="1-М")
    order_of(ARSHALY, people.specialist, number="2-А")
    own = order_of(SCHOOL, people.coordinator, number="3-Ө")
    neighbour = order_of(VILLAGE, people.village_coordinator, number="4-К")
    foreign = order_of(BURABAY, people.other_specialist, number="5-Б")
    client = client_of(people.coordinator)
    page = client.get("/orders/").text
    assert all(f"№ {number}" in page for number in ("1-М", "2-А", "3-Ө"))
    assert all(f"№ {number}" not in page for number in ("4-К", "5-Б"))
    assert client.get(f"/orders/{own.pk}/").status_code == 200
    for hidden in (neighbour, foreign):
        assert client.get(f"/orders/{hidden.pk}/").status_code == 404


def test_a_scan_of_the_district_is_opened_below_and_nowhere_else(client_of, people, order_of, english):
    order = order_of(ARSHALY, people.specialist, scan=Scan("a.pdf", paper()))
    file = f"/documents/{order.scan_id}/"
    for who in (people.specialist, people.coordinator):
        assert file in client_of(who).get(f"/orders/{order.pk}/").text
        assert client_of(who).get(file)["Content-Type"] == "application/pdf"
    assert client_of(people.stranger).get(file).status_code == 404


def test_a_scan_of_a_school_is_not_handed_up_and_down_again(client_of, people, order_of):
    order = order_of(SCHOOL, people.coordinator, scan=Scan("a.pdf", paper()))
    assert client_of(people.specialist).get(f"/documents/{order.scan_id}/").status_code == 200
    assert client_of(people.village_coordinator).get(f"/documents/{order.scan_id}/").status_code == 404


def test_the_list_is_filtered_by_kind(client_of, people, order_of):
    order_of(ARSHALY, people.specialist, number="21")
    order_of(ARSHALY, people.specialist, number="22", kind="committee")
    page = client_of(people.specialist).get("/orders/?kind=committee").text
    assert "№ 22" in page
    assert "№ 21" not in page


def test_the_list_costs_the_same_for_ten_orders_and_for_three_hundred(queries_do_not_grow, people, order_of):
    serial = iter(range(1000))

    def make(n):
        for _ in range(n):
            order_of((ARSHALY, SCHOOL, VILLAGE)[n % 3], people.specialist, number=f"n{next(serial)}", kind="committee")

    queries_do_not_grow(people.specialist, "/orders/", make)


def test_a_teacher_and_an_auditor_have_no_orders(client_of, people, campaign):
    for person in (people.teacher, people.auditor, people.commission):
        assert client_of(person).get("/orders/").status_code == 403
        assert client_of(person).get("/orders/new/").status_code == 403


def test_the_campaign_page_tells_stages_own_window_reports_and_norms(client_of, people, order_of, english):
    order_of(0, people.ministry_head, number="77", kind="norms", day=date(2026, 12, 20))
    order_of(ARSHALY, people.specialist, number="12", opens=date(2027, 1, 15))
    page = " ".join(client_of(people.coordinator).get("/campaign/").text.split())
    assert "Care 2027" in page
    assert "From 15.01.2027 to 10.02.2027, both days included." in page
    assert "Set by order № 12 of 11.01.2027, Аршалы ауданы." in page
    assert "your unit has no order yet" in page
    assert '<time datetime="2027-02-12">12.02.2027</time>' in page  # a school's report: two working days after closing
    assert "Set by the ministry's order № 77 of 20.12.2026." in page
    assert "<dt>Systematic absence, school days</dt> <dd>5</dd>" in page
    assert "The summary goes to the Committee by 19.02.2027." in page


def test_having_entered_the_first_stage_the_unit_reads_its_own_order(client_of, people, order_of, english):
    order_of(SCHOOL, people.coordinator, number="3")
    page = client_of(people.coordinator).get("/campaign/").text
    assert "entered by order № 3 of 11.01.2027" in page
    assert "has not registered its order" not in page
