"""Showing: what a group has been shown of its ideas, and what it may therefore act upon.

An idea is private until its stage is presented (game.md, "One stage, within one group").
What always holds: an answer is the same whether an idea is hidden or does not exist.
"""

from app.game.messages import Rejected
from app.game.workshop import Group, Idea, Workshop


def presented(workshop: Workshop, idea: Idea, *, to: str | None = None) -> bool:
    """Whether all of `idea` has been presented: to the group `to`, or each part to its own.

    Staff may merge what was not presented yet, or what another group wrote. A merged idea
    holds what its parts say, so it is before a group only when all of them are.
    """
    if idea.parents:
        parts = (workshop.idea(parent) for parent in idea.parents)
        return all(presented(workshop, part, to=to) for part in parts)
    return idea.presented and to in (None, idea.group)


def before_group(workshop: Workshop, group: Group, id: str, field: str) -> Idea:
    """The idea `id`, if it is `group`'s and has been presented to it.

    Raises:
        Rejected: in the same words whether it is another group's, not yet presented, or
            does not exist, so that the answer gives nothing away.
    """
    idea = group.ideas.get(id)
    if idea is None or not presented(workshop, idea, to=group.id):
        raise Rejected("There is no such idea before your group.", field)
    if idea.merged_into is not None:
        raise Rejected("That idea was merged into another. Use the merged idea.", field)
    return idea
