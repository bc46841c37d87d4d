"""Figures, numbers and dates as people read them."""

from datetime import date

from django import template

from reports import words
from reports.figures import Figure

register = template.Library()


@register.filter
def shown(figure: Figure) -> str:
    """«1 204», «95,2 %», «no data»."""
    return words.shown(figure)


@register.filter
def number(amount: int) -> str:
    return words.number(amount)


@register.filter
def in_words(day: date) -> str:
    """«28 января 2027 года»."""
    return words.day(day)
