"""The catalogue: every measure is declared once (PRODUCT 11).

From a declaration follow its value for every unit, its roll-up, its cuts, its label, its place on screens and papers.
"""

from django.utils.translation import gettext_lazy as _

from aid.states import Category, Status
from reports import facts
from reports.indicator import SECTIONS, Indicator, Words
from reports.indicators_campaign import CAMPAIGN, EVENTS
from students.states import NOT_ATTENDING, OUT_OF_SCHOOL, CaseKind, Cause, MovementReason, ReasonClass, Sex

CHILDREN, FAMILIES, PUPILS = _("children"), _("families"), _("pupils")
PUPIL_DAYS, CLASS_DAYS, SHARE, SCHOOLS = _("pupil-days"), _("class-days"), _("share"), _("schools")
EACH_CHILD = "count(distinct child)"
_KINDS: dict[str, Words] = dict(CaseKind.choices)
_OUT = {str(kind): _KINDS[kind] for kind in OUT_OF_SCHOOL}
_ABSENT = {str(kind): _KINDS[kind] for kind in NOT_ATTENDING}
_CAUSES: dict[str, Words] = {**dict(Cause.choices), "": _("cause not named")}
_SEXES: dict[str, Words] = {**dict(Sex.choices), "none": _("not known")}
_BANDS: dict[str, Words] = {
    "0-4": _("grades 0–4"),
    "5-9": _("grades 5–9"),
    "10-12": _("grades 10–12"),
    "none": _("in no grade"),
}
_CASE_COLUMNS = {"kind": "kind", "cause": "cause", "sex": "sex", "band": "band"}
_OPEN_OR_FOUND = "(before or found_out or found_absent)"
_MISSED = "kind = 'taught'"

