"""Measures of the campaign itself: its events and its papers (PRODUCT 11, EV and OR).

A code with a letter is a part of the one before it that stands on its own: both sides of a share, the people at meetings.
"""

from django.utils.translation import gettext_lazy as _

from campaigns.states import FINDS_CHILDREN, MEDIA_ITEMS, MEETINGS, PRESS, Body, EventKind, Language
from campaigns.survey import HELP, SATISFIED
from reports import facts_campaign as facts
from reports.facts import listed
from reports.indicator import Indicator, Words

_UNITS, _EVENTS, _PEOPLE, _SHARE = _("units"), _("events"), _("people"), _("share")
_ANSWERS, _LINES, _SHOWINGS = _("answers"), _("lines of plans"), _("showings")
_LANGUAGES: dict[str, Words] = {**dict(Language.choices), "none": _("language not named")}
_KINDS: dict[str, Words] = dict(EventKind.choices)
_OF_HELP = f"question = '{HELP}'"

EVENTS = [
    Indicator(
        "EV-01", _("Raids and door-to-door rounds"), "events", _EVENTS, _("Guide 6.1.2, task 2 of 2.2"), facts.EVENTS,
        where=f"kind in ({listed(FINDS_CHILDREN)})",
    ),
    Indicator(
        "EV-02", _("People in raids and rounds"), "events", _PEOPLE, _("Guide 5.1, 6.1.2"), facts.PARTICIPANTS, "sum(people)",
        where=f"kind in ({listed(FINDS_CHILDREN)})", cut_columns={"body": "body"}, cuts={"body": dict(Body.choices)},
    ),
    Indicator(
        "EV-03", _("Children found by raids and rounds"), "events", _("children"), _("Guide 6.1.2, task 2 of 2.2"),
        facts.FOUND_CHILDREN, "count(distinct child)",
    ),
    Indicator(
        "EV-04", _("Press conferences"), "events", _EVENTS, _("Guide 4.4, 6.2.3, 6.3.3"), facts.EVENTS,
        where=f"kind in ({listed(PRESS)})",
    ),
    Indicator(
        "EV-05", _("Items in the media"), "events", _("items"), _("Guide 6.2.5"), facts.EVENTS,
        where=f"kind in ({listed(MEDIA_ITEMS)})", cut_columns={"kind": "kind", "language": "language"},
        cuts={"kind": {str(kind): _KINDS[kind] for kind in MEDIA_ITEMS}, "language": _LANGUAGES},
    ),
    Indicator(
        "EV-06", _("Leaflets and posters handed out"), "events", _("copies"), _("Guide 6.2.4"), facts.EVENTS, "sum(pieces)",
        where=f"kind = '{EventKind.LEAFLETS}'",
    ),
    Indicator("EV-07", _("Calls to the hot line"), "events", _("calls"), _("Guide 6.2.4, 6.2.5"), facts.HOTLINE, "sum(calls)"),
    Indicator(
        "EV-08", _("Round tables and master classes"), "events", _EVENTS, _("Guide 6.2.6"), facts.EVENTS,
        where=f"kind in ({listed(MEETINGS)})",
    ),
    Indicator(
        "EV-08A", _("People at round tables and master classes"), "events", _PEOPLE, _("Guide 6.2.6"), facts.PARTICIPANTS,
        "sum(people)", where=f"kind in ({listed(MEETINGS)})",
    ),
    Indicator(
        "EV-09", _("Showings of video spots"), "events", _SHOWINGS, _("Guide 6.2.7"), facts.EVENTS, "sum(pieces)",
        where=f"kind = '{EventKind.VIDEO}'", cut_columns={"language": "language"}, cuts={"language": _LANGUAGES},
    ),
    Indicator(
        "EV-10", _("Agreements with partners"), "events", _("agreements"), _("Guide, task 7 of 2.2"), facts.AGREEMENTS
    ),
    Indicator(
        "EV-11", _("Parents advised"), "events", _("parents"), _("Guide 6.1.9"), facts.EVENTS, "sum(parents)",
        where=f"kind = '{EventKind.CONSULTATION}'",
    ),
]  # fmt: skip

