"""Which declared block does an address belong to? Longest prefix wins; IPv4 in IPv6 counts as IPv4."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


class BlockIndex:
    """Blocks by version and prefix length."""

    def __init__(self, cidrs: Iterable[str]) -> None:
        self._blocks: dict[int, dict[int, dict[int, str]]] = {4: {}, 6: {}}
        for cidr in cidrs:
            block = ipaddress.ip_network(cidr)
            by_length = self._blocks[block.version].setdefault(block.prefixlen, {})
            by_length[int(block.network_address)] = cidr
        self._lengths = {version: sorted(blocks, reverse=True) for version, blocks in self._blocks.items()}

    def find(self, text: str) -> str | None:
        """The narrowest block that holds the address; None where there is none, or no address."""
        try:
            address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
        except ValueError:
            return None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        number, bits = int(address), address.max_prefixlen
        for length in self._lengths[address.version]:
            start = number >> (bits - length) << (bits - length)
            if (cidr := self._blocks[address.version][length].get(start)) is not None:
                return cidr
        return None
