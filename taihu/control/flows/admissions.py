"""Who may urge a matter and hand it over: whoever works with business data; the flow decides about the rest."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

WORKERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.DEVELOPER)

URGE = keeper.admit("flows:urge", *WORKERS)
HAND_OVER = keeper.admit("flows:hand_over", *WORKERS)
