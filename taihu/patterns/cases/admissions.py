"""Who may enter the pages of cases; who may make which move is decided by the flow."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

WORKERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER)

LIST = keeper.admit("cases:list", *WORKERS)
RECORD = keeper.admit("cases:record", *WORKERS)
ABOUT = keeper.admit("cases:about", *WORKERS)
MOVE = keeper.admit("cases:move", *WORKERS)
REPORT = keeper.admit("cases:report", *WORKERS)
