"""What the tests of live workshops make things with.

Leaves out fixtures. Always: what is made here went through the game's own door.
"""

from typing import Any

from app.game import read_command
from app.game.messages import Actor, Role
from app.game.people import Join
from app.live import LiveWorkshop

HOST = Actor("owner", Role.FACILITATOR)
DOOR = Actor("visitor", Role.VISITOR)


async def join(live: LiveWorkshop, name: str = "Ann", ref: str | None = None) -> Actor:
    answer = await live.do(Join(name=name, organisation="NHS"), ref or f"join-{name}", DOOR)
    assert answer.made is not None
    return Actor(answer.made, Role.PARTICIPANT)


async def do(live: LiveWorkshop, actor: Actor, ref: str, **fields: Any) -> Any:
    ref, command = read_command({"ref": ref, **fields})
    return await live.do(command, ref, actor)


async def played(live: LiveWorkshop, people: int = 3) -> list[Actor]:
    actors = [await join(live, f"Person {n}") for n in range(people)]
    await do(live, HOST, "open-play", kind="OpenPhase", phase="play")
    return actors


def idea(live: LiveWorkshop, actor: Actor, words: str = "Call them the same day") -> dict[str, Any]:
    group = live.state.group_of(actor.id)
    return {
        "kind": "SubmitIdea",
        "card": live.state.people[actor.id].hand[0],
        "barrier": live.state.journey_of(group).barriers_at(group.stage)[0].id,
        "words": words,
    }
