"""The methods paragraph: how the ideas of a workshop came about, for a report's annex.

It says what was done with which numbers and settings, and leaves out what came of it.
What always holds: every figure is counted from the workshop or its log.
"""

from collections.abc import Iterable, Sized
from datetime import date, datetime

from app.exports.idea_lines import joined
from app.exports.readers import Names, Reader, check
from app.exports.whole import LogRow
from app.game.prioritising import TIES, Weights
from app.game.workshop import Workshop


def methods(workshop: Workshop, rows: Iterable[LogRow], made_at: datetime, reader: Reader) -> str:
    """The paragraph, on lines of its own by topic.

    Raises:
        Forbidden: `reader` may not have it now.
    """
    check(workshop, reader)
    names = Names(workshop, reader)
    parts = (
        _workshop(workshop, rows, made_at),
        _people(workshop),
        _play(workshop),
        _ideas(workshop),
        _rating(workshop),
        _choice(workshop),
    )
    return "\n".join(names.words(part) for part in parts) + "\n"


def _workshop(workshop: Workshop, rows: Iterable[LogRow], made_at: datetime) -> str:
    # Only what happened counts as a day of the workshop, not its being read.
    days = sorted({row.at.date() for row in rows if row.seq <= workshop.seq})
    when = _day(workshop.opened_at)
    if len(days) > 1:
        when = f"{_day(days[0])} to {_day(days[-1])}"
    return (
        f"The workshop “{workshop.title}” ({when}) was run with Moments of Change; this describes "
        f"it as it stood on {_day(made_at)}, after event {workshop.seq} of its log."
    )


def _people(workshop: Workshop) -> str:
    participants = workshop.participants_ever()
    organisations = list(dict.fromkeys(person.organisation for person in participants))
    titles = joined(journey.title for journey in workshop.journeys.values())
    of = f" ({joined(organisations)})" if organisations else ""
    return (
        f"{_count(participants, 'participant')} of {_count(organisations, 'organisation')}{of} "
        f"sat in {_count(workshop.groups, 'group')}, each with one of "
        f"{_count(workshop.journeys, 'problem statement')} ({titles})."
    )


def _play(workshop: Workshop) -> str:
    options, caveat = workshop.options, workshop.warning
    barriers = [
        barrier
        for journey in workshop.journeys.values()
        for stage in journey.stages
        for barrier in stage.barriers
    ]
    return (
        f"The problem statements are broken into journeys with {_count(barriers, 'barrier')} in "
        f"all. Participants held hands of {options.hand_size} out of "
        f"{_count(workshop.deck, 'behavioural insight card')}, each with its study, could swap "
        f"{options.swaps_per_stage} at each stage, and played cards against barriers, writing an "
        f"idea with each. Seating and dealing follow from the seed {options.seed}, and the cards "
        "dealt are in the log."
        + (f" The deck says of all its cards: “{caveat.text}”" if caveat else "")
    )


def _ideas(workshop: Workshop) -> str:
    longlist = list(workshop.ideas())
    written = [idea for idea in longlist if not idea.parents]
    builds = {build.id for idea in longlist for build in idea.builds}
    return (
        f"They wrote {_count(written, 'idea')}, "
        f"{sum(idea.late for idea in written)} of them after their stage had been presented and "
        f"{sum(idea.captured for idea in written)} noted down for them by a facilitator, and added "
        f"{_count(builds, 'build')}. After merging what said the same, "
        f"{_count([idea for idea in longlist if idea.merged_into is None], 'idea')} stood on the "
        "longlist."
    )


def _rating(workshop: Workshop) -> str:
    given = [marks for ballot in workshop.ratings.values() for marks in ballot.values()]
    staff = [
        rater
        for rater, ballot in workshop.ratings.items()
        if any(marks.staff for marks in ballot.values())
    ]
    weights = Weights()
    opened = (
        "The ratings have been opened."
        if workshop.ratings_open
        else "The ratings have not been opened yet."
    )
    return (
        f"Ideas were rated from 1 to 5, or with “don't know”, by impact, effort and amenability to "
        "behavioural intervention; nobody saw another's marks before the ratings were opened, and "
        f"nobody rated their own idea. {_count(workshop.ratings, 'person', 'people')}, "
        f"{len(staff)} of them staff, rated; {_count(given, 'rating')} were given. {opened} "
        "Priority is the mean of impact, 6 minus effort, and amenability, weighted "
        f"{weights.impact:g}, {weights.effort:g} and {weights.amenability:g}. Order: {TIES}."
    )


def _choice(workshop: Workshop) -> str:
    chosen = list(workshop.shortlist.values())
    departing = [choice for choice in chosen if not choice.proposed]
    words = (
        f"The best {workshop.options.shortlist_per_problem} of each problem statement by priority "
        f"were proposed; staff chose {_count(chosen, 'idea')} for the shortlist, {len(departing)} "
        "of them from outside the proposal, with a written reason."
    )
    if workshop.assessments:
        asked = {record.organisation for record in workshop.assessments}
        words += (
            f" {_count(workshop.assessments, 'interview record')} from "
            f"{_count(asked, 'organisation')} judge them by affordability, practicability, "
            "effectiveness, acceptability, side effects and equity (APEASE)."
        )
    return words


def _count(things: Sized, one: str, several: str = "") -> str:
    number = len(things)
    return f"{number} {one if number == 1 else several or one + 's'}"


def _day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"
