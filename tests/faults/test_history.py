"""The history checker: each class of fault, on a history made by hand."""

import pytest

from tests.faults.history import Act, Fault, History, Logged, Screen, Sent, Truth, Wrong, marks

W = "ABCD2345"
ONE, TWO = f"[[{W}.p1.1]]", f"[[{W}.p2.2]]"


@pytest.fixture
def history() -> History:
    """Ann and Ben have each put an idea forward and been told yes."""
    history = History()
    for who, words, seq in (("p1", ONE, 5), ("p2", TWO, 6)):
        act = history.invoke(who, W, f"ref-of-{who}", words, idea=True)
        history.answer(act, seq, f"i{seq}")
        history.audience[W, who] = who
    return history


def truth(*also: Logged, without: str | None = None) -> Truth:
    """What should be there, and more or less."""
    log = [Logged(n, None, "{}") for n in range(1, 5)]
    log += [Logged(5, "ref-of-p1", ONE), Logged(6, "ref-of-p2", TWO)]
    ideas = [words for words in (ONE, TWO) if words != without]
    kept = [row for row in log if without is None or without not in row.text]
    return Truth(W, [*kept, *also], list(ideas), list(ideas))


def classes(faults: list[Fault]) -> set[Wrong]:
    return {fault.wrong for fault in faults}


def frame(who: str, seq: int, *words: str, epoch: str = "one", line: int = 1) -> Sent:
    return Sent(who, W, line, epoch, seq, ("board",), frozenset(words))


def test_what_is_as_it_should_be_has_no_fault(history: History) -> None:
    history.sent += [frame("p1", 4), frame("p1", 5, ONE), frame("p2", 6, TWO)]
    board = {"board": {"ideas": [{"id": "i5"}]}}
    assert history.faults([truth()], [Screen("p1", W, board, board)]) == []


def test_what_was_acknowledged_and_is_not_there_is_lost(history: History) -> None:
    faults = history.faults([truth(without=TWO)])
    assert classes(faults) == {Wrong.LOST}
    assert {TWO in str(fault) or "ref-of-p2" in str(fault) for fault in faults} == {True}


@pytest.mark.parametrize("place", ["view", "export"])
def test_what_one_way_of_reading_does_not_give_is_lost_and_divergent(
    history: History, place: str
) -> None:
    there = truth()
    getattr(there, place).remove(ONE)
    assert classes(history.faults([there])) == {Wrong.LOST, Wrong.DIVERGENT}


def test_what_is_there_twice_is_duplicated(history: History) -> None:
    again = Logged(7, "ref-of-p1", ONE)
    assert classes(history.faults([truth(again)])) == {Wrong.DUPLICATED}


def test_two_answers_for_one_ref_are_a_duplicate(history: History) -> None:
    history.answer(history.acts["p1", "ref-of-p1"], 6, "i6")
    assert classes(history.faults([truth()])) == {Wrong.DUPLICATED}


def test_the_same_answer_twice_is_no_fault(history: History) -> None:
    history.answer(history.acts["p1", "ref-of-p1"], 5, "i5")
    assert history.faults([truth()]) == []


def refused(history: History, words: str) -> Act:
    act = history.invoke("p1", W, "ref-no", words, idea=True)
    history.refuse(act, "Not in your hand.")
    return act


def test_what_was_refused_and_is_there_is_a_phantom(history: History) -> None:
    words = f"[[{W}.p1.3]]"
    refused(history, words)
    there = truth(Logged(7, "ref-no", words))
    there.view.append(words)
    there.export.append(words)
    assert classes(history.faults([there])) == {Wrong.PHANTOM}
    assert history.faults([truth()]) == []


def test_what_nobody_asked_for_is_a_phantom(history: History) -> None:
    assert classes(history.faults([truth(Logged(7, None, "[[from.nowhere.1]]"))])) == {
        Wrong.PHANTOM
    }


