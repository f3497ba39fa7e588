"""What fits what, and why cards are in hands: the views, and the pages that show them.

Leaves out who is sent what (`test_secrecy.py`) and the dealing itself (`tests/game`).
Always: a reason that a page gives is one the log has, or one anybody can see in the hand.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.game.fitting import COMPONENTS, TABLE, Reason, fits
from app.game.messages import STAFF, Role
from app.main import shipped_content
from app.views.fitting import fitting_view
from app.views.hands import FitView, HandsView, hands
from app.views.viewer import Viewer
from app.web.fragments import environment, render
from app.web.page import PageView
from tests.game.table import DECK, Table, at_play, in_the_lobby
from tests.served import Served, served

HOST = Viewer("facilitator", Role.FACILITATOR)
PAGE = PageView("Hands", "/facilitate/ABCD2345/hands", code="ABCD2345")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("dealt")) as running:
        yield running


def words(page: str) -> str:
    """The text of a page, with its blanks put together."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def shown(table: Table, group: str | None = None) -> HandsView:
    view = hands(table.workshop, HOST, group)
    assert view is not None
    return view


def told(table: Table) -> str:
    """The page of all hands, as text."""
    return words(render("hands.html", page=PAGE, view=shown(table), chosen="all", at="10:31:00"))


# What fits what


def test_the_table_shows_the_cards_that_fit_and_counts_the_barriers() -> None:
    content = shipped_content()
    table = fitting_view(content.deck.cards, content.journeys)
    barriers = [b for j in content.journeys for stage in j.stages for b in stage.barriers]
    assert [row.component for row in table.components] == list(TABLE)
    assert (table.cards, table.barriers) == (72, len(barriers))
    for row in table.components:
        blocked = [b for b in barriers if row.component.of in b.com_b]
        assert row.barriers == len(blocked) == sum(each.barriers for each in row.problems)
        for barrier in blocked:
            assert all(fits(card, barrier) for card in row.cards)
    counted = {card.id for row in table.components for card in row.cards}
    assert counted == {card.id for card in content.deck.cards}


def test_the_pages_call_the_components_what_the_table_calls_them() -> None:
    pieces = environment().get_template("staff/pieces.html").make_module({"static": str})
    assert {of: row.name for of, row in COMPONENTS.items()} == pieces.COM_B  # type: ignore[attr-defined]


def test_anybody_can_read_the_table_and_the_deck_leads_there(server: Served) -> None:
    page = server.page("GET", "/cards/fitting")
    assert page.status == 200
    text = words(str(page.body))
    for row in TABLE:
        assert row.name in text
        assert row.blocked in text
    for card in shipped_content().deck.cards:
        assert card.title in text
    assert 'href="/cards/fitting"' in str(server.page("GET", "/cards").body)


# Why a card is in a hand


@pytest.mark.parametrize("role", Role)
def test_only_staff_see_hands(role: Role) -> None:
    table = at_play()
    assert (hands(table.workshop, Viewer("p1", role, "g1")) is not None) is (role in STAFF)


def test_every_card_of_every_hand_is_shown_with_the_barriers_it_fits_and_why_it_came() -> None:
    table = at_play(8)
    view = shown(table)
    assert view.all == ("g1", "g2")
    for group in view.groups:
        barriers = table.workshop.journey_of(table.group(group.id)).barriers_at(1)
        assert group.barriers == tuple(barrier.text for barrier in barriers)
        assert [hand.person for hand in group.hands] == table.members(group.id)
        for hand in group.hands:
            assert tuple(card.id for card in hand.cards) == table.hand(hand.person)
            for card in hand.cards:
                told = {fit.number for fit in card.fits}
                deck = table.workshop.deck[card.id]
                assert told == {n for n, b in enumerate(barriers, 1) if fits(deck, b)}
                assert card.came is not None
                assert card.came.why in (Reason.FITS, Reason.VARIETY)
                assert card.came.why is not Reason.FITS or card.fits
                assert (card.kept, card.brought) == (False, False)


def test_one_group_can_be_asked_for_alone() -> None:
    assert [group.id for group in shown(at_play(), "g2").groups] == ["g2"]


