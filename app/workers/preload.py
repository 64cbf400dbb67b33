"""Imported only by the process that the workers are forked from.

Whatever is slow on first use is used here once: a worker, and one that replaces another, starts
with all of it in memory.
"""

from __future__ import annotations

import gc
import logging
import signal

from app.workers import jobs

# Ctrl-C is for the server, which ends its workers. The fork server ignores it too, but only once
# all imports are done.
signal.signal(signal.SIGINT, signal.SIG_IGN)


try:
    jobs.warm_up()
    # torch imports another 800 modules at its first function that is made of others.
    jobs.render([("block", "bottleneck"), ("activation", "gelu")], "dot")
except Exception:
    # Without the fork server nothing would say so; the first job meets the same error again.
    logging.getLogger(__name__).exception("the first drawing failed")

# torch is hundreds of thousands of objects, which no worker ever gives back. Looking for garbage
# among them would stop a drawing for a tenth of a second now and then.
gc.collect()
gc.freeze()
# A large picture is half a million small objects, nearly all of them in use to its end: to look
# through them at every 700 took a sixth of its time.
gc.set_threshold(50_000, 20, 20)
