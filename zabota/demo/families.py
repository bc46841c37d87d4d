"""Needy families, donors and what children are given (Guide 6.1.7, 6.1.10; tasks 6 and 7 of 2.2)."""

from dataclasses import dataclass
from datetime import date

from aid.actions import families, gifts
from aid.models import Donation, Donor, Family
from aid.states import AidKind, Category, DonorKind, FamilyState, Source, Status
from schools.models import User
from schools.rights import Permission
from students.states import Form
from zabota.demo.cast import ARSHALY, DISTRICTS, OFFICES, SARYARQA
from zabota.demo.school import RESIDENCE, Child
from zabota.demo.stage import Stage, moment
from zabota.lib import iin, invented
from zabota.lib.clock import today

PROTOCOL = "Алқалы органның № 2 хаттамасы, 12.01.2027"
REMARK = "Атаулы әлеуметтік көмек туралы анықтаманың мерзімі өтіп кеткен. Жаңасын тіркеңіз."


@dataclass(frozen=True)
class FamilyPlan:
    """A family on the list of a school: `part` names its child of the story, else one with brothers and sisters."""

    name: str
    school: str
    part: str
    categories: tuple[int, ...]
    statuses: tuple[str, ...]
    day: int = 13  # of January, when the school enters it
    approved: int | None = 18  # when the district approves it


C, S = Category, Status
FAMILIES = [
    FamilyPlan("a", "arshaly1", "jacket", (C.LOW_INCOME,), (S.MANY_CHILDREN, S.LOW_INCOME)),
    FamilyPlan("b", "arshaly1", "", (C.SOCIAL_AID,), (S.MANY_CHILDREN,)),
    FamilyPlan("c", "arshaly1", "", (C.ORPHAN,), (S.NO_CARE,)),
    FamilyPlan("d", "arshaly2", "worker", (C.LOW_INCOME,), (S.SINGLE_PARENT, S.DIFFICULT)),
    FamilyPlan("e", "arshaly2", "", (C.SOCIAL_AID,), (S.MANY_CHILDREN, S.DISABILITY)),
    FamilyPlan("f", "arshaly3", "carer", (C.SOCIAL_AID,), (S.SINGLE_PARENT,), day=25, approved=None),
    FamilyPlan("g", "koktal", "", (C.EMERGENCY,), (S.DIFFICULT,)),
    FamilyPlan("h", "besqaiyn", "boots", (C.LOW_INCOME,), (S.MANY_CHILDREN, S.LOW_INCOME), day=27, approved=None),
    FamilyPlan("i", "schuchinsk4", "", (C.OTHER,), (S.SINGLE_PARENT,), approved=19),
    FamilyPlan("j", "gymnasium203", "", (C.SOCIAL_AID,), (S.MANY_CHILDREN,), approved=19),
    FamilyPlan("k", "sairam31", "cotton", (C.LOW_INCOME,), (S.UNFAVOURABLE, S.LOW_INCOME), approved=19),
    FamilyPlan("l", "sairam31", "", (C.SOCIAL_AID,), (S.MANY_CHILDREN,), approved=19),
]
RETURNED = "f"


@dataclass(frozen=True)
class GiftPlan:
    """A gift to a school or a district: `tenge` is its whole value."""

    name: str
    unit: str  # the key of a school, or the code of a district
    donor: str  # «company», «entrepreneur», «ngo» or «person»
    source: str
    kind: str
    quantity: int
    tenge: int
    pledged: int  # days of January
    received: int | None = None
    publicity: bool = False


GIFTS = [
    GiftPlan("jackets", ARSHALY, "company", Source.SPONSOR, AidKind.OUTERWEAR, 12, 300_000, 12, 15, publicity=True),
    GiftPlan("bags", ARSHALY, "ngo", Source.NGO, AidKind.BAG, 10, 120_000, 13, 18, publicity=True),
    GiftPlan("shoes", "arshaly1", "entrepreneur", Source.SPONSOR, AidKind.SHOES, 6, 108_000, 13, 16),
    GiftPlan("money", "sairam31", "person", Source.SPONSOR, AidKind.MONEY, 0, 120_000, 14, 15),
    GiftPlan("suits", "schuchinsk4", "entrepreneur", Source.SPONSOR, AidKind.TRACKSUIT, 5, 60_000, 18, 21),
    GiftPlan("promised", SARYARQA, "company", Source.SPONSOR, AidKind.OUTERWEAR, 20, 560_000, 26, publicity=True),
]


@dataclass(frozen=True)
class HandoutPlan:
    """One child of a family is helped: from a gift, or by the fund of decree № 64."""

    family: str
    child: int  # its number in the family
    day: int  # of January
    kind: str
    tenge: int
    gift: str = ""
    size: str = ""
    proof_due: int | None = None
    reason: str = ""


