"""Who may enter the pages of the catalogue, and make which move in which state."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

READERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.DEVELOPER, Role.SECADMIN)

LIST = keeper.admit("catalogue:list", *READERS)
PAGE = keeper.admit("catalogue:page", *READERS)
WRITE = keeper.admit_by_state("catalogue:write", {"draft": [Role.STEWARD]})
MOVE = keeper.admit_by_state(
    "catalogue:move",
    {
        "draft": [Role.STEWARD],
        "department": [Role.APPROVER, Role.OFFICER],
        "bureau": [Role.OFFICER],
        "published": [Role.STEWARD, Role.OFFICER],
        "withdrawn": [Role.STEWARD],
    },
)
