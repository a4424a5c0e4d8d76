"""What a person sees of a matter's history: all steps, and what was written in them if the matter is hers too."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import APART
from taihu.control.flows import permissions
from taihu.control.flows.models import Matter, Step
from taihu.data.guard import typed
from taihu.terms.label import Label


@dataclass(frozen=True, slots=True)
class Line:
    """One step with its reason as the reader sees it."""

    step: Step
    reason: str


def find_ceiling(matter: Matter, person: Person, *, on: datetime.date) -> Label:
    """All for the departments on either side, for who opened it, acted in it, or may act now; else what all officials see."""
    if person.pk in (matter.opened_by_id, matter.assignee_id):
        return typed.PARTY
    departments = set(matter.sides.values())
    if any(hat.department in departments and hat.role not in APART for hat in person.hats(on=on)):
        return typed.PARTY
    has_acted = matter.steps.filter(by=person).exists() or matter.steps.filter(on_behalf_of=person).exists()
    return typed.PARTY if has_acted or permissions.moves_for(matter, person, on=on) else typed.OTHERS


def list_lines(matter: Matter, person: Person, *, on: datetime.date) -> list[Line]:
    """The steps, newest first, with their reasons through the mask of the field."""
    ceiling = find_ceiling(matter, person, on=on)
    steps = matter.steps.select_related("on_behalf_of").order_by("-number")
    return [Line(step, typed.show(step.reason, Step.labels["reason"], ceiling)) for step in steps]