CAMPAIGN = [
    Indicator(
        "OR-00", _("Units that owe the campaign's papers"), "campaign", _UNITS, _("Guide 4.1, 4.2"), facts.PAPERS, expected=True
    ),
    Indicator(
        "OR-01", _("Share of units with an order"), "campaign", _SHARE, _("Guide 4.3, 6.2.1"),
        share_of=({"OR-01A": 1}, {"OR-00": 1}),
    ),
    Indicator(
        "OR-01A", _("Units with an order to start"), "campaign", _UNITS, _("Guide 4.3, 6.2.1"), facts.PAPERS, where="has_order"
    ),
    Indicator(
        "OR-02", _("Share of committees approved"), "campaign", _SHARE, _("Guide 6.1.1, 6.2.1"),
        share_of=({"OR-02A": 1}, {"OR-00": 1}),
    ),
    Indicator(
        "OR-02A", _("Committees approved by order"), "campaign", _UNITS, _("Guide 6.1.1, 6.2.1"), facts.PAPERS,
        where="has_committee",
    ),
    Indicator(
        "OR-03", _("Share of plans approved"), "campaign", _SHARE, _("Guide 6.1.1, 6.2.2"),
        share_of=({"OR-03A": 1}, {"OR-00": 1}),
    ),
    Indicator(
        "OR-03A", _("Plans approved"), "campaign", _UNITS, _("Guide 6.1.1, 6.2.2"), facts.PAPERS, where="has_plan"
    ),
    Indicator(
        "OR-04", _("Share of plan lines with evidence"), "campaign", _SHARE, _("Guide 6.1.1, 6.1.11"),
        share_of=({"OR-04A": 1}, {"OR-04B": 1}),
    ),
    Indicator(
        "OR-04A", _("Plan lines with evidence"), "campaign", _LINES, _("Guide 6.1.1, 6.1.11"), facts.PLAN_LINES, "sum(proved)"
    ),
    Indicator("OR-04B", _("Lines of plans"), "campaign", _LINES, _("Guide 6.1.1, 6.2.2"), facts.PLAN_LINES, "sum(lines)"),
    Indicator(
        "OR-05", _("Units that have discussed the results"), "campaign", _UNITS, _("Guide 6.1.11, 6.3.2"), facts.PAPERS,
        where="has_discussed",
    ),
    Indicator("OR-06", _("Answers to the survey"), "campaign", _ANSWERS, _("Guide 6.3.1"), facts.SURVEY_ANSWERS, "sum(answers)"),
    Indicator(
        "OR-07", _("Share who say that help reached those who need it"), "campaign", _SHARE, _("Guide 6.3.1"),
        share_of=({"OR-07A": 1}, {"OR-07B": 1}),
    ),
    Indicator(
        "OR-07A", _("Answers 4 and 5 to whether help reached those who need it"), "campaign", _ANSWERS, _("Guide 6.3.1"),
        facts.SURVEY_ANSWERS, "sum(answers)", where=f"{_OF_HELP} and answer in ({listed(SATISFIED)})",
    ),
    Indicator(
        "OR-07B", _("Answers to whether help reached those who need it"), "campaign", _ANSWERS, _("Guide 6.3.1"),
        facts.SURVEY_ANSWERS, "sum(answers)", where=_OF_HELP,
    ),
    Indicator("OR-08", _("Honoured"), "campaign", _("papers of honour"), _("Guide 6.1.12"), facts.HONOURS),
    Indicator(
        "OR-09", _("Reports in time"), "campaign", _("reports"), _("Guide 6.3.4"), facts.REPORTS, where="in_time"
    ),
    Indicator(
        "OR-10", _("Sections signed as having nothing to report"), "campaign", _("sections"), _("Guide 6.1.11"),
        facts.NIL_SECTIONS,
    ),
    Indicator("OR-11", _("Control visits"), "campaign", _("visits"), _("Guide 4.2"), facts.CONTROL_VISITS),
    Indicator(
        "OR-11A", _("Findings of control visits that are open"), "campaign", _("findings"), _("Guide 4.2"),
        facts.CONTROL_VISITS, "sum(open)",
    ),
]  # fmt: skip
