"""Committees, plans, minutes, events and surveys of the story: every desk does its part (Guide 6.1, 6.2, 6.3)."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from campaigns.actions.agreements import save_agreement
from campaigns.actions.calls import close_call, forward_call, take_call
from campaigns.actions.committees import approve_committee, begin_committee, save_member
from campaigns.actions.control import answer_finding, record_finding
from campaigns.actions.events import save_event
from campaigns.actions.extensions import give_extension
from campaigns.actions.helplines import add_helpline
from campaigns.actions.honours import add_honour
from campaigns.actions.minutes import write_minutes
from campaigns.actions.orders import register_order
from campaigns.actions.plans import approve_plan, begin_plan, return_plan, save_line, send_plan, tick_remark
from campaigns.actions.surveys import open_surveys, save_tally
from campaigns.models import Agreement, Campaign, Committee, ControlVisit, Event, Plan, SurveyLink
from campaigns.states import Body, CommitteeRole, EventKind, HonourKind, MinutesKind, OrderKind
from campaigns.survey import questions_of
from schools.models import User
from schools.rights import Level
from zabota.demo.cast import AKMOLA, ARSHALY, DISTRICTS, MINISTRY, OBLASTS, OFFICES, SAIRAM, TURKISTAN, SchoolPlan
from zabota.demo.country import CAMPAIGN
from zabota.demo.stage import Stage, moment
from zabota.lib import invented
from zabota.lib.clock import now, today

COMMITTEE_KK, COMMITTEE_RU = (
    "Акцияның ұйымдастыру комитетінің құрамын бекіту туралы",
    "Об утверждении состава организационного комитета акции",
)
OF_SCHOOL = [
    (Body.EDUCATION, CommitteeRole.CHAIR, "мектеп директоры"),
    (Body.SOCIAL_PEDAGOGUES, CommitteeRole.SECRETARY, "әлеуметтік педагог"),
    (Body.PSYCHOLOGISTS, CommitteeRole.MEMBER, "психолог"),
    (Body.PARENTS, CommitteeRole.MEMBER, "ата-аналар комитетінің төрағасы"),
    (Body.PUPILS, CommitteeRole.MEMBER, "«Жас ұлан» ұйымының жетекшісі"),
]
OF_OFFICE = [
    (Body.EDUCATION, CommitteeRole.CHAIR, "білім бөлімінің басшысы"),
    (Body.COMMISSION, CommitteeRole.DEPUTY, "комиссия хатшысы"),
    (Body.POLICE, CommitteeRole.MEMBER, "ювеналды полиция инспекторы"),
    (Body.SOCIAL, CommitteeRole.MEMBER, "жұмыспен қамту орталығының маманы"),
    (Body.MEDIA, CommitteeRole.SECRETARY, "баспасөз хатшысы"),
]
WITHOUT_PLAN = {"koktal"}  # has not begun
WAITING = {"samal", "lyceum201"}  # sent, not read yet
RETURNED = {"arshaly2": ("6.1.3", "6.1.9")}  # came back with two remarks, was put right and approved
STILL_RETURNED = {"aqtogan"}  # came back, nobody has answered yet
REMARKS = {
    "6.1.3": "Күнделікті бақылауға кім жауап беретінін сынып бойынша көрсетіңіз.",
    "6.1.9": "Стендтің мерзімі кеш: акцияның бірінші аптасында болуы керек.",
}
DECIDED = "Акцияның іс-шаралар жоспары қабылдансын."


def plan_offices(stage: Stage) -> None:
    """Committees and plans from the ministry down, then what each unit holds, publishes and counts."""
    _plan_paper(stage, MINISTRY, "ministry.head", date(2026, 12, 21), Level.MINISTRY)
    for code in OBLASTS:
        _plan_paper(stage, code, f"{OFFICES[code]}.specialist", date(2027, 1, 5), Level.OBLAST)
        _approve(stage, code, moment(date(2027, 1, 6), 15), "ministry.analyst")
    for code, above in DISTRICTS.items():
        _plan_paper(stage, code, f"{OFFICES[code]}.specialist", date(2027, 1, 7), Level.DISTRICT)
        _approve(stage, code, moment(date(2027, 1, 8), 16), f"{OFFICES[above]}.specialist")
    for number, plan in enumerate(stage.schools):
        _plan_school(stage, plan, number)
    _plan_outreach(stage)


def _plan_school(stage: Stage, plan: SchoolPlan, number: int) -> None:
    who, above = plan.login("coordinator"), f"{OFFICES[plan.parent]}.specialist"
    if plan.key in WITHOUT_PLAN:
        return
    _plan_paper(stage, plan.code, who, date(2027, 1, 9), Level.SCHOOL)
    read = moment(date(2027, 1, 12), 10, number)
    if plan.key in RETURNED or plan.key in STILL_RETURNED:
        stage.plan(read, above, send_back, stage=stage, code=plan.code, clauses=RETURNED.get(plan.key, ("6.1.3",)))
    if plan.key in RETURNED:
        stage.plan(moment(date(2027, 1, 13), 11), who, put_right, stage=stage, code=plan.code)
        _approve(stage, plan.code, moment(date(2027, 1, 13), 16), above)
    elif plan.key not in WAITING | STILL_RETURNED:
        _approve(stage, plan.code, read, above)


def _plan_paper(stage: Stage, code: str, who: str, day: date, level: Level) -> None:
    people = OF_SCHOOL if level == Level.SCHOOL else OF_OFFICE
    stage.plan(moment(day, 11), who, found_committee, stage=stage, code=code, people=people)
    stage.plan(moment(day, 12), who, write_plan, stage=stage, code=code)


def _approve(stage: Stage, code: str, at: datetime, who: str) -> None:
    stage.plan(at, who, approve, stage=stage, code=code)


def _plan_outreach(stage: Stage) -> None:
    for number, plan in enumerate(stage.schools):
        who = plan.login("coordinator")
        if number % 4 != 3:
            hold(stage, who, plan.code, date(2027, 1, 14), EventKind.STAND, title="Акция стенді", count=1)
        if number % 3 == 0:
            advised = {Body.PARENTS: 18 + number, Body.CLASS_TEACHERS: 4, Body.PSYCHOLOGISTS: 1}
            hold(stage, who, plan.code, date(2027, 1, 20), EventKind.CONSULTATION, participants=advised)
        if number % 5 == 0:
            met = {Body.SPONSORS: 3, Body.PARENTS: 2}
            hold(stage, who, plan.code, date(2027, 1, 19), EventKind.SPONSORS, participants=met)
    for number, (code, office) in enumerate(list(OFFICES.items())[1:]):
        who = f"{office}.specialist"
        at = moment(date(2027, 1, 6), 10, number)
        phone = invented.phone(stage.chance("helpline", code))
        stage.plan(at, who, open_line, stage=stage, code=code, phone=phone)
        hold(stage, who, code, date(2027, 1, 13), EventKind.LEAFLETS, language="mixed", count=300 + 50 * number)
    for number, code in enumerate(OBLASTS):
        who, medium = f"{OFFICES[code]}.specialist", ("kk", "ru", "mixed")[number % 3]
        press = {Body.MEDIA: 6 + number, Body.EDUCATION: 4, Body.NGO: 2, Body.SPONSORS: 2}
        hold(stage, who, code, date(2027, 1, 12), EventKind.PRESS_START, participants=press)
        hold(stage, who, code, date(2027, 1, 18), EventKind.BROADCAST, language=medium, count=2)
        hold(stage, who, code, date(2027, 1, 25), EventKind.VIDEO, language=medium, count=12)
    people = {Body.POLICE: 2, Body.EDUCATION: 2, Body.COMMISSION: 1, Body.VOLUNTEERS: 4}
    hold(stage, "arshaly.specialist", ARSHALY, date(2027, 1, 22), EventKind.RAID, participants=people)
    table = {Body.SOCIAL_PEDAGOGUES: 11, Body.PSYCHOLOGISTS: 7, Body.CLASS_TEACHERS: 15}
    hold(stage, "sairam.specialist", SAIRAM, date(2027, 1, 21), EventKind.ROUNDTABLE, participants=table)
    _plan_rest(stage)


def _plan_rest(stage: Stage) -> None:
    def january(day: int, hour: int) -> datetime:
        return moment(date(2027, 1, day), hour)

    stage.plan(january(15, 12), "akmola.specialist", agree, stage=stage, code=AKMOLA)
    stage.plan(january(20, 17), "arshaly.specialist", visit, "arshaly3", stage=stage, key="arshaly3")
    stage.plan(january(25, 16), "arshaly3.coordinator", explain, "arshaly3", stage=stage, key="arshaly3")
    stage.plan(january(26, 17), "burabay.specialist", visit, "schuchinsk4", stage=stage, key="schuchinsk4")
    stage.plan(january(18, 11), "turkistan.specialist", answer_calls, stage=stage, code=TURKISTAN)
    stage.plan(january(26, 12), "akmola.specialist", allow_more_time, stage=stage, code=ARSHALY)
    stage.plan(january(27, 13), "arshaly1.coordinator", thank, "arshaly1", stage=stage, key="arshaly1")
    stage.plan(january(27, 15), "arshaly1.coordinator", hold_council, "arshaly1", stage=stage, key="arshaly1")
    for key in ("arshaly1", "samal", "gymnasium203"):
        stage.plan(january(26, 14), f"{key}.coordinator", ask_parents, key, stage=stage, key=key)


def hold(stage: Stage, who: str, code: str, day: date, kind: EventKind, **about: Any) -> None:
    """An event is entered on its own evening."""
    stage.plan(moment(day, 17, 30), who, enter_event, stage=stage, code=code, day=day, kind=kind, about=about)


# ---- verbs


def _campaign() -> Campaign:
    return Campaign.objects.get(code=CAMPAIGN)


def found_committee(*, stage: Stage, code: str, people: list[tuple[Body, CommitteeRole, str]], by: User) -> None:
    """The people are gathered, and the unit's own order approves them."""
    unit, campaign, chance = stage.unit(code), _campaign(), stage.chance("committee", code)
    committee = begin_committee(unit=unit, campaign=campaign, by=by)
    for body, role, post in people:
        person = invented.adult(chance)
        save_member(
            committee=committee,
            member=None,
            version=Committee.objects.get(pk=committee.pk).version,
            surname=person.surname,
            name=f"{person.name} {person.patronymic}".strip(),
            body=body,
            post=post,
            role=role,
            contact=invented.phone(chance),
            by=by,
        )
    order = register_order(
        unit=unit,
        campaign=campaign,
        number=f"{chance.randint(20, 90)}-к",
        date=today(),
        kind=OrderKind.COMMITTEE,
        title_kk=COMMITTEE_KK,
        title_ru=COMMITTEE_RU,
        by=by,
    )
    approve_committee(committee=committee, order=order, by=by)


