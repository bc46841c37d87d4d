"""The bulletins: schools sign, districts and oblasts accept and sign, the ministry seals the first one (PRODUCT 12)."""

from collections.abc import Iterable
from datetime import date, datetime

from aid.models import Family, Handout
from campaigns.models import Campaign
from reports import actions
from reports.models import Submission
from reports.places import below
from schools.models import Unit, User
from schools.rights import Permission
from students.models import Case
from zabota.demo.cast import DISTRICTS, OBLASTS, OFFICES
from zabota.demo.country import CAMPAIGN
from zabota.demo.stage import Stage, moment

FIRST, SECOND = "bulletin1", "bulletin2"
DUE = date(2027, 1, 20)
SIGNED_LATER = [  # the second bulletin: school, day and hour of January, what the district says
    ("schuchinsk4", 27, 15, "accept"),
    ("samal", 27, 15, "accept"),
    ("arshaly1", 27, 16, "accept"),
    ("koktal", 27, 16, "send_back"),
    ("arshaly2", 27, 17, ""),
    ("lyceum201", 28, 9, ""),
]
NOT_CONNECTED = "Ауданның мектептері порталға әлі қосылған жоқ."
OTHERS_LATER = "Қалған облыстар порталға келесі бюллетеньге дейін қосылады."
REMARK = "5А сыныбының 26 қаңтардағы журналын тексеріңіз: келмеген балалардың себебі толық көрсетілмеген."
TEXTS = [
    "Күн сайын таңғы тізімге дейін ата-аналармен хабарласу жақсы нәтиже берді. Аяқ киім қажеттілігі әлі де бар.",
    "Ежедневный обзвон до первого урока сократил число неизвестных причин. Нужна тёплая обувь для младших классов.",
    "Сынып жетекшілері отбасыларды аралап шықты. Ұсыныс: жеткізу көлігінің кестесін қайта қарау.",
    "Социальный педагог посетил семьи. Недостаток: не хватает курток средних размеров.",
]
OF_DISTRICT = "Мектептердің есептері тексерілді. Ең жиі кездесетін себеп – қысқы киім мен аяқ киімнің болмауы."
OF_OBLAST = "Есеп аудандардың деректері бойынша жасалды. Аяз болған күндер сабақ есебінен шығарылды."


def plan_papers(stage: Stage) -> None:
    _plan_first(stage)
    for number, (school, day, hour, answer) in enumerate(SIGNED_LATER):
        if stage.plays(school):
            at = moment(date(2027, 1, day), hour, 10 + 5 * number)
            _plan_school(stage, school, SECOND, at, number)
            if answer:
                _plan_answer(stage, school, answer)


def _plan_first(stage: Stage) -> None:
    """All on one day, the twentieth: up the tree by the hour."""
    for number, plan in enumerate(stage.schools):
        _plan_school(stage, plan.key, FIRST, moment(DUE, 14, 5 * number), number)
        office = OFFICES[plan.parent]
        stage.plan(
            moment(DUE, 15, 10 + number), f"{office}.specialist", accept, stage=stage, code=plan.code, form=FIRST
        )
    parents = {plan.parent for plan in stage.schools}
    for number, (district, oblast) in enumerate(DISTRICTS.items()):
        if district in parents:
            _plan_office(stage, district, moment(DUE, 15, 40 + number), OF_DISTRICT)
            stage.plan(
                moment(DUE, 16, 20), f"{OFFICES[oblast]}.specialist", accept, stage=stage, code=district, form=FIRST
            )
    for oblast in _oblasts(stage):
        _plan_office(stage, oblast, moment(DUE, 16, 45), OF_OBLAST)
        stage.plan(moment(DUE, 17, 20), "ministry.analyst", accept, stage=stage, code=oblast, form=FIRST)
    stage.plan(moment(DUE, 18, 5), "ministry.head", seal)