K = AidKind
EACH_ITS_OWN = "Отбасындағы әр балаға өз күртешесі керек."
HANDOUTS = [
    HandoutPlan("a", 0, 18, K.OUTERWEAR, 25_000, gift="jackets"),
    HandoutPlan("a", 1, 19, K.OUTERWEAR, 25_000, gift="jackets", reason=EACH_ITS_OWN),
    HandoutPlan("a", 0, 19, K.SHOES, 18_000, gift="shoes"),
    HandoutPlan("a", 1, 19, K.BAG, 12_000, gift="bags"),
    HandoutPlan(
        "a",
        0,
        26,
        K.OUTERWEAR,
        22_000,
        size="146",
        reason="Демеуші берген күртеше кішірек болды, үлкенірегі қордан алынды.",
    ),
    HandoutPlan("b", 0, 19, K.OUTERWEAR, 25_000, gift="jackets"),
    HandoutPlan("b", 1, 19, K.OUTERWEAR, 25_000, gift="jackets", reason=EACH_ITS_OWN),
    HandoutPlan("b", 1, 20, K.SHOES, 18_000, gift="shoes"),
    HandoutPlan("b", 1, 20, K.BAG, 12_000, gift="bags"),
    HandoutPlan("c", 0, 20, K.UNIFORM, 19_500, size="140"),
    HandoutPlan("c", 0, 20, K.STATIONERY, 6_800),
    HandoutPlan("d", 0, 19, K.OUTERWEAR, 25_000, gift="jackets"),
    HandoutPlan("d", 0, 25, K.SHOES, 17_000, size="39"),
    HandoutPlan("e", 0, 19, K.OUTERWEAR, 25_000, gift="jackets"),
    HandoutPlan("e", 1, 19, K.BAG, 12_000, gift="bags"),
    HandoutPlan("e", 1, 20, K.STATIONERY, 6_800),
    HandoutPlan("g", 0, 20, K.OUTERWEAR, 25_000, gift="jackets"),
    HandoutPlan("g", 0, 20, K.BAG, 12_000, gift="bags"),
    HandoutPlan("g", 0, 21, K.FOOD, 15_000),
    HandoutPlan("i", 0, 21, K.TRACKSUIT, 12_000, gift="suits"),
    HandoutPlan("i", 0, 22, K.MEALS, 8_400),
    HandoutPlan("j", 0, 21, K.UNIFORM, 21_000, size="134"),
    HandoutPlan("j", 1, 21, K.MEALS, 8_400),
    HandoutPlan("k", 0, 20, K.MONEY, 40_000, gift="money", proof_due=25),
    HandoutPlan("l", 0, 20, K.MONEY, 35_000, gift="money", proof_due=25),
    HandoutPlan("l", 1, 21, K.SHOES, 16_500, size="31"),
]
PROVED = "l"  # the parents of this family have handed in the receipt; the other one's is overdue


def plan_aid(stage: Stage) -> None:
    members = {plan.name: _members(stage, plan) for plan in FAMILIES if stage.plays(plan.school)}
    for plan in FAMILIES:
        if plan.name in members:
            _plan_family(stage, plan, members[plan.name])
    for gift in GIFTS:
        if gift.unit in DISTRICTS or stage.plays(gift.unit):
            _plan_gift(stage, gift)
    schools = {plan.name: plan.school for plan in FAMILIES}
    for handout in HANDOUTS:
        if handout.family in members:
            _plan_handout(stage, handout, schools[handout.family], members[handout.family])


# ---- families


def _members(stage: Stage, plan: FamilyPlan) -> list[Child]:
    """The children of the family, the child of the story first; at most three."""
    roll = stage.rolls[plan.school]
    child = stage.parts[plan.part] if plan.part else _of_many_children(stage, plan)
    others = [each for each in roll.family_of(child) if each is not child]
    for each in (child, *others):
        stage.listed.add(each.family)
    return [child, *others][:3]


def _of_many_children(stage: Stage, plan: FamilyPlan) -> Child:
    roll = stage.rolls[plan.school]
    playing = {child.family for child in stage.parts.values()}
    free = [
        child
        for child in roll.children
        if child.family not in stage.listed | playing and child.form == Form.DAY and child.class_name != RESIDENCE
    ]
    large = [child for child in free if len(roll.family_of(child)) > 1]
    return stage.chance("family", plan.name).choice(large or free)


def _plan_family(stage: Stage, plan: FamilyPlan, members: list[Child]) -> None:
    coordinator, specialist = f"{plan.school}.coordinator", f"{OFFICES[stage.school(plan.school).parent]}.specialist"
    entered = date(2027, 1, plan.day)
    stage.plan(moment(entered, 11, 10), coordinator, list_family, plan.school, stage=stage, plan=plan, members=members)
    stage.plan(moment(entered, 15, 10), coordinator, submit, plan.school, child=members[0])
    if plan.approved:
        stage.plan(moment(date(2027, 1, plan.approved), 10, 30), specialist, approve, plan.school, child=members[0])
    if plan.name == RETURNED:
        stage.plan(moment(date(2027, 1, 26), 15, 45), specialist, send_back, plan.school, child=members[0])