def plan_of(stage: Stage, code: str) -> Plan:
    found: Plan = Plan.objects.select_related("unit", "campaign").get(unit=stage.unit(code), campaign=_campaign())
    return found


def write_plan(*, stage: Stage, code: str, by: User) -> None:
    """The guide's own lines, one line of the unit's own, adopted by the committee and sent."""
    chance = stage.chance("plan", code)
    plan = begin_plan(unit=stage.unit(code), campaign=_campaign(), by=by)
    save_line(
        plan=plan,
        line=None,
        version=plan_of(stage, code).version,
        text=_own_line(chance),
        owner="ұйымдастыру комитеті",
        due=date(2027, 1, 29),
        by=by,
    )
    send_plan(plan=plan, version=plan_of(stage, code).version, number=str(chance.randint(1, 4)), date=today(), by=by)


def _own_line(chance: Random) -> str:
    return chance.choice(
        [
            "«Жылы қыс» қайырымдылық жәрмеңкесін өткізу",
            "Сбор тёплой обуви вместе с родительским комитетом",
            "Алыс ауылдардан келетін балаларды тасымалдау кестесін тексеру",
        ]
    )


def approve(*, stage: Stage, code: str, by: User) -> None:
    plan = plan_of(stage, code)
    approve_plan(plan=plan, version=plan.version, by=by)


