# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Named steps on the terminal: what is being done, that it moves, and how long it took."""

import itertools
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

TAIL_LINES = 30
PLAIN_INTERVAL = 20  # seconds between signs of life where the line cannot be redrawn
QUICK = 1  # seconds: a step that takes less needs no word in advance
DRAW_INTERVAL = 0.15


class DevError(Exception):
    """An error for the developer; only its text is shown."""


class Step:
    """One named step, made by ``step()``; ``run()`` commands in it, or set what it shows."""

    def __init__(self, name):
        self.name = name
        self.hint = ""  # what is being done just now
        self.note = ""  # what to add to the closing line
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._live = sys.stdout.isatty()
        self._drawer = threading.Thread(target=self._draw, daemon=True)

    @property
    def seconds(self):
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def run(
        self, command, log, *, hint=lambda line: line, failure=None, shown=TAIL_LINES, **options
    ):
        """Run ``command``, its output in the file ``log`` and its last line as the hint.

        :param hint: function that makes a hint of a line, or None to keep the one before
        :param failure: what to say if it fails, instead of naming the command
        :param shown: how many lines of the log to show then
        :param options: further options of ``subprocess.Popen``
        :raise DevError: when the command ends with an error; holds the end of the log
        """
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                **options,
            )
            with ending(process):
                for line in process.stdout:
                    output.write(line)
                    output.flush()
                    self.hint = hint(line.strip()) or self.hint
                process.wait()
        if process.returncode:
            what = failure or f"{command[0]} ended with code {process.returncode}."
            raise DevError(f"{what}\n\n{tail(log, shown)}\n\nThe whole log: {log}")

    def _draw(self):
        if self._live:
            for sign in itertools.cycle("|/-\\"):
                self._redraw(f"{sign} {self.name}  {self.seconds:.0f} s  {self.hint}")
                if self._ended.wait(DRAW_INTERVAL):
                    return
        else:
            if self._ended.wait(QUICK):
                return
            print(f"- {self.name} ...", flush=True)
            while not self._ended.wait(PLAIN_INTERVAL):
                print(f"    {self.seconds:.0f} s  {self.hint}"[:160], flush=True)

    def _redraw(self, text):
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{text[:width]}", end="", flush=True)

    def _finish(self, sign):
        self._ended.set()
        self._drawer.join()
        note = f"  ({self.note})" if self.note else ""
        if self._live:
            self._redraw("")
        print(f"{sign} {self.name}  {self.seconds:.1f} s{note}", flush=True)

    def __enter__(self):
        self._drawer.start()
        return self

    def __exit__(self, kind, error, traceback):
        self._finish("✗" if kind else "✓")


def step(name):
    """Return a context manager that shows ``name`` as being done until its block ends."""
    return Step(name)


@contextmanager
def ending(process, patience=20):
    """End ``process`` when the block ends, however it ends: asked first, killed after that."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run_in_foreground(arguments, **options):
    """Run a program that talks to the person itself and answers Ctrl-C; return its exit code."""
    # A handler that does nothing, since an ignored signal would be ignored by the program, too.
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with ending(subprocess.Popen([str(part) for part in arguments], **options)) as process:
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def tail(log, lines=TAIL_LINES):
    """Return the last lines of a log file."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def command(main):
    """Run ``main()`` as a program: its result is the exit code, a DevError a plain message.

    Termination from outside is turned into a normal end, so that what was started is ended too.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        sys.exit(main())
    except DevError as error:
        print(f"\n{error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)
