"""The country is made: its tree and people by the folder of tables, accounts, the campaign, its orders, days off."""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from allauth.account.forms import ResetPasswordKeyForm
from django.conf import settings

from campaigns.actions import add_campaign, register_order
from campaigns.models import Campaign
from campaigns.states import OrderKind
from schools.actions import add_account, give_post
from schools.imports import STAFF, UNITS
from schools.models import Unit, User
from schools.rights import Level, Role
from students.actions.days import announce
from students.states import DayOffKind
from zabota.demo import PASSWORD
from zabota.demo.cast import (
    ACTING_HEAD,
    AKMOLA,
    ARSHALY,
    ASTANA,
    BURABAY,
    DISTRICTS,
    MINISTRY,
    OFFICES,
    TURKISTAN,
    SchoolPlan,
    officials,
)
from zabota.demo.stage import Stage, moment
from zabota.lib import iin, invented
from zabota.lib.csvtables import Loading

TREE = Path(settings.BASE_DIR) / "schools" / "data" / "country.csv"
CAMPAIGN = "2027"
TITLES = {
    OrderKind.START: ("«Қамқорлық» акциясын өткізу туралы", "О проведении акции «Забота»"),
    OrderKind.DATES: ("«Қамқорлық» акциясының мерзімі туралы", "О сроках акции «Забота»"),
}
WITHOUT_ORDER = ("besqaiyn", "sairam47")  # two schools that the list of who owes what names


def provision(stage: Stage) -> None:
    """The tree of the country, its schools and officials, as a folder of tables brings them in."""
    with stage.provisioning(moment(date(2025, 9, 1), 9)), TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder / UNITS.file, UNITS.header, _units(stage.schools))
        _write(folder / STAFF.file, STAFF.header, _staff(stage))
        Loading([UNITS, STAFF], folder).run()
    with stage.provisioning(moment(date(2026, 12, 1), 9)):
        set_passwords(User.objects.order_by("pk"))


def set_passwords(users: Iterable[User]) -> None:
    """Everybody opens the link that works once and chooses a password: here all the same one."""
    for user in users:
        form = ResetPasswordKeyForm({"password1": PASSWORD, "password2": PASSWORD}, user=user)
        if not form.is_valid():
            raise ValueError(f"{user.username}: {form.errors.as_text()}")
        form.save()


def appoint(stage: Stage) -> None:
    """The administrators give class teachers and a stand-in their accounts and posts."""
    for plan in stage.schools:
        administrator = "arshaly.administrator" if plan.parent == ARSHALY else f"{_oblast_of(plan)}.administrator"
        with stage.acting(administrator, moment(date(2026, 12, 2), 10)) as by:
            made = [_account(stage, login, by) for login in teacher_logins(plan).values()]
            for user in made:
                give_post(user=user, unit=stage.unit(plan.code), role=Role.TEACHER, since=date(2026, 9, 1), by=by)
            set_passwords(made)
    with stage.acting("akmola.administrator", moment(date(2027, 1, 5), 10)) as by:
        user = _account(stage, ACTING_HEAD, by)
        give_post(
            user=user,
            unit=stage.unit(BURABAY),
            role=Role.HEAD,
            since=date(2027, 1, 5),
            until=date(2027, 3, 31),
            acting=True,
            by=by,
        )
        set_passwords([user])


def teacher_logins(plan: SchoolPlan) -> dict[str, str]:
    """Logins of the class teachers by class: «arshaly1.teacher», «arshaly1.teacher2»."""
    return {name: plan.login(f"teacher{number if number > 1 else ''}") for number, name in enumerate(plan.teachers, 1)}


def open_campaign(stage: Stage) -> None:
    """Last year's campaign, this year's with its thresholds, and the days off of the whole country."""
    with stage.acting("ministry.head", moment(date(2025, 12, 19), 11)) as by:
        _add_campaign(2026, by)
    with stage.acting("ministry.head", moment(date(2026, 12, 18), 11)) as by:
        campaign = _add_campaign(2027, by)
        register_order(
            unit=stage.unit(MINISTRY),
            campaign=campaign,
            number="512",
            date=date(2026, 12, 18),
            kind=OrderKind.NORMS,
            title_kk="«Қамқорлық» республикалық акциясының шектері мен мерзімдері туралы",
            title_ru="О порогах и сроках республиканской акции «Забота»",
            by=by,
        )
    with stage.acting("ministry.analyst", moment(date(2026, 12, 21), 15)) as by:
        holiday = {"unit": stage.unit(MINISTRY), "shift": None, "kind": DayOffKind.HOLIDAY, "order": "341", "by": by}
        announce(first=date(2026, 12, 31), last=date(2027, 1, 10), grades=[], **holiday)  # type: ignore[arg-type]
        announce(first=date(2027, 2, 8), last=date(2027, 2, 14), grades=[0, 1], **holiday)  # type: ignore[arg-type]


