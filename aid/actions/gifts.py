"""Donors, gifts, and what each child was given (PRODUCT 9).  Sums in whole ₸."""

import secrets
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Func, Sum, TextField
from django.utils.translation import gettext as _

from aid.actions import Stale, Wrong, children, season_of
from aid.models import Donation, Donor, Handout
from aid.states import AidKind, DonorKind, Source
from schools.actions import touch
from schools.journal import record
from schools.models import School, Scoped, Unit, User
from schools.number import ancestors
from schools.rights import Permission
from schools.states import Ownership
from schools.workflow import Refused
from students.models import Pupil
from zabota.lib import iin
from zabota.lib.clock import today
from zabota.lib.kazakh import fold, tidy
from zabota.lib.secret import blind_index
from zabota.lib.tables import grouped

BAND = (1_000, 150_000)  # ₸ for one child; outside it somebody may have typed thousands (PRODUCT 9)


class Twice(Refused):
    """The child, or another one of its family, was given this kind in this campaign; going on needs a reason."""

    field = "reason"

    def __init__(self, helped: children.Helped) -> None:
        if helped.itself:
            words = _("This child was given the same kind of aid in this campaign. Give the reason or stop here.")
        else:
            words = _(
                "A brother or sister was given the same kind of aid in this campaign. Give the reason or stop here."
            )
        super().__init__(words)


class NumberTaken(Wrong):
    """The number belongs to a donor of another name; with the stored name it is the same donor."""

    def __init__(self, stored: Donor) -> None:
        words = _("This number belongs to another donor: %(name)s. Use that donor or correct the number.")
        super().__init__("number", words % {"name": stored.name})
        self.stored = stored


class AlreadyEntered(Refused):
    def __init__(self) -> None:
        super().__init__(_("This handout is entered already; change its quantity instead."))


class TooMuch(Refused):
    """More would be given than was received; the words belong beside the quantity or the sum."""

    def __init__(self, field: str, left: int) -> None:
        words = {
            "quantity": _("The gift has only %(left)s pieces left."),
            "tenge": _("The gift has only %(left)s ₸ left."),
        }
        super().__init__(words[field] % {"left": grouped(left)})
        self.field = field


@transaction.atomic
def add_donor(*, kind: str, name: str, number: str = "", publicity: bool = False, by: User) -> Donor:
    """A benefactor; one with the same BIN or IIN is the same one in the whole country.

    Raises NumberTaken when the number is an organisation's of another name.  A person's number under another name is
    refused without the name, so that nobody learns one by trying numbers.
    """
    if not by.grants.units(Permission.AID_WRITE):
        raise PermissionDenied
    name, number = tidy(name), number.replace(" ", "")
    if not name:
        raise Wrong("donor_name", _("Give the donor's name."))
    if number and not iin.check(number):
        raise Wrong("number", _("This is not a BIN or IIN: twelve digits with the right check digit."))
    facts = {"kind": kind, "name": name, "publicity": publicity}
    if not number:
        known = _donor_in_sight(kind, name, by)
        return known or Donor.objects.create(key=f"d-{secrets.token_hex(8)}", **facts)
    index = blind_index(number)
    facts |= {"key": f"n-{index[:40]}", "number": number}
    donor, made = Donor.objects.get_or_create(number_index=index, defaults=facts)
    if made or fold(donor.name) == fold(name):
        return donor
    if donor.kind == DonorKind.PERSON:
        raise Wrong("number", _("There is a person with this IIN under another name. Check the number and the name."))
    raise NumberTaken(donor)


@transaction.atomic
def register_donation(
    *,
    unit: Unit,
    donor: Donor,
    source: str,
    kind: str,
    size: str,
    quantity: int,
    tenge: int,
    pledged_on: date | None,
    received_on: date | None,
    by: User,
) -> Donation:
    """A gift is promised or has arrived at a unit: quantity in pieces, its whole value in ₸."""
    if not by.grants.cover(Permission.AID_WRITE, unit.pk):
        raise PermissionDenied
    _check_amount(kind, quantity, tenge)
    _check_days(pledged_on, received_on)
    if source == Source.FUND:
        _check_fund(unit.pk)
    donation = Donation(
        unit=unit,
        key=f"{unit.code}-{secrets.token_hex(4)}",
        donor=donor,
        source=source,
        kind=kind,
        size=tidy(size),
        quantity=quantity,
        tenge=tenge,
        pledged_on=pledged_on,
        received_on=received_on,
    )
    _checked(donation)
    donation.save(force_insert=True)
    record(donation, "register_donation", unit=unit.pk, by=by, after="received" if received_on else "pledged")
    touch([unit.pk])
    return donation


