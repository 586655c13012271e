"""Named moments of sending at which a fault run lets this process be killed (RELIABILITY P3).

BROADSHEET_FAIL_AT names the one that kills. It is read once, when the module is loaded: on a site,
where nobody sets it, reaching a moment does nothing. Only moments that a mail server cannot see
are here; at the others the scripted server of tests/faults does the killing.
"""

import os
import signal

_FAIL_AT = os.environ.get("BROADSHEET_FAIL_AT", "")


def reach(moment: str) -> None:
    """Die here, as by `kill -9`, when `moment` is the one that was asked for."""
    if _FAIL_AT and moment == _FAIL_AT:
        os.kill(os.getpid(), signal.SIGKILL)
