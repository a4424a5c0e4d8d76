"""Pages of the ledger for the auditor: entries by filter, one entry, its proof as a file, a check of a whole segment."""

from __future__ import annotations

import datetime
import functools

from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper, trace
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest
from taihu.control.flows import registry
from taihu.control.flows.clock import LOCAL
from taihu.control.flows.flow import Flow
from taihu.data.guard import replay as guard_replay
from taihu.data.guard.said import ANSWER
from taihu.data.ledger import node, proof
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.ledger import Found
from taihu.doors.desk import admissions
from taihu.terms.problem import Problem

PAGE_ROWS = 50
WORDS = ("act", "by", "department", "dataset", "grant")
SAID = {
    "answer": "应答", "refuse": "拒绝", "preview": "签批前预览", "export": "导出", "receive": "接收", "refine": "治理",
    "refine.dismiss": "退回行不再报送", "refine.reopen": "退回行恢复待改正",
    "declassify": "数据降级", "declassify.end": "撤下降级结果", "derive": "汇集", "trace": "泄露追溯",
    "link": "关联", "watch": "监测", "accounts.sign-in": "登录", "accounts.sign-out": "退出", "accounts.open": "开通账号",
    "accounts.close": "停用账号", "accounts.reopen": "启用账号", "accounts.role.give": "授予角色",
    "accounts.role.take": "收回角色", "accounts.delegate": "委托代办", "accounts.delegation.end": "收回代办",
    "accounts.leave": "登记休假", "accounts.password": "修改密码", "accounts.system": "登记系统", "accounts.sync": "更新部门",
    "catalogue-entry.write": "编写目录", "grant.key": "发放密钥", "runs.done": "任务完成", "runs.failed": "任务失败",
    "runs.stop": "停止任务", "runs.again": "重新执行", "accounts.second.confirm": "登记身份验证器", "accounts.second.recover": "使用恢复码",
    "accounts.second.codes": "更换恢复码", "accounts.second.reset": "重置身份验证器", "accounts.alarm.open": "发现异常使用",
    "accounts.alarm.settle": "处理异常使用", "ledger.search": "查询台账", "ledger.check": "核验台账",
    "ledger.replay": "重放应答", "ledger.forget": "到期清除", "deliver": "批量提供", "release": "开放发布", "withdraw": "撤下开放",
}  # fmt: skip
EVIDENCE = {"answer": "应答摘要", "permit": "许可版本", "packs": "数据包版本", "data": "数据版本", "keys": "密钥标识"}
STEPS = {"open": "发起", "urge": "催办", "hand-over": "转交", "escalate": "超期督办", "reckon": "时限确定"}


@keeper.keep(admissions.LEDGER)
def entries(request: DeskRequest) -> HttpResponse:
    """Entries of all segments, newest first; the filter is in the URL. Looking at the ledger is entered too."""
    wanted = {name: request.GET.get(name, "").strip() for name in WORDS}
    since, until = _moment(request.GET.get("since", "")), _moment(request.GET.get("until", ""), days=1)
    chosen = Wanted(since=since, until=until, **wanted)
    ledger = request.stores.ledger
    page = ledger.entries(chosen, after=request.GET.get("after", ""), limit=PAGE_ROWS)
    if any(wanted.values()) or since or until:
        facts = trace.Facts(detail={name: value[:80] for name, value in wanted.items() if value})
        trace.leave(
            stores=request.stores, act="ledger.search", by=request.user, at=request.at, where="ledger", facts=facts
        )
    titles = dict(Department.objects.values_list("pk", "title"))
    return render(
        request,
        "desk/ledger.html",
        {
            "rows": [
                {"found": found, "said": say(found), "department": titles.get(found.entry.department)}
                for found in page.entries
            ],
            "acts": SAID,
            "departments": titles,
            "next": page.next,
            "wanted": wanted,
            "since": request.GET.get("since", ""),
            "until": request.GET.get("until", ""),
            "total": ledger.count(chosen),
            "heads": [ledger.head(segment.name) for segment in ledger.segments() if segment.mark().count],
        },
    )


@keeper.keep(admissions.LINE)
def line(request: DeskRequest, segment: str, number: int) -> HttpResponse:
    """One entry, and whether its proof holds now."""
    return _show(request, _find(request, segment, number))


def _show(request: DeskRequest, found: Found, replayed: guard_replay.Replayed | None = None) -> HttpResponse:
    verdict = proof.verify(node.prove(request.stores.ledger, found.id).to_json())
    told = {"found": found, "said": say(found), "verdict": verdict, "replayed": replayed}
    told |= {"can_replay": found.entry.act == ANSWER and bool(found.entry.sealed), "evidence": EVIDENCE}
    return render(request, "desk/line.html", told)


@keeper.keep(admissions.REPLAY)
@require_POST
def replay(request: DeskRequest, segment: str, number: int) -> HttpResponse:
    """Gives the answer again in memory; the auditor sees 一致 or 不一致 and digests, never rows."""
    found = _find(request, segment, number)
    by = request.user.username
    replayed = guard_replay.replay(found.id, stores=request.stores, by=by, at=request.at)
    return _show(request, found, replayed)


@keeper.keep(admissions.PROOF)
def download(request: DeskRequest, segment: str, number: int) -> HttpResponse:
    """The proof as a file that verifies without the platform."""
    found = _find(request, segment, number)
    body = node.prove(request.stores.ledger, found.id).to_json()
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="proof-{segment}-{number}.json"'
    return response


@keeper.keep(admissions.CHECK)
@require_POST
def check(request: DeskRequest, segment: str) -> HttpResponse:
    """Reads a whole segment again and compares every entry with the tree."""
    ledger = request.stores.ledger
    try:
        head = ledger.head(segment)
        faults = list(ledger.check(segment))
    except Problem as problem:
        raise Http404 from problem
    facts = trace.Facts(detail={"segment": segment, "entries": str(head.size), "faults": str(len(faults))})
    trace.leave(stores=request.stores, act="ledger.check", by=request.user, at=request.at, where=segment, facts=facts)
    return render(
        request, "desk/check.html", {"segment": segment, "head": head, "faults": faults[:100], "count": len(faults)}
    )


def say(found: Found) -> str:
    """The act in Chinese: our own words, else the flow and the state it came to; the act itself where neither knows it."""
    act = found.entry.act
    flow = flows().get(act.rpartition(".")[0])
    if act in SAID or flow is None:
        return SAID.get(act, act)
    step = act.rpartition(".")[2]
    titles = {state.name: state.title for state in flow.states}
    return f"{flow.title}：{STEPS.get(step) or titles.get(step, step)}"


@functools.cache
def flows() -> dict[str, Flow]:
    """The flows by name; packs change only with a restart."""
    return {flow.name: flow for flow in registry.all_flows()}


def _find(request: DeskRequest, segment: str, number: int) -> Found:
    try:
        return request.stores.ledger.find(f"{segment}/{number}")
    except Problem as problem:
        raise Http404 from problem


def _moment(text: str, *, days: int = 0) -> datetime.datetime | None:
    try:
        day = DateField(required=False).clean(text)
    except ValidationError:
        return None
    if day is None:
        return None
    return datetime.datetime.combine(day + datetime.timedelta(days=days), datetime.time(), LOCAL)