@transaction.atomic
def receive(*, donation: Donation, received_on: date, quantity: int, tenge: int, version: int, by: User) -> Donation:
    """A promised gift has arrived, with what really came.  Raises Stale when somebody saved it meanwhile."""
    stored: Donation = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
    if not by.grants.cover(Permission.AID_WRITE, stored.unit_id):
        raise PermissionDenied
    if stored.version != version:
        raise Stale(stored)
    if stored.received_on:
        raise Refused(_("This gift has been received already."))
    _check_amount(stored.kind, quantity, tenge)
    _check_days(stored.pledged_on, received_on)
    stored.received_on, stored.quantity, stored.tenge = received_on, quantity, tenge
    stored.version += 1
    stored.save(update_fields=["received_on", "quantity", "tenge", "version"])
    record(stored, "receive", unit=stored.unit_id, by=by, before="pledged", after="received")
    touch([stored.unit_id])
    return stored


@transaction.atomic
def hand_out(
    *,
    pupil: Pupil,
    giver: Unit,
    date: date,
    source: str,
    kind: str,
    size: str,
    quantity: int,
    tenge: int,
    donation: Donation | None = None,
    proof_due: date | None = None,
    reason: str = "",
    by: User,
) -> Handout:
    """One child is helped once; it counts at the school where the child was enrolled that day, else at the giver.

    From a gift, source, kind and size are the gift's own.  Raises TooMuch when the gift does not hold as much, Twice
    when the child or another one of its family was given this kind in the same campaign, anywhere in the country, and
    no reason is given, Refused for the fund of decree № 64 at a private school.
    """
    if not by.grants.cover(Permission.AID_WRITE, giver.pk):
        raise PermissionDenied
    if not Pupil.objects.for_user(by, Permission.CHILD_VIEW).filter(pk=pupil.pk).exists():
        raise Refused(_("You cannot see this child."))
    children.lock(pupil)
    unit = _where(pupil, giver, date, by)
    if donation is not None:
        donation = _take(donation, giver, date, unit, quantity, tenge)
        source, kind, size = donation.source, donation.kind, donation.size
    _check_handout(date, kind, quantity, tenge, proof_due)
    if source == Source.FUND:
        _check_fund(unit)
    handout = Handout(
        unit_id=unit,
        pupil=pupil,
        giver=giver,
        date=date,
        source=source,
        kind=kind,
        size=tidy(size),
        quantity=quantity,
        tenge=tenge,
        donation=donation,
        proof_due=proof_due,
    )
    _inserted(handout, tidy(reason))
    record(handout, "hand_out", unit=unit, by=by, note=tidy(reason))
    touch({unit, giver.pk, *([donation.unit_id] if donation else [])}, [pupil.pk])
    return handout


@transaction.atomic
def prove(*, handout: Handout, on: date, by: User) -> Handout:
    """The parent has handed in the proof of purchase: the debt is closed."""
    stored: Handout = Handout.objects.select_for_update(of=("self",)).get(pk=handout.pk)
    if not by.grants.cover(Permission.AID_WRITE, stored.unit_id):
        raise PermissionDenied
    if stored.proof_due is None or stored.proof_on is not None:
        raise Refused(_("No proof of purchase is due for this handout."))
    stored.proof_on = on
    stored.save(update_fields=["proof_on"])
    record(stored, "prove", unit=stored.unit_id, by=by)
    touch([stored.unit_id], [stored.pupil_id])
    return stored


def given_before(*, pupil: Pupil, day: date) -> Scoped:
    """What the child was given in the campaign of this day, as far as the caller can see."""
    first, last = season_of(day)
    return Handout.objects.filter(pupil=pupil, date__gte=first, date__lte=last)


def left_of(donation: Donation) -> tuple[int, int]:
    """What a gift still holds, in pieces and in ₸; a gift that has not arrived holds nothing."""
    if donation.received_on is None:
        return 0, 0
    given = donation.handouts.aggregate(pieces=Sum("quantity", default=0), tenge=Sum("tenge", default=0))
    return donation.quantity - given["pieces"], donation.tenge - given["tenge"]


def _donor_in_sight(kind: str, name: str, by: User) -> Donor | None:
    """The donor of this name who has given to the person's own units before."""
    gifts = Donation.objects.for_user(by, Permission.AID_VIEW).filter(donor__kind=kind)
    folded = Func(F("donor__name"), function="kk_fold", output_field=TextField())
    gift = gifts.annotate(folded=folded).filter(folded=fold(name)).select_related("donor").first()
    return gift.donor if gift else None


