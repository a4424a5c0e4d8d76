"""Matter: what stands in a flow; Step: one thing that happened to it, kept for ever."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Hat
from taihu.control.flows import clock, registry
from taihu.control.flows.flow import Flow, State
from taihu.terms.calendar import Calendar
from taihu.terms.fields import label_fields


class MatterQuerySet(models.QuerySet["Matter"]):
    """Reading of matters."""

    def open(self) -> MatterQuerySet:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def waiting_for(self, person: Person, hats: Iterable[Hat]) -> MatterQuerySet:
        """What waits for a person: handed to her by name, or to one of her hats and to nobody by name."""
        wanted = Q(assignee=person)
        for hat in hats:
            department = Q(waits_department="") | Q(waits_department=hat.department)
            wanted |= Q(assignee__isnull=True, waits_role=hat.role.value) & department
            wanted |= Q(escalated_at__isnull=False, over_role=hat.role.value) & (
                Q(over_department="") | Q(over_department=hat.department)
            )
        return self.open().filter(wanted).order_by(F("due_on").asc(nulls_last=True), "entered_at")

    def overdue(self, *, on: datetime.date) -> MatterQuerySet:
        """Those whose last day in time has passed."""
        return self.open().filter(due_on__lt=on)


class Matter(models.Model):
    """Something that people carry from state to state. Only `flows.actions` writes it.

    `subject` says what it is about (`grant:12`), `sides` which department is on which side.
    """

    flow = models.CharField("流程", max_length=120)
    state = models.CharField("状态", max_length=40)
    version = models.PositiveIntegerField(default=1)
    subject = models.CharField("事项", max_length=160)
    title = models.CharField("标题", max_length=200)
    sides = models.JSONField("相关方", default=dict)
    opened_at = models.DateTimeField("发起时间")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="matters_opened")
    entered_at = models.DateTimeField("进入本环节时间")
    ended_at = models.DateTimeField("办结时间", null=True)
    waits_role = models.CharField(max_length=20, blank=True)
    waits_department = models.CharField(max_length=40, blank=True)
    over_role = models.CharField(max_length=20, blank=True)
    over_department = models.CharField(max_length=40, blank=True)
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="matters_assigned")
    due_on = models.DateField("时限", null=True)
    unknown_year = models.PositiveSmallIntegerField("工作日历未公布的年份", null=True)
    urged_at = models.DateTimeField("最近催办时间", null=True)
    escalated_at = models.DateTimeField("升级督办时间", null=True)

    objects = MatterQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="flow state version subject sides opened_at entered_at ended_at waits_role waits_department over_role over_department due_on unknown_year urged_at escalated_at",
        L2="title",
    )
    developer_copy: ClassVar = ("id", "flow", "state", "version", "opened_at", "entered_at", "ended_at", "due_on")

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject"], name="matter_subject"),
            models.Index(fields=["waits_role", "waits_department"], name="matter_waits"),
            models.Index(fields=["due_on"], name="matter_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["flow", "subject"], condition=Q(ended_at__isnull=True), name="one_open_matter_of_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(unknown_year__isnull=True), name="matter_due_or_unknown"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(due_on__isnull=True, unknown_year__isnull=True, assignee=None),
                name="ended_matter_waits_for_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def definition(self) -> Flow:
        """The flow that the matter stands in."""
        return registry.find(self.flow)

    @property
    def place(self) -> State:
        """The state with its title and clock."""
        return self.definition.state(self.state)

    def remaining(self, *, on: datetime.date, calendar: Calendar) -> clock.Remaining:
        """What is left of the clock."""
        return clock.remaining(self.due_on, self.unknown_year, on=on, calendar=calendar)


class Step(models.Model):
    """One line of a matter's history: opened, moved, urged, handed over, escalated."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    act = models.CharField("动作", max_length=20)
    source = models.CharField("原状态", max_length=40, blank=True)
    to = models.CharField("新状态", max_length=40)
    title = models.CharField("做了什么", max_length=80)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="steps")
    by_name = models.CharField("经办人", max_length=60)
    role = models.CharField("经办角色", max_length=20, blank=True)
    department = models.CharField("经办部门", max_length=40, blank=True)
    on_behalf_of = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="steps_for_her")
    at = models.DateTimeField("时间")
    reason = models.TextField("理由", blank=True)
    due_on = models.DateField("当时的时限", null=True)

    labels: ClassVar = label_fields(
        L1="number act source to title role department at due_on", L2_person="by_name", L3_person="reason"
    )
    developer_copy: ClassVar = ("id", "matter", "number", "act", "source", "to", "role", "department", "at", "due_on")

    class Meta:
        ordering: ClassVar = ["matter_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "number"], name="steps_in_order"),
            models.CheckConstraint(
                condition=Q(act__in=["open", "move", "return", "urge", "hand_over", "escalate", "reckon"]),
                name="step_known_act",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}.{self.number} {self.source}>{self.to}"

    @property
    def was_late(self) -> bool:
        """True where the step left a state after its last day in time."""
        return self.due_on is not None and clock.day_of(self.at) > self.due_on