def test_the_page_says_by_which_component_a_card_fits_and_which_came_for_variety() -> None:
    text = told(at_play(1))
    assert text.count("because it fits.") == 2
    assert "Fits barrier 1 by physical capability." in text
    assert "Dealt for variety: no other card of its family is in the hand." in text
    assert "Fits no barrier of this stage." in text


def test_the_barriers_a_card_fits_are_told_in_their_order() -> None:
    view = shown(at_play(1), "g1")
    [group] = view.groups
    fits = (FitView(1, ("Psychological capability",)), FitView(2, ("Physical opportunity",)))
    hand = replace(group.hands[0], cards=(replace(group.hands[0].cards[0], fits=fits),))
    view = replace(view, groups=(replace(group, hands=(hand,)),))
    text = words(render("hands.html", page=PAGE, view=view, chosen="all", at="10:31:00"))
    assert (
        "Fits barrier 1 by psychological capability. Fits barrier 2 by physical opportunity."
    ) in text


def test_a_card_kept_from_an_earlier_stage_says_so() -> None:
    table = at_play(1)
    table.do("facilitator", "MoveGroup", group="all", stage=3, step="write")
    cards = shown(table, "g1").groups[0].hands[0].cards
    assert {card.came.stage for card in cards if card.came} == {1, 3}
    assert all(
        card.kept is (card.came == replace(card.came, stage=1)) for card in cards if card.came
    )
    text = told(table)
    assert "Kept from stage 1, where it was dealt for variety" in text


def test_a_swapped_card_and_one_brought_along_say_so() -> None:
    table = at_play(4)
    table.do("p1", "SwapCard", card=table.hand("p1")[-1])
    assert "Taken in a swap for variety" in told(table)
    table.do("facilitator", "SeatParticipant", participant="p1", group="g2")
    brought = [
        card for hand in shown(table, "g2").groups[0].hands for card in hand.cards if card.brought
    ]
    assert brought
    assert "Brought along from group 1, where it was taken in a swap for variety" in told(table)


def test_where_the_deck_has_nothing_better_left_that_is_said() -> None:
    table = at_play(1, deck=DECK[:5])
    assert "because the deck had nothing better left." in told(table)


def test_of_a_hand_dealt_before_reasons_were_kept_nothing_is_made_up() -> None:
    table = at_play(1)
    people = {id: replace(p, came={}) for id, p in table.workshop.people.items()}
    table.workshop = replace(table.workshop, people=people)
    text = told(table)
    assert text.count("Why it was dealt was not kept") == 5
    assert "for variety" not in text


def test_before_hands_are_dealt_the_page_says_when_they_will_be() -> None:
    assert "No hands have been dealt yet." in told(in_the_lobby(3))


def test_a_co_host_and_the_facilitator_open_the_page_from_the_control_room(
    server: Served,
) -> None:
    code = server.open(groups_per_problem=2)
    for letter in "ABCD":
        server.join(code, f"Name {letter}", f"Org {letter}")
    invite = server.invite(code, "co_host")
    co_host = server.enter(code, "Hosting", invite=invite)
    server.done(code, kind="OpenPhase", phase="play")
    for cookie in (server.sign_in(), co_host):
        mine = {"Cookie": cookie}
        room = server.page("GET", f"/facilitate/{code}", None, mine)
        assert f'href="/facilitate/{code}/hands"' in str(room.body)
        page = server.page("GET", f"/facilitate/{code}/hands?group=all", None, mine)
        assert page.status == 200
        assert {f"Name {letter}" for letter in "ABCD"} <= set(
            re.findall(r"Name \w", str(page.body))
        )
        one = server.page("GET", f"/facilitate/{code}/hands", None, mine)
        assert len(set(re.findall(r"Name \w", str(one.body)))) == 2
        none = server.page("GET", f"/facilitate/{code}/hands?group=g9", None, mine)
        assert none.status == 404
        assert "There is no such group" in str(none.body)


def test_a_participant_and_a_visitor_are_turned_away(server: Served) -> None:
    code = server.open()
    cookie = {"Cookie": server.enter(code, "Somebody")}
    for headers in (cookie, {}):
        assert server.page("GET", f"/facilitate/{code}/hands", None, headers).status == 403
