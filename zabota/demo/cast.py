"""Which schools and people the demo has: data, and how they are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from schools.rights import Role
from schools.states import Ownership, SchoolKind
from students.states import Language
from zabota.lib import invented

MINISTRY, AKMOLA, ASTANA, TURKISTAN = "KZ", "110000000", "710000000", "610000000"
ARSHALY, BURABAY, ESIL, SARYARQA, SAIRAM = "113400000", "117000000", "711210000", "711310000", "615200000"
DISTRICTS = {ARSHALY: AKMOLA, BURABAY: AKMOLA, ESIL: ASTANA, SARYARQA: ASTANA, SAIRAM: TURKISTAN}
OBLASTS = (AKMOLA, ASTANA, TURKISTAN)
OFFICES = {
    MINISTRY: "ministry",
    AKMOLA: "akmola",
    ASTANA: "astana",
    TURKISTAN: "turkistan",
    ARSHALY: "arshaly",
    BURABAY: "burabay",
    ESIL: "esil",
    SARYARQA: "saryarqa",
    SAIRAM: "sairam",
}
ACTING_HEAD = "burabay.head"  # a stand-in: enters by a post of its own with a last day
AUTUMN, YEAR_BEFORE = date(2026, 9, 1), date(2025, 9, 1)

WHOLE = (22, 21, 21, 20, 19, 19, 18, 18, 17, 12, 11)  # pupils of the grades 1 to 11
BASIC = (20, 19, 20, 18, 19, 17, 18, 17, 16, 11, 10)
CITY = (24, 23, 22, 22, 20, 20, 19, 19, 17, 14, 13)
PRIVATE = (18, 19, 18, 18, 17, 17, 16, 16, 15, 13, 12)
VILLAGE = (4, 3, 4, 3, 4, 5, 4, 4, 4, 0, 0)


@dataclass(frozen=True)
class SchoolPlan:
    """A school as the demo knows it.  `key` begins the logins of its people."""

    key: str
    parent: str
    kk: str
    ru: str
    kind: str = SchoolKind.GENERAL
    ownership: str = Ownership.STATE
    week: int = 5
    language: str = Language.KK
    sizes: tuple[int, ...] = WHOLE
    second_shift: tuple[int, ...] = ()
    two_languages: tuple[int, ...] = ()  # grades with a Kazakh class А and a Russian class Б
    merged: tuple[int, ...] = ()  # grades that are one class
    residence: int = 0  # children who live there and study elsewhere
    at_home: int | None = None  # the grade of a child taught at home
    teachers: tuple[str, ...] = ("7А",)  # classes whose teacher has an account

    @property
    def code(self) -> str:
        return f"{self.parent[:6]}-{self.key}"

    def login(self, role: str) -> str:
        return f"{self.key}.{role}"


SCHOOLS = [
    SchoolPlan(
        "arshaly1",
        ARSHALY,
        "№ 1 Аршалы жалпы орта мектебі",
        "Аршалынская общеобразовательная школа № 1",
        at_home=8,
        teachers=("7А", "2А"),
    ),
    SchoolPlan(
        "arshaly2",
        ARSHALY,
        "№ 2 Аршалы жалпы орта мектебі",
        "Аршалынская общеобразовательная школа № 2",
        language=Language.RU,
        sizes=BASIC,
    ),
    SchoolPlan(
        "arshaly3",
        ARSHALY,
        "№ 3 Аршалы мектеп-гимназиясы",
        "Аршалынская школа-гимназия № 3",
        kind=SchoolKind.GYMNASIUM,
        language=Language.MIXED,
        second_shift=(3, 6, 7),
        two_languages=(1, 2, 3, 4),
    ),
    SchoolPlan("koktal", ARSHALY, "Көктал ауылының жалпы орта мектебі", "Школа села Коктал", sizes=BASIC),
    SchoolPlan(
        "besqaiyn",
        ARSHALY,
        "Бесқайың ауылының шағын жинақты мектебі",
        "Малокомплектная школа села Бескайын",
        kind=SchoolKind.SMALL,
        sizes=VILLAGE,
        merged=(1, 2, 3, 4),
        teachers=("1-4",),
    ),
    SchoolPlan(
        "schuchinsk4",
        BURABAY,
        "Щучинск қаласының № 4 жалпы орта мектебі",
        "Общеобразовательная школа № 4 города Щучинск",
        language=Language.MIXED,
        two_languages=(1, 2, 3),
    ),
    SchoolPlan("aqtogan", BURABAY, "Ақтоған ауылының жалпы орта мектебі", "Школа села Актоган", sizes=BASIC),
    SchoolPlan(
        "lyceum201",
        ASTANA,
        "№ 201 мектеп-лицей",
        "Школа-лицей № 201",
        kind=SchoolKind.LYCEUM,
        week=6,
        sizes=CITY,
    ),
    SchoolPlan(
        "samal",
        ESIL,
        "«Самал» жекеменшік мектебі",
        "Частная школа «Самал»",
        ownership=Ownership.PRIVATE,
        language=Language.RU,
        sizes=PRIVATE,
    ),
    SchoolPlan(
        "gymnasium203",
        SARYARQA,
        "№ 203 мектеп-гимназия",
        "Школа-гимназия № 203",
        kind=SchoolKind.GYMNASIUM,
        sizes=CITY,
        second_shift=(2, 3, 6, 8),
    ),
    SchoolPlan(
        "sairam31",
        SAIRAM,
        "№ 31 жалпы орта мектеп",
        "Общеобразовательная школа № 31",
        residence=6,
        sizes=CITY,
    ),
    SchoolPlan("sairam47", SAIRAM, "№ 47 жалпы орта мектеп", "Общеобразовательная школа № 47"),
]


@dataclass(frozen=True)
class Official:
    """A person with an account and a post."""

    login: str
    unit: str
    role: str
    person: invented.Person
    phone: str
    since: date = AUTUMN

    @property
    def email(self) -> str:
        return f"{self.login}@example.kz"


def officials(rng: Random, schools: list[SchoolPlan]) -> list[Official]:
    """Everybody whom the folder of tables brings in; class teachers get their posts from their administrators."""
    return [
        Official(
            login=f"{place}.{role}",
            unit=unit,
            role=role,
            person=invented.adult(rng),
            phone=invented.phone(rng),
            since=YEAR_BEFORE if unit == MINISTRY else AUTUMN,
        )
        for place, unit, role in _posts(schools)
        if f"{place}.{role}" != ACTING_HEAD
    ]


def _posts(schools: list[SchoolPlan]) -> Iterator[tuple[str, str, str]]:
    for role in (Role.ANALYST, Role.HEAD, Role.ADMINISTRATOR, Role.AUDITOR):
        yield "ministry", MINISTRY, role
    for oblast in OBLASTS:
        for role in (Role.SPECIALIST, Role.HEAD, Role.ADMINISTRATOR):
            yield OFFICES[oblast], oblast, role
    for district in DISTRICTS:
        for role in (Role.SPECIALIST, Role.HEAD, Role.COMMISSION):
            yield OFFICES[district], district, role
    yield "arshaly", ARSHALY, Role.ADMINISTRATOR
    for school in schools:
        for role in (Role.COORDINATOR, Role.HEAD):
            yield school.key, school.code, role
