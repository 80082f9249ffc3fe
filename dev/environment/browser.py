# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A browser without a window, told over its DevTools protocol what to open."""

import json
import shutil
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import requests
import websocket

from .progress import DevError, ending

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--window-size=1400,900",
)
PORT_FILE = "DevToolsActivePort"  # written when the browser is ready
START_PATIENCE = 60  # seconds
PATIENCE = 600  # seconds for one page: Discuss with thousands of conversations on a busy machine
# The time at which so many elements are there and painted, in milliseconds since the page was
# asked for, by the browser's own clock. A timer would wait for thousands of pictures, which only
# begin to load then: a task that blocks the user comes before them.
WATCH = """
    window.benchWatch = (selector, amount) => new Promise((resolve) => {
        const isThere = () => document.querySelectorAll(selector).length >= amount;
        const painted = () => requestAnimationFrame(() => scheduler.postTask(
            () => resolve(performance.now()), {priority: "user-blocking"}));
        if (isThere()) {
            return painted();
        }
        const observer = new MutationObserver(() => {
            if (isThere()) {
                observer.disconnect();
                painted();
            }
        });
        observer.observe(document, {childList: true, subtree: true, attributes: true});
    });
"""


@contextmanager
def running_browser():
    """Run a browser until the block ends; give a ``Browser``.

    :raise DevError: there is none, or it does not start
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        raise DevError("Pages need a browser: install chromium.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={folder}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with ending(process):
            address = _wait_for_address(process, Path(folder) / PORT_FILE)
            with closing(
                websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
            ) as connection:
                yield Browser(connection, process.pid)


def _wait_for_address(process, port_file):
    """Return the address of the first page."""
    deadline = time.monotonic() + START_PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if port_file.exists() and (lines := port_file.read_text().splitlines()):
            pages = requests.get(f"http://127.0.0.1:{lines[0]}/json/list", timeout=10).json()
            found = [page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"]
            if found:
                return found[0]
        time.sleep(0.1)
    raise DevError("The browser did not start.")


class Browser:
    """One page of a browser.

    :param connection: websocket of its DevTools protocol
    :param int pid: of its main process
    """

    def __init__(self, connection, pid):
        self.pid = pid
        self._connection = connection
        self._numbers = count(1)
        self._watching = None
        self.tell("Page.enable")
        self.tell("Runtime.enable")

    def tell(self, method, **parameters):
        """Call a method of the protocol; return its result.

        :raise DevError: it fails or takes too long
        """
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        while True:
            try:
                answer = json.loads(self._connection.recv())
            except websocket.WebSocketTimeoutException:
                raise DevError(f"The browser does not answer: {method} {parameters}") from None
            if answer.get("id") == number:
                break
        if "error" in answer:
            raise DevError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def set_cookie(self, url, name, value):
        """Store a cookie."""
        self.tell("Network.setCookie", url=url, name=name, value=value)

    def evaluate(self, expression):
        """Return the value of a JavaScript expression, which may be a promise.

        :raise DevError: it fails
        """
        found = self.tell(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise DevError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def open(self, url, selector, amount=1):
        """Open a page; return the seconds until so many elements are there and painted."""
        if self._watching:
            self.tell("Page.removeScriptToEvaluateOnNewDocument", identifier=self._watching)
        source = f"{WATCH}; window.benchReady = benchWatch({selector!r}, {amount});"
        added = self.tell("Page.addScriptToEvaluateOnNewDocument", source=source)
        self._watching = added["identifier"]
        self.tell("Page.navigate", url=url)
        return self.evaluate("window.benchReady") / 1000

    def leave(self):
        """Leave the open page, which may still load pictures."""
        self.tell("Page.navigate", url="about:blank")

    def act(self, expression, selector, amount=1):
        """Evaluate an expression in the open page; return the seconds as ``open`` does."""
        return (
            self.evaluate(
                f"(async () => {{ const started = performance.now();"
                f" const ready = benchWatch({selector!r}, {amount}); await ({expression});"
                f" return await ready - started; }})()"
            )
            / 1000
        )
