"""Shapes in: a questionnaire on a phone, and the count of those filled in on paper."""

from collections.abc import Mapping
from typing import Any

from django import forms

from campaigns.actions.surveys import MOST_ON_PAPER
from campaigns.models import SurveyLink
from campaigns.survey import Question, questions_of

NUMBER = forms.NumberInput(attrs={"inputmode": "numeric", "class": "plain", "min": 0})


class QuestionnaireForm(forms.Form):
    """The questions of one audience; a question may be left out, a questionnaire without answers may not be sent."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, audience: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions = questions_of(audience)
        for question in self.questions:
            self.fields[question.code] = forms.ChoiceField(
                label=str(question.text),
                choices=question.answers,
                required=False,
                widget=forms.RadioSelect(attrs={"class": "plain"}),
            )

    @property
    def answers(self) -> dict[str, str]:
        given = {question.code: self.cleaned_data.get(question.code, "") for question in self.questions}
        return {code: answer for code, answer in given.items() if answer}


class TallyForm(forms.Form):
    """How often each answer was ticked on paper; an empty field is a nought."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, link: SurveyLink, stored: Mapping[tuple[str, str], int], **options: Any) -> None:
        paper = {f"{question}_{answer}": n or None for (question, answer), n in stored.items()}
        super().__init__(*args, initial={"version": link.version, **paper}, **options)
        self.questions = questions_of(link.audience)
        for question in self.questions:
            for answer, words in question.answers:
                self.fields[f"{question.code}_{answer}"] = forms.IntegerField(
                    label=str(words), min_value=0, max_value=MOST_ON_PAPER, required=False, widget=NUMBER
                )

    @property
    def groups(self) -> list[tuple[Question, list[forms.BoundField]]]:
        """Each question with its numbers."""
        return [(each, [self[f"{each.code}_{answer}"] for answer, _words in each.answers]) for each in self.questions]

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        return {
            (question.code, answer): self.cleaned_data.get(f"{question.code}_{answer}") or 0
            for question in self.questions
            for answer, _words in question.answers
        }
