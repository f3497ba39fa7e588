"""Namesakes: who shares a name and an organisation, and who is told.

Leaves out how a page says it (`tests/web/test_joining.py`). Always: plain functions.
"""

from app.game.messages import Role
from app.views import Company, Viewer, see
from app.views.namesakes import Namesakes, namesakes
from tests.game.table import Table

STAFF, OBSERVER = Viewer("facilitator", Role.FACILITATOR), Viewer("p9", Role.OBSERVER)


def test_one_name_is_two_seats_only_within_an_organisation_and_while_both_are_taken() -> None:
    table = Table()
    for name, organisation in (
        ("Amara", "NHS"), ("Beth", "NHS"), ("Amara", "Police"), ("amara", "nhs"),
    ):  # fmt: skip
        table.join(organisation, name)
    assert namesakes(table.workshop) == (Namesakes("Amara", "NHS", ("p1", "p4")),)
    table.do("facilitator", "RemovePerson", participant="p1")
    assert namesakes(table.workshop) == ()


def test_staff_see_who_is_doubled_and_observers_no_name() -> None:
    table = Table()
    for _ in range(2):
        table.join("NHS", "Amara")
    assert see(table.workshop, STAFF, Company())["groups"].namesakes[0].people == ("p1", "p2")
    assert see(table.workshop, OBSERVER, Company())["groups"].namesakes == ()
