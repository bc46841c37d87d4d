"""Tables of a folder that hold families in need, donors, gifts and handouts (PRODUCT 13)."""

from django.utils.translation import gettext_lazy as _

from aid.models import Donation, Donor, Family, Handout, Member
from aid.states import AidKind, Category, DonorKind, FamilyState, Source, Status
from schools.imports import UNITS, is_school
from schools.models import Unit
from schools.states import Ownership
from students.imports_folder import PUPILS, children_touched, enrolment_on
from students.models import Pupil
from zabota.lib.csvcells import Code, Codes, Day, Flag, Secret, Whole, text_of
from zabota.lib.csvtables import Check, Column, Ref, Table, Upsert

_UNIT = text_of(Unit, "code")
_PUPIL = text_of(Pupil, "key")
_PIECES = 2**31 - 1
_TENGE = 10**15
_FURTHER = "select line, key as value from s join aid_family f using (key) where f.state ="

FAMILIES = Table(
    file="families.csv",
    columns=[
        Column("key", text_of(Family, "key"), required=True),
        Column("school", _UNIT, required=True),
        Column("name", text_of(Family, "name"), required=True),
        Column("address", text_of(Family, "address")),
        Column("approved_on", Day()),
        Column("removed_on", Day()),
        Column("removed_why", text_of(Family, "removed_why")),
    ],
    key=("key",),
    known="select id, key from aid_family",
    refs=[Ref(("school",), UNITS, "unit_id")],
    extra={"state": "text"},
    steps=[
        is_school("school"),
        Check(
            "removed_why",
            "select line, removed_why as value from s where (removed_on is null) <> (removed_why = '')",
            _("Removal from the list has a date and a reason."),
            _("Fill in removed_on and removed_why, or leave both empty."),
        ),
        # the folder knows no family on its way to the district: one that was sent stays sent
        f"""update load_families set state = case when removed_on is not null then '{FamilyState.REMOVED}'
                                                 when approved_on is not null then '{FamilyState.APPROVED}'
                                                 else '{FamilyState.DRAFT}' end""",
        Check(
            "approved_on",
            f"{_FURTHER} '{FamilyState.APPROVED}' and s.state = '{FamilyState.DRAFT}'",
            _("The family is approved in the portal: it cannot become a draft again."),
            _("Fill in approved_on, or leave the line out."),
        ),
        Check(
            "removed_on",
            f"{_FURTHER} '{FamilyState.REMOVED}' and s.state <> '{FamilyState.REMOVED}'",
            _("The family is removed from the list in the portal: it cannot return to it."),
            _("Fill in removed_on and removed_why, or leave the line out; a new entry needs a key of its own."),
        ),
        Upsert(
            Family,
            key=("key",),
            values={
                name: f"s.{name}"
                for name in ("unit_id", "key", "name", "address", "approved_on", "removed_on", "removed_why")
            },
        ),
        *(
            f"""update aid_family f set state = '{target}' from load_families s
                 where s.key = f.key and not s.bad and f.state = '{source}' and s.state in ({wanted})"""
            for source, target, wanted in (
                (FamilyState.DRAFT, FamilyState.SUBMITTED, f"'{FamilyState.APPROVED}', '{FamilyState.REMOVED}'"),
                (FamilyState.SUBMITTED, FamilyState.APPROVED, f"'{FamilyState.APPROVED}', '{FamilyState.REMOVED}'"),
                (FamilyState.APPROVED, FamilyState.REMOVED, f"'{FamilyState.REMOVED}'"),
            )
        ),
        # what is known of a family stands where the family does
        """update aid_member m set unit_id = f.unit_id from aid_family f join load_families s using (key)
            where m.family_id = f.id and m.unit_id <> f.unit_id""",
    ],
    dump="""
        select f.key, u.code, f.name, f.address, f.approved_on, f.removed_on, f.removed_why
          from aid_family f join schools_unit u on u.id = f.unit_id
         order by f.unit_id, f.key collate "C" """,
)

MEMBERS = Table(
    file="members.csv",
    columns=[
        Column("family", text_of(Family, "key"), required=True),
        Column("pupil", _PUPIL, required=True),
        Column("categories", Codes(codes=[str(category) for category in Category.values])),
        Column("statuses", Codes(codes=Status.values)),
        Column("valid_until", Day()),
    ],
    key=("family", "pupil"),
    refs=[Ref(("family",), FAMILIES, "family_id"), Ref(("pupil",), PUPILS, "pupil_id")],
    steps=[
        Upsert(
            Member,
            key=("family_id", "pupil_id"),
            source="s join aid_family f on f.id = s.family_id",
            values={
                "family_id": "s.family_id",
                "pupil_id": "s.pupil_id",
                "unit_id": "f.unit_id",
                "categories": "s.categories::smallint[]",
                "statuses": "s.statuses",
                "valid_until": "s.valid_until",
            },
        ),
    ],
    dump="""
        select f.key, p.key, m.categories, m.statuses, m.valid_until
          from aid_member m join aid_family f on f.id = m.family_id join students_pupil p on p.id = m.pupil_id
         order by f.unit_id, f.key collate "C", p.key collate "C" """,
)

