"""What each audience saw last: a region that is not made again is still what it would be."""

from app.live.audiences import Audiences
from app.views import Company, see
from tests.game.table import pair, with_ideas


def test_who_leaves_a_group_is_told_by_no_name_what_it_added_to_their_idea() -> None:
    """Nothing of the ideas has changed then, only who may read a name in them."""
    table, audiences = with_ideas(), Audiences()
    leaving, staying, _ = pair(table)
    idea = next(i.id for i in table.workshop.ideas() if leaving in i.authors)
    table.do("facilitator", "MoveGroup", group="g1", stage=1, step="build")
    table.do(staying, "BuildOn", idea=idea, words="And then?", as_="question")
    for group in ("g1", "g2"):
        if group == "g2":
            table.do("facilitator", "SeatParticipant", participant=leaving, group=group)
        screen = audiences.screen(table.workshop, table.actor(leaving), Company())
        told = {seen.region.name: seen.view for seen in screen}
        assert told == see(table.workshop, table.actor(leaving), Company())
        (build,) = told["mine"].ideas[0].builds
        assert (build.author_name is None) is (group == "g2")
