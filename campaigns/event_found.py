"""Whom a raid or a round has found: the room that keeps the children says so here in `AppConfig.ready`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from campaigns.models import Event
from campaigns.states import FINDS_CHILDREN


@dataclass(frozen=True)
class Found:
    """`page` is the name of an address that takes the event's key; `counts` tells of many events at once."""

    page: str
    counts: Callable[[Collection[int]], Mapping[int, int]]


FOUND: list[Found] = []


def children_found(events: Collection[Event]) -> dict[int, int]:
    """Event → children found, in the same number of questions for any number of events; other kinds find nobody."""
    raids = {event.pk: 0 for event in events if event.kind in FINDS_CHILDREN}
    for each in FOUND if raids else ():
        for event, children in each.counts(raids).items():
            raids[event] += children
    return raids
