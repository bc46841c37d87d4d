"""A made-up campaign of any size as a folder of tables (PRODUCT 13): the same seed gives the same folder.

    python -m tests.bench.generate --schools 100 --out DIR

A school has twenty classes and about five hundred pupils; the schools stand in districts picked evenly over the whole
country.  What a real January has is there too: five and six days a week, two shifts, merged grades, frost, quarantine
and distance days, days put back, own dates, children who move, silent classes, families with children at two schools.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from zabota.lib import iin, invented

COUNTRY = Path(__file__).resolve().parents[2] / "schools" / "data" / "country.csv"
MINISTRY, CAMPAIGN = "KZ", "2027"
CITIES = {"710000000", "750000000", "790000000"}  # here a school may hang directly under the city
YEAR_BEGINS, OPENS, CLOSES = date(2026, 9, 1), date(2027, 1, 10), date(2027, 2, 10)
SCHOOLS_A_DISTRICT, CLASSES, PUPILS = 5, 20, 500
DAY = timedelta(days=1)

MOVES, COMES_NEW, SILENT = 0.02, 0.005, 0.03
FALLS_ILL, MISSES_A_DAY, DRIFTS, STAYS_AWAY, IN_PART = 0.0105, 0.006, 0.015, 0.28, 0.1
NO_DEVICE = 0.06
NEW_FAMILY, JOINS_A_FAMILY, HELPED, HELPED_ALSO = 0.025, 0.2, 0.75, 0.008
CASE, NEVER_AT_SCHOOL = 0.003, 0.15

SMALL_REASONS = {"family": 40, "event": 15, "road": 15, "unknown": 20, "truancy": 10}
DRIFT_REASONS = {
    "truancy": 26, "unknown": 14, "refusal": 4, "no_clothes": 14, "no_shoes": 12, "no_supplies": 6, "works": 10,
    "carer": 9, "no_transport": 5,
}  # fmt: skip
LEAVES_FOR = {"transfer": 42, "moved": 38, "abroad": 9, "college": 4, "family": 3, "other": 4}
CAUSES = [
    "clothes", "supplies", "poverty", "works", "carer", "illness", "refusal", "moved", "documents", "neglect",
    "motivation",
]  # fmt: skip
STATUSES = [
    "many_children", "orphan", "no_care", "disability", "single_parent", "unfavourable", "low_income", "difficult",
    "other",
]  # fmt: skip
SOURCES = {
    "fund": 38, "sponsor": 27, "teachers": 4, "parents": 3, "ngo": 10, "party": 2, "religious": 4, "state": 8,
    "volunteers": 4,
}  # fmt: skip
DONOR_OF = {"sponsor": "company", "ngo": "ngo", "party": "party", "religious": "religious", "volunteers": "person"}
PRICES = {
    "outerwear": 24_000, "uniform": 28_000, "shoes": 14_000, "tracksuit": 9_000, "bag": 8_000, "stationery": 6_000,
    "food": 12_000, "meals": 9_000, "money": 35_000,
}  # fmt: skip

HEADERS = {
    "campaigns": "code,name_kk,name_ru,opens,closes,due,systematic_days,long_days,visit_days,measure_days,notice_days,"
    "answer_days",
    "units": "code,parent,level,kato,name_kk,name_ru,kind,ownership,week,bin",
    "staff": "login,unit,role,surname,name,patronymic,email,phone,from,to",
    "orders": "unit,campaign,number,date,kind,opens,closes,title_ru,title_kk",
    "classes": "school,class,kind,grades,shift,week,language",
    "days_off": "unit,from,to,grades,shift,kind,order",
    "pupils": "key,school,class,grade,form,surname,name,patronymic,born,sex,iin,from,to",
    "registers": "school,class,date",
    "absences": "pupil,date,reason,lessons,contacted_on,contact",
    "movements": "pupil,left_on,slip,reason,to_unit,to_text,arrived_on",
    "cases": "key,pupil,unit,surname,name,born,sex,found_on,source,kind,cause,confirmed_on,visited_on,returned_on,"
    "relapsed_on,closed_on,closing",
    "families": "key,school,name,address,approved_on,removed_on,removed_why",
    "members": "family,pupil,categories,statuses,valid_until",
    "donors": "key,kind,name,number,publicity",
    "donations": "key,donor,unit,source,kind,size,quantity,tenge,pledged_on,received_on",
    "handouts": "pupil,unit,date,source,kind,size,quantity,tenge,donation,proof_due,proof_on",
}


@dataclass
class School:
    code: str
    parent: str  # its district, or its city
    line: tuple[str, ...]  # the codes above, the nearest first
    week: int
    is_private: bool
    groups: list["Group"] = field(default_factory=list)


@dataclass
class Group:
    """A class or a residence."""

    school: School
    name: str
    grades: list[int]
    shift: int
    week: int | None
    kind: str = "class"
    taken: set[date] = field(default_factory=set)
    distance: set[date] = field(default_factory=set)


@dataclass
class Stay:
    """A child in a class from a day to a day."""

    group: Group
    grade: int
    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass
class Child:
    key: str
    person: invented.Person
    iin: str
    form: str
    stays: list[Stay] = field(default_factory=list)

    def on(self, day: date) -> Stay | None:
        return next((stay for stay in self.stays if stay.holds(day)), None)


@dataclass
class DayOff:
    """An announced day off; no grades or no shift means all of them."""

    unit: str
    first: date
    last: date
    kind: str
    grades: str = ""
    shift: int | None = None

    def covers(self, group: Group, day: date) -> bool:
        if not self.first <= day <= self.last or self.shift not in (None, group.shift):
            return False
        low, _, high = self.grades.partition("-")
        return not low or all(int(low) <= grade <= int(high or low) for grade in group.grades)


@dataclass
class Family:
    key: str
    school: School
    children: list[Child]
    grade: int  # of the first child
    wanted: int  # how many more children it has


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


class Campaign:
    """The whole campaign in memory, subject after subject; `rows` are those of the files."""

    def __init__(self, schools: int, seed: int, first: date) -> None:
        self.rng = Random(seed)
        self.first = first  # of the registers
        self.rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in HEADERS}
        self.children: list[Child] = []
        self.families: list[Family] = []
        self.gifts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.offs: dict[str, list[DayOff]] = defaultdict(list)
        self.campaign()
        self.schools = self.tree(schools)
        self.staff()
        self.orders()
        self.days_off()
        for school in self.schools:
            self.classes(school)
            self.pupils(school)
        self.movement()
        for school in self.schools:
            for group in school.groups:
                self.registers(group)
        for child in self.children:
            self.enrolments(child)
            self.absences(child)
        self.cases()
        self.needy()
        self.aid()

    def add(self, table: str, *values: object) -> None:
        self.rows[table].append(values)

    def draw(self, weights: dict[str, int]) -> str:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def day(self, first: date, last: date) -> date:
        return first + DAY * self.rng.randint(0, (last - first).days)

    # ---- the country

    def campaign(self) -> None:
        names, norms = ("«Қамқорлық» – 2027", "«Забота» – 2027"), (5, 3, 3, 5, 3, 10)
        self.add("campaigns", CAMPAIGN, *names, OPENS, CLOSES, date(2027, 2, 20), *norms)

    def tree(self, schools: int) -> list[School]:
        with COUNTRY.open(encoding="utf-8", newline="") as file:
            units = {row["code"]: row for row in csv.DictReader(file)}
        districts = [code for code, row in units.items() if row["level"] == "district"]
        wanted = max(1, min(len(districts), schools // SCHOOLS_A_DISTRICT))
        chosen = [districts[n * len(districts) // wanted] for n in range(wanted)]
        for code in [*dict.fromkeys(units[code]["parent"] for code in chosen), *chosen]:
            self.add("units", *units[code].values())
        places = [chosen[n * wanted // schools] for n in range(schools)]
        return [self.school(n, district, units[district]["parent"]) for n, district in enumerate(places)]

    def school(self, n: int, district: str, oblast: str) -> School:
        line: tuple[str, ...] = (district, oblast, MINISTRY)
        if oblast in CITIES and n % 3 == 0:
            line = (oblast, MINISTRY)
        if n == 50:  # a republican school
            line = (MINISTRY,)
        week = 6 if self.rng.random() < 0.25 else 5
        school = School(f"M{n + 1:04}", line[0], line, week, is_private=n % 17 == 16)
        kind = self.rng.choice(["general", "general", "gymnasium", "lyceum"])
        name, ownership = f"№ {n + 1}", "private" if school.is_private else "state"
        self.add(
            "units", school.code, line[0], "school", "", f"{name} мектеп", f"Школа {name}", kind, ownership, week,
            iin.make(n, organisation=True),
        )  # fmt: skip
        return school

    def staff(self) -> None:
        for school in self.schools:
            for role in ("coordinator", "head"):
                who = invented.adult(self.rng)
                login = f"{school.code.lower()}.{role}"
                self.add(
                    "staff", login, school.code, role, who.surname, who.name, who.patronymic, f"{login}@example.kz",
                    invented.phone(self.rng), YEAR_BEGINS, "",
                )  # fmt: skip

    def orders(self) -> None:
        for unit in [row[0] for row in self.rows["units"] if row[2] != "school"]:
            chance = self.rng.random()
            if chance < 0.15:
                self.order(unit, "dates", OPENS + DAY * self.rng.randint(1, 4), CLOSES - DAY * self.rng.randint(0, 3))
            elif chance < 0.9:
                self.order(unit, "start")
        for school in self.schools:
            chance = self.rng.random()
            if chance < 0.04:
                self.order(school.code, "start", OPENS + DAY * self.rng.randint(1, 3), "")
            elif chance < 0.97:
                self.order(school.code, "start")

    def order(self, unit: object, kind: str, opens: object = "", closes: object = "") -> None:
        number, dated = f"{self.rng.randint(1, 99)}-ө", self.day(date(2027, 1, 5), date(2027, 1, 13))
        titles = "О проведении акции", "Акцияны өткізу туралы"
        self.add("orders", unit, CAMPAIGN, number, dated, kind, opens, closes, *titles)

    # ---- days

    def days_off(self) -> None:
        self.off(MINISTRY, date(2026, 10, 26), date(2026, 11, 1), "holiday")
        self.off(MINISTRY, date(2026, 12, 30), date(2027, 1, 8), "holiday")
        self.off(MINISTRY, date(2027, 2, 8), date(2027, 2, 14), "holiday", "0-1")
        for code in [row[0] for row in self.rows["units"] if row[2] == "district"]:
            for _ in range(self.rng.choice([0, 0, 1, 1, 2])):  # frost
                day, shift = self.weekday(), self.rng.choice([None, None, 1])
                self.off(code, day, day, "cancelled", self.rng.choice(["0-4", "0-9", ""]), shift)
        for school in self.schools:
            chance, day = self.rng.random(), self.weekday()
            if chance < 0.12:
                self.off(school.code, day, day + 2 * DAY, "distance", self.rng.choice(["", "5-9"]))
            elif chance < 0.24:
                self.off(school.code, day, day + 2 * DAY, "cancelled", self.rng.choice(["1", "0-4"]))
            elif chance < 0.36:
                saturday = date(2027, 1, 16) + 7 * DAY * self.rng.randint(0, 2)
                self.off(school.code, saturday, saturday, "workday")
            elif chance < 0.42:  # a frost day of the district that this school did not need
                frost = self.rng.choice(self.offs[school.parent] or self.offs[MINISTRY])
                self.off(school.code, frost.first, frost.first, "workday")

    def weekday(self) -> date:
        day = self.day(OPENS + DAY, CLOSES - 3 * DAY)
        return day if day.isoweekday() < 6 else day + 2 * DAY

    def off(self, unit: object, first: date, last: date, kind: str, grades: str = "", shift: int | None = None) -> None:
        self.offs[str(unit)].append(DayOff(str(unit), first, last, kind, grades, shift))
        number = f"{len(self.rows['days_off']) + 1}-д"
        self.add("days_off", unit, first, last, grades, shift or "", kind, number)

    def kind_of(self, group: Group, day: date) -> str:
        """What the day is for the class as a whole; days off for some of its grades leave it as it is."""
        for unit in (group.school.code, *group.school.line):
            for off in self.offs.get(unit, ()):
                if off.covers(group, day):
                    return "taught" if off.kind == "workday" else off.kind
        return "taught" if day.isoweekday() <= (group.week or group.school.week) else "off"

    # ---- classes and children

    def classes(self, school: School) -> None:
        is_small = self.rng.random() < 0.15
        shift_of = 2 if self.rng.random() < 0.6 else 1
        plan = [[0], *([grade] for grade in range(1, 12) for _ in range(2))][:CLASSES]
        if is_small:
            plan[:4] = [[0, 1], [1, 2, 3], [2, 4], [3, 4]]
        seen: dict[str, int] = defaultdict(int)
        for grades in plan:
            label = "-".join(map(str, sorted({grades[0], grades[-1]})))
            name = f"{label}{'АӘБВ'[seen[label]]}"
            seen[label] += 1
            shift = shift_of if 2 <= grades[0] <= 7 and self.rng.random() < 0.5 else 1
            week = 5 if school.week == 6 and grades[0] <= 1 else None
            self.group(Group(school, name, grades, shift, week))
        if self.rng.random() < 0.06:
            self.group(Group(school, "Интернат", list(range(1, 12)), 1, None, "residence"))

    def group(self, group: Group) -> None:
        group.school.groups.append(group)
        grades = f"{group.grades[0]}-{group.grades[-1]}" if len(group.grades) > 1 else str(group.grades[0])
        if len(group.grades) > 1 and group.grades != list(range(group.grades[0], group.grades[-1] + 1)):
            grades = ";".join(map(str, group.grades))
        language = self.rng.choice(["kk", "kk", "ru", "mixed"])
        self.add("classes", group.school.code, group.name, group.kind, grades, group.shift, group.week or "", language)

    def pupils(self, school: School) -> None:
        for group in school.groups:
            size = 12 if group.kind == "residence" else PUPILS // CLASSES + self.rng.randint(-5, 5)
            for _ in range(size):
                grade = self.rng.choice(group.grades)
                child = self.child(school, grade)
                first = YEAR_BEGINS
                if self.rng.random() < COMES_NEW:
                    first = self.day(OPENS + DAY, CLOSES)
                    if self.rng.random() < 0.2:  # was here, went abroad and came back
                        child.stays.append(Stay(group, grade, YEAR_BEGINS, date(2026, 10, 14)))
                        self.add("movements", child.key, date(2026, 10, 15), "", "abroad", "", "Түркия", "")
                child.stays.append(Stay(group, grade, first))

    def child(self, school: School, grade: int) -> Child:
        number = len(self.children) + 1
        family = self.family_for(grade)
        if family:
            person = invented.sibling(self.rng, family.children[0].person, grade, OPENS)
            family.wanted -= 1
        else:
            person = invented.child(self.rng, grade, OPENS)
        form = self.rng.choices(["day", "home", "evening", "external"], [980, 14, 4, 2])[0]
        child = Child(f"p{number}", person, iin.make(number) if self.rng.random() < 0.9 else "", form)
        self.children.append(child)
        if family:
            family.children.append(child)
        elif self.rng.random() < NEW_FAMILY:
            more = self.rng.choices([0, 1, 2], [45, 35, 20])[0]
            self.families.append(Family(f"f{len(self.families) + 1}", school, [child], grade, more))
        return child

    def family_for(self, grade: int) -> Family | None:
        """A family in need whose next child this is; the neighbouring school may be the other one's."""
        for family in self.families[-4:]:
            if family.wanted and abs(family.grade - grade) > 1 and self.rng.random() < JOINS_A_FAMILY:
                return family
        return None

    # ---- movement

    def movement(self) -> None:
        by_grade: dict[tuple[str, int], list[Group]] = defaultdict(list)
        for school in self.schools:
            for group in school.groups:
                for grade in group.grades if group.kind == "class" else ():
                    by_grade[school.code, grade].append(group)
        for child in self.children:
            stay = child.stays[-1]
            if stay.first == YEAR_BEGINS and stay.group.kind == "class" and self.rng.random() < MOVES:
                self.leave(child, stay, by_grade)

    def leave(self, child: Child, stay: Stay, by_grade: dict[tuple[str, int], list[Group]]) -> None:
        reason, left = self.draw(LEAVES_FOR), self.day(OPENS, CLOSES)
        stay.last = left - DAY
        slip, to_unit, arrived = f"{self.rng.randint(1, 400)}", "", ""
        if reason in ("transfer", "moved"):
            near = [school for school in self.schools if school.parent == stay.group.school.parent]
            school = self.rng.choice(near if self.rng.random() < 0.6 else self.schools)
            to_unit = school.code
            there, comes = by_grade[school.code, stay.grade], left + DAY * self.rng.randint(0, 5)
            if there and comes <= CLOSES and self.rng.random() < 0.85:
                child.stays.append(Stay(self.rng.choice(there), stay.grade, comes))
                arrived = comes.isoformat()
        self.add("movements", child.key, left, slip, reason, to_unit, "" if to_unit else "белгісіз", arrived)

    def enrolments(self, child: Child) -> None:
        person = child.person
        for stay in child.stays:
            self.add(
                "pupils", child.key, stay.group.school.code, stay.group.name, stay.grade, child.form, person.surname,
                person.name, person.patronymic, person.born, person.sex, child.iin, stay.first, stay.last or "",
            )  # fmt: skip

    # ---- registers

    def registers(self, group: Group) -> None:
        if group.kind == "residence":
            return
        silent = SILENT if self.rng.random() < 0.9 else 5 * SILENT
        for day in days(self.first, CLOSES):
            kind = self.kind_of(group, day)
            if kind in ("taught", "distance") and self.rng.random() >= silent:
                group.taken.add(day)
                if kind == "distance":
                    group.distance.add(day)
                self.add("registers", group.school.code, group.name, day)

    def absences(self, child: Child) -> None:
        reason = self.draw(DRIFT_REASONS) if self.rng.random() < DRIFTS else ""
        away, left = "", 0
        for stay in child.stays:
            for day in sorted(stay.group.taken):
                if not stay.holds(day) or child.form != "day":
                    continue
                if not left:
                    away, left = self.spell(reason)
                if left:
                    left -= 1
                    self.absence(child, day, away)
                elif day in stay.group.distance and self.rng.random() < NO_DEVICE:
                    self.absence(child, day, "no_device")

    def spell(self, drifts_for: str) -> tuple[str, int]:
        """Why and how many school days in a row the child stays away from now on."""
        chance = self.rng.random()
        if drifts_for and chance < STAYS_AWAY:
            return drifts_for, self.rng.choice([1, 1, 2, 3, 4])
        if chance > 1 - FALLS_ILL:
            return "ill", self.rng.randint(2, 6)
        return (self.draw(SMALL_REASONS), 1) if chance > 1 - FALLS_ILL - MISSES_A_DAY else ("", 0)

    def absence(self, child: Child, day: date, reason: str) -> None:
        lessons = self.rng.randint(1, 5) if self.rng.random() < IN_PART else ""
        contact = self.rng.choice(["call", "visit", "message", "none"]) if self.rng.random() < 0.3 else ""
        self.add("absences", child.key, day, reason, lessons, day if contact else "", contact)

    # ---- cases

    def cases(self) -> None:
        for _ in range(round(CASE * len(self.children))):
            child = self.rng.choice(self.children)
            found = self.day(date(2026, 11, 15), OPENS - DAY) if self.rng.random() < 0.3 else self.day(OPENS, CLOSES)
            stay = child.on(found) or child.stays[0]
            lost = "transit" if len(child.stays) > 1 else "systematic"
            kind = self.rng.choice(["long", "systematic", "dropped", lost])
            self.case(stay.group.school.code, kind, found, child)
            if self.rng.random() < 0.08:
                self.case(stay.group.school.code, "long", found + 5 * DAY, child)
        districts = [row[0] for row in self.rows["units"] if row[2] == "district"]
        for _ in range(round(CASE * NEVER_AT_SCHOOL * len(self.children))):
            self.case(str(self.rng.choice(districts)), "never", self.day(date(2026, 12, 20), CLOSES))

    def case(self, unit: str, kind: str, found: date, child: Child | None = None) -> None:
        person = None if child else invented.child(self.rng, self.rng.randint(0, 9), OPENS)
        named = (person.surname, person.name, person.born, person.sex) if person else ("",) * 4
        confirmed = returned = relapsed = closed = closing = visited = ""
        source = "register" if child else self.rng.choice(["raid", "round", "neighbour", "public"])
        if self.rng.random() < 0.88:
            visited = found + DAY * self.rng.randint(0, 3)
            confirmed = visited
            ends = visited + DAY * self.rng.randint(1, 20)
            chance = self.rng.random()
            if chance < 0.55:
                returned = ends
                relapsed = ends + DAY * self.rng.randint(1, 10) if self.rng.random() < 0.15 else ""
            elif chance < 0.65:
                closed, closing = ends, self.rng.choice(["abroad", "medical", "elsewhere", "age"])
        cause = self.rng.choice(CAUSES) if self.rng.random() < 0.9 else ""
        self.add(
            "cases", f"k{len(self.rows['cases']) + 1}", child.key if child else "", unit, *named, found, source, kind,
            cause, confirmed, visited, returned, relapsed, closed, closing,
        )  # fmt: skip

    # ---- families and aid

    def needy(self) -> None:
        for family in self.families:
            approved = self.day(date(2026, 9, 20), date(2027, 2, 8)) if self.rng.random() < 0.9 else ""
            removed, why = "", ""
            if approved and self.rng.random() < 0.05:
                removed, why = self.day(approved, CLOSES), "Көшіп кетті"
            surname, address = family.children[0].person.surname, invented.address_kk(self.rng)
            self.add("families", family.key, family.school.code, surname, address, approved, removed, why)
            for child in family.children:
                categories = sorted(self.rng.sample(range(1, 6), self.rng.choice([0, 1, 1, 1, 2])))
                statuses = self.rng.sample(STATUSES, self.rng.choice([0, 1, 1, 2]))
                until = self.day(date(2027, 1, 5), date(2027, 12, 31)) if self.rng.random() < 0.4 else ""
                self.add("members", family.key, child.key, ";".join(map(str, categories)), ";".join(statuses), until)

    def aid(self) -> None:
        needy = {child.key for family in self.families for child in family.children}
        given: set[tuple[object, ...]] = set()
        for child in self.children:
            chance = HELPED if child.key in needy else HELPED_ALSO
            if self.rng.random() < chance:
                for _ in range(self.rng.choice([1, 1, 2, 3])):
                    self.handout(child, given)
        self.donations()

    def handout(self, child: Child, given: set[tuple[object, ...]]) -> None:
        day = self.day(date(2026, 12, 20), CLOSES)
        stay = child.on(day)
        if stay is None:
            return
        school, source, kind = stay.group.school, self.draw(SOURCES), self.rng.choice(list(PRICES))
        if school.is_private and source == "fund":
            source = "sponsor"
        giver = school.parent if self.rng.random() < 0.2 and school.parent != MINISTRY else school.code
        donation = f"g-{giver}-{source}-{kind}" if source in DONOR_OF and self.rng.random() < 0.8 else ""
        if (key := (child.key, giver, day, source, kind, donation)) in given:
            return
        given.add(key)
        quantity = self.rng.choice([1, 1, 1, 2])
        tenge = quantity * PRICES[kind] * self.rng.randint(70, 130) // 100
        if donation:
            gift = self.gifts[giver, source, kind]
            gift[0] += quantity
            gift[1] += tenge
        is_money = kind == "money"
        proof = day + 5 * DAY if is_money and self.rng.random() < 0.6 else ""
        due = day + 14 * DAY if is_money else ""
        self.add("handouts", child.key, giver, day, source, kind, "", quantity, tenge, donation, due, proof)

    def donations(self) -> None:
        donors: dict[str, list[str]] = defaultdict(list)
        for number in range(len(self.gifts) // 3 + len(DONOR_OF)):
            source, kind = list(DONOR_OF.items())[number % len(DONOR_OF)]
            name = invented.adult(self.rng).full_name if kind == "person" else invented.organisation(self.rng).name_kk
            donors[source].append(f"d{number + 1}")
            self.add("donors", f"d{number + 1}", kind, name, "", self.rng.randint(0, 1))
        for (unit, source, kind), (quantity, tenge) in self.gifts.items():
            donor = self.rng.choice(donors[source])
            self.add(
                "donations", f"g-{unit}-{source}-{kind}", donor, unit, source, kind, "", quantity + 1,
                tenge + PRICES[kind], date(2026, 12, 10), date(2026, 12, 15),
            )  # fmt: skip


def write(folder: Path, schools: int = 100, seed: int = 2027, first: date = OPENS) -> dict[str, int]:
    """Write the folder; returns the rows of each file.  `first` is the day from which registers were kept."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = Campaign(schools, seed, first).rows
    for name, header in HEADERS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(header.split(","))
            lines.writerows(rows[name])
    return {name: len(rows[name]) for name in HEADERS}


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.generate", description=(__doc__ or "").splitlines()[0])
    words.add_argument("--schools", type=int, default=100)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--seed", type=int, default=2027)
    words.add_argument("--first", type=date.fromisoformat, default=OPENS, help="the day registers begin (2027-01-10)")
    asked = words.parse_args()
    for name, count in write(asked.out, asked.schools, asked.seed, asked.first).items():
        print(f"{name:<12}{count:>9}")


if __name__ == "__main__":
    main()
