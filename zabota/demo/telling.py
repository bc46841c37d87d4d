"""The whole story in its order."""

from datetime import date

from reports.live import recount_all
from schools.wall import COUNTRY, scope
from zabota.demo.country import (
    appoint,
    oblasts_and_districts,
    open_campaign,
    plan_days_off,
    plan_orders,
    provision,
    teacher_logins,
)
from zabota.demo.days import plan_registers
from zabota.demo.families import plan_aid
from zabota.demo.offices import plan_offices
from zabota.demo.papers import plan_papers
from zabota.demo.school import Roll, hand_in, invent_children, open_classes
from zabota.demo.stage import Stage, moment
from zabota.demo.story import cast_parts, plan_cases, plan_movement

ROOM_FOR_CHILDREN = 1_000  # serial numbers of one school


def tell(stage: Stage) -> None:
    """Make the country, fill the schools, live through the days of the campaign, count everything."""
    provision(stage)
    appoint(stage)
    open_campaign(stage)
    oblasts, districts = oblasts_and_districts()
    stage.say(f"{oblasts} oblasts and cities, {districts} districts, {len(stage.schools)} schools.")
    fill_schools(stage)
    cast_parts(stage)
    plan_orders(stage)
    plan_days_off(stage)
    plan_registers(stage)
    plan_cases(stage)
    plan_movement(stage)
    plan_aid(stage)
    plan_offices(stage)
    plan_papers(stage)
    stage.perform()
    stage.say("Counting…")
    with scope(COUNTRY):
        recount_all()


def fill_schools(stage: Stage) -> None:
    """Every coordinator opens the classes and hands in the roster."""
    for number, plan in enumerate(stage.schools, 1):
        children = invent_children(plan, stage.chance("children", plan.key), number * ROOM_FOR_CHILDREN)
        roll = stage.rolls[plan.key] = Roll(stage.unit(plan.code), children)
        teachers = {name: stage.person(login) for name, login in teacher_logins(plan).items()}
        at = moment(date(2026, 12, 7), 9 + number % 8, 5 * number % 60)
        with stage.acting(plan.login("coordinator"), at) as by:
            roll.classes = open_classes(plan, roll.unit, teachers, by)
            hand_in(plan, roll, by)
    stage.say(f"{sum(len(roll.children) for roll in stage.rolls.values())} pupils.")
