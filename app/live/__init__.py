"""Live workshops: the one copy in memory that this process decides and shows from.

The log in the database is the truth; a live copy is folded from it and can be dropped
at any time. It leaves out HTML, JSON and who is asking (`app/web`). What always holds:
nobody is told of an event before it is committed.
"""

from app.live.audiences import Seen
from app.live.member import Member
from app.live.workshop import Answer, LiveWorkshop
from app.live.workshops import Workshops

__all__ = ["Answer", "LiveWorkshop", "Member", "Seen", "Workshops"]
