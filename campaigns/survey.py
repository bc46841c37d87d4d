"""The questionnaires of the campaign (Guide 6.3.1): a fixed core of questions for each audience, so that years compare.

A code stands in every stored answer and in the tables of a folder: it never changes meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.states import Audience

HELP = "help"  # «help reached those who need it»: asked of everybody
SATISFIED = ("4", "5")


@dataclass(frozen=True)
class Question:
    """A question and its answers in the order in which they are offered; `answers` maps a code to words."""

    code: str
    text: str | Promise
    answers: tuple[tuple[str, str | Promise], ...]


SCALE = (
    ("5", _("5 – yes, fully")),
    ("4", _("4 – rather yes")),
    ("3", _("3 – partly")),
    ("2", _("2 – rather no")),
    ("1", _("1 – not at all")),
)
YES_NO = (("yes", _("yes")), ("no", _("no")))
YES_NO_UNSURE = (*YES_NO, ("unsure", _("hard to say")))
SOURCES = (
    ("school", _("from the school")),
    ("media", _("from television, radio, the press")),
    ("network", _("from the internet, messengers")),
    ("poster", _("from a poster or a leaflet")),
    ("people", _("from other people")),
    ("nowhere", _("I hear of it for the first time")),
)

_HELP = Question(HELP, _("Has the help of the campaign reached those who need it?"), SCALE)
_SOURCE = Question("source", _("From where do you know about the campaign?"), SOURCES)
_AGAIN = Question("again", _("Should the campaign be held next year?"), YES_NO_UNSURE)

CORE: dict[Audience, tuple[Question, ...]] = {
    Audience.PARENTS: (
        _SOURCE,
        _HELP,
        Question("noticed", _("Does the school notice at once when a child stops coming?"), SCALE),
        Question("advised", _("Have you had clear advice on schooling and on the help that a family may get?"), SCALE),
        Question("helpline", _("Do you know whom to call when a child does not go to school?"), YES_NO),
        _AGAIN,
    ),
    Audience.PUPILS: (
        _SOURCE,
        _HELP,
        Question("tact", _("Are pupils helped so that nobody has to feel ashamed?"), SCALE),
        Question("lessons", _("Are those who missed lessons helped to catch up?"), SCALE),
        Question("turn_to", _("Do you know whom at school to turn to in trouble?"), YES_NO),
        _AGAIN,
    ),
    Audience.TEACHERS: (
        _HELP,
        Question("found", _("Were children out of school found in time?"), SCALE),
        Question("together", _("Did the police, the commission and social protection work together with you?"), SCALE),
        Question("returned", _("Do the children who came back stay at school?"), SCALE),
        Question("paperwork", _("Did the papers of the campaign take a reasonable time?"), SCALE),
        _AGAIN,
    ),
    Audience.SPONSORS: (
        _SOURCE,
        _HELP,
        Question("clear", _("Was it clear what is needed and how much?"), SCALE),
        Question("told", _("Have you been told what your help was spent on?"), SCALE),
        Question("thanked", _("Has your help been acknowledged?"), YES_NO),
        _AGAIN,
    ),
}


def questions_of(audience: str) -> Sequence[Question]:
    return CORE[Audience(audience)]


def question_of(audience: str, code: str) -> Question | None:
    """None for a question that the core does not know: a folder may bring answers to others."""
    return next((question for question in questions_of(audience) if question.code == code), None)
