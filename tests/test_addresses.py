"""Addresses: one way of writing each, and who counts as a neighbour."""

import pytest

from app import addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://Moments.Example", "https://moments.example"),
        ("https://moments.example:443/", "https://moments.example"),
        ("http://moments.example:443", "http://moments.example:443"),
        ("http://[2001:DB8:0::1]:8000", "http://[2001:db8::1]:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(text: str, found: str) -> None:
    assert addresses.origin(text) == found
    assert addresses.origin(found) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "moments.example",
        "//moments.example",
        "ftp://a",
        "http://a/b",
        "http://a#",
        "http://a@b",
        "http://a b",
        "http://a:0",
        "http://a:99999",
        "http://-a",
        "http://[1",
    ],
)
def test_anything_else_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError):
        addresses.origin(text)


def test_a_host_is_asked_for_with_or_without_a_port_that_goes_unsaid() -> None:
    assert addresses.host_headers("https://a.example") == {"a.example", "a.example:443"}
    assert addresses.host_headers("http://a.example:8000") == {"a.example:8000"}


def test_an_address_is_in_its_network_however_it_is_written() -> None:
    networks = addresses.networks("10.0.0.0/8, 2001:db8::/32")
    assert isinstance(networks, tuple)
    assert addresses.is_in("10.1.2.3", networks)
    assert addresses.is_in("::ffff:10.1.2.3", networks)
    assert addresses.is_in("2001:DB8::1", networks)
    assert not addresses.is_in("11.0.0.1", networks)
    assert not addresses.is_in("testclient", networks)


def test_neighbours_are_one_ipv4_address_or_the_64_that_one_subscriber_has() -> None:
    assert addresses.neighbourhood("192.0.2.7") == "192.0.2.7"
    assert addresses.neighbourhood("::ffff:192.0.2.7") == "192.0.2.7"
    assert addresses.neighbourhood("2001:db8::1") == addresses.neighbourhood("2001:db8::ffff:1")
    assert addresses.neighbourhood("2001:db8::1") != addresses.neighbourhood("2001:db8:0:1::1")


def test_whoever_has_no_address_is_counted_together() -> None:
    assert addresses.neighbourhood(None) == addresses.neighbourhood("testclient") == "unknown"
