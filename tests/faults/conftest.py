"""What holds for every test of a promise: a power cut is only tried where it can be recorded.

Leaves out how it is (power_cut). Always: a skip says what is missing and how to get it.
"""

import pytest

from tests.needs import c_compiler

RECORDED = (
    "test_a_promise_is_kept[P2]",
    "test_a_store_that_does_not_wait_for_the_disk_is_found_out",
    "test_what_was_recorded_is_all_that_happened_to_the_disk",
)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.name.startswith(RECORDED):
        c_compiler()