def _oblasts(stage: Stage) -> list[str]:
    above = {DISTRICTS.get(plan.parent, plan.parent) for plan in stage.schools}
    return [oblast for oblast in OBLASTS if oblast in above]


def _plan_school(stage: Stage, school: str, form: str, at: datetime, number: int) -> None:
    more = {"stage": stage, "code": stage.school(school).code, "form": form}
    text = TEXTS[number % len(TEXTS)]
    stage.plan(at, f"{school}.coordinator", write, text=text, **more)
    stage.plan(at.replace(minute=at.minute + 4), f"{school}.head", sign, **more)


def _plan_office(stage: Stage, code: str, at: datetime, text: str) -> None:
    more = {"stage": stage, "code": code, "form": FIRST}
    stage.plan(at, f"{OFFICES[code]}.specialist", write, text=text, **more)
    stage.plan(at.replace(minute=at.minute + 5), f"{OFFICES[code]}.head", sign, **more)


def _plan_answer(stage: Stage, school: str, answer: str) -> None:
    plan = stage.school(school)
    more = {"stage": stage, "code": plan.code, "form": SECOND}
    who, at = f"{OFFICES[plan.parent]}.specialist", moment(date(2027, 1, 28), 9, 20)
    if answer == "accept":
        stage.plan(at, who, accept, **more)
    else:
        stage.plan(at, who, send_back, **more)


# ---- verbs


def paper_of(stage: Stage, code: str, form: str) -> Submission:
    found = actions.current(stage.unit(code), _campaign(), form)
    assert found is not None, f"{code} has no {form}"
    return found


def write(*, stage: Stage, code: str, form: str, text: str, by: User) -> None:
    """The coordinator or specialist prepares the report and writes what worked and what did not."""
    submission = actions.prepare(unit=stage.unit(code), campaign=_campaign(), form=form, by=by)
    actions.write_text(submission=submission, text=text, by=by)


def sign(*, stage: Stage, code: str, form: str, by: User) -> None:
    """The head signs, says where there is nothing to report, and why a unit below is missing."""
    submission, unit = paper_of(stage, code, form), stage.unit(code)
    missing = dict.fromkeys(_codes_without(unit, submission), NOT_CONNECTED)
    actions.sign(submission=submission, nil=_nil(unit, by), missing=missing, by=by)


def _nil(unit: Unit, by: User) -> list[str]:
    """The sections with nothing to report, as the lists of the unit show them; signing refuses what is not so."""
    lists = {
        "cases": Case.objects.for_user(by, Permission.CASE_VIEW).under(unit.pk).confirmed(),
        "families": Family.objects.for_user(by, Permission.FAMILY_VIEW).under(unit.pk).exclude(approved_on=None),
        "aid": Handout.objects.for_user(by, Permission.AID_VIEW).under(unit.pk),
    }
    return [section for section, rows in lists.items() if not rows.exists()]


def accept(*, stage: Stage, code: str, form: str, by: User) -> None:
    actions.accept(submission=paper_of(stage, code, form), by=by)


def send_back(*, stage: Stage, code: str, form: str, by: User) -> None:
    actions.send_back(submission=paper_of(stage, code, form), note=REMARK, by=by)


def seal(*, by: User) -> None:
    """The figures are sealed now; the worker makes the papers as soon as there is one."""
    actions.seal(campaign=_campaign(), form=FIRST, reason=OTHERS_LATER, by=by)
    actions.want_seal(campaign=_campaign(), form=FIRST, reason=OTHERS_LATER, by=by)


def _campaign() -> Campaign:
    return Campaign.objects.get(code=CAMPAIGN)


def _codes_without(unit: Unit, submission: Submission) -> Iterable[str]:
    """Units below from which nothing has come."""
    if unit.is_school:
        return []
    reported = Submission.objects.filter(campaign=submission.campaign, form=submission.form).values("unit")
    return Unit.objects.filter(below(unit.pk)).exclude(pk__in=reported).values_list("code", flat=True)
