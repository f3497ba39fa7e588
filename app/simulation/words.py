"""What simulated participants say: ideas, and remarks on the ideas of others.

The sentences stand in the JSON files beside this module. An idea is a change, written for
its barrier (who does what, when, through which channel), and a turn that the card gives
to a change of that form: a message, a talk, a paper or screen, a person's part, learning,
a routine. It leaves out when anybody says anything. What always holds: an idea is made of
whole sentences only, and every card has a turn for every form.
"""

import json
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

View = Mapping[str, Any]
"""A region, or a part of one, as it came from the server."""


@dataclass(frozen=True, slots=True)
class Change:
    """What might be done about a barrier."""

    barrier: str
    form: str
    words: str
    example: str | None = None
    """What somebody would say or write, where that can be told."""


@dataclass(frozen=True, slots=True)
class Thought:
    """An idea as somebody would hand it in, or save it half written."""

    card: str
    barrier: str
    words: str | None = None
    how: str | None = None
    example: str | None = None
    caution: str | None = None

    def fields(self) -> dict[str, str | None]:
        """As fields of a command or a draft."""
        return asdict(self)


@cache
def bank(name: str) -> dict[str, Any]:
    """One of the files of sentences: `ideas`, `cards` or `remarks`."""
    text = Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    loaded = json.loads(text)
    assert isinstance(loaded, dict)
    return loaded


def changes(barriers: Iterable[View], chance: random.Random) -> list[Change]:
    """What might be done at a stage: every barrier once, then every barrier again, and so on.

    A barrier that the bank does not know (of a problem statement of one's own) gets what
    suits the COM-B components it blocks.
    """
    ideas = bank("ideas")
    lines = []
    for barrier in barriers:
        known = ideas["barriers"].get(barrier["id"]) or [
            change
            for component in barrier.get("com_b") or ideas["components"]
            for change in ideas["components"].get(component, ())
        ]
        lines.append(
            [Change(barrier["id"], **change) for change in chance.sample(known, len(known))]
        )
    chance.shuffle(lines)
    return [change for row in zip_longest(*lines) for change in row if change is not None]


def fits(card: View, barrier: View, hand: View) -> bool:
    """Whether the card works on something the barrier blocks, as far as the views tell."""
    told = hand.get("fits")
    if isinstance(told, Mapping) and card["id"] in told:
        return barrier["id"] in told[card["id"]]
    return bool(set(card.get("com_b") or ()) & set(barrier.get("com_b") or ()))


def think(change: Change, card: View, detail: float, chance: random.Random) -> Thought:
    """An idea made of a change and a card; the optional parts each with likelihood `detail`."""
    known = bank("cards").get(card["id"]) or _unknown(card, change.form)
    # All is drawn each time, so that the rest does not hang on what is left out.
    turn = chance.choice(_of_form(known["turns"], change.form))
    caution = chance.choice(_of_form(bank("ideas")["cautions"], change.form))
    how, example, careful = (chance.random() < likely for likely in (detail, detail, detail / 2))
    return Thought(
        card=card["id"],
        barrier=change.barrier,
        words=f"{change.words} {turn}",
        how=known["how"] if how else None,
        example=change.example if example else None,
        caution=caution if careful else None,
    )


def _of_form(sentences: Iterable[View], form: str) -> list[str]:
    return [sentence["words"] for sentence in sentences if form in sentence["forms"]]


def _unknown(card: View, form: str) -> dict[str, Any]:
    """What is said of a card of another deck: its title, and its insight as it stands."""
    title = card.get("title") or "this card"
    turns = (
        f"It draws on ‘{title}’, and the team says at the start in what way.",
        f"What makes it work is ‘{title}’, and that part is not to be left out.",
    )
    return {
        "turns": [{"forms": [form], "words": words} for words in turns],
        "how": card.get("insight") or f"It is built on ‘{title}’.",
    }


def half(words: str) -> str:
    """The first half of what somebody is typing, up to a word's end."""
    typed = words.split(" ")
    return " ".join(typed[: max(1, len(typed) // 2)])


def remark(
    manner: str, idea: View, organisation: str, said: Collection[str], chance: random.Random
) -> str:
    """Something to add to an idea, not said in the group before while there is anything left.

    `manner` is `build`, `question` or `risk`. A risk goes with the card the idea is built on.
    """
    remarks, card = bank("remarks"), bank("cards").get(str(idea.get("card")))
    if manner == "question":
        choices = [remarks["questions"]]
    elif manner == "build":
        # What is one's own organisation's, the card's, and anybody's weigh the same.
        own = remarks["builds_by_organisation"].get(organisation, ())
        choices = [own, [card["build"]] if card else (), remarks["builds"]]
    else:
        choices = [[card["risk"]]] if card and card["risk"] not in said else []
        choices = choices or [[caution["words"] for caution in bank("ideas")["cautions"]]]
    fresh = [[words for words in choice if words not in said] for choice in choices]
    words = chance.choice(chance.choice([choice for choice in fresh if choice] or choices[-1:]))
    assert isinstance(words, str)
    return words
