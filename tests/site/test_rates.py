"""Requests of a client a minute: counted evenly, by the address that can be believed."""

import pytest
import yaml
from conftest import ROOT

from papersette.site.limits import SiteLimits
from papersette.site.rates import MOST_CLIENTS, Rates, to_client


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def to_scope(address, *forwarded):
    return {
        "client": (address, 1234),
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


def test_as_many_requests_as_a_minute_has_may_come_at_once_and_then_evenly():
    clock = Clock()
    rates = Rates(6, clock)
    assert [rates.count("a") for _ in range(8)] == [0] * 6 + [10, 10]
    clock.now = 9.0
    assert rates.count("a") == 1
    clock.now = 10.0
    assert [rates.count("a"), rates.count("a")] == [0, 10]
    clock.now = 10_000.0
    assert [rates.count("a") for _ in range(7)] == [0] * 6 + [10]


def test_more_than_a_minute_has_may_come_at_once_where_that_is_set():
    clock = Clock()
    rates = Rates(0.5, clock, burst=2)
    assert [rates.count("a") for _ in range(3)] == [0, 0, 120]
    clock.now = 121.0
    assert [rates.count("a"), rates.count("a")] == [0, 119]


def test_clients_do_not_use_up_the_requests_of_others():
    rates = Rates(1, Clock())
    assert [rates.count(client) for client in "abab"] == [0, 0, 60, 60]


def test_without_a_limit_nothing_is_counted():
    rates = Rates(0, Clock())
    assert not any(rates.count("a") for _ in range(1000))


def test_a_flood_of_addresses_takes_bounded_memory():
    rates = Rates(1, Clock())
    for number in range(MOST_CLIENTS + 500):
        rates.count(str(number))
    assert len(rates._buckets) == MOST_CLIENTS


@pytest.mark.parametrize(
    ("scope", "proxies", "client"),
    [
        (to_scope("192.0.2.1"), 0, "192.0.2.1"),
        (to_scope("192.0.2.1", "198.51.100.7"), 0, "192.0.2.1"),
        (to_scope("10.0.0.1", "198.51.100.7"), 1, "198.51.100.7"),
        (to_scope("10.0.0.1", "6.6.6.6, 198.51.100.7"), 1, "198.51.100.7"),
        (to_scope("10.0.0.1", "6.6.6.6", "198.51.100.7, 10.0.0.2"), 2, "198.51.100.7"),
        (to_scope("10.0.0.1"), 1, "10.0.0.1"),
        (to_scope("2001:db8:1:2:3:4:5:6"), 0, "2001:db8:1:2::"),
        (to_scope("2001:db8:1:2:ffff::1"), 0, "2001:db8:1:2::"),
        (to_scope("::ffff:192.0.2.1"), 0, "192.0.2.1"),
        (to_scope("10.0.0.1", "nonsense" * 99), 1, ("nonsense" * 99)[:100]),
        ({"client": None, "headers": []}, 0, "unknown"),
    ],
)
def test_a_client_is_the_address_that_the_last_trusted_proxy_saw(scope, proxies, client):
    assert to_client(scope, proxies) == client


def test_a_negative_limit_is_an_error_and_0_is_no_limit():
    with pytest.raises(ValueError, match="requests_per_minute must be a number of at least 0"):
        SiteLimits.from_settings({"requests_per_minute": -1})
    assert not SiteLimits.from_settings({"requests_per_minute": 0, "proxies": 0}).proxies


def test_less_than_one_request_a_minute_is_one_at_first():
    rates = Rates(0.5, Clock())
    assert [rates.count("a"), rates.count("a")] == [0, 120]


def test_more_requests_get_429_and_when_to_come_back(ask):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text())
    metadata["plugins"]["papersette-limits"] = {"requests_per_minute": 0.01}
    search = "/papers/search.json?q=noise&_shape=array"
    styles = ["/static/papersette.css"] * 3
    first, data, page = ask(*styles, search, search, "/papers/tags", metadata=metadata)[3:]
    assert [first.status_code, data.status_code, page.status_code] == [200, 429, 429]
    assert data.json() == {"ok": False, "error": "More than 0.01 requests a minute."}
    assert 5000 < int(data.headers["retry-after"]) <= 6000
    assert page.text == "More than 0.01 requests a minute."


def test_no_limit_is_set_by_default(ask):
    answers = ask(*["/llms.txt"] * 30)
    assert {answer.status_code for answer in answers} == {200}
