"""Calls by HTTP reach the place a link names, and say why not in the server's words."""

import pytest

from app.simulation.calls import Place, Refused, call, near, server
from tests.simulation.fake_server import CODE, FakeServer, nowhere


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/join/ABCD2345",
        "http://127.0.0.1:8000/w/ABCD2345/screen",
        "http://127.0.0.1:8000/facilitate/ABCD2345?tab=1",
    ],
)
def test_a_link_names_a_place(address: str) -> None:
    assert Place.at(address) == Place("http://127.0.0.1:8000", "ABCD2345")


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000/facilitate/new", "ftp://host/join/A", "A"],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Place.at(address)


def test_the_socket_is_as_safe_as_the_page() -> None:
    path = "/api/v1/workshops/AB/live"
    assert Place("https://moments.example", "AB").socket == f"wss://moments.example{path}"
    assert Place("http://localhost:8000", "AB").socket == f"ws://localhost:8000{path}"


def test_an_address_is_cut_to_its_server() -> None:
    assert server("http://127.0.0.1:8000/facilitate") == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("address", "here"),
    [("http://127.0.0.1:1", True), ("http://[::1]:1", True), ("https://moments.example", False)],
)
def test_this_machine_is_told_from_others(address: str, here: bool) -> None:
    assert near(address) is here


async def test_joining_gives_a_key(fake: FakeServer) -> None:
    assert await Place(fake.url, CODE).join("Gwen Pritchard", "NHS") == "key-1"
    assert fake.joined == [{"name": "Gwen Pritchard", "organisation": "NHS"}]


async def test_a_refusal_carries_the_server_s_words(fake: FakeServer) -> None:
    with pytest.raises(Refused, match="There is no seat") as refused:
        await Place(fake.url, "NONE2345").join("Gwen Pritchard", "NHS")
    assert refused.value.kind == "not_found"


async def test_a_call_refused_for_haste_is_made_again(fake: FakeServer) -> None:
    fake.refusals = [(429, "too_many"), (503, "unavailable")]
    address = f"{fake.url}/api/v1/workshops/{CODE}/join"
    seat = await call("POST", address, {"name": "A", "organisation": "B"}, waits=[0, 0])
    assert seat["key"] == "key-1"
    assert len(fake.joined) == 1


async def test_a_call_refused_by_a_rule_is_not_made_again(fake: FakeServer) -> None:
    fake.refusals = [(409, "rejected"), (409, "rejected")]
    with pytest.raises(Refused):
        await Place(fake.url, CODE).join("Gwen Pritchard", "NHS")
    assert len(fake.refusals) == 1


async def test_something_else_that_answers_is_told_by_its_status(fake: FakeServer) -> None:
    with pytest.raises(Refused, match="404") as refused:
        await call("GET", f"{fake.url}/nothing")
    assert refused.value.kind == "unknown"


async def test_a_server_that_is_not_there_is_named() -> None:
    with nowhere() as address, pytest.raises(Refused, match=address) as refused:
        await call("GET", f"{address}/live")
    assert refused.value.kind == "unreachable"


async def test_nothing_but_the_web_is_opened() -> None:
    with pytest.raises(ValueError, match="not an address"):
        await call("GET", "file:///etc/hosts")
