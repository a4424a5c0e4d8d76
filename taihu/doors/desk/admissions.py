"""Who may enter the pages that are the desk's own; and the table of all routes, which a test compares with the addresses."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from taihu.control.accounts import admissions as accounts
from taihu.control.accounts import keeper
from taihu.control.accounts.keeper import Admission
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import admissions as catalogue
from taihu.control.catalogue.lowering import admissions as lowering
from taihu.control.flows import admissions as flows
from taihu.control.grants import admissions as grants
from taihu.control.runs import admissions as runs

DEPARTMENT = (Role.STEWARD, Role.APPROVER)

INBOX = keeper.admit("desk:inbox")
BATCHES = keeper.admit("desk:batches", *DEPARTMENT, Role.OFFICER)
BATCH = keeper.admit("desk:batch", *DEPARTMENT, Role.OFFICER)
WORKBOOK = keeper.admit("desk:workbook", Role.STEWARD)
DISMISS = keeper.admit("desk:dismiss", Role.STEWARD)
REOPEN = keeper.admit("desk:reopen", Role.STEWARD)
UPLOAD = keeper.admit("desk:upload", Role.STEWARD)
TRIAL = keeper.admit("desk:trial", *DEPARTMENT, Role.OFFICER, Role.DEVELOPER)
APPEAL = keeper.admit("desk:appeal", *DEPARTMENT, Role.OFFICER)
APPEAL_MOVE = keeper.admit("desk:appeal_move", *DEPARTMENT, Role.OFFICER)
LEDGER = keeper.admit("desk:ledger", Role.AUDITOR)
LINE = keeper.admit("desk:line", Role.AUDITOR)
PROOF = keeper.admit("desk:proof", Role.AUDITOR)
REPLAY = keeper.admit("desk:replay", Role.AUDITOR)
CHECK = keeper.admit("desk:check", Role.AUDITOR)
RIGHTS = keeper.admit("desk:rights", Role.SECADMIN, Role.AUDITOR)
LABELS = keeper.admit("desk:labels", Role.SECADMIN)
ALARMS = keeper.admit("desk:alarms", Role.SECADMIN, Role.AUDITOR)
LEAK = keeper.admit("desk:leak", Role.SECADMIN, Role.AUDITOR)
SETTLE = keeper.admit("desk:settle", Role.SECADMIN)
ERASERS = (Role.OFFICER, Role.SECADMIN, Role.APPROVER)
ERASURES = keeper.admit("desk:erasures", *ERASERS, Role.AUDITOR)
ERASURE = keeper.admit("desk:erasure", *ERASERS, Role.AUDITOR)
ERASURE_ASK = keeper.admit("desk:erasure_ask", Role.OFFICER)
ERASURE_MOVE = keeper.admit("desk:erasure_move", Role.SECADMIN, Role.APPROVER)
ERASURE_PROOF = keeper.admit("desk:erasure_proof", *ERASERS, Role.AUDITOR)

ROOMS: tuple[ModuleType, ...] = (accounts, flows, runs, catalogue, lowering, grants)


def all_admissions() -> Iterator[Admission]:
    """The admissions of every route of the desk, the rooms' and its own."""
    here = [value for value in globals().values() if isinstance(value, Admission)]
    rooms = [value for room in ROOMS for value in vars(room).values() if isinstance(value, Admission)]
    yield from {admission.route: admission for admission in (*here, *rooms)}.values()
