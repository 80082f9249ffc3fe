# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the tests of the local service share. They speak plain HTTP with it, as any client would."""

import unittest

import pytest
import requests

from green_api_sandbox.phone import Phone

from .conftest import PARTNER_TOKEN, Service

ID_INSTANCE = 4100000001
VASILISA = "10000000"
IVAN = "10000001"
SALES = "-10000000000000"
OWNER = "20000000"
VASILISA_PHONE = "79998887766@c.us"
EVERYTHING_ON = {
    "incomingWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "outgoingAPIMessageWebhook": "yes",
    "stateWebhook": "yes",
}


class LocalServiceCase(unittest.TestCase):
    """A running service; each test begins with one authorized account and all notifications on.

    The service is one for the whole run and reset before each test; tests that end the program
    have one of their own.
    """

    pace = "fast"
    #: whether the tests of the class need a service that nobody else uses
    is_alone = False

    @pytest.fixture(autouse=True)
    def _use_service(self, get_shared_service, tmp_path):
        self.service = Service(tmp_path) if self.is_alone else get_shared_service(self.pace)
        self.url = self.service.url
        yield
        if self.is_alone:
            self.service.stop()

    def setUp(self):
        super().setUp()
        self.phone = Phone(self.url)
        self.phone.reset()
        self.token = self.create_instance(stateInstance="authorized", settings=EVERYTHING_ON)

    def create_instance(self, id_instance=ID_INSTANCE, **values):
        """Create an instance, the phone's one from now on; return its token."""
        return self.phone.create(id_instance, **values)["apiTokenInstance"]

    def call(self, verb, method, body=None, *, token=None, receipt=None, id_instance=None, **query):
        """Call a method of the service; return the response as it is."""
        path = [f"waInstance{id_instance or ID_INSTANCE}", method, token or self.token]
        if receipt is not None:
            path.append(str(receipt))
        return requests.request(
            verb, "/".join([self.url, *path]), json=body, params=query, timeout=60
        )

    def partner(self, verb, method, body=None, token=PARTNER_TOKEN):
        """Call a method of the partner; return the response."""
        url = f"{self.url}/partner/{method}/{token}"
        return requests.request(verb, url, json=body, timeout=60)

    def upload(self, method, content, name="offer.pdf", **values):
        """Call a method with a form and a file; return the response."""
        url = f"{self.url}/waInstance{self.phone.id_instance}/{method}/{self.token}"
        return requests.post(url, data=values, files={"file": (name, content)}, timeout=60)

    def send(self, chat_id, text, **values):
        """Send a text that has to be accepted; return its idMessage."""
        body = {"chatId": chat_id, "message": text, **values}
        response = self.call("POST", "sendMessage", body)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()["idMessage"]

    def receive(self):
        """Remove one notification from the queue; return its body."""
        head = self.call("GET", "receiveNotification").json()
        answer = self.call("DELETE", "deleteNotification", receipt=head["receiptId"]).json()
        self.assertEqual(answer, {"result": True, "reason": ""})
        return head["body"]

    def waiting(self):
        """Return the bodies of all notifications that wait."""
        return [item["body"] for item in self.phone.notifications()]

    def assert_refused(self, response, status, words):
        """Check that a refusal has this status and text, in the service's JSON form."""
        self.assertEqual(response.status_code, status, response.text)
        self.assertIn(words, response.json()["message"])
