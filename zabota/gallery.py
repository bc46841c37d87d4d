"""What the gallery shows and a template cannot write down: forms, rows, a page of a paginator."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    title = forms.CharField(label="Іс-шараның атауы", max_length=120)
    day = forms.DateField(
        label="Өткізілген күні", widget=forms.DateInput(attrs={"type": "date"}), help_text="10.01.2027 – 10.02.2027"
    )
    count = forms.IntegerField(label="Количество участников", min_value=0, required=False)
    language = forms.ChoiceField(label="Тілі", choices=[("kk", "қазақша"), ("ru", "русский")], widget=forms.RadioSelect)
    bodies = forms.MultipleChoiceField(
        label="Қатысқандар",
        choices=[("t", "мұғалімдер"), ("p", "ата-аналар"), ("n", "үкіметтік емес ұйымдар")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kind = forms.ChoiceField(
        label="Түрі",
        choices=[("", "–"), ("raid", "рейд"), ("stand", "ақпараттық стенд")],
        help_text="Рейдке балалар тізімі қосылады.",
    )
    note = forms.CharField(label="Ескерту", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    photo = forms.FileField(label="Сурет", required=False)
    agree = forms.BooleanField(label="Ата-аналарының келісімі бар", help_text="Балалардың беті көрінетін болса ғана.")


class SampleFilters(forms.Form):
    kind = forms.ChoiceField(label="Түрі", choices=[("", "барлығы"), ("raid", "рейд")], required=False)
    search = forms.CharField(label="Іздеу", required=False)


def _cells(*values: object) -> dict[str, Any]:
    labels = ("Мектеп", "Оқушы", "Келмегені", "Жай-күйі")
    tones = {"кешікті": "late", "қабылданды": "ok", "мерзімі бүгін": "due"}
    cells = [
        {"label": label, "value": value, "number": i in (1, 2), "tone": tones.get(str(value))}
        for i, (label, value) in enumerate(zip(labels, values, strict=True))
    ]
    return {"cells": cells, "href": "#main"}


def sample() -> dict[str, Any]:
    """Everything at once; the forms carry prefixes so that their ids do not meet."""
    return {
        "good": SampleForm(prefix="good"),
        "bad": SampleForm({"title": "Рейд", "day": "31.02.2027", "count": "-1"}),
        "filters": SampleFilters(prefix="filters"),
        "headers": [
            {"label": "Мектеп", "sort": "?sort=name", "sorted": "ascending"},
            {"label": "Оқушы", "number": True, "sort": "?sort=pupils"},
            {"label": "Келмегені", "number": True},
            {"label": "Жай-күйі"},
        ],
        "rows": [
            _cells("№ 3 мектеп-гимназия", "1 204", "17", "қабылданды"),
            _cells("№ 17 жалпы орта білім беретін мектеп", "842", "–", "кешікті"),
            _cells("Шағын жинақты «Бірлік» негізгі орта мектебі", "96", "2", "мерзімі бүгін"),
        ],
        "foot": {
            "cells": [
                {"value": "Барлығы"},
                {"value": "2 142", "number": True, "label": "Оқушы"},
                {"value": "19", "number": True, "label": "Келмегені"},
                {"value": ""},
            ]
        },
        "page": Paginator(range(620), 50).get_page(5),
        "stages": [
            {"label": "Start", "first": date(2027, 1, 10), "last": date(2027, 1, 14), "tone": "ok", "word": _("done")},
            {
                "label": "School",
                "first": date(2027, 1, 15),
                "last": date(2027, 2, 10),
                "tone": "due",
                "word": "open",
                "current": True,
            },
        ],
        "conflict": [
            {"label": "Күні", "mine": "14.01.2027", "theirs": "14.01.2027"},
            {"label": "Орны", "mine": "№ 17 мектеп, акт залы", "theirs": "Мәдениет үйі"},
            {"label": "Қатысқандар", "mine": "42", "theirs": ""},
        ],
        "changed_at": datetime(2027, 1, 28, 5, 2, tzinfo=UTC),
    }
