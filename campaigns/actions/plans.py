"""The plan of measures: filled with the guide's lines, adopted by the committee, approved from above (Guide 6.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions.campaign import Stale, checked
from campaigns.actions.minutes import minutes_of_committee
from campaigns.evidence import evidence_of, is_proved
from campaigns.guide import BY_CLAUSE, lines_for
from campaigns.models import Campaign, Committee, Plan, PlanLine, PlanRemark
from campaigns.states import PLAN, CommitteeState, PlanState
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.number import ROOT
from schools.rights import Permission
from schools.workflow import Refused, WrongState
from zabota.lib.clock import now
from zabota.lib.kazakh import tidy

EDITABLE = (PlanState.DRAFT, PlanState.RETURNED)


# minutes are a paper of the state: both languages, whatever the writer's own is
DECIDED = "Акцияның іс-шаралар жоспары қабылдансын. / Принять план мероприятий акции."


@transaction.atomic
def begin_plan(*, unit: Unit, campaign: Campaign, by: User) -> Plan:
    """The unit's plan, begun with the guide's own lines if there is none yet."""
    if not by.grants.at(Permission.PLAN_WRITE, unit.pk):
        raise PermissionDenied
    plan, begun = Plan.objects.get_or_create(unit=unit, campaign=campaign)
    if begun:
        _add_lines_of_guide(plan)
        record(plan, "begin_plan", unit=unit.pk, by=by)
        touch([unit.pk])
    return plan


@transaction.atomic
def put_back_lines(*, plan: Plan, version: int, by: User) -> int:
    """The guide's lines that were taken out stand in the plan again; how many."""
    stored = _editable(plan, by)
    _same_version(stored, version)
    count = _add_lines_of_guide(stored)
    _changed(stored, "put_back_lines", by)
    return count


def _add_lines_of_guide(plan: Plan) -> int:
    here = set(plan.lines.values_list("clause", flat=True))
    last = plan.lines.aggregate(last=Max("position", default=0))["last"]
    lacking = [line for line in lines_for(plan.unit.level) if line.clause not in here]
    rows = [
        PlanLine(
            unit_id=plan.unit_id, plan=plan, position=last + number, clause=line.clause, due=line.due(plan.campaign)
        )
        for number, line in enumerate(lacking, 1)
    ]
    PlanLine.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def save_line(
    *, plan: Plan, line: PlanLine | None, version: int, text: str, owner: str, due: date | None, by: User
) -> PlanLine:
    """A line of the unit's own is added, or any line gets other words, owner and date.

    The guide's own words are not copied: they are read in everybody's language.  Raises Stale when the plan was changed
    after the page with this version was opened.
    """
    stored = _editable(plan, by)
    row = stored.lines.filter(pk=line.pk).first() if line else None
    if line is not None:
        _same_version(stored, version, row)
    if line is not None and row is None:
        raise Refused(_("Somebody has taken this line out of the plan already."))
    if row is None:
        last = stored.lines.aggregate(last=Max("position", default=0))["last"]
        row = PlanLine(unit_id=stored.unit_id, plan=stored, position=last + 1)
    row.text, row.owner, row.due = tidy(text), tidy(owner), due
    if row.clause in BY_CLAUSE:
        guide = BY_CLAUSE[row.clause]
        row.text = "" if row.text == str(guide.text) else row.text
        row.owner = "" if row.owner == str(guide.owner) else row.owner
    checked(row)
    row.save()
    _changed(stored, "save_line", by, row.clause or row.text)
    return row


@transaction.atomic
def remove_line(*, line: PlanLine, version: int, by: User) -> None:
    stored = _editable(line.plan, by)
    row = stored.lines.filter(pk=line.pk).first()
    _same_version(stored, version, row)
    if row is None:
        raise Refused(_("Somebody has taken this line out of the plan already."))
    row.delete()
    _changed(stored, "remove_line", by, row.clause or row.text)


