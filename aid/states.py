"""Categories, statuses, sources and kinds of aid (decree № 64; codes of PRODUCT 13 never change meaning)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from schools.rights import Permission as P
from schools.workflow import Move, Workflow


class Category(IntegerChoices):
    """The five legal categories of decree № 64 of 25.01.2008."""

    SOCIAL_AID = 1, _("receives targeted social aid")
    LOW_INCOME = 2, _("income below the subsistence minimum")
    ORPHAN = 3, _("orphan or without parental care, living in a family")
    EMERGENCY = 4, _("urgent help after an emergency")
    OTHER = 5, _("other category by decision of the collegial body")


class Status(TextChoices):
    MANY_CHILDREN = "many_children", _("many children")
    ORPHAN = "orphan", _("orphan")
    NO_CARE = "no_care", _("without parental care")
    DISABILITY = "disability", _("with a disability")
    SINGLE_PARENT = "single_parent", _("single-parent family")
    UNFAVOURABLE = "unfavourable", _("unfavourable family")
    LOW_INCOME = "low_income", _("low-income family")
    DIFFICULT = "difficult", _("difficult life situation")
    OTHER = "other", _("other")


class FamilyState(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("sent to the district")
    APPROVED = "approved", _("approved")
    REMOVED = "removed", _("removed")


FAMILY = Workflow(
    FamilyState.DRAFT,
    Move("submit", (FamilyState.DRAFT,), FamilyState.SUBMITTED, P.FAMILY_WRITE, _("Send to the district")),
    Move("approve", (FamilyState.SUBMITTED,), FamilyState.APPROVED, P.FAMILY_APPROVE, _("Approve"), from_above=True),
    Move(
        "send_back",
        (FamilyState.SUBMITTED,),
        FamilyState.DRAFT,
        P.FAMILY_APPROVE,
        _("Return with a remark"),
        from_above=True,
        needs_note=True,
    ),
    Move(
        "remove",
        (FamilyState.APPROVED,),
        FamilyState.REMOVED,
        P.FAMILY_WRITE,
        _("Remove from the list"),
        needs_note=True,
    ),
)


class Source(TextChoices):
    FUND = "fund", _("universal-education fund, budget")
    SPONSOR = "sponsor", _("sponsors and patrons")
    TEACHERS = "teachers", _("teachers")
    PARENTS = "parents", _("parents")
    NGO = "ngo", _("NGO")
    PARTY = "party", _("party")
    RELIGIOUS = "religious", _("religious body")
    STATE = "state", _("state body")
    VOLUNTEERS = "volunteers", _("volunteers")


class AidKind(TextChoices):
    OUTERWEAR = "outerwear", _("outerwear")
    UNIFORM = "uniform", _("uniform")
    SHOES = "shoes", _("shoes")
    TRACKSUIT = "tracksuit", _("tracksuit")
    BAG = "bag", _("school bag")
    STATIONERY = "stationery", _("stationery and books")
    FOOD = "food", _("food")
    MEALS = "meals", _("hot meals")
    MONEY = "money", _("money")
    CAMP = "camp", _("camp")
    HOUSEHOLD = "household", _("household goods")
    OTHER = "other", _("other")


class DonorKind(TextChoices):
    COMPANY = "company", _("company")
    ENTREPRENEUR = "entrepreneur", _("entrepreneur")
    PERSON = "person", _("person")
    NGO = "ngo", _("NGO")
    RELIGIOUS = "religious", _("religious body")
    STATE = "state", _("state body")
    PARTY = "party", _("party")
    OTHER = "other", _("other")
