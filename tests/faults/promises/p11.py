"""P11: only those who may, can.

What is stated is read from the table that was approved, and not from the classes, so that
the server is held against what somebody has read.
"""

import asyncio
import random
from collections import Counter

from app.game.messages import Role
from app.game.phases import Phase
from tests.faults.promise import Promise, Seen, Trial
from tests.game.test_permissions import APPROVED
from tests.served import heard, served
from tests.web.test_who_may import (
    INVITED,
    NOBODY,
    SENT,
    People,
    by_http,
    by_socket,
    command,
    everybody,
    open_phase,
    outcome,
)

Stated = dict[tuple[str, str], set[str]]
"""By command and role, the phases in which they may."""

SEATS = (Role.FACILITATOR, Role.PARTICIPANT, *INVITED)
EVERY = len(Phase) * (len(SENT) * (2 * len(SEATS) + len(NOBODY)) + 2)
"""So many combinations there are, with both doors, those outside, and who comes in."""


async def run(trial: Trial) -> Seen:
    """Every command is sent by every role in every phase, over HTTP and over a socket."""
    seen, chance, table = trial.seen(), random.Random(trial.seed), stated()
    asked: Counter[str] = Counter()
    unexpected: list[str] = []
    with served(trial.folder) as server:
        for _ in range(trial.of("times")):
            people = await asyncio.to_thread(everybody, server)
            phases = list(Phase)
            chance.shuffle(phases)
            for phase in phases:
                await asyncio.to_thread(open_phase, people, phase)
                # The facilitator comes last: some of what is theirs moves the workshop.
                others = [role for role in people.keys if role is not Role.FACILITATOR]
                trying = [of_a_role(people, role, phase, table, chance) for role in others]
                trying += [of_nobody(people, who, phase) for who in NOBODY]
                found = await asyncio.gather(*trying)
                found.append(await of_a_role(people, Role.FACILITATOR, phase, table, chance))
                found.append(await at_the_door(people, phase, table))
                for number, wrong in found:
                    asked["combinations"] += number
                    unexpected += wrong
    seen.least(
        "commands x roles x phases x doors", asked["combinations"], EVERY * trial.of("times")
    )
    seen.most("unexpected", len(unexpected), 0)
    seen.short += unexpected[:20]
    return seen


def stated() -> Stated:
    """The approved table."""
    table: Stated = {}
    kind = ""
    for line in APPROVED.read_text(encoding="utf-8").splitlines()[2:]:
        if not line.startswith(" "):
            kind = line.split()[0]
            continue
        role, *phases = line.split()
        table[kind, role] = set(phases) - {"-"}
    return table


def expected(table: Stated, kind: str, role: str, phase: Phase) -> str:
    """What the table says that they hear."""
    if (kind, role) not in table:
        return "forbidden"
    return "may" if phase in table[kind, role] else "not now"


Looked = tuple[int, list[str]]
"""How much was asked, and what came out otherwise than is stated."""


async def of_a_role(
    people: People, role: Role, phase: Phase, table: Stated, chance: random.Random
) -> Looked:
    """All that somebody of this role can ask for now."""
    wrong = []
    kinds = chance.sample(SENT, len(SENT))
    key = people.keys[role]
    async with people.server.socket(people.code, key) as line:
        await heard(line)
        for kind in kinds:
            wanted = expected(table, kind, role, phase)
            for door, told in (
                ("socket", await by_socket(line, command(kind, phase))),
                ("HTTP", await by_http(people, key, command(kind, phase))),
            ):
                if outcome(told) != wanted:
                    wrong.append(f"{kind} of {role} in {phase} by {door}: {outcome(told)}")
    return 2 * len(kinds), wrong


async def of_nobody(people: People, who: str, phase: Phase) -> Looked:
    """All that somebody asks for who has no business here."""
    wanted = "forbidden" if NOBODY[who] == 4403 else "unauthenticated"
    wrong = []
    for kind in SENT:
        reply = await asyncio.to_thread(
            people.server.do, people.code, people.outside[who], **command(kind, phase)
        )
        told = reply.body.get("error", {}).get("kind", "may")
        if told != wanted:
            wrong.append(f"{kind} of {who} in {phase}: {told}")
    return len(SENT), wrong


async def at_the_door(people: People, phase: Phase, table: Stated) -> Looked:
    """Somebody comes in, with the code and with an invite."""
    server, path = people.server, f"/workshops/{people.code}/join"
    said = {"name": "Visitor", "organisation": "NHS"}
    invite = await asyncio.to_thread(server.invite, people.code, "analyst")
    wrong = []
    for kind, body in (("Join", said), ("JoinByInvite", {**said, "invite": invite})):
        status = (await asyncio.to_thread(server.api, "POST", path, body, None)).status
        wanted = 201 if phase in table[kind, Role.VISITOR] else 409
        if status != wanted:
            wrong.append(f"{kind} in {phase}: {status}")
    return 2, wrong


PROMISE = Promise(
    "P11",
    "Only those who may, can",
    "every command x role x phase, over HTTP and sockets, against the approved table: 0 unexpected",
    {
        "share": {"times": 1},
        "ci": {"times": 1},
        "hour": {"times": 5},
        "release": {"times": 20},
    },
    run,
)
