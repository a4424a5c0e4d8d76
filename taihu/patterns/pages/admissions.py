"""Who may enter the pages of a topic: who works with business data of its department, and the bureau."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

WORKERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER)

TOPICS = keeper.admit("pages:topics", *WORKERS)
PAGE = keeper.admit("pages:page", *WORKERS)
ROWS = keeper.admit("pages:rows", *WORKERS)
DOWNLOAD = keeper.admit("pages:download", *WORKERS)
