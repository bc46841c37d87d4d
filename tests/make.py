"""What stories are made of: classes with children, written in the scope of the country."""

from datetime import date
from itertools import count

from schools.models import Unit
from students.models import Enrolment, Pupil, SchoolClass

_serial = count(1)
SURNAMES = [
    "Ахметова",
    "Әлиев",
    "Біржанова",
    "Ғабитов",
    "Дәулетова",
    "Есенов",
    "Жақыпова",
    "Зейнолла",
    "Иманов",
    "Қасымова",
]
NAMES = ["Айша", "Бекзат", "Гүлнұр", "Дамир", "Еркежан", "Жанат", "Инкар", "Қуаныш", "Ләйла", "Мирас"]


def make_pupil(unit, surname="", name="", born=date(2015, 5, 5), sex="f", **more):
    n = next(_serial)
    return Pupil.objects.create(
        unit=unit,
        key=more.pop("key", f"p{n}"),
        surname=surname or SURNAMES[n % len(SURNAMES)],
        name=name or NAMES[n // len(SURNAMES) % len(NAMES)],
        born=born,
        sex=sex,
        **more,
    )


def enrol(pupil, school_class, first=date(2026, 9, 1), last=None, form="day", grade=None):
    return Enrolment.objects.create(
        unit_id=school_class.unit_id,
        pupil=pupil,
        school_class=school_class,
        grade=school_class.grades[0] if grade is None else grade,
        form=form,
        first=first,
        last=last,
    )


def make_class(unit, name="7А", pupils=0, grades=(7,), **more):
    """A class of this school (a Unit or its number) with so many pupils, enrolled since 1 September."""
    unit = unit if isinstance(unit, Unit) else Unit.objects.get(pk=unit)
    school_class = SchoolClass.objects.create(unit=unit, name=name, grades=list(grades), **more)
    for _ in range(pupils):
        enrol(make_pupil(unit), school_class)
    return school_class
