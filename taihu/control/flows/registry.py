"""Finds a flow by name: each room's AppConfig names its flows, fixed ones as a tuple or read from packs by a function."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.urls import reverse

from taihu.control.flows.flow import Flow


class UnknownFlow(LookupError):
    """No installed room declares the flow."""


def all_flows() -> Iterator[Flow]:
    """All flows of all installed rooms, in the order of INSTALLED_APPS.

    A room sets `flows = (FLOW, …)` on its AppConfig, or defines `find_flows(self)`.
    """
    for config in apps.get_app_configs():
        yield from getattr(config, "flows", ())
        find = getattr(config, "find_flows", None)
        if find is not None:
            yield from find()


def fixed_flows() -> Iterator[Flow]:
    """The flows that the code declares, without those that packs do: what `docs/flows` draws."""
    for config in apps.get_app_configs():
        yield from getattr(config, "flows", ())


def find(name: str) -> Flow:
    """The flow of that name; raises UnknownFlow naming the known ones."""
    known = []
    for flow in all_flows():
        if flow.name == name:
            return flow
        known.append(flow.name)
    raise UnknownFlow(f"no flow is called {name!r}; flows are {', '.join(known) or 'none'}")


def address(subject: str) -> str:
    """The page of what a matter is about (`grant:…`); empty where its room has none.

    A room sets `subjects = {"grant": "grants:page"}` on its AppConfig: the route takes what follows the colon.
    """
    kind, _, rest = subject.partition(":")
    for config in apps.get_app_configs():
        route = getattr(config, "subjects", {}).get(kind)
        if route:
            return reverse(route, args=[rest])
    return ""
