"""Papers of a unit as PDF: printed by a worker's step, read by their words, in Kazakh and in Russian."""

import re
import subprocess
from datetime import date

import pytest

from campaigns.actions import register_order
from campaigns.models import Committee, Honour, Member, Minutes, Plan, PlanLine
from schools.actions import content_of
from schools.models import Document, Job, Unit
from schools.papers import PRINTED
from schools.tasks import run_job

SCHOOL = 110010001


@pytest.fixture
def papers(country, campaign, people):
    """A unit's papers of each kind, by the name of the paper."""
    unit, order = Unit.objects.get(pk=SCHOOL), None
    order = register_order(
        unit=unit,
        campaign=campaign,
        number="14-ө",
        date=date(2027, 1, 9),
        kind="committee",
        title_kk="Ұйымдастыру комитетін бекіту туралы",
        title_ru="Об утверждении оргкомитета",
        by=people.head,
    )
    committee = Committee.objects.create(unit=unit, campaign=campaign)
    Member.objects.create(
        unit=unit, committee=committee, surname="Сәрсенов", name="Ерлан", body="parents", post="ата-ана", role="chair"
    )
    minutes = Minutes.objects.create(
        unit=unit,
        campaign=campaign,
        kind="committee",
        number="3",
        date=date(2027, 1, 10),
        decided="Жоспар қабылдансын",
        shortcomings="Екі сынып журналсыз",
        remedies="Күн сайын тексеру",
    )
    plan = Plan.objects.create(unit=unit, campaign=campaign)
    PlanLine.objects.create(unit=unit, plan=plan, position=1, clause="6.1.9", due=date(2027, 1, 14))
    PlanLine.objects.create(unit=unit, plan=plan, position=2, text="Мектеп жәрмеңкесі")
    honour = Honour.objects.create(
        unit=unit, campaign=campaign, date=date(2027, 2, 9), name="Ахметова Гүлнәр", kind="thanks"
    )
    return {"order": order, "committee": committee, "minutes": minutes, "plan": plan, "honour": honour}


@pytest.fixture
def printed(client_of, people, papers, tmp_path, django_capture_on_commit_callbacks):
    def read(paper, language, who=people.coordinator):
        with django_capture_on_commit_callbacks():
            answer = client_of(who).post(f"/print/{paper}/{papers[paper].pk}/", {"on_paper": language})
        assert answer.status_code == 303, answer.text
        job = Job.objects.latest("pk")
        assert answer["Location"] == f"/jobs/{job.pk}/"
        run_job(job.pk)
        job.refresh_from_db()
        document = Document.objects.get(pk=re.search("[0-9a-f-]{36}", job.result["url"])[0])
        path = tmp_path / "paper.pdf"
        path.write_bytes(content_of(document))
        text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
        return re.sub(r"\s+", " ", text)

    return read


def test_every_kind_of_paper_is_printed_here(papers):
    assert papers.keys() == PRINTED.keys()


@pytest.mark.parametrize(
    ("paper", "language", "words"),
    [
        ("order", "kk", ["БҰЙРЫҚ", "№ 14-ө", "09.01.2027", "Ұйымдастыру комитетін бекіту туралы"]),
        ("order", "ru", ["ПРИКАЗ", "№ 14-ө", "Об утверждении оргкомитета"]),
        ("committee", "kk", ["Сәрсенов Ерлан", "ата-ана", "төраға"]),
        ("committee", "ru", ["Сәрсенов Ерлан", "родители", "председатель"]),
        ("minutes", "ru", ["ПРОТОКОЛ № 3", "Жоспар қабылдансын", "Недостатки", "Екі сынып журналсыз"]),
        ("plan", "kk", ["6.1.9", "14.01.2027", "Мектеп жәрмеңкесі"]),
        ("plan", "ru", ["6.1.9", "стенд", "Мектеп жәрмеңкесі"]),
        ("honour", "ru", ["БЛАГОДАРСТВЕННОЕ ПИСЬМО", "Ахметова Гүлнәр", "09.02.2027"]),
    ],
)
def test_what_a_person_reads_on_it(printed, paper, language, words):
    text = printed(paper, language)
    assert [each for each in words if each not in text] == [], text


def test_nobody_prints_a_paper_of_another_school(client_of, people, papers):
    for paper, row in papers.items():
        address = f"/print/{paper}/{row.pk}/"
        assert client_of(people.stranger).post(address, {"on_paper": "kk"}).status_code == 404
        assert client_of(people.teacher).post(address, {"on_paper": "kk"}).status_code == 404
        assert client_of(people.coordinator).post(address, {"on_paper": "xx"}).status_code == 404
    assert not Job.objects.exists()
