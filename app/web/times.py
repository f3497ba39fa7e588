"""Times as a page says them: those of the United Kingdom, where the workshops are.

What always holds: a moment goes in with its zone, so that summer time comes out right.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def clock_time(moment: datetime) -> str:
    """Hours, minutes and seconds."""
    return moment.astimezone(LONDON).strftime("%H:%M:%S")


def day(moment: datetime) -> str:
    """As in 3 March 2027."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