_DECLARED = [
    Indicator("CN-01", _("Schools taking part"), "contingent", SCHOOLS, _("Guide 4.2, 6.1.1"), facts.TAKING_PART),
    Indicator(
        "CN-02", _("Pupils at start"), "contingent", PUPILS, _("Guide 6.1.4"), facts.ENROLMENTS,
        where="first >= came and (gone is null or first < gone)",
    ),
    Indicator(
        "CN-03", _("Arrived"), "contingent", PUPILS, _("Guide 6.1.4"), facts.ENROLMENTS, where="came > first and came <= last",
        cut_columns={"origin": "origin"},
        cuts={"origin": {"school": _("from another school"), "abroad": _("from abroad"), "first": _("for the first time")}},
    ),
    Indicator(
        "CN-04", _("Left"), "contingent", PUPILS, _("Guide 6.1.4"), facts.ENROLMENTS, where="gone > first and gone <= last",
        cut_columns={"destination": "destination"},
        cuts={"destination": {**dict(MovementReason.choices), "none": _("no slip")}},
    ),
    Indicator(
        "CN-05", _("Pupils now"), "contingent", PUPILS, _("Guide 6.1.4"), facts.ENROLMENTS,
        where="came <= last and (gone is null or last < gone)",
    ),
    Indicator(
        "AT-01", _("Pupil-days due"), "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.CLASS_DAYS, "sum(taught)"
    ),
    Indicator(
        "AT-02", _("Pupil-days missed"), "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.ABSENCES, where=_MISSED,
        cut_columns={"reason": "reason"}, cuts={"reason": dict(ReasonClass.choices)},
    ),
    *(
        Indicator(code, label, "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.ABSENCES, where=f"{_MISSED} and reason in ({of})")
        for code, label, of in [
            ("AT-03", _("missed: ill"), "'ill'"),
            ("AT-04", _("missed: other valid reason"), "'valid'"),
            ("AT-05", _("missed: social reason"), "'social'"),
            ("AT-06", _("missed: not valid or unknown reason"), "'invalid', 'unknown'"),
        ]
    ),
    Indicator(
        "AT-07", _("Attendance"), "attendance", SHARE, _("Guide 6.1.3; silence of a class is not presence"),
        share_of=({"AT-13": 1, "AT-02": -1}, {"AT-13": 1}),
    ),
    Indicator(
        "AT-08", _("Class-days due"), "attendance", CLASS_DAYS, _("Guide 6.1.3"), facts.CLASS_DAYS, where="taught > 0"
    ),
    Indicator(
        "AT-09", _("Class-days with a register"), "attendance", CLASS_DAYS, _("Guide 6.1.3"), facts.CLASS_DAYS,
        where="taught > 0 and taken",
    ),
    Indicator(
        "AT-10", _("Share of registers taken"), "attendance", SHARE, _("Guide 6.1.3"), share_of=({"AT-09": 1}, {"AT-08": 1})
    ),
    Indicator(
        "AT-11", _("Children systematically absent"), "attendance", CHILDREN, _("Guide 4.5, 6.1.2; thresholds by order"),
        facts.SYSTEMATIC,
    ),
    Indicator(
        "AT-12", _("Children long absent"), "attendance", CHILDREN, _("Guide 4.5, 6.1.2; thresholds by order"), facts.LONG
    ),
    Indicator(
        "AT-13", _("Pupil-days under a register"), "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.CLASS_DAYS,
        "sum(taught)", "taken",
    ),
    Indicator("AT-14", _("Distance pupil-days"), "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.CLASS_DAYS, "sum(distant)"),
    Indicator(
        "AT-15", _("Distance pupil-days not connected"), "attendance", PUPIL_DAYS, _("Guide 6.1.3"), facts.ABSENCES,
        where="kind = 'distance'",
    ),
    Indicator(
        "CS-00", _("Open before the campaign"), "cases", CHILDREN, _("Guide 6.1.2"), facts.CASES, EACH_CHILD, "before",
        cut_columns={"kind": "kind"}, cuts={"kind": _KINDS},
    ),
    Indicator(
        "CS-01", _("Found out of school"), "cases", CHILDREN, _("Guide 4.5, task 2 of 2.2"), facts.CASES, EACH_CHILD, "found_out",
        cut_columns=_CASE_COLUMNS, cuts={"kind": _OUT, "cause": _CAUSES, "sex": _SEXES, "band": _BANDS},
    ),
    Indicator(
        "CS-12", _("Found not attending"), "cases", CHILDREN, _("Guide 4.5, task 2 of 2.2"), facts.CASES, EACH_CHILD,
        "found_absent", cut_columns=_CASE_COLUMNS, cuts={"kind": _ABSENT, "cause": _CAUSES, "sex": _SEXES, "band": _BANDS},
    ),
    Indicator(
        "CS-02", _("Returned to school"), "cases", CHILDREN, _("Guide 4.5, 6.1.2"), facts.CASES, EACH_CHILD,
        f"{_OPEN_OR_FOUND} and returned", cut_columns={"kind": "kind"}, cuts={"kind": _KINDS},
    ),
    Indicator(
        "CS-03", _("Still out"), "cases", CHILDREN, _("Guide 4.5, 6.1.2"), facts.CASES, EACH_CHILD,
        f"{_OPEN_OR_FOUND} and not returned and not closed", cut_columns={"kind": "kind"}, cuts={"kind": _KINDS},
    ),
    Indicator(
        "FM-01", _("Families in need"), "families", FAMILIES, _("Guide 6.1.7"), facts.FAMILIES, "count(distinct family)"
    ),
    Indicator(
        "FM-02", _("Children in families in need"), "families", CHILDREN, _("Guide 6.1.7"), facts.NEEDY_CHILDREN, EACH_CHILD
    ),
    *(
        Indicator(
            f"FM-{10 + category}", category.label, "families", CHILDREN, _("decree № 64"), facts.NEEDY_CHILDREN, EACH_CHILD,
            f"valid and {category.value} = any(categories)",
        )
        for category in Category
    ),
    *(
        Indicator(
            f"FM-{21 + place}", status.label, "families", CHILDREN, _("Guide 2.1"), facts.NEEDY_CHILDREN, EACH_CHILD,
            f"valid and '{status.value}' = any(statuses)",
        )
        for place, status in enumerate(Status)
    ),
    Indicator("AD-01", _("Children helped"), "aid", CHILDREN, _("Guide, task 6 of 2.2"), facts.HANDOUTS, EACH_CHILD),
    Indicator(
        "AD-02", _("Families helped"), "aid", FAMILIES, _("Guide, task 6 of 2.2"), facts.HELPED_FAMILIES, "count(distinct family)"
    ),
    Indicator("AD-03", _("Handouts"), "aid", _("handouts"), _("Guide 6.1.10"), facts.HANDOUTS),
    Indicator("AD-04", _("Aid given"), "aid", "₸", _("Guide 6.1.10"), facts.HANDOUTS, "sum(tenge)"),
]  # fmt: skip


def _ordered(declared: list[Indicator]) -> dict[str, Indicator]:
    catalogue = {indicator.code: indicator for indicator in sorted(declared, key=_place)}
    if len(catalogue) != len(declared):
        raise ValueError("two indicators have the same code")
    return catalogue


def _place(indicator: Indicator) -> tuple[int, str]:
    return list(SECTIONS).index(indicator.section), indicator.code


CATALOGUE = _ordered([*_DECLARED, *EVENTS, *CAMPAIGN])

__all__ = ["CATALOGUE", "SECTIONS", "Indicator"]
