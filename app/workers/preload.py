"""Imported only by the process that the workers are forked from.

Whatever is slow on first use is used here once: a worker, and one that replaces another, starts
with all of it in memory.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import signal
from contextlib import suppress

from app.workers.process import GARBAGE

# All that is loaded stays: to look among it for garbage takes a seventh of the time.
gc.disable()

# From <sys/prctl.h>: which signal this process gets when the thread that started it ends.
PDEATHSIG = 1


def _end_with_server(by: int) -> None:
    """Let the system end this process with its server, by this signal; 0 for not any more."""
    with suppress(AttributeError, OSError, TypeError):  # of Linux alone
        ctypes.CDLL(None).prctl(PDEATHSIG, by)


# A fork server sees only when all is loaded that nobody needs it. That thread waits for so long.
_end_with_server(signal.SIGKILL)

# Ctrl-C is for the server, which ends its workers. The fork server ignores it too, but only once
# all imports are done.
signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    from app.workers import jobs
    from resnet_core.trace.recorder import stand_by

    stand_by()
    jobs.warm_up()
    # torch imports another 800 modules at its first function that is made of others.
    jobs.render([("block", "bottleneck"), ("activation", "gelu")], "dot")
except Exception:
    # Without the fork server nothing would say so; the first job meets the same error again.
    logging.getLogger(__name__).exception("the first drawing failed")
finally:
    # Threads end before the server does.
    _end_with_server(0)

# torch is hundreds of thousands of objects, which no worker ever gives back. Looking for garbage
# among them would stop a drawing for a tenth of a second now and then.
gc.freeze()
gc.set_threshold(*GARBAGE)
gc.enable()
