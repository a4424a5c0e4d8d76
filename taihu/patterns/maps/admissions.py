"""Who may enter the maps of a topic: who works with business data of its department, and the bureau."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

WORKERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER)

MAP = keeper.admit("maps:map", *WORKERS)
LAYER = keeper.admit("maps:layer", *WORKERS)
