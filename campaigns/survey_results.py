"""What people answered: counts of a unit and everything below it, as shares and as bars (Guide 6.3.1)."""

from dataclasses import dataclass, field

from django.db.models import Case, F, IntegerField, QuerySet, Sum, Value, When
from django.db.models.functions import Mod
from django.utils.functional import Promise

from campaigns.models import SurveyCount
from campaigns.states import Audience
from campaigns.survey import HELP, SATISFIED, Question, questions_of
from schools.number import DISTRICT, OBLAST, span


@dataclass
class Tally:
    """How often something was answered, and how many were satisfied: answers 4 and 5 to the question about help."""

    answered: int = 0
    paper: int = 0
    pleased: int = 0

    def add(self, answer: str, online: int, paper: int) -> None:
        self.answered += online + paper
        self.paper += paper
        self.pleased += online + paper if answer in SATISFIED else 0

    @property
    def satisfied(self) -> float | None:
        return self.pleased / self.answered if self.answered else None


@dataclass
class Answer:
    """One answer to a question, with its share of all answers to that question."""

    audience: str | Promise
    question: str | Promise
    words: str | Promise
    online: int
    paper: int
    share: float | None = None

    @property
    def total(self) -> int:
        return self.online + self.paper


@dataclass
class Answered:
    question: Question
    answers: list[Answer] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(answer.total for answer in self.answers)


def about_help(rows: "QuerySet[SurveyCount]") -> dict[str, Tally]:
    """By audience: how many answered the question that everybody is asked."""
    tallies = {audience.value: Tally() for audience in Audience}
    grouped = rows.filter(question=HELP).order_by().values_list("audience", "answer")
    for audience, answer, online, paper in grouped.annotate(Sum("online"), Sum("paper")):
        tallies[audience].add(answer, online, paper)
    return tallies


def by_unit_below(rows: "QuerySet[SurveyCount]", top: int) -> dict[int, Tally]:
    """The same for each unit directly below; what stands at the unit itself is told under its own number."""
    tallies: dict[int, Tally] = {}
    grouped = rows.filter(question=HELP).order_by().annotate(below=_below(top)).values_list("below", "answer")
    for unit, answer, online, paper in grouped.annotate(Sum("online"), Sum("paper")):
        tallies.setdefault(unit, Tally()).add(answer, online, paper)
    return tallies


def answers_of(rows: "QuerySet[SurveyCount]", audience: str) -> list[Answered]:
    """Every question of the audience with every answer it offers, those that nobody gave included."""
    grouped = rows.filter(audience=audience).order_by().values_list("question", "answer")
    counted = {(q, a): (online, paper) for q, a, online, paper in grouped.annotate(Sum("online"), Sum("paper"))}
    found = []
    for question in questions_of(audience):
        answered = Answered(question)
        for code, words in question.answers:
            online, paper = counted.get((question.code, code), (0, 0))
            answered.answers.append(Answer(Audience(audience).label, question.text, words, online, paper))
        for answer in answered.answers:
            answer.share = answer.total / answered.total if answered.total else None
        found.append(answered)
    return found


def _below(top: int) -> Case:
    """The unit directly below; level is not depth: schools stand directly under a city and under the ministry too."""
    step = DISTRICT if span(top) == OBLAST else OBLAST
    return Case(
        When(unit_id__lt=top + DISTRICT, then=F("unit_id")),
        default=F("unit_id") - Mod(F("unit_id"), Value(step)),
        output_field=IntegerField(),
    )
