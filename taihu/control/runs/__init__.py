"""What ran, when, with how many rows; schedules, leases, and the loop that works them off.

Plain tables and a loop, without huey: a run's state, attempts, lease and schedule must be rows here
anyway to be shown, resumed and fenced, and a second queue beside them would be a second truth with a
gap between the two in which a kill loses work.
"""
