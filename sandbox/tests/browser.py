# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A browser for the tests of the phone page: Chromium, steered over its own socket."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager

import websocket

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 60  # seconds
ADDRESS = re.compile(r"DevTools listening on (ws://\S+)")
#: resolves when the expression is true; looked at with each change of the page, and each picture
UNTIL = """
new Promise((resolve, reject) => {
    const check = () => { try { return %(expression)s; } catch { return false; } };
    if (check()) return resolve(true);
    const look = () => check() && done(true);
    const observer = new MutationObserver(look);
    const timer = setTimeout(() => done(false), 20000);
    const done = (found) => {
        observer.disconnect();
        document.removeEventListener("load", look, true);
        clearTimeout(timer);
        found ? resolve(true) : reject(new Error("never true: " + %(words)s));
    };
    document.addEventListener("load", look, true);
    observer.observe(document, {
        subtree: true, childList: true, attributes: true, characterData: true,
    });
})
"""


class Page:
    """One page of the browser."""

    def __init__(self, connection):
        self._connection = connection
        self._number = 0
        #: addresses of everything the page has asked for
        self.requested = []
        #: exceptions that nobody caught, as texts
        self.errors = []

    def command(self, method, **parameters):
        """Run a command of the DevTools protocol; return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        answer = self._receive(lambda answer: answer.get("id") == self._number, method)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _receive(self, is_wanted, words):
        """Return the first message of the browser that is wanted; the others are recorded."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            self._connection.settimeout(left)
            message = json.loads(self._connection.recv())
            self._note(message)
            if is_wanted(message):
                return message
        raise TimeoutError(f"{words}: no answer of the browser in {PATIENCE} seconds")

    def _note(self, event):
        values = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requested.append(values["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(values["exceptionDetails"]))

    def open(self, url, width=1400, height=900):
        for domain in ("Page", "Runtime", "Network"):
            self.command(f"{domain}.enable")
        self.resize(width, height)
        self.command("Page.navigate", url=url)
        # what is asked of the page before that may be asked of the one that goes
        self._receive(lambda event: event.get("method") == "Page.loadEventFired", url)

    def resize(self, width, height):
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 700,
        )

    def evaluate(self, expression):
        """Return the value of a JavaScript expression, waiting for a promise."""
        result = self.command(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def until(self, expression):
        """Wait until a JavaScript expression is true."""
        self.evaluate(UNTIL % {"expression": expression, "words": json.dumps(expression)})

    def click(self, selector):
        quoted = json.dumps(selector)
        self.until(f"document.querySelector({quoted})")
        self.evaluate(f"document.querySelector({quoted}).click()")

    def fill(self, selector, text):
        """Put a text into a field, as if it had been typed."""
        quoted = json.dumps(selector)
        self.until(f"document.querySelector({quoted})")
        self.evaluate(f"document.querySelector({quoted}).value = {json.dumps(text)}")

    def choose(self, selector, value):
        """Choose an option of a select."""
        self.fill(selector, value)
        quoted = json.dumps(selector)
        self.evaluate(f"document.querySelector({quoted}).dispatchEvent(new Event('change'))")

    def key(self, name):
        """Press a key where the focus is."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9}
        how = {"key": name, "windowsVirtualKeyCode": codes[name]}
        text = {"text": "\r"} if name == "Enter" else {}
        self.command("Input.dispatchKeyEvent", type="keyDown", **how, **text)
        self.command("Input.dispatchKeyEvent", type="keyUp", **how)

    def type(self, text):
        """Type a text where the focus is."""
        self.command("Input.insertText", text=text)

    def picture(self):
        """Return what the page looks like: a PNG, as bytes."""
        return base64.b64decode(self.command("Page.captureScreenshot")["data"])


@contextmanager
def open_browser():
    """Start a headless Chromium with one empty :class:`Page`."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--remote-allow-origins=*",
                "--remote-debugging-port=0",
                f"--user-data-dir={folder}",
                "about:blank",
            ],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield Page(_connect(process))
        finally:
            process.terminate()
            process.wait()
            process.stderr.close()


def _connect(process):
    said = []
    for line in process.stderr:
        said.append(line)
        if match := ADDRESS.search(line):
            break
    else:
        raise RuntimeError(f"Chromium did not start: {''.join(said)}")
    address = match[1]
    browser = websocket.create_connection(address, timeout=60)
    browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
    targets = json.loads(browser.recv())["result"]["targetInfos"]
    browser.close()
    page = next(target["targetId"] for target in targets if target["type"] == "page")
    url = f"{address.partition('/devtools')[0]}/devtools/page/{page}"
    return websocket.create_connection(url, timeout=60)
