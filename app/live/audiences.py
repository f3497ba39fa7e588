"""What each audience saw last, so that only what differs is sent.

Nobody keeps a list of which event changes which region: a region is made again, compared
with what its audience saw, and counts as changed where the two differ. What always
holds: `changed_at` is never lower than the number of the event that changed the region,
so a client that comes back with an older number is sent it.
"""

import time
from dataclasses import dataclass, field, replace
from typing import Any

from app.game.workshop import Workshop
from app.views import SCREENS, Company, Region, Viewer


@dataclass(slots=True)
class Seen:
    """One region as one audience sees it.

    `tick` grows with every change of any region, also those the log does not know of
    (somebody went away); it keeps growing over restarts. `rendered` keeps what the web
    made of the view, by format, so that it is made once for the whole audience.
    """

    region: Region
    view: Any
    changed_at: int
    tick: int
    rendered: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Checked:
    seen: Seen
    workshop: Workshop
    company: Company
    inputs: tuple[object, ...] | None


class Audiences:
    """The regions of one workshop by audience."""

    def __init__(self) -> None:
        self._checked: dict[tuple[Region, Viewer], _Checked] = {}
        self._seats: dict[str, tuple[str | None, int]] = {}
        self._tick = time.time_ns() // 1_000_000

    def look(self, workshop: Workshop, viewer: Viewer, company: Company, region: Region) -> Seen:
        """`region` as the audience of `viewer` sees it now."""
        audience = region.audience_of(workshop, viewer)
        known = self._checked.get((region, audience))
        if known is not None and known.workshop is workshop:
            unchanged = known.company is company or not region.live
            if unchanged:
                return known.seen
        inputs = region.inputs(workshop, audience) if region.inputs else None
        if known is None or not _same(known.inputs, inputs):
            view = region.show(workshop, audience, company)
            if known is None or known.seen.view != view:
                self._tick += 1
                seen = Seen(region, view, workshop.seq, self._tick)
                known = self._checked[region, audience] = _Checked(seen, workshop, company, inputs)
        known.workshop, known.company, known.inputs = workshop, company, inputs
        return known.seen

    def screen(self, workshop: Workshop, viewer: Viewer, company: Company) -> list[Seen]:
        """Every region of `viewer`'s screen."""
        seated_at = self._seated_at(workshop, viewer)
        screen = []
        for region in SCREENS.get(viewer.role, ()):
            seen = self.look(workshop, viewer, company, region)
            if region.audience == "group" and seen.changed_at < seated_at:
                # Old for the group, and new for somebody who has just been moved to it.
                seen = replace(seen, changed_at=seated_at)
            screen.append(seen)
        return screen

    def _seated_at(self, workshop: Workshop, viewer: Viewer) -> int:
        """The number of the log at which `viewer` was first seen to sit where they sit."""
        person = workshop.people.get(viewer.id)
        group = person.group if person else viewer.group
        known = self._seats.get(viewer.id)
        if known is None or known[0] != group:
            known = self._seats[viewer.id] = (group, workshop.seq)
        return known[1]


def _same(before: tuple[object, ...] | None, now: tuple[object, ...] | None) -> bool:
    if before is None or now is None or len(before) != len(now):
        return False
    return all(a is b for a, b in zip(before, now, strict=True))
