"""Groups: seating everybody at once, or one person somewhere else.

The rule of a balanced seating stands in `seating.py`. What always holds: moving a
person moves no idea; what was written stays with the group it was written in.
"""

from datetime import datetime
from typing import ClassVar

from app.game import dealing, seating
from app.game.messages import STAFF, Actor, Command, Decision, Rejected, Role
from app.game.phases import Phase
from app.game.text import Id
from app.game.workshop import Workshop


class FormGroups(Command):
    """Propose and apply a balanced seating. Done again, everyone is seated afresh."""

    by: ClassVar = STAFF
    during: ClassVar = frozenset({Phase.LOBBY, Phase.BRIEFING})

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        workshop = yield seating.balanced(workshop)
        if workshop.phase is Phase.BRIEFING or workshop.hands_dealt:
            yield from dealing.deal_to_all(workshop)


class SeatParticipant(Command):
    """Move a participant to a group. Their hand comes along, but for cards held there."""

    by: ClassVar = STAFF

    participant: Id
    group: Id

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        person = workshop.people.get(self.participant)
        if person is None or person.role is not Role.PARTICIPANT or person.removed:
            raise Rejected("There is no such participant in this workshop.", "participant")
        if self.group not in workshop.groups:
            raise Rejected("There is no such group in this workshop.", "group")
        if person.group == self.group:
            raise Rejected(f"{person.name} already sits in this group.", "group")
        if not workshop.groups_formed:
            raise Rejected("Form the groups first; then you can move anyone.", "group")
        workshop = yield seating.PersonSeated(
            person=person.id, group=self.group, before=person.group
        )
        group = workshop.groups[self.group]
        if group.reached:
            moved = workshop.people[person.id]
            hands = dealing.deal(workshop, group, [moved], stage=group.stage)
            if hands is not None:
                yield hands
