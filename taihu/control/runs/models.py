"""Schedule: what is due when; Run: one execution, with its lease, attempts, rows and problem."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from taihu.control.accounts.roles import Hat, Role
from taihu.terms.fields import label_fields

MAX_ATTEMPTS = 3
READ_ALL = (Role.OFFICER, Role.SYSADMIN, Role.AUDITOR)


class State(enum.StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The Chinese name of the state."""
        return TITLES[self]


TITLES = {
    State.WAITING: "等待执行",
    State.RUNNING: "执行中",
    State.DONE: "已完成",
    State.FAILED: "失败",
    State.STOPPED: "已停止",
}
UNFINISHED = (State.WAITING.value, State.RUNNING.value)


class Schedule(models.Model):
    """A job that is due again and again."""

    name = models.CharField("名称", max_length=120, unique=True)
    title = models.CharField("标题", max_length=120, blank=True)
    cron = models.CharField("时间", max_length=80)
    job = models.CharField("任务", max_length=80)
    args = models.JSONField("参数", default=dict, blank=True)
    next_run = models.DateTimeField("下次执行")
    is_on = models.BooleanField("启用", default=True)

    labels: ClassVar = label_fields(L1="name title cron job args next_run is_on")
    developer_copy: ClassVar = ("id", "name", "title", "cron", "job", "args", "next_run", "is_on")

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["next_run"], name="schedule_next_run")]

    def __str__(self) -> str:
        return self.title or self.name


class RunQuerySet(models.QuerySet["Run"]):
    """Reading of runs."""

    def visible_to(self, hats: Iterable[Hat]) -> RunQuerySet:
        """All for those who run the house or audit it; for others the house's own and those of their departments."""
        worn = tuple(hats)
        if any(hat.role in READ_ALL for hat in worn):
            return self
        return self.filter(department__in={"", *(hat.department for hat in worn)})

    def claimable(self, *, at: datetime.datetime) -> RunQuerySet:
        """Waiting runs whose moment has come, oldest first."""
        return self.filter(state=State.WAITING, not_before__lte=at).order_by("not_before", "asked_at")

    def expired(self, *, at: datetime.datetime) -> RunQuerySet:
        """Running ones whose worker no longer answers."""
        return self.filter(state=State.RUNNING, lease_until__lt=at)


class Run(models.Model):
    """One execution. Its id is what jobs are idempotent by: an attempt after a kill has the same id."""

    id = models.CharField("编号", max_length=32, primary_key=True)
    job = models.CharField("任务", max_length=80, db_index=True)
    title = models.CharField("标题", max_length=160, blank=True)
    args = models.JSONField("参数", default=dict, blank=True)
    key = models.CharField("去重键", max_length=160, blank=True)
    department = models.CharField("部门", max_length=40, blank=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")
    slot = models.DateTimeField("应执行时间", null=True)
    state = models.CharField("状态", max_length=10, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField("第几次", default=0)
    attempts_allowed = models.PositiveSmallIntegerField("最多几次", default=MAX_ATTEMPTS)
    not_before = models.DateTimeField("最早执行时间")
    worker = models.CharField("执行者", max_length=80, blank=True)
    lease_until = models.DateTimeField("租约到期", null=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True)
    asked_at = models.DateTimeField("提交时间")
    asked_by = models.CharField("提交人", max_length=60, blank=True)
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    rows_in = models.BigIntegerField("读入行数", null=True)
    rows_out = models.BigIntegerField("写出行数", null=True)
    note = models.CharField("说明", max_length=300, blank=True)
    problem_code = models.CharField(max_length=20, blank=True)
    problem_message = models.CharField(max_length=300, blank=True)
    problem_where = models.CharField(max_length=200, blank=True)
    problem_help = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="id job department slot state attempt attempts_allowed not_before worker lease_until heartbeat_at asked_at started_at ended_at problem_code problem_message problem_where problem_help",
        L2="title args key rows_in rows_out note",
        L2_person="asked_by",
    )
    developer_copy: ClassVar = (
        "id", "job", "state", "attempt", "asked_at", "started_at", "ended_at", "rows_in", "rows_out", "problem_code",
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="run_state_not_before"),
            models.Index(fields=["-asked_at"], name="run_latest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "slot"], name="run_once_a_slot"),
            models.UniqueConstraint(
                fields=["job", "key"], condition=Q(state__in=UNFINISHED) & ~Q(key=""), name="run_key_once_unfinished"
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="run_known_state"),
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, lease_until__isnull=False) | ~Q(state=State.RUNNING),
                name="running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, ended_at__isnull=True)
                | (~Q(state__in=UNFINISHED) & Q(ended_at__isnull=False)),
                name="run_ended_at_its_end",
            ),
            models.CheckConstraint(condition=Q(attempt__lte=F("attempts_allowed")), name="run_attempts_bounded"),
        ]

    def __str__(self) -> str:
        return self.title or self.job

    @property
    def status(self) -> State:
        """The state as an enum, with its title."""
        return State(self.state)

    @property
    def seconds(self) -> float | None:
        """How long it took, once it has ended."""
        return (self.ended_at - self.started_at).total_seconds() if self.started_at and self.ended_at else None