def send_back(*, stage: Stage, code: str, clauses: tuple[str, ...], by: User) -> None:
    plan = plan_of(stage, code)
    lines = {line.clause: line.pk for line in plan.lines.all()}
    remarks: dict[int | None, str] = {lines[clause]: REMARKS[clause] for clause in clauses}
    return_plan(plan=plan, version=plan.version, remarks=remarks, by=by)


def put_right(*, stage: Stage, code: str, by: User) -> None:
    """Every remark is answered, and the plan is adopted and sent once more."""
    plan = plan_of(stage, code)
    for remark in plan.remarks.filter(ticked_at=None):
        tick_remark(remark=remark, answer="Түзетілді: жауапты адам мен мерзім көрсетілді.", by=by)
    send_plan(plan=plan, version=plan_of(stage, code).version, number="5", date=today(), by=by)


def enter_event(*, stage: Stage, code: str, day: date, kind: EventKind, about: dict[str, Any], by: User) -> None:
    save_event(event=Event(unit=stage.unit(code), date=day, kind=kind, **about), by=by)


def open_line(*, stage: Stage, code: str, phone: str, by: User) -> None:
    add_helpline(unit=stage.unit(code), phone=phone, hours="9:00–18:30", language="mixed", by=by)


def agree(*, stage: Stage, code: str, by: User) -> None:
    agreement = Agreement(
        unit=stage.unit(code),
        partner=invented.organisation(stage.chance("agreement")).name_kk,
        date=today(),
        subject="Мұқтаж отбасылардың балаларына қысқы киім беру",
        until=date(2027, 6, 30),
    )
    save_agreement(agreement=agreement, by=by)


