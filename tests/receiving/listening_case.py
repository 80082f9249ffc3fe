# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests of the listener share: it runs in a thread, as in Odoo's scheduler."""

import threading
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api

from ...models.receiving import listener as listening
from ..committed_case import CommittedCase

PATIENCE = 30  # seconds for what should happen at once


class RunningListener(listening.Listener):
    """A listener that tells after each of its rounds that something may have changed."""

    def __init__(self, env, server, rounds):
        super().__init__(env, time.monotonic() + 600, server)
        self.rounds = rounds
        self.error = None
        self.is_ended = self.may_fail = False
        self.pid = env.cr.connection.get_backend_pid()

    def _is_over(self):
        with self.rounds:
            self.rounds.notify_all()
        return super()._is_over()


class ListeningCase(CommittedCase):
    """An account at a service that waits for notifications, and listeners in threads."""

    def setUp(self):
        super().setUp()
        self.rounds = threading.Condition()
        self.listeners = []
        self.phone.change(longPoll=True)

    def add_account(self, **values):
        """Create another account; return its phone and its ID."""
        phone = self._create_phone(longPoll=True, **values)
        with self.environment() as env:
            instance = env["telegram.instance"].create(
                {
                    "name": self.name,
                    "id_instance": str(phone.id_instance),
                    "api_token_new": phone.token,
                    "api_url": self.sandbox_url,
                }
            )
            instance.write({"state": "authorized", "is_receiving_configured": True})
            return phone, instance.id

    def write_account(self, **values):
        with self.environment() as env:
            env["telegram.instance"].browse(self.instance_id).write(values)

    @contextmanager
    def listening(self, server=1):
        """Listen until the end of the block, as a server with this number does."""
        cr = self.registry.cursor()
        listener = RunningListener(api.Environment(cr, SUPERUSER_ID, {}), server, self.rounds)
        thread = threading.Thread(target=self._listen, args=(listener, cr))
        thread.start()
        self.listeners.append(listener)
        try:
            yield listener
        finally:
            listener.end()
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive(), "the run does not end")

    def _listen(self, listener, cr):
        try:
            with cr:
                listener.run()
        except Exception as error:  # pylint: disable=broad-exception-caught
            listener.error = error
        finally:
            with self.rounds:
                listener.is_ended = True
                self.rounds.notify_all()

    def wait_for(self, condition):
        """Wait until a condition is true; it is looked at after each round of a listener."""
        deadline = time.monotonic() + PATIENCE
        with self.rounds:
            while not condition():
                for listener in self.listeners:
                    if listener.error and not listener.may_fail:
                        raise listener.error
                self.assertLess(time.monotonic(), deadline, "it does not happen")
                self.rounds.wait(1)

    def wait_for_texts(self, *texts):
        self.wait_for(lambda: set(texts) <= set(self.texts_of_all()))

    def texts_of_all(self):
        domain = [("instance_id.name", "=", self.name), ("direction", "=", "incoming")]
        return self.values_of("telegram.message", "text", domain)
