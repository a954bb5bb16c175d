"""A headless Chromium, driven through two pipes by the protocol of its developer tools: no driver, port or library."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# The browser reads commands from descriptor 3, and writes to 4.
_LAUNCH = "from os import *; from sys import argv as a; dup2(int(a[1]), 3); dup2(int(a[2]), 4); execv(a[3], a[3:])"
# So long a browser may say nothing.
_SECONDS = 60


def browser() -> str:
    """The browser of this machine; empty where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


# What is far away has no layout yet: it moves while the page scrolls to it.
_IN_SIGHT = """(async () => {
  const at = document.querySelector(%s);
  let before = NaN;
  for (let tries = 0; tries < 100; tries++) {
    at.scrollIntoView({block: "center"});
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const box = at.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (y === before && at.contains(document.elementFromPoint(x, y))) return [x, y];
    before = y;
  }
  throw new Error("it does not come to rest");
})()"""


class Page:
    """One page of a running browser."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to = to_browser
        self._from = from_browser
        self._buffer = b""
        self._last = 0
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.errors: list[str] = []
        self.requested: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Asks the browser; raises RuntimeError with its reason where it refuses."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            reported = self._message()
            if reported.get("id") == self._last:
                break
        if "error" in reported:
            raise RuntimeError(f"{method}: {reported['error']['message']}")
        result: dict[str, Any] = reported["result"]
        return result

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            # A browser that hangs must not hang the tests: reading ends when it is gone.
            signal.alarm(_SECONDS)
            try:
                more = os.read(self._from, 1 << 16)
            finally:
                signal.alarm(0)
            if not more:
                raise RuntimeError("the browser ended")
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\0")
        reported: dict[str, Any] = json.loads(line)
        match reported.get("method"):
            case "Runtime.exceptionThrown":
                self.errors.append(reported["params"]["exceptionDetails"]["text"])
            case "Log.entryAdded":
                self.errors.append(reported["params"]["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requested.append(reported["params"]["request"]["url"])
        return reported

    def open(self, address: str) -> None:
        """Loads an address, and returns once the page is loaded."""
        self.call("Page.navigate", url=address)
        while self._message().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """The value of an expression on the page, awaited where it is a promise."""
        reported = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in reported:
            raise RuntimeError(reported["exceptionDetails"]["exception"].get("description", script))
        return reported["result"].get("value")

    def look(self, width: int, height: int = 900, *, dark: bool = False, media: str = "screen") -> None:
        """Makes the window so wide, in this colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=scheme)

    def press(self, key: str, code: int) -> None:
        """Presses and releases a key."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code="Space" if key == " " else key,
                windowsVirtualKeyCode=code,
                **({"text": text} if text and kind == "keyDown" else {}),
            )

    def click(self, selector: str) -> None:
        """Clicks the middle of the first element that the selector finds, where a person would."""
        box = self.run(_IN_SIGHT % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def picture(self, path: Path) -> None:
        """Writes what the window shows as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self) -> bytes:
        """The page as it would be printed."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Starts the browser with a profile of its own, and ends it."""
    read_by_browser, to_browser = _pipe()
    from_browser, written_by_browser = _pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _LAUNCH,
            str(read_by_browser),
            str(written_by_browser),
            browser(),
            "--headless",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(read_by_browser, written_by_browser),
        start_new_session=True,
    )
    os.close(read_by_browser)
    os.close(written_by_browser)
    previous = signal.signal(signal.SIGALRM, lambda *_: process.kill())
    try:
        yield Page(to_browser, from_browser)
    finally:
        signal.signal(signal.SIGALRM, previous)
        os.close(to_browser)
        os.close(from_browser)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _pipe() -> tuple[int, int]:
    """A pipe whose ends have numbers that the browser's own do not take."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