def plan_orders(stage: Stage) -> None:
    """Who has registered which order by when (Guide 4.2, 4.3, 6.2.1)."""
    plan_order(stage, AKMOLA, "12-Ө", date(2027, 1, 5), OrderKind.START, date(2027, 1, 11), date(2027, 2, 10))
    plan_order(stage, ASTANA, "01-07", date(2027, 1, 5), OrderKind.START)
    plan_order(stage, TURKISTAN, "7", date(2027, 1, 5), OrderKind.START)
    plan_order(stage, TURKISTAN, "9", date(2027, 1, 6), OrderKind.DATES, date(2027, 1, 12), date(2027, 2, 8))
    for number, district in enumerate(DISTRICTS, 14):
        plan_order(stage, district, f"{number}-ө", date(2027, 1, 7), OrderKind.START)
    for number, plan in enumerate(stage.schools, 3):
        if plan.key not in WITHOUT_ORDER:
            plan_order(
                stage, plan.code, f"{number}", date(2027, 1, 8), OrderKind.START, who=plan.key, hour=9 + number % 7
            )


def plan_days_off(stage: Stage) -> None:
    """Frost in Arshaly, a broken boiler in Aqtogan with a taught Saturday for it, quarantine in Astana."""
    cancelled, frost = DayOffKind.CANCELLED, "29-ө"
    for day, grades in ((date(2027, 1, 21), [0, 1, 2, 3, 4]), (date(2027, 1, 22), [])):
        plan_day_off(stage, ARSHALY, "arshaly.specialist", day, grades, cancelled, frost)
    for key, day, grades, kind, order in (
        ("aqtogan", date(2027, 1, 18), [], cancelled, "11-қ"),
        ("aqtogan", date(2027, 1, 23), [], DayOffKind.WORKDAY, "12-қ"),
        ("gymnasium203", date(2027, 1, 20), [5, 6, 7, 8, 9, 10, 11], DayOffKind.DISTANCE, "18-қ"),
    ):
        if stage.plays(key):
            plan_day_off(stage, stage.school(key).code, f"{key}.coordinator", day, grades, kind, order)


def plan_day_off(stage: Stage, code: str, who: str, day: date, grades: list[int], kind: str, order: str) -> None:
    """Announced on the eve, after the last lesson."""
    eve = moment(day - timedelta(days=1), 18, 40)
    more = {"grades": grades, "shift": None, "kind": kind, "order": order}
    stage.plan(eve, who, announce, unit=stage.unit(code), first=day, last=day, **more)


def plan_order(
    stage: Stage,
    code: str,
    number: str,
    day: date,
    kind: OrderKind,
    opens: date | None = None,
    closes: date | None = None,
    who: str = "",
    hour: int = 11,
) -> None:
    """The unit registers an order on its day: a school's by the coordinator, an office's by its specialist."""
    title_kk, title_ru = TITLES[kind]
    stage.plan(
        moment(day, hour, 20),
        f"{who}.coordinator" if who else f"{OFFICES[code]}.specialist",
        register_order,
        unit=stage.unit(code),
        campaign=Campaign.objects.get(code=CAMPAIGN),
        number=number,
        date=day,
        kind=kind,
        title_kk=title_kk,
        title_ru=title_ru,
        opens=opens,
        closes=closes,
    )


def _add_campaign(year: int, by: User) -> Campaign:
    return add_campaign(
        code=f"{year}",
        name_kk=f"«Қамқорлық» – {year}",
        name_ru=f"«Забота» – {year}",
        name_en=f"Care {year}",
        opens=date(year, 1, 10),
        closes=date(year, 2, 10),
        due=date(year, 2, 20),
        systematic_days=5,
        long_days=3,
        visit_days=3,
        measure_days=5,
        notice_days=3,
        answer_days=10,
        by=by,
    )


def _account(stage: Stage, login: str, by: User) -> User:
    person = invented.adult(stage.chance("teacher", login))
    return add_account(
        login=login,
        surname=person.surname,
        name=person.name,
        patronymic=person.patronymic,
        email=f"{login}@example.kz",
        by=by,
    )


def _oblast_of(plan: SchoolPlan) -> str:
    return OFFICES[DISTRICTS.get(plan.parent, plan.parent)]


def _units(schools: list[SchoolPlan]) -> list[list[str]]:
    with TREE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for number, plan in enumerate(schools, 1):
        of_school = [plan.kind, plan.ownership, str(plan.week), iin.make(number, organisation=True)]
        rows.append([plan.code, plan.parent, Level.SCHOOL, "", plan.kk, plan.ru, *of_school])
    return rows


def _staff(stage: Stage) -> list[list[str]]:
    return [
        [
            each.login,
            each.unit,
            each.role,
            each.person.surname,
            each.person.name,
            each.person.patronymic,
            each.email,
            each.phone,
            each.since.isoformat(),
            "",
        ]
        for each in officials(stage.chance("officials"), stage.schools)
    ]


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(header)
        lines.writerows(rows)


def oblasts_and_districts() -> tuple[int, int]:
    """How many units the tree has on its two upper floors."""
    levels = list(Unit.objects.values_list("level", flat=True))
    return levels.count(Level.OBLAST), levels.count(Level.DISTRICT)
