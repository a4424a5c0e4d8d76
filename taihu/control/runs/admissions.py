"""Who may enter the pages of runs."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role
from taihu.control.runs.models import State

READERS = (Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.SYSADMIN, Role.AUDITOR)
OPERATORS = (Role.OFFICER, Role.SYSADMIN)

LIST = keeper.admit("runs:list", *READERS)
RUN = keeper.admit("runs:run", *READERS)
STOP = keeper.admit_by_state("runs:stop", {State.WAITING: OPERATORS, State.RUNNING: OPERATORS})
AGAIN = keeper.admit_by_state("runs:again", {State.FAILED: OPERATORS, State.STOPPED: OPERATORS})
