"""The tables: times keep their moment, records cannot be changed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from app.store import AccessRow, Store, WorkshopRecord
from tests.store.making import NOON, a_workshop, an_entry

INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 23, 17, 30, 0, 1, tzinfo=INDIA),
    ],
)
async def test_a_moment_comes_back_as_the_same_moment_in_utc(
    store: Store, moment: datetime
) -> None:
    await store.log.append("ABCD", 1, [an_entry(at=moment)], command=None)
    await store.records.saw("ABCD", "p1", moment)

    found = [(await store.log.read("ABCD"))[1].at, (await store.records.last_seen("ABCD"))["p1"]]
    assert found == [moment, moment]
    assert {at.utcoffset() for at in found} == {timedelta(0)}


async def test_a_moment_that_is_not_set_stays_unset(store: Store) -> None:
    found = await store.records.workshop("ABCD")

    assert found is not None
    assert found.delete_after is None


def test_a_record_needs_a_time_zone() -> None:
    with pytest.raises(ValidationError, match="opened_at"):
        a_workshop("ABCD", opened_at=NOON.replace(tzinfo=None))


def test_a_record_cannot_be_changed() -> None:
    record = a_workshop("ABCD")
    with pytest.raises(ValidationError, match="frozen"):
        record.title = "Another"


def test_a_record_needs_all_its_fields_and_a_key_is_of_a_known_kind() -> None:
    with pytest.raises(ValidationError, match="epoch"):
        WorkshopRecord(code="ABCD", title="t", owner="a1", opened_at=NOON)  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="kind"):
        AccessRow(key_hash="00", kind="door", role="x", created_at=NOON)  # type: ignore[arg-type]
