"""Checks addresses before anything is called: only listed hosts, resolved once, never into this machine by a trick."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from taihu.terms import problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], Sequence[str]]


class NotAllowed(problem.Problem):
    """The address is not on the source's list, or leads where no source is."""

    code = "C-082"
    status = 403


@dataclass(frozen=True)
class Target:
    """A checked address: what to connect to, and the name for which the answer must hold."""

    scheme: str
    host: str
    port: int
    address: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver."""
    try:
        return list(
            dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        )
    except OSError:
        return []


def check(url: str, hosts: Sequence[str], *, resolver: Resolve = resolve) -> Target:
    """The target of a url; raises NotAllowed. The caller connects to `address`, so a second look-up cannot differ."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _refuse("地址不合规", "") from None
    host = (parts.hostname or "").lower()
    listed = {name.lower() for name in hosts}
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise _refuse("只能调用 http 或 https 地址，地址中不得含账号", host)
    if host not in listed and f"{host}:{port}" not in listed:
        raise _refuse("主机不在该数据源的允许名单中", f"{host}:{port}")
    for address in resolver(host, port):
        if _is_safe(ipaddress.ip_address(address.partition("%")[0]), host):
            return Target(parts.scheme, host, port, address)
    raise _refuse("主机无法解析，或解析到了不允许的地址", host)


def _is_safe(address: Address, host: str) -> bool:
    """True for addresses of other machines; this machine only where the list names it by its number."""
    inner = _unwrap(address)
    if inner.is_loopback:
        return host == str(address) or host == "localhost"
    return not (inner.is_link_local or inner.is_multicast or inner.is_unspecified or inner.is_reserved)


def _unwrap(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: mapped, NAT64, 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.teredo[1] if address.teredo else address


def _refuse(why: str, where: str) -> NotAllowed:
    return NotAllowed(f"{why}。", where=where[:100], help="请由系统管理员在数据源中登记主机。")