@transaction.atomic
def move_line(*, line: PlanLine, up: bool, version: int, by: User) -> None:
    """The line changes places with the one above or below it; at the end of the list nothing happens."""
    stored = _editable(line.plan, by)
    _same_version(stored, version, line)
    rows = list(stored.lines.all())
    here = next((place for place, row in enumerate(rows) if row.pk == line.pk), None)
    if here is None:
        raise Refused(_("Somebody has taken this line out of the plan already."))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for place, row in enumerate(rows, 1):
        row.position = place
    PlanLine.objects.bulk_update(rows, ["position"])
    _changed(stored, "move_line", by, line.clause or line.text)


# ---- adopted by the committee, sent


def gaps(plan: Plan) -> list[str]:
    """What is missing before the plan can be sent, in words; the minutes are given with sending."""
    found = []
    committee = Committee.objects.filter(unit_id=plan.unit_id, campaign_id=plan.campaign_id)
    if not committee.filter(state=CommitteeState.APPROVED).exists():
        found.append(_("The committee is not approved by an order yet: it has to adopt the plan."))
    lines = list(plan.lines.all())
    if not lines:
        found.append(_("The plan has no line."))
    undated = sum(line.due is None for line in lines)
    if undated:
        words = ngettext("%(n)s line has no date.", "%(n)s lines have no date.", undated)
        found.append(words % {"n": undated})
    unanswered = plan.remarks.filter(ticked_at=None).count()
    if unanswered:
        words = ngettext(
            "%(n)s remark is not answered: say what was done.",
            "%(n)s remarks are not answered: say what was done.",
            unanswered,
        )
        found.append(words % {"n": unanswered})
    return found


@transaction.atomic
def send_plan(*, plan: Plan, version: int, number: str, date: date, by: User) -> Plan:
    """The committee has adopted the plan (its minutes are entered if need be) and it goes to the unit above.

    The ministry's own is final on adoption.  Raises Refused with everything that is missing, Stale when the plan was
    changed after the page with this version was opened.
    """
    stored = _editable(plan, by)
    _same_version(stored, version)
    missing = gaps(stored)
    if missing:
        raise Refused("\n".join(missing))
    stored.adopted = minutes_of_committee(
        unit=stored.unit,
        campaign=stored.campaign,
        number=number,
        date=date,
        decided=DECIDED,
        by=by,
    )
    stored.version += 1
    stored.save(update_fields=["adopted", "version"])
    PLAN.make("adopt" if stored.unit_id == ROOT else "submit", stored, by=by, note=f"№ {stored.adopted.number}")
    touch([stored.unit_id])
    return stored


@transaction.atomic
def tick_remark(*, remark: PlanRemark, answer: str, by: User) -> PlanRemark:
    """The unit says what was done about a remark; every one of them, before the plan can be sent again."""
    _editable(remark.plan, by)
    row = PlanRemark.objects.get(pk=remark.pk)
    if row.ticked_at is not None:
        raise Refused(_("This remark has been answered already."))
    if not tidy(answer):
        raise Refused(_("Say what was done."))
    row.answer, row.ticked_at = tidy(answer), now()
    checked(row)
    row.save(update_fields=["answer", "ticked_at"])
    record(row, "tick_remark", unit=row.unit_id, by=by, note=row.answer)
    return row


# ---- decided above


@dataclass
class Decided:
    """What became of plans that were ticked to be approved in one go."""

    approved: list[Plan] = field(default_factory=list)
    moved_on: list[Plan] = field(default_factory=list)  # somebody decided or the unit sent it anew meanwhile


@transaction.atomic
def approve_plan(*, plan: Plan, version: int, by: User) -> Plan:
    """From the very unit above, as it was read: Stale when the unit has sent another text since."""
    stored = _for_decision(plan, version, by)
    PLAN.make("approve", stored, by=by)
    touch([stored.unit_id])
    return stored


