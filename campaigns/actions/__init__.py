"""Verbs of the campaign."""

from campaigns.actions.agreements import save_agreement
from campaigns.actions.campaign import DATES, NAMES, RULES, Stale, add_campaign, checked, set_campaign
from campaigns.actions.control import answer_finding, close_finding, record_finding
from campaigns.actions.extensions import give_extension
from campaigns.actions.helplines import add_helpline, remove_helpline
from campaigns.actions.library import hand_down, mark_read
from campaigns.actions.orders import NumberTaken, dates_wrong, register_order, set_norms

__all__ = [
    "DATES",
    "NAMES",
    "RULES",
    "NumberTaken",
    "Stale",
    "add_campaign",
    "add_helpline",
    "answer_finding",
    "checked",
    "close_finding",
    "dates_wrong",
    "give_extension",
    "hand_down",
    "mark_read",
    "record_finding",
    "register_order",
    "remove_helpline",
    "save_agreement",
    "set_campaign",
    "set_norms",
]
