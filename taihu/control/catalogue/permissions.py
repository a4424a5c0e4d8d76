"""May she change an entry? The steward of its department, while it is a draft; all other moves belong to the flow."""

from __future__ import annotations

import datetime

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Role
from taihu.control.catalogue.models import Entry
from taihu.terms.problem import Problem


class NotYours(Problem):
    """The entry belongs to another department, or the person is no steward."""

    code = "A-ENTRY-01"
    status = 403


class NotDraft(Problem):
    """Only a draft can be changed."""

    code = "A-ENTRY-02"
    status = 409


class NotComplete(Problem):
    """An entry without the words that others need cannot be submitted."""

    code = "A-ENTRY-03"


NEEDED = {"summary": "摘要", "contact": "联系人", "phone": "联系电话", "share_basis": "共享类型依据"}


def check_can_write(person: Person, entry: Entry, *, on: datetime.date) -> None:
    """Raises NotYours or NotDraft."""
    hats = person.hats(on=on)
    if not any(hat.role is Role.STEWARD and hat.department == entry.department_id for hat in hats):
        raise NotYours("您不能修改该目录条目", where=entry.dataset, help=f"由{entry.department.title}数据专员编制")
    if entry.matter.state != "draft":
        raise NotDraft(
            f"条目处于「{entry.matter.place.title}」，不能修改",
            where=entry.dataset,
            help="已发布的条目请先「发起变更」",
        )


def can_write(person: Person, entry: Entry, *, on: datetime.date) -> bool:
    """True where `check_can_write` lets her."""
    try:
        check_can_write(person, entry, on=on)
    except Problem:
        return False
    return True


def check_complete(entry: Entry) -> None:
    """Raises NotComplete naming what is missing."""
    missing = [title for word, title in NEEDED.items() if not getattr(entry, word).strip()]
    if missing:
        raise NotComplete(f"请补充：{'、'.join(missing)}", where=entry.dataset, help="补充后再提交审核")