@pytest.mark.parametrize("there", [True, False])
def test_what_was_never_answered_may_be_there_or_not(history: History, there: bool) -> None:
    words = f"[[{W}.p1.3]]"
    assert history.invoke("p1", W, "ref-what", words, idea=True).outcome == "info"
    found = truth(Logged(7, "ref-what", words)) if there else truth()
    if there:
        found.view.append(words)
        found.export.append(words)
    assert history.faults([found]) == []


def test_a_number_that_is_missing_is_a_gap(history: History) -> None:
    assert classes(history.faults([truth(Logged(8, None, "{}"))])) == {Wrong.GAP}


def test_a_change_that_somebody_was_never_sent_is_a_gap(history: History) -> None:
    fresh = {"board": {"ideas": [{"id": "i5"}, {"id": "i6"}]}}
    kept = {"board": {"ideas": [{"id": "i5"}]}}
    assert classes(history.faults([truth()], [Screen("p1", W, kept, fresh)])) == {Wrong.GAP}


def test_something_else_on_a_screen_is_divergent(history: History) -> None:
    fresh, kept = {"stage": {"step": "build"}}, {"stage": {"step": "write"}}
    assert classes(history.faults([truth()], [Screen("p1", W, kept, fresh)])) == {Wrong.DIVERGENT}


def test_a_region_that_is_gone_and_still_shown_is_divergent(history: History) -> None:
    kept = {"spotlight": {"idea": "x"}}
    screen = Screen("p1", W, kept, {"spotlight": None})
    assert classes(history.faults([truth()], [screen])) == {Wrong.DIVERGENT}


def test_a_number_that_falls_is_a_reorder_also_over_connections(history: History) -> None:
    history.sent += [frame("p1", 6), frame("p1", 5, line=2)]
    assert classes(history.faults([truth()])) == {Wrong.REORDER}


def test_a_number_may_fall_with_the_epoch(history: History) -> None:
    history.sent += [frame("p1", 6), frame("p1", 5, epoch="two")]
    assert history.faults([truth()]) == []


def test_an_answer_with_another_number_than_the_log_s_is_a_reorder(history: History) -> None:
    act = history.acts["p1", "ref-of-p1"]
    act.answers[:] = [(4, "i5")]
    assert classes(history.faults([truth()])) == {Wrong.REORDER}


def test_what_was_asked_after_an_answer_and_came_before_it_is_a_reorder() -> None:
    history = History()
    first = history.invoke("p1", W, "ref-first", ONE)
    history.answer(first, 6, "b6")
    second = history.invoke("p1", W, "ref-second", TWO)
    history.answer(second, 5, "b5")
    rows = [Logged(n, None, "{}") for n in range(1, 5)]
    rows += [Logged(5, "ref-second", TWO), Logged(6, "ref-first", ONE)]
    assert classes(history.faults([Truth(W, rows, [], [])])) == {Wrong.REORDER}


def test_words_sent_to_somebody_who_does_not_sit_there_are_leaked(history: History) -> None:
    history.sent.append(frame("p2", 6, ONE))
    assert classes(history.faults([truth()])) == {Wrong.LEAKED}


def test_words_of_one_s_own_table_are_no_leak(history: History) -> None:
    history.audience[W, "p1"] = history.audience[W, "p2"] = "g1"
    history.sent.append(frame("p2", 6, ONE))
    assert history.faults([truth()]) == []


def test_words_of_another_workshop_are_leaked_whatever_the_group(history: History) -> None:
    history.audience[W, "p1"] = history.audience["EFGH", "p9"] = "g1"
    history.sent.append(Sent("p9", "EFGH", 1, "one", 3, (), frozenset({ONE})))
    assert classes(history.faults([truth()])) == {Wrong.LEAKED}


def test_what_somebody_found_who_was_there_is_a_fault(history: History) -> None:
    history.found.append(Fault(Wrong.HOARDED, "200 frames"))
    assert classes(history.faults([truth()])) == {Wrong.HOARDED}


def test_the_words_of_acts_are_found_in_any_text() -> None:
    assert marks(f"a {ONE} b{TWO}") == [ONE, TWO]
    assert marks("nothing [here], [[nor here") == []
