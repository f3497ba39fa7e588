"""Simulated participants, for demonstrations and for trying a server out.

They are ordinary clients: they know the JSON interface and the live socket and nothing
of the program behind them, so nothing here imports the game, the views, the store or
the web. What always holds: a participant never does what a facilitator does.
"""

import asyncio
from collections.abc import Callable, Sequence

from app.simulation.calls import Place, Refused, call, server
from app.simulation.client import Client, Dismissed
from app.simulation.host import Host
from app.simulation.names import ORGANISATIONS, Person, cast
from app.simulation.participant import take_part

__all__ = [
    "ORGANISATIONS", "PACE", "PROBLEMS", "Place", "Refused", "play", "run_demo",
]  # fmt: skip

PACE = 45.0
"""Seconds a step of a stage is thought to take."""

PROBLEMS = (
    "information-sharing",
    "cross-agency-communication",
    "within-agency-communication",
    "wider-organisations",
)

Say = Callable[[str], object]


async def play(
    url: str,
    code: str,
    participants: int,
    seed: int,
    pace: float = PACE,
    *,
    organisations: Sequence[str] = ORGANISATIONS,
    say: Say = print,
) -> None:
    """Let so many simulated participants join the workshop and take part until cancelled.

    It ends by itself only when none of them is left, as when the workshop is gone.

    Raises:
        Refused: none of them could join; why the last could not.
    """
    place = Place(server(url), code)
    refusals: list[Refused] = []

    async def come(person: Person) -> None:
        try:
            why = await take_part(place, person, pace)
        except Refused as refused:
            refusals.append(refused)
            say(f"{person.name} ({person.organisation}) could not join: {refused.message}")
        else:
            say(f"{person.name} ({person.organisation}) has left: {why}")

    async with asyncio.TaskGroup() as everybody:
        for person in cast(participants, seed, organisations):
            everybody.create_task(come(person))
    if refusals and len(refusals) == participants:
        raise refusals[-1]


async def run_demo(
    url: str,
    facilitator_key: str,
    participants: int = 24,
    seed: int = 1,
    pace: float = PACE,
    say: Say = print,
    *,
    hosted: bool = True,
    facilitators_link: Callable[[str], str] | None = None,
) -> None:
    """Open a workshop on the four problem statements and have it played until cancelled.

    With `hosted` a simulated host moves it on until somebody else does; without, nothing
    moves until the facilitator opens the briefing. `facilitators_link` gives, for a code,
    a link that lets a person in as its facilitator.

    Raises:
        Refused: the workshop could not be opened.
    """
    body = {
        "title": "A demonstration: working together for children",
        "problems": list(PROBLEMS),
        "organisations": list(ORGANISATIONS),
        "seed": seed,
    }
    made = await call("POST", f"{server(url)}/api/v1/workshops", body, facilitator_key)
    place = Place(server(url), made["code"])
    link = facilitators_link or (lambda _: place.page("/facilitate/{code}"))
    say(f"Facilitator   {link(place.code)}")
    say(f"Screen        {place.page('/w/{code}/screen')}")
    say(f"A free seat   {place.page('/join/{code}')}")
    async with asyncio.TaskGroup() as everybody:
        everybody.create_task(play(place.url, place.code, participants, seed, pace, say=say))
        if hosted:
            everybody.create_task(_host(place, facilitator_key, participants, seed, pace, say))


async def _host(
    place: Place, key: str, participants: int, seed: int, pace: float, say: Say
) -> None:
    """Lead the workshop as long as nobody else does, then leave the facilitator's seat."""
    client = Client(place, key)
    try:
        async with asyncio.TaskGroup() as both:
            connection = both.create_task(client.run())
            await Host(client, pace, seed, say).lead(participants)
            connection.cancel()
    except* Dismissed as dismissed:
        say(f"The simulated host has left: {dismissed.exceptions[0]}")
