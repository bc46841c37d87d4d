"""Roster workbooks as schools make them."""

import io
from datetime import date

from openpyxl import Workbook

from zabota.lib import iin

HEADER = (
    "Сынып",
    "Параллель",
    "Тегі",
    "Аты",
    "Әкесінің аты",
    "Туған күні",
    "Жынысы",
    "ЖСН",
    "Оқу нысаны",
    "Қабылданған күні",
)
HOLIDAY = date(2026, 9, 1)
NAMES = ("Айша", "Бекзат", "Гүлнұр", "Дамир", "Еркежан", "Жанат", "Инкар", "Қуаныш", "Ләйла", "Мирас")
ROOTS = ("Ахмет", "Әли", "Біржан", "Ғабит", "Дәулет", "Есен", "Жақып", "Зейнол", "Иман", "Қасым", "Мұрат", "Нұрлан")


def child(n, **more):
    """A row of a roster about the n-th invented child; its IIN is nobody's."""
    values = {
        "class_name": "7А",
        "grade": 7,
        "surname": f"{ROOTS[n % len(ROOTS)]}{'ова' if n // len(ROOTS) % 2 else 'ов'}",
        "name": NAMES[n // (2 * len(ROOTS)) % len(NAMES)],
        "patronymic": "",
        "born": date(2013, 1, 1 + n % 28),
        "sex": "қыз" if n % 2 else "ұл",
        "iin": iin.make(n),
        "form": "күндізгі",
        "first": HOLIDAY,
    }
    return tuple((values | more).values())


def book(*rows, header=HEADER, title="Парақ1", change=None):
    """The rows as an XLSX file; `change(workbook, sheet)` makes it odd before it is saved."""
    made = Workbook()
    sheet = made.active
    sheet.title = title
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    if change:
        change(made, sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()
