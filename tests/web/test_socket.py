"""The socket: the first message, resuming, commands as messages, heartbeats, restarts, cuts.

Leaves out junk (`test_bad_input.py`) and the sockets of pages (`test_secrecy.py`). Always:
real sockets to a real server, which is really stopped and really killed.
"""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_in_thread

from tests.served import KEY, Served, heard, new_ref, served
from tests.web.expecting import complaint

HEARTBEAT = 15
"""Seconds, as promised."""

LATE = 2
"""Seconds that are allowed for the way, and for a machine that is busy."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("socket")) as running:
        yield running


@dataclass
class Listening:
    """Sockets that listen in threads of their own while other tests run."""

    heard: dict[str, list[tuple[float, dict[str, Any]]]] = field(default_factory=dict)
    """By name, each message and the seconds since the first message was sent."""
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, name: str, server: Served, code: str, key: str) -> None:
        self.heard[name] = []
        thread = threading.Thread(target=self._listen, args=(name, server, code, key))
        thread.start()
        self.threads.append(thread)

    def _listen(self, name: str, server: Served, code: str, key: str) -> None:
        url = f"ws://127.0.0.1:{server.port}/api/v1/workshops/{code}/live"
        with connect_in_thread(url, proxy=None) as socket:
            socket.send(json.dumps({"key": key, "since": None, "epoch": None}))
            begun = time.monotonic()
            while (left := begun + HEARTBEAT + LATE - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    message = json.loads(socket.recv(left))
                    self.heard[name].append((time.monotonic() - begun, message))


@pytest.fixture(scope="module", autouse=True)
def listening(server: Served) -> Iterator[Listening]:
    """One socket on which nothing happens and one that is busy, from the beginning on."""
    sockets, busy = Listening(), server.open()
    sockets.start("quiet", server, server.open(), KEY)
    sockets.start("busy", server, busy, KEY)

    def keep_busy() -> None:
        for number in range(5):
            time.sleep(3)
            server.join(busy, f"Person {number}")

    sockets.threads.append(threading.Thread(target=keep_busy))
    sockets.threads[-1].start()
    yield sockets
    for thread in sockets.threads:
        thread.join()


@dataclass(frozen=True)
class Played:
    """A workshop that has been played, with everything three people ever saw of it."""

    server: Served
    code: str
    keys: dict[str, str]
    epoch: str
    seen: dict[str, dict[int, dict[str, Any]]]
    """By role, then the number of the log, the whole view at that moment."""
    resumed: list[tuple[str, int, int, dict[str, Any]]]
    """Role, from which number, at which, and what was sent, right after each command."""

    def latest(self, role: str, seq: int) -> dict[str, Any]:
        """What `role` saw when the log was at `seq`, or had last got a number."""
        return self.seen[role][max(n for n in self.seen[role] if n <= seq)]


@pytest.fixture(scope="module")
def played(server: Served) -> Played:
    """Everything that can happen, by a participant who is moved to another group midway."""
    code = server.open(problems=["information-sharing", "wider-organisations"], hand_size=7)
    person, key = server.join(code, "Ann", "NHS")
    others = [server.join(code, name, "Police") for name in ("Bo", "Cy", "Di")]
    keys = {
        "participant": key,
        "facilitator": KEY,
        "observer": server.invited(code, "observer")[1],
        "table_lead": server.invited(code, "table_lead", "g1")[1],
    }
    seen: dict[str, dict[int, dict[str, Any]]] = {role: {} for role in keys}
    resumed: list[tuple[str, int, int, dict[str, Any]]] = []
    epochs = set()

    def look() -> None:
        for role, each in keys.items():
            body = server.api("GET", f"/workshops/{code}/view", key=each).body
            epochs.add(body["epoch"])
            for before in list(seen[role])[-3:]:
                path = f"/workshops/{code}/view?since={before}&epoch={body['epoch']}"
                sent = server.api("GET", path, key=each).body["regions"]
                resumed.append((role, before, body["seq"], sent))
            seen[role][body["seq"]] = body["regions"]

    def do(who: str = KEY, **command: Any) -> Any:
        done = server.done(code, who, **command)
        look()
        return done["made"]

    def move(group: str, stage: int, step: str) -> None:
        do(kind="MoveGroup", group=group, stage=stage, step=step)

    def submit(who: str, words: str) -> str:
        return str(do(who, **server.idea(code, who, words=words)))

    look()
    do(kind="FormGroups")
    do(kind="OpenPhase", phase="briefing")
    do(key, kind="SwapCard", card=server.view(code, key)["hand"]["cards"][0]["id"])
    do(kind="OpenPhase", phase="play")
    everyone = [key, *(each for _, each in others)]
    ideas = [submit(who, f"Idea {n}") for n, who in enumerate(everyone * 2)]
    move("all", 1, "present")
    move("g1", 1, "build")
    move("g2", 1, "build")
    for who in everyone:
        for idea in server.view(code, who)["board"]["ideas"]:
            do(who, kind="BuildOn", idea=idea["id"], words="And tell them.", **{"as": "question"})
    move("g1", 2, "write")
    submit(key, "A second one")
    # Here the participant is moved: all that belongs to a group is another from now on.
    there = {"g1": "g2", "g2": "g1"}[server.view(code, key)["me"]["group"]]
    do(kind="SeatParticipant", participant=person, group=there)
    submit(key, "One for the new group")
    move("all", 2, "present")
    server.join(code, "Late", "DfE")
    look()
    do(kind="OpenPhase", phase="plenary")
    do(kind="Spotlight", idea=ideas[1])
    do(kind="Spotlight", idea=None)
    same = [each["id"] for each in server.view(code)["longlist"]["ideas"]][:2]
    do(kind="MergeIdeas", ideas=same, words="Both of them")
    do(kind="OpenPhase", phase="rate")
    for who in [*everyone, KEY]:
        for each in server.view(code, who)["rating"]["ideas"][:3]:
            marks = {"impact": 4, "effort": 2, "amenability": None}
            do(who, kind="RateIdea", idea=each["id"], reason="A hunch", **marks)
    do(kind="OpenRatings")
    do(kind="OpenPhase", phase="shortlist")
    do(kind="ShareResults", shared=True)
    standing = [i for i in server.view(code)["longlist"]["ideas"] if i["status"] == "submitted"]
    do(kind="ShortlistIdea", idea=standing[0]["id"], reason="It is cheap.")
    do(kind="OpenPhase", phase="play")
    (epoch,) = epochs
    return Played(server, code, keys, epoch, seen, resumed)


# The first message


@pytest.mark.parametrize(
    "first",
    [
        "hello",
        "",
        "[]",
        "null",
        "{}",
        b'{"key": "x"}',
        {"since": None, "epoch": None},
        {"key": None, "since": None, "epoch": None},
        {"key": 5, "since": None, "epoch": None},
        {"key": KEY, "since": "3", "epoch": None},
        {"key": KEY, "since": -1, "epoch": None},
        {"key": KEY, "since": 1.5, "epoch": None},
        {"key": KEY, "since": True, "epoch": None},
        {"key": KEY, "since": None, "epoch": 4},
        {"key": KEY, "since": None, "epoch": None, "role": "facilitator"},
        "x" * 600_000,
    ],
    ids=repr,
)
async def test_a_first_message_of_another_shape_closes_with_4400(
    server: Served, played: Played, first: Any
) -> None:
    said = json.dumps(first) if isinstance(first, dict) else first
    assert await closed_after(server, played.code, said) == 4400


@pytest.mark.parametrize(
    ("code", "key", "close"),
    [
        ("the workshop", "no such key at all, whoever asks", 4401),
        ("the workshop", "", 4401),
        ("the workshop", "é\ud800" * 20, 4401),
        ("the workshop", "of another", 4403),
        ("NOSUCHCO", KEY, 4404),
    ],
)
async def test_who_may_not_come_in_is_told_why_by_a_number(
    server: Served, played: Played, code: str, key: str, close: int
) -> None:
    if key == "of another":
        key = server.join(server.open(), "Zoe")[1]
    if code == "the workshop":
        code = played.code
    said = json.dumps({"key": key, "since": None, "epoch": None})
    assert await closed_after(server, code, said) == close


async def closed_after(server: Served, code: str, first: str | bytes) -> int | None:
    async with server.line(f"/api/v1/workshops/{code}/live") as line:
        with contextlib.suppress(ConnectionClosed):
            await line.send(first)
            await asyncio.wait_for(line.recv(), 5)
        return line.close_code  # none where something was said instead


async def test_nothing_is_said_before_the_first_message(server: Served, played: Played) -> None:
    async with server.line(f"/api/v1/workshops/{played.code}/live") as line:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.recv(), 0.3)


@pytest.mark.parametrize("role", ["participant", "facilitator", "observer", "table_lead"])
async def test_the_first_answer_is_everything(played: Played, role: str) -> None:
    async with played.server.socket(played.code, played.keys[role]) as socket:
        first = await heard(socket)
    now = played.server.api("GET", f"/workshops/{played.code}/view", key=played.keys[role]).body
    assert first.keys() >= {"epoch", "seq", "regions"}
    assert (first["epoch"], first["seq"]) == (now["epoch"], now["seq"])
    assert first["regions"].keys() == now["regions"].keys()
    assert without_states(first["regions"]) == without_states(now["regions"])


# Resuming


@pytest.mark.parametrize("role", ["participant", "facilitator", "observer", "table_lead"])
async def test_what_was_seen_at_any_number_and_what_is_sent_since_make_what_is_seen_now(
    played: Played, role: str
) -> None:
    server, code, key = played.server, played.code, played.keys[role]
    now = server.api("GET", f"/workshops/{code}/view", key=key).body
    for seq in range(1, now["seq"] + 1):
        before = played.latest(role, max(seq, min(played.seen[role])))
        path = f"/workshops/{code}/view?since={seq}&epoch={played.epoch}"
        asked = server.api("GET", path, key=key).body
        async with server.socket(code, key, seq, played.epoch) as socket:
            pushed = await heard(socket)
        for answer in (asked, pushed):
            assert (answer["seq"], answer["epoch"]) == (now["seq"], now["epoch"])
            after = {**before, **answer["regions"]}
            assert without_states(after) == without_states(now["regions"]), seq


def test_at_every_moment_what_was_sent_since_the_last_few_makes_what_was_seen(
    played: Played,
) -> None:
    assert len(played.resumed) > 500
    for role, before, now, sent in played.resumed:
        after = {**played.seen[role][before], **sent}
        assert without_states(after) == without_states(played.seen[role][now]), (role, before)


async def test_a_resume_with_nothing_new_is_answered_at_once_with_no_regions(
    played: Played,
) -> None:
    for key in played.keys.values():
        now = played.server.seq(played.code)
        async with played.server.socket(played.code, key, now, played.epoch) as socket:
            answer = await heard(socket, 1)
        assert (answer["seq"], answer["epoch"], answer["regions"]) == (now, played.epoch, {})


async def test_an_unknown_epoch_or_a_number_of_the_future_gets_everything(
    played: Played,
) -> None:
    server, code, key = played.server, played.code, played.keys["participant"]
    regions = server.view(code, key)
    now = server.seq(code)
    for since, epoch in ((now, "another"), (now + 1, played.epoch), (10**20, played.epoch)):
        async with server.socket(code, key, since, epoch) as socket:
            answer = await heard(socket)
        assert without_states(answer["regions"]) == without_states(regions), since


async def test_what_several_people_do_reaches_everyone_as_it_would_a_fresh_page(
    server: Served,
) -> None:
    code = server.open()
    people = [server.join(code, name)[1] for name in ("Ann", "Bo", "Cy")]
    observer = server.invited(code, "observer")[1]
    server.done(code, kind="OpenPhase", phase="play")
    async with contextlib.AsyncExitStack() as stack:
        watching = {
            key: await stack.enter_async_context(watched(server, code, key))
            for key in (*people, observer, KEY)
        }
        for key in people:
            await asyncio.to_thread(server.submit, code, key)
        done = await asyncio.to_thread(
            server.done, code, kind="MoveGroup", group="g1", stage=1, step="present"
        )
        for key, watch in watching.items():
            await watch.until(done["seq"])
            assert watch.regions == await asyncio.to_thread(server.view, code, key)


class Watch:
    """What somebody who stays connected has before them."""

    def __init__(self) -> None:
        self.regions: dict[str, Any] = {}
        self.seqs: list[int] = []
        self.changed = asyncio.Event()

    async def listen(self, socket: Any) -> None:
        while True:
            message = await heard(socket, 60)
            self.regions |= message["regions"]
            self.seqs.append(message["seq"])
            self.changed.set()

    async def until(self, seq: int) -> None:
        """Wait for a message of `seq`, and for the ones right behind it."""
        async with asyncio.timeout(5):
            while not self.seqs or self.seqs[-1] < seq:
                self.changed.clear()
                await self.changed.wait()
        await asyncio.sleep(0.2)
        assert self.seqs == sorted(self.seqs)  # in order, never back


@contextlib.asynccontextmanager
async def watched(server: Served, code: str, key: str) -> AsyncIterator[Watch]:
    watch = Watch()
    async with server.socket(code, key) as socket:
        listening = asyncio.create_task(watch.listen(socket))
        yield watch
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def without_states(regions: dict[str, Any]) -> dict[str, Any]:
    """Regions without what the log does not hold: who is connected just now."""

    def walk(part: Any) -> Any:
        if isinstance(part, dict):
            left_out = ("state", "speaking")
            return {name: walk(each) for name, each in part.items() if name not in left_out}
        return [walk(each) for each in part] if isinstance(part, list) else part

    return {name: walk(view) for name, view in regions.items()}


# Commands


async def test_commands_are_answered_with_their_ref_after_the_commit(server: Served) -> None:
    code = server.open()
    _, key = server.join(code, "Ann")
    server.done(code, kind="OpenPhase", phase="play")
    sent = {"ref": "idea-one", **server.idea(code, key)}
    async with server.socket(code, key) as socket:

        async def told(command: dict[str, Any]) -> dict[str, Any]:
            await socket.send(json.dumps(command))
            while "regions" in (message := await heard(socket)):
                pass
            return message

        done = await told(sent)
        assert done == {"ok": "idea-one", "seq": server.seq(code), "made": f"i{done['seq']}"}
        assert await told(sent) == done  # the same again is not done again
        # And by the other door it is the same command, too.
        assert server.done(code, key, **sent) == done
        no = await told({**sent, "words": "Another."})
        assert no.keys() == {"no", "error"}
        assert no["no"] == "idea-one"
        complaint(no["error"], "rejected", "ref")
        no = await told({"ref": "move-on-", "kind": "OpenPhase", "phase": "rate"})
        assert no["no"] == "move-on-"
        complaint(no["error"], "forbidden")
        assert server.seq(code) == done["seq"]


async def test_many_commands_sent_without_waiting_are_all_answered(server: Served) -> None:
    code = server.open(hand_size=7)
    _, key = server.join(code, "Ann")
    server.done(code, kind="OpenPhase", phase="play")
    cards = [card["id"] for card in server.view(code, key)["hand"]["cards"]]
    idea = server.idea(code, key)
    async with server.socket(code, key) as socket:
        for number, card in enumerate(cards):
            await socket.send(json.dumps({**idea, "card": card, "ref": f"idea-{number:04}"}))
        answers = await answered(socket, len(cards))
    assert [answer["ok"] for answer in answers] == [f"idea-{n:04}" for n in range(len(cards))]
    numbers = [answer["seq"] for answer in answers]
    assert numbers == list(range(numbers[0], numbers[0] + len(cards)))


async def answered(socket: Any, number: int) -> list[dict[str, Any]]:
    """So many answers, past the regions between them."""
    answers: list[dict[str, Any]] = []
    while len(answers) < number:
        message = await heard(socket)
        if "regions" not in message:
            answers.append(message)
    return answers


# Stopping and starting again


async def test_a_restart_closes_with_1012_and_everyone_comes_back_to_where_they_were(
    tmp_path: Path,
) -> None:
    with served(tmp_path) as server:
        code = server.open()
        _, key = server.join(code, "Ann")
        server.done(code, kind="OpenPhase", phase="play")
        sent = {"ref": "idea-one", **server.idea(code, key)}
        done = server.done(code, key, **sent)
        server.api("PUT", f"/workshops/{code}/draft", {"words": "Half a sent"}, key)
        async with server.socket(code, key) as one, server.socket(code, KEY) as two:
            before = await heard(one)
            await heard(two)
            begun = time.monotonic()
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            for socket in (one, two):
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        await heard(socket)
                assert socket.close_code == 1012
            await stopping
            assert time.monotonic() - begun < 10
        server.start()
        async with server.socket(code, key, before["seq"], before["epoch"]) as socket:
            again = await heard(socket)
        assert (again["epoch"], again["seq"]) == (before["epoch"], before["seq"])
        assert again["regions"] == {}
        assert server.view(code, key)["me"]["draft"]["words"] == "Half a sent"
        assert server.done(code, key, **sent) == done
        assert server.seq(code) == before["seq"]
        # A key that the server does not know any more lets nobody in.
        server.stop()
        server.settings["MOMENTS_FACILITATOR_KEY"] = "another-key-for-programs-9876543210"
        server.start()
        said = json.dumps({"key": KEY, "since": None, "epoch": None})
        assert await closed_after(server, code, said) == 4401


async def test_what_was_acknowledged_before_a_kill_is_there_once_and_only_once(
    tmp_path: Path,
) -> None:
    sockets, ideas_each, enough = 30, 7, 60
    with served(tmp_path) as server:
        code = server.open(hand_size=7, groups_per_problem=5)
        keys = [server.join(code, f"Person {n}")[1] for n in range(sockets)]
        server.done(code, kind="OpenPhase", phase="play")
        barrier = server.view(code, keys[0])["stage"]["barriers"][0]["id"]
        sent: dict[str, tuple[str, dict[str, Any]]] = {}
        acknowledged: dict[str, dict[str, Any]] = {}
        killed = threading.Event()
        # Whoever comes only after the kill finds nobody there.
        everybody = asyncio.Barrier(sockets)

        async def play(number: int, key: str) -> None:
            with contextlib.suppress(ConnectionClosed):
                async with server.socket(code, key) as socket:
                    hand = (await heard(socket))["regions"]["hand"]["cards"]
                    cards = iter(hand[:ideas_each])
                    await everybody.wait()

                    async def put_forward() -> None:
                        card = next(cards, None)
                        if card is None:
                            return
                        words = f"Idea {card['id']} of {number}"
                        ref = new_ref()
                        command = {"kind": "SubmitIdea", "ref": ref, "card": card["id"],
                                   "barrier": barrier, "words": words}  # fmt: skip
                        sent[ref] = (key, command)
                        await socket.send(json.dumps(command))

                    # Two on their way at a time: however fast the server is, some are
                    # on their way when it dies.
                    await put_forward()
                    await put_forward()
                    while True:
                        message = await heard(socket)
                        if "ok" in message:
                            acknowledged[message["ok"]] = message
                            if len(acknowledged) >= enough and not killed.is_set():
                                killed.set()
                                server.kill()
                            await put_forward()

        await asyncio.gather(*(play(*each) for each in enumerate(keys)))
        assert killed.is_set()
        assert enough <= len(acknowledged) < len(sent)  # it died in the middle of it
        server.start()
        words = Counter(idea["words"] for idea in server.view(code)["longlist"]["ideas"])
        kept = {idea["id"]: idea["words"] for idea in server.view(code)["longlist"]["ideas"]}
        assert set(words.values()) == {1}
        for ref, answer in acknowledged.items():
            assert kept[answer["made"]] == sent[ref][1]["words"]
        # What was not acknowledged is sent again, and what was, as well: by mistake, say.
        for ref, (key, command) in sent.items():
            again = server.done(code, key, **command)
            if ref in acknowledged:
                assert again == acknowledged[ref]
        words = Counter(idea["words"] for idea in server.view(code)["longlist"]["ideas"])
        assert words == {command["words"]: 1 for _, command in sent.values()}
        log = server.export(code, "log.json")
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))


# The heartbeat: last, since the others' time is time to listen


def test_a_heartbeat_comes_every_15_seconds_whatever_else_does(listening: Listening) -> None:
    for thread in listening.threads:
        thread.join()
    for name, messages in listening.heard.items():
        beats = [at for at, message in messages if message == {"hb": 1}]
        assert len(beats) == 1, (name, messages)
        assert HEARTBEAT - 0.5 < beats[0] < HEARTBEAT + LATE
    assert sum("regions" in message for _, message in listening.heard["quiet"]) <= 2
    assert sum("regions" in message for _, message in listening.heard["busy"]) >= 5
