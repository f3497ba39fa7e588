"""Ideas in views: with the name of the author, or with the organisation only.

It leaves out who gets which (`regions.py`). What always holds: without names, neither
the author's id nor name is in the view.
"""

from dataclasses import dataclass
from typing import Literal

from app.game.workshop import Idea, Workshop


@dataclass(frozen=True, slots=True)
class BuildView:
    """Something added to an idea."""

    id: str
    manner: Literal["build", "question", "risk"]
    words: str
    author: str | None
    author_name: str | None
    organisation: str


@dataclass(frozen=True, slots=True)
class IdeaView:
    """An idea as a group or, without names, a wider audience sees it."""

    id: str
    problem: str
    stage: int
    barrier: str
    barrier_text: str
    card: str
    card_title: str
    words: str
    how: str | None
    example: str | None
    caution: str | None
    author: str | None
    author_names: tuple[str, ...]
    organisations: tuple[str, ...]
    builds: tuple[BuildView, ...]
    late: bool
    merged_from: tuple[str, ...]
    merged_into: str | None


def idea_view(workshop: Workshop, idea: Idea, *, names: bool) -> IdeaView:
    """`idea` with its author's name if `names`, else with the organisation only."""
    people = workshop.people
    return IdeaView(
        id=idea.id,
        problem=idea.problem,
        stage=idea.stage,
        barrier=idea.barrier,
        barrier_text=workshop.barrier(idea).text,
        card=idea.card,
        card_title=workshop.deck[idea.card].title,
        words=idea.words,
        how=idea.how,
        example=idea.example,
        caution=idea.caution,
        author=idea.authors[0] if names else None,
        author_names=tuple(people[author].name for author in idea.authors) if names else (),
        organisations=workshop.organisations_of(idea),
        builds=tuple(
            BuildView(
                id=build.id,
                manner=build.manner,
                words=build.words,
                author=build.author if names else None,
                author_name=people[build.author].name if names else None,
                organisation=people[build.author].organisation,
            )
            for build in idea.builds
        ),
        late=idea.late,
        merged_from=idea.parents,
        merged_into=idea.merged_into,
    )
