"""Junk that the published schema describes: nothing of it is a fault of ours.

Leaves out junk that no schema describes, which is a promise (`promises/p13.py`). Always: what is
answered has the one shape.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings

from tests.faults import junk
from tests.served import KEY, Served, call, served

SEED = 13
ANSWERS = {200, 201, 401, 403, 404, 405, 409, 413, 422, 429}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("junk")) as running:
        yield running


def test_whatever_the_schema_allows_or_forbids_gets_an_answer_of_the_contract(
    server: Served,
) -> None:
    described = call("GET", f"{server.url}/api/v1/openapi.json").body
    schema = schemathesis.openapi.from_dict(described)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 9
    wrong = []
    for operation in operations:

        @seed(SEED)
        @settings(
            max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            headers = {"Authorization": f"Bearer {KEY}"}
            answer = case.call(base_url=server.url, headers=headers)
            error = answer.status_code >= 400
            shape = answer.json().keys() if error and case.method != "HEAD" else {"error", "ref"}
            if answer.status_code not in ANSWERS or shape != {"error", "ref"}:
                wrong.append((case.method, case.path, answer.status_code, answer.text[:200]))

        answered()
    assert wrong == []
    assert junk.faults_in_the_log(server) == []