def visit(*, stage: Stage, key: str, by: User) -> None:
    school = stage.school(key)
    record_finding(
        unit=stage.unit(school.code),
        by_unit=stage.unit(school.parent),
        campaign=_campaign(),
        date=today(),
        finding="8А сыныбының журналы екі күн бойы толтырылмаған; себептер «белгісіз» болып қалған.",
        due=today() + timedelta(days=7),
        by=by,
    )


def explain(*, stage: Stage, key: str, by: User) -> None:
    finding = ControlVisit.objects.get(unit=stage.unit(stage.school(key).code))
    answer_finding(
        visit=finding,
        version=finding.version,
        proof="Журнал толтырылды, себептер анықталды; жауапты тағайындалды.",
        by=by,
    )


def answer_calls(*, stage: Stage, code: str, by: User) -> None:
    """One call is answered on the spot, one goes to the district, one is open."""
    unit = stage.unit(code)
    first = take_call(unit=unit, at=now(), topic="Мектепке құжатсыз қабылдау тәртібі", by=by)
    close_call(call=first, answer="Тәртіп түсіндірілді, мектептің мекенжайы берілді.", by=by)
    second = take_call(unit=unit, at=now(), topic="Көрші үйдегі бала сабаққа бармай жүр", by=by)
    forward_call(call=second, forwarded_to="Сайрам ауданының білім бөлімі", by=by)
    take_call(unit=unit, at=now(), topic="Көп балалы отбасыға киім көмегі", by=by)


def allow_more_time(*, stage: Stage, code: str, by: User) -> None:
    give_extension(
        unit=stage.unit(code),
        campaign=_campaign(),
        round="bulletin2",
        asked_by="Аршалы ауданының білім бөлімі",
        why="Аяз кезінде байланыс екі күн болмады.",
        until=date(2027, 2, 1),
        by=by,
    )


def thank(*, stage: Stage, key: str, by: User) -> None:
    person = invented.adult(stage.chance("honour", key))
    add_honour(
        unit=stage.unit(stage.school(key).code),
        campaign=_campaign(),
        date=today(),
        name=person.full_name,
        kind=HonourKind.THANKS,
        reason="балаларға қысқы киім жинауға белсенді қатысқаны үшін",
        by=by,
    )


def hold_council(*, stage: Stage, key: str, by: User) -> None:
    write_minutes(
        unit=stage.unit(stage.school(key).code),
        campaign=_campaign(),
        kind=MinutesKind.COUNCIL,
        number="4",
        date=today(),
        heard="Акцияның алғашқы нәтижелері туралы",
        decided="Сабаққа келмеген балалардың отбасыларын бір күннің ішінде аралау жалғастырылсын.",
        shortcomings="Кейбір сыныптарда журнал кешігіп толтырылады.",
        remedies="Журнал бірінші сабақтан кейін толтырылады, жауапты – директордың орынбасары.",
        owner="директордың орынбасары",
        due=date(2027, 2, 1),
        by=by,
    )


def ask_parents(*, stage: Stage, key: str, by: User) -> None:
    """The sheets that parents filled in at a meeting are counted."""
    unit, chance = stage.unit(stage.school(key).code), stage.chance("survey", key)
    open_surveys(unit=unit, campaign=_campaign(), by=by)
    link = SurveyLink.objects.get(unit=unit, campaign=_campaign(), audience="parents")
    sheets = chance.randint(24, 40)
    counts: dict[tuple[str, str], int] = {}
    for question in questions_of(link.audience):
        left = sheets
        for answer, _words in question.answers[:-1]:
            counts[question.code, answer] = chance.randint(0, left) if left else 0
            left -= counts[question.code, answer]
        counts[question.code, question.answers[-1][0]] = left
    save_tally(link=link, counts=counts, by=by)