def list_family(*, stage: Stage, plan: FamilyPlan, members: list[Child], by: User) -> None:
    address = invented.address_kk(stage.chance("address", plan.name))
    unit = stage.rolls[plan.school].unit
    family = families.add_family(unit=unit, name=members[0].person.surname, address=address, by=by)
    for child in members:
        families.add_member(
            family=family,
            pupil=child.known,
            categories=plan.categories,
            statuses=plan.statuses,
            valid_until=date(2027, 12, 31),
            note=PROTOCOL if Category.OTHER in plan.categories else "",
            by=by,
        )


def _family_of(child: Child, state: str) -> Family:
    found: Family = Family.objects.get(members__pupil=child.known, state=state)
    return found


def submit(*, child: Child, by: User) -> None:
    families.submit(family=_family_of(child, FamilyState.DRAFT), by=by)


def approve(*, child: Child, by: User) -> None:
    families.approve(family=_family_of(child, FamilyState.SUBMITTED), by=by)


def send_back(*, child: Child, by: User) -> None:
    families.send_back(family=_family_of(child, FamilyState.SUBMITTED), remark=REMARK, by=by)


# ---- gifts


def _plan_gift(stage: Stage, gift: GiftPlan) -> None:
    who = f"{OFFICES[gift.unit]}.specialist" if gift.unit in DISTRICTS else f"{gift.unit}.coordinator"
    stage.plan(moment(date(2027, 1, gift.pledged), 14, 20), who, pledge, stage=stage, gift=gift)
    if gift.received:
        stage.plan(moment(date(2027, 1, gift.received), 14, 50), who, receive, stage=stage, gift=gift)


def pledge(*, stage: Stage, gift: GiftPlan, by: User) -> None:
    code = gift.unit if gift.unit in DISTRICTS else stage.school(gift.unit).code
    stage.gifts[gift.name] = gifts.register_donation(
        unit=stage.unit(code),
        donor=_donor(stage, gift, by),
        source=gift.source,
        kind=gift.kind,
        size="",
        quantity=gift.quantity,
        tenge=gift.tenge,
        pledged_on=today(),
        received_on=None,
        by=by,
    )


def _donor(stage: Stage, gift: GiftPlan, by: User) -> Donor:
    chance = stage.chance("donor", gift.name)
    if gift.donor == DonorKind.PERSON:
        name, number = invented.adult(chance).full_name, iin.make(chance)
    else:
        organisation = invented.organisation(chance)
        while organisation.form != gift.donor:
            organisation = invented.organisation(chance)
        name, number = organisation.name_kk, iin.make(chance, organisation=True)
    return gifts.add_donor(kind=gift.donor, name=name, number=number, publicity=gift.publicity, by=by)


def receive(*, stage: Stage, gift: GiftPlan, by: User) -> None:
    donation = _stored(stage, gift.name, by)
    gifts.receive(
        donation=donation,
        received_on=today(),
        quantity=gift.quantity,
        tenge=gift.tenge,
        version=donation.version,
        by=by,
    )


def _stored(stage: Stage, name: str, by: User) -> Donation:
    found: Donation = Donation.objects.for_user(by, Permission.AID_VIEW).get(pk=stage.gifts[name].pk)
    return found


# ---- handouts


def _plan_handout(stage: Stage, plan: HandoutPlan, school: str, members: list[Child]) -> None:
    child = members[min(plan.child, len(members) - 1)]
    gift = next((gift for gift in GIFTS if gift.name == plan.gift), None)
    by_district = gift is not None and gift.unit in DISTRICTS
    who = f"{OFFICES[stage.school(school).parent]}.specialist" if by_district else f"{school}.coordinator"
    stage.plan(moment(date(2027, 1, plan.day), 15, 25), who, hand_out, school, stage=stage, plan=plan, child=child)
    if plan.proof_due and plan.family == PROVED:
        stage.plan(moment(date(2027, 1, 25), 11), who, prove, school, child=child)


def hand_out(*, stage: Stage, plan: HandoutPlan, child: Child, by: User) -> None:
    donation = _stored(stage, plan.gift, by) if plan.gift else None
    gifts.hand_out(
        pupil=child.known,
        giver=donation.unit if donation else stage.rolls[child.school].unit,
        date=today(),
        source=donation.source if donation else Source.FUND,
        kind=plan.kind,
        size=plan.size,
        quantity=1,
        tenge=plan.tenge,
        donation=donation,
        proof_due=date(2027, 1, plan.proof_due) if plan.proof_due else None,
        reason=plan.reason,
        by=by,
    )


def prove(*, child: Child, by: User) -> None:
    handout = child.known.handouts.get(proof_on=None, proof_due__isnull=False)
    gifts.prove(handout=handout, on=today(), by=by)
