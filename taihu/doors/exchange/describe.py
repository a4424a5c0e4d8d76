"""The OpenAPI 3.1 document of this door, self-contained, made from the typed bodies."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

import taihu
from taihu.doors.exchange import calls


class Operation(NamedTuple):
    """One operation on a dataset: its name, what it takes and gives, and words about it."""

    name: str
    title: str
    takes: type
    gives: type
    words: str


OPERATIONS = (
    Operation(
        "lookup",
        "按主键查询",
        calls.Lookup,
        calls.Rows,
        "按数据资源的主键取回已授权的数据项；超出授权级别的数据项以脱敏形式返回。",
    ),
    Operation(
        "verify",
        "核验",
        calls.Verify,
        calls.Verdict,
        "核对所报内容与登记是否一致，只返回一致或不一致，不返回数据本身。",
    ),
    Operation("ask", "专题查询", calls.Ask, calls.Rows, "调用已发布的专题查询。"),
)
STATUSES = {
    "400": "请求体不符合格式",
    "401": "缺少密钥或密钥无效",
    "403": "超出授权范围；说明被拒原因和应申请的数据项",
    "404": "没有该数据资源或接口",
    "405": "请求方法不对",
    "413": "请求体过大",
    "422": "查询不能执行",
    "429": "超过授权的调用次数",
    "500": "服务内部错误",
    "503": "留痕台账暂不可写，敏感数据停止应答",
}


def document() -> dict[str, Any]:
    """The document; all references point inside it."""
    _, components = msgspec.json.schema_components(
        [calls.Lookup, calls.Verify, calls.Ask, calls.Rows, calls.Verdict, calls.Refusal, calls.Permits],
        ref_template="#/components/schemas/{name}",
    )
    paths: dict[str, Any] = {
        f"/exchange/v1/{{dataset}}/{operation.name}": {"post": _operation(operation)} for operation in OPERATIONS
    }
    paths["/exchange/v1/permits"] = {"get": _get("permits", "我的授权", calls.Permits)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "太湖 · 数据共享交换接口",
            "version": taihu.__version__,
            "description": "部门应用系统凭授权密钥调用。每次应答都写入留痕台账。",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "授权批准后领取的密钥"}},
            "responses": {status: _refusal(words) for status, words in STATUSES.items()},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    dataset = {
        "name": "dataset",
        "in": "path",
        "required": True,
        "description": "数据资源编号，如 bases.people.resident",
        "schema": {"type": "string"},
    }
    return {
        **_get(operation.name, operation.title, operation.gives),
        "description": operation.words,
        "parameters": [dataset],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(operation.takes)}}},
    }


def _get(name: str, title: str, gives: type) -> dict[str, Any]:
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in STATUSES}
    told = {"description": title, "content": {"application/json": {"schema": _ref(gives)}}}
    return {"operationId": name, "summary": title, "responses": {"200": told, **refusals}}


def _ref(shape: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _refusal(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _ref(calls.Refusal)}}}