DONORS = Table(
    file="donors.csv",
    columns=[
        Column("key", text_of(Donor, "key"), required=True),
        Column("kind", Code(codes=DonorKind.values), required=True),
        Column("name", text_of(Donor, "name"), required=True),
        Column("number", Secret(checked=False)),  # donors abroad and old papers: only its length is sure
        Column("publicity", Flag()),
    ],
    key=("key",),
    known="select id, key from aid_donor",
    steps=[
        Check(
            "number",
            """select s.line, s.key as value, coalesce(min(d.key), min(other.key)) as other
                 from s
                 left join load_donors other on other.number_index = s.number_index and other.line < s.line
                 left join aid_donor d on d.number_index = s.number_index and d.key <> s.key
                                      and not exists (select from s l where l.key = d.key)
                where s.number_index <> ''
                group by s.line, s.key having count(d.key) + count(other.key) > 0""",
            _("The donor with the key %(other)s has this number."),
            _("Give the donor one key, or correct the number of one of the two."),
        ),
        # two donors may have changed numbers: the old ones make room first
        """update aid_donor d set number = '', number_index = '' from load_donors s
            where s.key = d.key and not s.bad and d.number_index <> '' and s.number_index <> d.number_index""",
        Upsert(
            Donor,
            key=("key",),
            values={name: f"s.{name}" for name in ("key", "kind", "name", "number", "number_index", "publicity")},
            sealed={"number": "number_index"},
        ),
    ],
    dump="""select key, kind, name, number, publicity from aid_donor order by key collate "C" """,
)

DONATIONS = Table(
    file="donations.csv",
    columns=[
        Column("key", text_of(Donation, "key"), required=True),
        Column("donor", text_of(Donor, "key"), required=True),
        Column("unit", _UNIT, required=True),
        Column("source", Code(codes=Source.values), required=True),
        Column("kind", Code(codes=AidKind.values), required=True),
        Column("size", text_of(Donation, "size")),
        Column("quantity", Whole(most=_PIECES, empty=0)),
        Column("tenge", Whole(most=_TENGE, empty=0)),
        Column("pledged_on", Day()),
        Column("received_on", Day()),
    ],
    key=("key",),
    known="select id, key from aid_donation",
    refs=[Ref(("donor",), DONORS, "donor_id"), Ref(("unit",), UNITS, "unit_id")],
    steps=[
        Upsert(
            Donation,
            key=("key",),
            values={
                name: f"s.{name}"
                for name in (
                    *("key", "donor_id", "unit_id", "source", "kind", "size", "quantity", "tenge"),
                    *("pledged_on", "received_on"),
                )
            },
        ),
    ],
    dump="""
        select g.key, d.key, u.code, g.source, g.kind, g.size, g.quantity, g.tenge, g.pledged_on, g.received_on
          from aid_donation g join aid_donor d on d.id = g.donor_id join schools_unit u on u.id = g.unit_id
         order by g.unit_id, g.key collate "C" """,
)

HANDOUTS = Table(
    file="handouts.csv",
    columns=[
        Column("pupil", _PUPIL, required=True),
        Column("unit", _UNIT, required=True),
        Column("date", Day(), required=True),
        Column("source", Code(codes=Source.values), required=True),
        Column("kind", Code(codes=AidKind.values), required=True),
        Column("size", text_of(Handout, "size")),
        Column("quantity", Whole(most=_PIECES, empty=1)),
        Column("tenge", Whole(most=_TENGE, empty=0)),
        Column("donation", text_of(Donation, "key")),
        Column("proof_due", Day()),
        Column("proof_on", Day()),
    ],
    key=("pupil", "unit", "date", "source", "kind", "size", "donation"),
    refs=[
        Ref(("pupil",), PUPILS, "pupil_id"),
        Ref(("unit",), UNITS, "giver_id"),
        Ref(("donation",), DONATIONS, "donation_id"),
    ],
    extra={"unit_id": "bigint"},
    steps=[
        # a handout counts at the school where the child was enrolled that day, else at the giver
        f"""with places as (
              select s.line, coalesce(e.unit_id, s.giver_id) as unit_id
                from load_handouts s left join {enrolment_on("s.pupil_id", "s.date")} on true)
            update load_handouts s set unit_id = places.unit_id from places where s.line = places.line""",
        Check(
            "source",
            f"""select s.line, s.source as value from s join schools_school o on o.unit_id = s.unit_id
                 where s.source = '{Source.FUND}' and o.ownership = '{Ownership.PRIVATE}'""",
            _("The fund is for children of state schools (decree № 64), and this child is at a private one."),
            _("Correct the source of the help."),
        ),
        Upsert(
            Handout,
            key=("pupil_id", "giver_id", "date", "source", "kind", "size", "donation_id"),
            values={
                name: f"s.{name}"
                for name in (
                    *("unit_id", "pupil_id", "giver_id", "date", "source", "kind", "size", "quantity", "tenge"),
                    *("donation_id", "proof_due", "proof_on"),
                )
            },
        ),
        f"""with places as (
              select h.id, coalesce(e.unit_id, h.giver_id) as unit_id
                from aid_handout h left join {enrolment_on("h.pupil_id", "h.date")} on true
               where h.pupil_id in ({children_touched("load_handouts")}))
            update aid_handout h set unit_id = places.unit_id from places
             where h.id = places.id and h.unit_id <> places.unit_id""",
    ],
    dump="""
        select p.key, u.code, h.date, h.source, h.kind, h.size, h.quantity, h.tenge, g.key, h.proof_due, h.proof_on
          from aid_handout h
          join students_pupil p on p.id = h.pupil_id
          join schools_unit u on u.id = h.giver_id
          left join aid_donation g on g.id = h.donation_id
         order by h.giver_id, h.date, p.key collate "C", h.source collate "C", h.kind collate "C",
                  h.size collate "C", g.key collate "C" nulls first""",
)

TABLES = (FAMILIES, MEMBERS, DONORS, DONATIONS, HANDOUTS)