@transaction.atomic
def approve_plans(*, read: Mapping[int, int], by: User) -> Decided:
    """Approve all these plans, each in the version that was read; those that moved on since are left and told."""
    decided = Decided()
    for plan in Plan.objects.filter(pk__in=list(read)).select_related("unit").order_by("unit_id"):
        try:
            decided.approved.append(approve_plan(plan=plan, version=read[plan.pk], by=by))
        except (Stale, WrongState):
            decided.moved_on.append(plan)
    return decided


@transaction.atomic
def return_plan(*, plan: Plan, version: int, remarks: Mapping[int | None, str], by: User) -> Plan:
    """Back to the unit with remarks, each tied to a line; under None stands a remark to the whole plan."""
    stored = _for_decision(plan, version, by)
    said = {line: tidy(text) for line, text in remarks.items() if tidy(text)}
    if not said:
        raise Refused(_("Write at least one remark: the unit must know what to change."))
    lines = set(stored.lines.values_list("pk", flat=True))
    if not {line for line in said if line is not None} <= lines:
        raise Refused(_("A remark belongs to a line of this plan."))
    for line, text in said.items():
        row = PlanRemark(unit_id=stored.unit_id, plan=stored, line_id=line, text=text, by=by.username, at=now())
        checked(row)
        row.save(force_insert=True)
    PLAN.make("send_back", stored, by=by, note="; ".join(said.values()))
    touch([stored.unit_id])
    return stored


def _for_decision(plan: Plan, version: int, by: User) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("unit", "campaign")
    stored: Plan = rows.get(pk=plan.pk)
    if not by.grants.cover_from_above(Permission.PLAN_APPROVE, stored.unit_id):
        raise PermissionDenied
    if stored.state == PlanState.SUBMITTED:
        _same_version(stored, version)
    return stored


# ---- proved


@transaction.atomic
def explain_line(*, line: PlanLine, remark: str, by: User) -> PlanLine:
    """The unit's own remark beside a line, in any state of the plan: why the portal holds no evidence for it."""
    row: PlanLine = PlanLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if not by.grants.at(Permission.PLAN_WRITE, row.unit_id):
        raise PermissionDenied
    row.remark = tidy(remark)
    checked(row)
    row.save(update_fields=["remark"])
    record(row, "explain_line", unit=row.unit_id, by=by, note=row.remark)
    return row


def unexplained(unit: int, campaign: Campaign) -> list[PlanLine]:
    """Lines with neither evidence nor the unit's remark: at the end of the campaign each of them owes one."""
    lines = list(PlanLine.objects.filter(unit_id=unit, plan__campaign=campaign, remark=""))
    found = evidence_of([unit], campaign, {line.clause for line in lines})[unit]
    return [line for line in lines if not is_proved(found[line.clause])]


def plan_before(unit: int, campaign: Campaign) -> Plan | None:
    """The unit's plan of the year before."""
    earlier = Campaign.objects.year_before(campaign)
    return Plan.objects.filter(unit_id=unit, campaign=earlier).first() if earlier else None


def _editable(plan: Plan, by: User) -> Plan:
    """The plan, locked, for a person of this very unit, if it may be changed now."""
    rows = Plan.objects.select_for_update(of=("self",)).select_related("unit", "campaign", "adopted")
    stored: Plan = rows.get(pk=plan.pk)
    if not by.grants.at(Permission.PLAN_WRITE, stored.unit_id):
        raise PermissionDenied
    if stored.state not in EDITABLE:
        raise WrongState(
            _("The plan is «%(state)s»: it cannot be changed now.") % {"state": stored.get_state_display()}
        )
    return stored


def _same_version(stored: Plan, version: int, what: PlanLine | None = None) -> None:
    if stored.version != version:
        raise Stale(what or stored)


def _changed(plan: Plan, verb: str, by: User, note: str = "") -> None:
    plan.version += 1
    plan.save(update_fields=["version"])
    record(plan, verb, unit=plan.unit_id, by=by, note=note)
    touch([plan.unit_id])
