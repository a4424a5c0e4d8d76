"""Who may enter the pages of this room."""

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role

SIGN_IN = keeper.admit_public("accounts:sign_in")
SECOND_STEP = keeper.admit_public("accounts:second_step")
DEMO = keeper.admit_public("accounts:demo")
SIGN_OUT = keeper.admit("accounts:sign_out")
PASSWORD = keeper.admit("accounts:password")
SECOND = keeper.admit("accounts:second_factor")
RECOVERY_CODES = keeper.admit("accounts:recovery_codes")
STAND_IN = keeper.admit("accounts:stand_in", Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.DEVELOPER)
END_STAND_IN = keeper.admit("accounts:end_stand_in", Role.STEWARD, Role.APPROVER, Role.OFFICER, Role.DEVELOPER)
PEOPLE = keeper.admit("accounts:people", Role.SYSADMIN)
OPEN = keeper.admit("accounts:open", Role.SYSADMIN)
PERSON = keeper.admit("accounts:person", Role.SYSADMIN)
GIVE = keeper.admit("accounts:give", Role.SYSADMIN)
TAKE = keeper.admit("accounts:take", Role.SYSADMIN)
SWITCH = keeper.admit("accounts:switch", Role.SYSADMIN)
RESET_SECOND = keeper.admit("accounts:reset_second", Role.SYSADMIN)
