"""Addresses of senders: behind which proxies they stand, and in which declared block. IPv4 in IPv6 counts as IPv4."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable


class BlockIndex:
    """Blocks by version and prefix length; the longest prefix wins."""

    def __init__(self, cidrs: Iterable[str]) -> None:
        self._blocks: dict[int, dict[int, dict[int, str]]] = {4: {}, 6: {}}
        for cidr in cidrs:
            block = ipaddress.ip_network(cidr)
            by_length = self._blocks[block.version].setdefault(block.prefixlen, {})
            by_length[int(block.network_address)] = cidr
        self._lengths = {version: sorted(blocks, reverse=True) for version, blocks in self._blocks.items()}

    def find(self, text: str) -> str | None:
        """The narrowest block that holds the address; None where there is none, or no address."""
        address = _parsed(text)
        if address is None:
            return None
        number, bits = int(address), address.max_prefixlen
        for length in self._lengths[address.version]:
            start = number >> (bits - length) << (bits - length)
            if (cidr := self._blocks[address.version][length].get(start)) is not None:
                return cidr
        return None


class TrustedProxies:
    """Proxies whose X-Forwarded-For is believed: blocks, or `unix:` for a socket on the same machine."""

    def __init__(self, blocks: Iterable[str]) -> None:
        listed = list(blocks)
        self._index = BlockIndex(block for block in listed if block != "unix:")
        self._trusts_socket = "unix:" in listed

    def client(self, address: str | None, forwarded: str | None) -> str | None:
        """Who sent the request: from the peer leftwards through X-Forwarded-For, past trusted proxies.

        Entries left of the first address that is not trusted may be forged by the sender.
        """
        entries = [entry.strip() for entry in (forwarded or "").split(",")]
        while entries and address is not None and self._trusts(address):
            entry = _without_port(entries.pop())
            if _parsed(entry) is None:
                break
            address = entry
        return address

    def _trusts(self, address: str) -> bool:
        if address.startswith("unix:"):
            return self._trusts_socket
        return self._index.find(address) is not None


def _without_port(text: str) -> str:
    port = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?", text)
    return (port[1] or port[2]) if port else text


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