def _where(pupil: Pupil, giver: Unit, day: date, by: User) -> int:
    unit = children.school_of(pupil, day) or _school_out_of_sight(pupil, day)
    if unit is None:
        return giver.pk
    if not by.grants.cover(Permission.AID_WRITE, unit):
        where = Unit.objects.get(pk=unit).full_name
        raise Refused(_("On that day the child studied at %(school)s: the aid is entered there.") % {"school": where})
    return unit


def _school_out_of_sight(pupil: Pupil, day: date) -> int | None:
    """The child may have moved to a school whose rows the wall hides; its number alone is told."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select unit_id from find_child(%s, %s, %s, %s)
                where pupil_id = %s and first <= %s and coalesce(last, 'infinity') >= %s""",
            [pupil.iin_index, pupil.surname, pupil.name, pupil.born, pupil.pk, day, day],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _take(donation: Donation, giver: Unit, day: date, unit: int, quantity: int, tenge: int) -> Donation:
    """The gift, locked, if it belongs to the giver, had come by that day and holds as much.  Money has no pieces.

    It is given inside its own unit: whoever may hand it out then sees all that was handed out of it.
    """
    locked: Donation = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
    if locked.unit_id != giver.pk:
        raise Refused(_("This gift belongs to another unit."))
    if locked.received_on is None:
        raise Refused(_("This gift has not been received yet."))
    if day < locked.received_on:
        raise Wrong("date", _("The gift came on %(day)s.") % {"day": f"{locked.received_on:%d.%m.%Y}"})
    if locked.unit_id not in ancestors(unit):
        raise Refused(_("This gift is for children of its own unit."))
    pieces, sum_left = left_of(locked)
    if locked.kind != AidKind.MONEY and quantity > pieces:
        raise TooMuch("quantity", pieces)
    if tenge > sum_left:
        raise TooMuch("tenge", sum_left)
    return locked


def _check_handout(day: date, kind: str, quantity: int, tenge: int, proof_due: date | None) -> None:
    if day > today():
        raise Wrong("date", _("Aid is entered when it has been given, not before."))
    if quantity < 1:
        raise Wrong("quantity", _("Give at least one piece."))
    if kind == AidKind.MONEY and tenge < 1:
        raise Wrong("tenge", _("Write how much money was given."))
    if proof_due is not None and proof_due < day:
        raise Wrong("proof_due", _("The proof of purchase cannot be due before the money is given."))


def _check_amount(kind: str, quantity: int, tenge: int) -> None:
    if kind == AidKind.MONEY and tenge < 1:
        raise Wrong("tenge", _("Write how much money it is."))
    if kind != AidKind.MONEY and quantity < 1:
        raise Wrong("quantity", _("Write how many pieces there are."))


def _check_days(pledged_on: date | None, received_on: date | None) -> None:
    if pledged_on is None and received_on is None:
        raise Refused(_("Give the day of the pledge or the day when the gift was received."))
    if pledged_on and received_on and received_on < pledged_on:
        raise Wrong("received_on", _("A gift cannot be received before it was pledged."))
    if max(day for day in (pledged_on, received_on) if day) > today():
        raise Wrong("received_on", _("The day lies in the future."))


def _check_fund(unit: int) -> None:
    """The fund of decree № 64 is for state schools."""
    if School.objects.filter(unit_id=unit, ownership=Ownership.PRIVATE).exists():
        raise Wrong(
            "source",
            _("The universal-education fund is for state schools. This school is private: choose another source."),
        )


def _checked(donation: Donation) -> None:
    try:
        donation.clean_fields()
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages))


def _inserted(handout: Handout, reason: str) -> None:
    """The exact copy is refused by the database, whoever was faster; the same kind again needs a reason."""
    same = {name: getattr(handout, name) for name in ("pupil", "giver", "date", "source", "kind", "size", "donation")}
    if Handout.objects.filter(**same).exists():
        raise AlreadyEntered
    helped = children.helped_before(handout.pupil, handout.date, handout.kind)
    if (helped.itself or helped.siblings) and not reason:
        raise Twice(helped)
    try:
        handout.clean_fields(exclude=["unit", "giver", "pupil", "donation"])
        with transaction.atomic():
            handout.save(force_insert=True)
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages))
    except IntegrityError as wrong:
        if "handout_once" not in str(wrong):
            raise
        raise AlreadyEntered
