"""Who may enter the registers of a topic: who works with business data of its department, and the bureau."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

WORKERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER)

LIST = keeper.admit("registers:list", *WORKERS)
RECORD = keeper.admit("registers:record", *WORKERS)
