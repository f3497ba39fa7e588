"""The ledger of erasures: kept, readable after a power cut, and without a word in it."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.store import Erasures, StoreError, fingerprint
from app.store.erasures import NAME
from tests.store.making import NOON


def test_what_was_asked_is_read_back_in_order_and_by_another_process(tmp_path: Path) -> None:
    ledger = Erasures(tmp_path)
    person = ledger.ask("ABCD2345", "p7", NOON)
    workshop = ledger.ask("EFGH2345", None, NOON + timedelta(hours=1))

    assert Erasures(tmp_path).asked() == [person, workshop]
    assert (person.workshop, person.person) == (fingerprint("ABCD2345"), "p7")
    assert (workshop.workshop, workshop.at) == (
        fingerprint("EFGH2345"),
        NOON + timedelta(hours=1),
    )


def test_what_is_carried_out_is_known_to_whoever_waits(tmp_path: Path) -> None:
    ledger = Erasures(tmp_path)
    one, other = (ledger.ask("ABCD2345", person, NOON) for person in ("p1", "p2"))
    size = ledger.size()
    Erasures(tmp_path).done([one])

    assert ledger.carried_out() == {one.id}
    assert ledger.asked() == [one, other]
    assert ledger.size() > size


def test_without_a_ledger_nothing_was_asked(tmp_path: Path) -> None:
    ledger = Erasures(tmp_path / "not there")

    assert (ledger.asked(), ledger.carried_out(), ledger.size()) == ([], set(), 0)
    ledger.done([])
    assert not (tmp_path / "not there").exists()


def test_it_names_no_code_and_is_for_this_account_only(tmp_path: Path) -> None:
    Erasures(tmp_path / "data").ask("ABCD2345", "p7", NOON)

    file = tmp_path / "data" / NAME
    assert "ABCD2345" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_half_a_line_left_by_a_power_cut_hides_no_other(tmp_path: Path) -> None:
    ledger = Erasures(tmp_path)
    before = ledger.ask("ABCD2345", "p1", NOON)
    whole = (tmp_path / NAME).read_bytes()
    for length in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole + whole[:length])
        after = ledger.ask("ABCD2345", "p2", NOON)
        assert {before, after} <= set(ledger.asked())
        assert [erasure.person for erasure in ledger.asked()][-1] == "p2"


def test_a_ledger_that_cannot_be_used_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    ledger = Erasures(tmp_path)

    for use in (ledger.asked, ledger.carried_out, lambda: ledger.ask("ABCD2345", None, NOON)):
        with pytest.raises(StoreError, match=r"ledger of erasures, .*, cannot be used: Is a"):
            use()
