"""The promises, a share of each with every change; `make faults` tries them for longer.

Leaves out the figures that are times: a busy machine is no fault of the server's. Always:
a failure says the seed with which the same choices are made again.
"""

import os
import random
from pathlib import Path

import pytest

from tests.faults.promise import LANES, Promise, all_promises

SEED = int(os.environ.get("SEED") or random.randrange(2**31))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("promise", all_promises(), ids=lambda promise: promise.name)
async def test_a_promise_is_kept(promise: Promise, tmp_path: Path) -> None:
    seen = await promise.run(promise.trial(tmp_path, SEED, "share"))
    assert seen.held, f"SEED={SEED}: {[*map(str, seen.faults[:10]), *seen.short]}"


@pytest.mark.parametrize("promise", all_promises(), ids=lambda promise: promise.name)
def test_each_lane_asks_at_least_as_much_as_the_one_before(promise: Promise) -> None:
    assert tuple(promise.amounts) == LANES
    for name in promise.amounts["share"]:
        amounts = [promise.amounts[lane][name] for lane in LANES]
        assert amounts == sorted(amounts)
