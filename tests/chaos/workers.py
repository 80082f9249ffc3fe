# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo processes with one scheduler thread each, to be killed and started again."""

import subprocess
import threading
from concurrent import futures

SENDING_BEGINS = "Job 'Telegram: send"
RECEIVING_BEGINS = "Job 'Telegram: receive"
START_PATIENCE = 120  # seconds until a started Odoo works


class Worker:
    """One such process.

    :param list command: Odoo's command line, logging to the standard error
    :param dict environment: of the process
    :param log: path of the file that takes its log
    :param str begins: what the log says when it begins with the work that matters
    """

    def __init__(self, command, environment, log, begins=SENDING_BEGINS):
        self._command = [str(part) for part in command]
        self._environment = environment
        self.log = log
        self._begins = begins
        self._process = None
        self._reader = None
        self._works = futures.Future()  # done when it has begun with the work that matters

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def signal(self, number):
        """Send it a signal, if it runs."""
        if self.is_running:
            self._process.send_signal(number)

    def start(self):
        """Start it, unless it runs."""
        if self.is_running:
            return
        self._works = futures.Future()
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # a Ctrl-C is for us
        )
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stderr, self._works), daemon=True
        )
        self._reader.start()

    def _read(self, lines, works):
        with open(self.log, "a") as log, lines:
            for line in lines:
                log.write(line)
                log.flush()
                if self._begins in line and not works.done():
                    works.set_result(None)
        if not works.done():
            works.set_exception(RuntimeError(f"Odoo ended; its log: {self.log}"))

    def wait_until_it_works(self):
        """Wait until it has begun with the work that matters since it was started.

        :raise RuntimeError: it does not come to that, or has ended
        """
        try:
            self._works.result(START_PATIENCE)
        except futures.TimeoutError:  # not Python 3.10's own
            text = f"Odoo does not begin to work; its log: {self.log}"
            raise RuntimeError(text) from None

    def live(self, seconds):
        """Let it work for a moment.

        :raise RuntimeError: it ended by itself
        """
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise RuntimeError(f"Odoo ended by itself; its log: {self.log}")

    def kill(self):
        """Kill it, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._reader.join()
