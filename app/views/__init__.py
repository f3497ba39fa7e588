"""What a viewer may see: the one gate between the workshop and every surface.

Pages, sockets and JSON get the frozen views made here and nothing else. A screen is a
set of regions; each region is computed for an audience (everybody with that role, a
group, a person), compared with what that audience saw last, and sent where it differs.

It leaves out HTML and JSON. What always holds: words nobody presented are in no view
but their author's, and, once submitted, the facilitator's longlist (game.md, "Who sees
what").
"""

from app.views.regions import SCREENS, Region, see
from app.views.viewer import Company, Draft, Viewer

__all__ = ["SCREENS", "Company", "Draft", "Region", "Viewer", "see"]
