"""Where webhooks may be sent (S-37)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from jobyard.engine.webhooks import targets as module
from jobyard.engine.webhooks.targets import Targets, outside
from jobyard.job.errors import TargetNotAllowed

pytestmark = pytest.mark.anyio

OUTSIDE = "93.184.216.34"
INSIDE = [
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.1.2.3", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("192.0.0.9", "192.88.99.1", "168.63.129.16", "198.51.100.1", "203.0.113.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "3fff::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001::1"),
    *("100::1", "5f00::1"),
]


async def fixed(host: str, port: int) -> list[str]:
    return [OUTSIDE]


def leading(*addresses: str, allowed: tuple[str, ...] = ()) -> Targets:
    """Return targets whose resolver always tells these addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return Targets(allowed, resolve)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_outside(address: str) -> None:
    assert not outside(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450::1"]
)
def test_the_outside_is_outside_however_it_is_written(address: str) -> None:
    assert outside(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_refused_even_beside_one_that_does_not(address: str) -> None:
    for addresses in ([address], [OUTSIDE, address], [address, OUTSIDE]):
        with pytest.raises(TargetNotAllowed) as refusal:
            await leading(*addresses).checked("https://localtest.example/hook")
        assert address not in refusal.value.sentence


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "017700000001"),
        *("127.1", "0", "0x7f000001", "127。0。0。1", "localhost", "[::]", "[0:0:0:0:0:ffff:7f00:1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fe80::1]", "10.0.0.1", "192.168.0.1:8080"),
    ],
)
async def test_this_machines_resolver_finds_out_every_spelling(host: str) -> None:
    with pytest.raises(TargetNotAllowed):
        await Targets().checked(f"http://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        *("gopher://example.org/", "file:///etc/passwd", "ftp://example.org/", "ws://example.org/", "example.org"),
        *("//example.org/x", "http:example.org", "http://", "https:///path", "", "javascript:alert(1)", "data:,x"),
        *("http://user:pass@example.org/", "http://user@example.org/", "http://@example.org/", "http://:@example.org/"),
        *("http://example.org:22/", "http://example.org:25/", "http://example.org:0/", "http://example.org:1023/"),
        *("http://example.org:65536/", "http://example.org:99999/", "http://example.org:-1/", "http://example.org:x/"),
        *("http://exa mple.org/", "http://exam\nple.org/", "http://example.org/\r\nX: y", "http://exa\0mple.org/"),
        *("http://a\\b.org/", "http://%31%32%37.0.0.1/", "http://[fe80::1%25eth0]/", "http://[::1", "http://①.org/"),
        "http://example.org/" + "a" * 2_000,
    ],
)
async def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(TargetNotAllowed) as refusal:
        await Targets((), fixed).checked(url)
    assert refusal.value.sentence.startswith("A webhook cannot be sent there: ")


@pytest.mark.parametrize(
    "url", ["http://a.example", "https://a.example:443/x", "http://a.example:1024/", "HTTP://A.EXAMPLE:65535/?q=1"]
)
async def test_plain_addresses_of_the_outside_are_taken(url: str) -> None:
    target = await Targets((), fixed).checked(url)
    assert target.host == "a.example" and target.addresses == (OUTSIDE,)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://a.example/", "a.example"),
        ("http://a.example:80/", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("https://a.example:8443/", "a.example:8443"),
        ("http://[2606:4700::1111]:8080/", "[2606:4700::1111]:8080"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
    ],
)
async def test_the_receiver_is_asked_for_by_its_own_name(url: str, authority: str) -> None:
    assert (await Targets((), fixed).checked(url)).authority == authority


async def test_an_administrator_opens_what_is_inside_by_name_by_address_and_by_network() -> None:
    for allowed in ("hook.internal", "HOOK.internal", "10.1.2.3", "10.1.0.0/16", "10.1.2.3/8"):
        target = await leading("10.1.2.3", allowed=(allowed,)).checked("http://hook.internal:8000/")
        assert target.addresses == ("10.1.2.3",)
    for allowed in ("other.internal", "hook", "10.2.0.0/16", "internal", ""):
        with pytest.raises(TargetNotAllowed):
            await leading("10.1.2.3", allowed=(allowed,)).checked("http://hook.internal:8000/")
    with pytest.raises(TargetNotAllowed):
        await leading("10.1.2.3", "10.9.9.9", allowed=("10.1.0.0/16",)).checked("http://hook.internal/")
    mapped = leading("::ffff:10.1.2.3", allowed=("10.1.0.0/16",))
    assert (await mapped.checked("http://hook.internal/")).addresses == ("::ffff:10.1.2.3",)


async def test_what_is_opened_still_has_to_be_a_web_address_on_a_port_of_its_own() -> None:
    with pytest.raises(TargetNotAllowed):
        await leading("10.1.2.3", allowed=("hook.internal",)).checked("http://hook.internal:22/")


async def test_names_that_lead_nowhere_and_inside_are_refused_in_the_same_words() -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError

    told = set[str]()
    for targets in (Targets((), nowhere), leading(), leading("10.0.0.1"), leading("no address")):
        with pytest.raises(TargetNotAllowed) as refusal:
            await targets.checked("http://intranet/")
        told.add(refusal.value.sentence)
    assert len(told) == 1


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "-"])
async def test_what_no_resolver_takes_is_refused(host: str) -> None:
    with pytest.raises(TargetNotAllowed):
        await Targets().checked(f"http://{host}/")


async def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RESOLVE_WITHIN", 0.05)

    async def silent(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(TargetNotAllowed):
        async with asyncio.timeout(5):
            await Targets((), silent).checked("http://slow.example/")
