"""Request: what a system asks for, before it is a grant, and what is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taihu.data.guard import raw
from taihu.terms.dataset import Dataset, Share
from taihu.terms.label import Level, join_all
from taihu.terms.permit import Form
from taihu.terms.problem import Problem

LONGEST_DAYS = 366
MOST_CALLS_A_DAY = 1_000_000
MOST_ROWS_AN_ANSWER = 10_000
SHORTEST_DECISION = 4


class NotAskable(Problem):
    """The request asks for what cannot be granted, or leaves out what must be said."""

    code = "A-ASK-01"


@dataclass(frozen=True, slots=True)
class Request:
    """One system, one dataset, these columns, in these forms, for this purpose, on this ground, until then."""

    dataset: str
    columns: tuple[str, ...]
    forms: tuple[Form, ...]
    purpose: str
    ground: str
    until: datetime.date
    clear_level: Level = Level.L2
    assessment: str = ""
    decision: str = ""
    scope_column: str = ""
    scope_values: tuple[str, ...] = ()
    is_scope_prefix: bool = False
    calls_a_day: int = 10_000
    rows_an_answer: int = 100


def lowest_clear_level(dataset: Dataset) -> Level:
    """The least level that a grant must let through: every answer tells which rows exist."""
    return max(Level.L2, dataset.presence.level)


def check(request: Request, dataset: Dataset, *, on: datetime.date) -> None:
    """Raises NotAskable with everything that is wrong."""
    faults = [
        *_faults_of_columns(request, dataset),
        *faults_of_procedure(request.columns, request.decision, dataset),
        *_faults_of_words(request, dataset),
        *_faults_of_limits(request, on=on),
    ]
    if faults:
        raise NotAskable(
            faults[0] if len(faults) == 1 else f"申请有 {len(faults)} 处需要修改",
            where=request.dataset,
            help="\n".join(faults),
        )


def is_unconditional(columns: tuple[str, ...] | list[str], dataset: Dataset) -> bool:
    """True where every column is shared with everybody, so that the bureau may grant at once."""
    return all(dataset.column(name).share is Share.UNCONDITIONAL for name in columns)


def faults_of_procedure(columns: Iterable[str], decision: str, dataset: Dataset) -> Iterator[str]:
    """What keeps important and core data from being shared: no declared procedure, or no decision by it."""
    protected = dataset.find_protected(columns)
    if not protected:
        return
    named = "、".join(protected[:5])
    if not dataset.procedure:
        yield f"「{named}」属于重要数据或核心数据，数源单位未规定共享程序，不得共享"
    elif len(decision.strip()) < SHORTEST_DECISION:
        yield f"「{named}」属于重要数据或核心数据，须先履行「{dataset.procedure}」，并填写审批文号"


def _faults_of_columns(request: Request, dataset: Dataset) -> Iterator[str]:
    known = {column.name: column for column in dataset.columns}
    if not request.columns:
        yield "请至少选择一个数据项"
    for name in request.columns:
        if name not in known:
            yield f"「{dataset.title}」没有数据项 {name}；可选：{'、'.join(known)}"
        elif known[name].share is Share.NONE:
            yield f"数据项「{known[name].title}」不予共享，请取消勾选"
    if request.scope_column and request.scope_column not in known:
        yield f"限定条件的数据项 {request.scope_column} 不存在"
    if bool(request.scope_column) != bool(request.scope_values):
        yield "限定条件须同时填写数据项和取值"


def _faults_of_words(request: Request, dataset: Dataset) -> Iterator[str]:
    if len(request.purpose.strip()) < 6:
        yield "请写明用途：办理什么事项、在哪个环节使用（不少于 6 个字）"
    if len(request.ground.strip()) < 4:
        yield "请写明依据：法律法规、文件或职责条款"
    for title, words in (("用途", request.purpose), ("依据", request.ground), ("评估结论", request.assessment)):
        if raw.has_number(words):
            yield f"「{title}」中含有证件号码、电话或账号，请删去：申请的文字各方可见，并记入台账"
    asked = [column.label for column in dataset.columns if column.name in request.columns]
    if join_all(asked).level >= Level.L3 and len(request.assessment.strip()) < 10:
        yield "申请包含 L3 及以上的数据项，请填写个人信息保护影响评估结论（不少于 10 个字）"


def _faults_of_limits(request: Request, *, on: datetime.date) -> Iterator[str]:
    if not request.forms:
        yield "请至少选择一种使用方式"
    if request.clear_level > Level.L3:
        yield "L4 数据项一律脱敏，不能申请明文"
    if request.until < on:
        yield "有效期不能早于今天"
    if (request.until - on).days > LONGEST_DAYS:
        yield "有效期最长一年，到期可续"
    if not 1 <= request.calls_a_day <= MOST_CALLS_A_DAY:
        yield f"每日调用上限须在 1 至 {MOST_CALLS_A_DAY:,} 之间"
    if not 1 <= request.rows_an_answer <= MOST_ROWS_AN_ANSWER:
        yield f"单次返回上限须在 1 至 {MOST_ROWS_AN_ANSWER:,} 之间"
