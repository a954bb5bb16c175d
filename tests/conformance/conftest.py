"""These tests send signals, also to processes that they start."""

from __future__ import annotations

import signal

# Whoever starts them in the background (nohup, a job of a shell) has some ignored, here and in every child.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)
