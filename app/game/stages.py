"""Stages: walking a group along its journey, one step at a time, on or back.

At a stage a group writes, then presents, then builds (game.md, "One stage, within one
group"; the report's play, annex 2.4.1). What always holds: once a group has been shown
the ideas of a stage, going back does not hide them again.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from app.game import dealing
from app.game.messages import (
    STAFF_AND_LEADS,
    Actor,
    Command,
    Decision,
    Event,
    Rejected,
    Role,
    Stamp,
)
from app.game.phases import Phase
from app.game.text import Id
from app.game.workshop import Group, Step, Workshop


class MoveGroup(Command):
    """Take a group, or `all`, to a stage (from 1) and a step of it.

    Moving all leaves groups with a shorter journey at their last stage.
    """

    by: ClassVar = STAFF_AND_LEADS
    during: ClassVar = frozenset({Phase.PLAY})

    group: Id
    stage: Annotated[int, Field(ge=1)]
    step: Step

    def decide(self, workshop: Workshop, actor: Actor, at: datetime) -> Decision:
        if actor.role is Role.TABLE_LEAD and self.group != actor.group:
            raise Rejected("A table lead moves their own group only.", "group")
        if self.group == "all":
            destinations = [
                (group, min(self.stage, len(workshop.journey_of(group).stages)))
                for group in workshop.groups.values()
            ]
        elif self.group in workshop.groups:
            group = workshop.groups[self.group]
            last = len(workshop.journey_of(group).stages)
            if self.stage > last:
                raise Rejected(f"This group's journey has {last} stages.", "stage")
            destinations = [(group, self.stage)]
        else:
            raise Rejected("There is no such group in this workshop.", "group")

        moved = False
        for group, stage in destinations:
            overshot = stage < self.stage and group.stage == stage
            if overshot or (group.stage, group.step) == (stage, self.step):
                continue
            moved = True
            workshop = yield _moved(group, stage, self.step)
            # Whoever was dealt for this stage keeps their hand when the group comes to it again.
            people = [p for p in workshop.participants(group.id) if stage not in p.dealt_for]
            if stage > group.reached or (people and stage != group.stage):
                hands = dealing.deal(workshop, workshop.groups[group.id], people, stage=stage)
                assert hands is not None  # who is dealt for a stage is written down
                workshop = yield hands
        if not moved:
            raise Rejected("Every group asked for is there already, or at its last stage.", "step")


def _moved(group: Group, stage: int, step: Step) -> "GroupMoved":
    return GroupMoved(
        group=group.id, stage=stage, step=step, stage_before=group.stage, step_before=group.step
    )


class GroupMoved(Event):
    """A group is at another stage or step. Presenting shows it the ideas of the stage."""

    group: str
    stage: int
    step: Step
    stage_before: int
    step_before: Step

    def apply(self, workshop: Workshop, stamp: Stamp) -> Workshop:
        group = workshop.groups[self.group]
        moved = replace(group, stage=self.stage, step=self.step)
        if self.step != "write":
            shown = [
                replace(idea, presented=True)
                for idea in group.ideas.values()
                if idea.stage == self.stage and not idea.presented
            ]
            moved = replace(moved, presented=group.presented | {self.stage}).having(*shown)
        return workshop.having(moved)
