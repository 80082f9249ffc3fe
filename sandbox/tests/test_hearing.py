# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Two clients that wait for notifications at once are told from one after another."""

import socket
import threading
from urllib.parse import urlsplit

from .service_case import LocalServiceCase


class TestHearing(LocalServiceCase):
    def wait_for_notification(self):
        """Wait in another thread until there is a notification."""
        number = len(self.phone.requests("receiveNotification"))
        waiting = threading.Thread(
            target=lambda: self.call("GET", "receiveNotification", receiveTimeout=60)
        )
        waiting.start()
        self.phone.requests("receiveNotification", count=number + 1)
        return waiting

    def test_two_at_once(self):
        """A second client that waits while the first one does is counted, with its time."""
        waiting = [self.wait_for_notification()]
        self.assertEqual(self.phone.instance()["heardTogether"], [])
        waiting.append(self.wait_for_notification())
        self.phone.notify({"any": 1})
        for thread in waiting:
            thread.join()
        [at] = self.phone.instance()["heardTogether"]
        self.assertLessEqual(at, self.phone.now())

    def test_one_after_the_other(self):
        """A client that was killed is gone, although its call would still wait."""
        place = urlsplit(self.phone.base_url)
        path = f"/waInstance{self.phone.id_instance}/receiveNotification/{self.token}"
        with socket.create_connection((place.hostname, place.port)) as killed:
            killed.sendall(f"GET {path}?receiveTimeout=60 HTTP/1.0\r\n\r\n".encode())
            self.phone.requests("receiveNotification", count=1)
        waiting = self.wait_for_notification()
        self.phone.notify({"any": 1})
        waiting.join()
        self.assertEqual(self.phone.instance()["heardTogether"], [])
