"""The lines of the guide that a plan is filled with: clauses 6.1 of a school, 6.2 and 6.3 of everybody above it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from schools.rights import Level

if TYPE_CHECKING:
    from campaigns.models import PlanLine


@dataclass(frozen=True)
class GuideLine:
    """One clause in short words, who usually answers for it, and by when in a campaign."""

    clause: str
    text: Promise
    owner: Promise
    due: Callable[[Campaign], date]


def _started(campaign: Campaign) -> date:
    """The last day of the first stage."""
    return campaign.moved(campaign.stages[0].last)


def _after_opening(days: int) -> Callable[[Campaign], date]:
    return lambda campaign: campaign.moved(min(campaign.opens + timedelta(days=days), campaign.closes))


def _closed(campaign: Campaign) -> date:
    return campaign.moved(campaign.closes)


def _before_report(days: int) -> Callable[[Campaign], date]:
    return lambda campaign: campaign.moved(max(campaign.due - timedelta(days=days), campaign.closes))


SCHOOL_LINES = (
    GuideLine(
        "6.1.1",
        _("Approve the committee; adopt the plan together with leaders of children's organisations"),
        _("head of the school"),
        _started,
    ),
    GuideLine(
        "6.1.2",
        _("Find children who do not attend or often miss lessons, and bring them back"),
        _("social pedagogue, class teachers"),
        _closed,
    ),
    GuideLine(
        "6.1.3",
        _("Check attendance every day and remove the causes of truancy"),
        _("deputy head, class teachers"),
        _closed,
    ),
    GuideLine(
        "6.1.4",
        _("Keep the papers on the roll and movement of pupils; tell of children who stopped learning"),
        _("secretary, deputy head"),
        _closed,
    ),
    GuideLine(
        "6.1.5",
        _("Work with pupils and parents one by one and in groups against missed lessons; close gaps in knowledge"),
        _("psychologist, social pedagogue, subject teachers"),
        _closed,
    ),
    GuideLine(
        "6.1.6",
        _("Inform the education authority and the commission on minors of children who evade learning"),
        _("social pedagogue"),
        _closed,
    ),
    GuideLine(
        "6.1.7",
        _("Find families in need and keep a list of their children"),
        _("social pedagogue, class teachers"),
        _after_opening(10),
    ),
    GuideLine(
        "6.1.8",
        _("Send the list of children and families in need to the committee and the education authority"),
        _("social pedagogue"),
        _after_opening(14),
    ),
    GuideLine(
        "6.1.9",
        _("Put up an information stand; advise parents on schooling"),
        _("deputy head for education work"),
        _after_opening(4),
    ),
    GuideLine(
        "6.1.10",
        _("Explain the campaign in enterprises, offices and media; find sponsors"),
        _("head of the school, committee"),
        _after_opening(20),
    ),
    GuideLine(
        "6.1.11",
        _("Follow the results by the indicators; discuss them, with shortcomings, at the pedagogical council"),
        _("head of the school, deputy head"),
        _before_report(8),
    ),
    GuideLine(
        "6.1.12",
        _("Honour those who took an active part"),
        _("deputy head for education work"),
        _before_report(5),
    ),
)

OFFICE_LINES = (
    GuideLine(
        "6.2.1",
        _("Issue the order on the campaign and approve the committee"),
        _("head of the education authority"),
        _started,
    ),
    GuideLine("6.2.2", _("Draw up and adopt the plan of measures"), _("committee"), _started),
    GuideLine(
        "6.2.3",
        _("Hold the opening and closing press conferences of the committee"),
        _("press officer, committee"),
        _before_report(5),
    ),
    GuideLine(
        "6.2.4",
        _("Inform the population on schooling; hand out leaflets with helplines"),
        _("specialist for general education"),
        _closed,
    ),
    GuideLine(
        "6.2.5",
        _("Tell of the campaign in the media: running line, broadcasts, articles, advertisements"),
        _("press officer"),
        _closed,
    ),
    GuideLine(
        "6.2.6",
        _("Hold master classes and round tables for pedagogues and specialists"),
        _("methodical office"),
        _after_opening(20),
    ),
    GuideLine(
        "6.2.7",
        _("Show video spots on the campaign in Kazakh and in Russian"),
        _("press officer"),
        _after_opening(20),
    ),
    GuideLine(
        "6.3.1",
        _("Survey those who took part on how well the help worked"),
        _("specialist for general education"),
        _before_report(8),
    ),
    GuideLine(
        "6.3.2",
        _("Sum up and discuss the results at councils, collegia and the commission on minors"),
        _("head of the education authority"),
        _before_report(5),
    ),
    GuideLine(
        "6.3.3",
        _("Hold the press conference on the results with the media and active participants"),
        _("press officer"),
        _before_report(5),
    ),
    GuideLine(
        "6.3.4",
        _("Report the results of the campaign to the Committee"),
        _("head of the education authority"),
        _before_report(0),
    ),
)

BY_CLAUSE = {line.clause: line for line in (*SCHOOL_LINES, *OFFICE_LINES)}


def lines_for(level: str) -> tuple[GuideLine, ...]:
    """What the guide asks of a unit of this level."""
    return SCHOOL_LINES if level == Level.SCHOOL else OFFICE_LINES


def words_of(line: "PlanLine") -> str:
    """The measure as people read it: the unit's own words, else the guide's in the reader's language."""
    return line.text or _of_guide(line, "text")


def owner_of(line: "PlanLine") -> str:
    """Who answers for it: as the unit says, else as usual."""
    return line.owner or _of_guide(line, "owner")


def _of_guide(line: "PlanLine", what: str) -> str:
    found = BY_CLAUSE.get(line.clause)
    return str(getattr(found, what)) if found else ""


def order_of_clause(clause: str) -> tuple[int, ...]:
    """«6.1.10» stands after «6.1.9»; a unit's own lines stand last."""
    return tuple(int(part) if part.isdigit() else 0 for part in clause.split(".")) if clause else (99,)
