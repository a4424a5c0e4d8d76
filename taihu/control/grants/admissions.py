"""Who may enter the pages of grants, and make which move in which state."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

READERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.DEVELOPER, Role.SECADMIN)
ASKERS = (Role.STEWARD, Role.DEVELOPER)

LIST = keeper.admit("grants:list", *READERS)
PAGE = keeper.admit("grants:page", *READERS)
ASK = keeper.admit("grants:ask", *ASKERS)
AMEND = keeper.admit_by_state("grants:amend", {"returned": ASKERS})
SIGN = keeper.admit_by_state("grants:sign", {"asked": [Role.OFFICER], "provider": [Role.APPROVER, Role.OFFICER]})
KEY = keeper.admit_by_state("grants:key", {"granted": ASKERS})
MOVE = keeper.admit_by_state(
    "grants:move",
    {
        "asked": [Role.OFFICER, *ASKERS],
        "provider": [Role.APPROVER, Role.OFFICER, *ASKERS],
        "returned": ASKERS,
        "granted": [Role.APPROVER, Role.OFFICER, Role.SECADMIN, *ASKERS],
        "suspended": [Role.APPROVER, Role.OFFICER],
    },
)
