"""Coming back: what somebody has missed since they were last told anything.

A client says up to which number of the log it knows (`since`), of which epoch, and, if
it is a page of ours, up to which tick. What always holds: what is sent and what was
known before make up everything there is to see now.
"""

from dataclasses import dataclass
from typing import Any

from app.live import LiveWorkshop, Seen


@dataclass(frozen=True, slots=True)
class Since:
    """What a client says it knows. `tick` counts also what the log does not hold."""

    seq: int | None = None
    epoch: str | None = None
    tick: int | None = None


def missed(live: LiveWorkshop, screen: list[Seen], since: Since) -> tuple[list[Seen], list[Seen]]:
    """The regions to answer with, and those to send right after.

    Without a known number, all of them. With one, those changed after it; and those that show
    presence, which may have changed without the log. A client that counts ticks is told of
    these at once and only where they did; any other, of all of them and right after.
    """
    if since.epoch != live.record.epoch or since.seq is None or since.seq > live.state.seq:
        return screen, []
    changed = [seen for seen in screen if seen.changed_at > since.seq]
    rest = [seen for seen in screen if seen.changed_at <= since.seq and seen.region.live]
    if since.tick is not None:
        # In one: cut off after the first of two, it would be up to the tick of the other.
        return changed + [seen for seen in rest if seen.tick > since.tick], []
    return changed, rest


def whole_number(value: Any) -> int | None:
    """`value`, if it is a number one can be up to."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
