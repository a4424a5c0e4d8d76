"""Who may enter the pages of lowering, and make which move in which state."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

READERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.SECADMIN, Role.AUDITOR)

LIST = keeper.admit("lowering:list", *READERS)
PAGE = keeper.admit("lowering:page", *READERS)
TRY = keeper.admit("lowering:try", Role.STEWARD, Role.APPROVER, Role.OFFICER)
ASK = keeper.admit_by_state("lowering:ask", {"draft": [Role.STEWARD]})
MOVE = keeper.admit_by_state(
    "lowering:move",
    {
        "department": [Role.APPROVER, Role.OFFICER],
        "bureau": [Role.OFFICER],
        "approved": [Role.APPROVER, Role.OFFICER, Role.SECADMIN],
        "stopped": [Role.STEWARD],
    },
)
