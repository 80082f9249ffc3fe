# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service as a stranger's client meets it: every method by the documentation's table."""

from contextlib import contextmanager

import requests

from .methods_table import FILE, GROUP, METHODS, PARTNER_METHODS, RECEIVED, SENT
from .service_case import EVERYTHING_ON, ID_INSTANCE, PARTNER_TOKEN, VASILISA, LocalServiceCase

ALL = METHODS + PARTNER_METHODS
UPLOADS = tuple(row for row in METHODS if row.content != "json")
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: verbs that are taken although the documentation has another one
ALSO_TAKEN = {("clearWebhooksQueue", "GET")}


class TableCase(LocalServiceCase):
    def prepare(self, row, **switches):
        """Return an account in which the row's call succeeds, its ids put into the row's body."""
        values = {"stateInstance": "authorized", "settings": EVERYTHING_ON}
        self.token = self.create_instance(**values)
        members = {"groupName": "Team", "chatIds": [VASILISA]}
        ids = {
            RECEIVED: self.phone.write(VASILISA, "Hello"),
            FILE: self.phone.write_file(VASILISA, "a.pdf", b"%PDF"),
            SENT: self.send(VASILISA, "Hi"),
            GROUP: self.call("POST", "createGroup", members).json()["chatId"],
        }
        if row.name == "unarchiveChat":
            self.call("POST", "archiveChat", {"chatId": VASILISA})
        if row.name == "showMessagesQueue":
            self.phone.change(stateInstance="suspended")
            self.send(VASILISA, "waits")
        self.phone.change(**switches)
        self.receipt = self.phone.notifications()[0]["receiptId"]
        if row.body is None:
            return None
        return {key: self.filled(value, ids) for key, value in row.body.items()}

    def filled(self, value, ids):
        if isinstance(value, list):
            return [self.filled(item, ids) for item in value]
        return ids.get(value, value) if isinstance(value, str) else value

    def path(self, row, name=None):
        name = name or row.name
        if row in PARTNER_METHODS:
            return f"{self.url}/partner/{name}/{PARTNER_TOKEN}"
        path = f"{self.url}/waInstance{ID_INSTANCE}/{name}/{self.token}"
        return f"{path}/{self.receipt}" if row.name == "deleteNotification" else path

    def do(self, row, body, verb=None, name=None, **query):
        """Return the row's call with this body: the response."""
        how = {"json": body}
        if row.content == "multipart":
            how = {"data": body, "files": {"file": ("a.jpg", b"JPG")}}
        elif row.content == "raw":
            how = {"data": b"PNG", "headers": {"GA-Filename": "a.png"}}
        url = self.path(row, name)
        return requests.request(verb or row.verb, url, params=query, timeout=60, **how)

    @contextmanager
    def row(self, row, **switches):
        """Return a subtest about one row, in a fresh account: its right body."""
        with self.subTest(method=row.name):
            yield self.prepare(row, **switches)


class TestEveryMethod(TableCase):
    def test_all_are_there(self):
        """The table has the 56 methods of the documentation, each once."""
        names = {row.name for row in ALL}
        self.assertEqual(len(names), 56)

    def test_right_call(self):
        """A right call is answered with 200 and the documented keys, whatever the name's case."""
        for row in ALL:
            with self.row(row) as body:
                response = self.do(row, body, name=row.name.upper())
                self.assertEqual(response.status_code, 200, response.text)
                if not row.keys:
                    self.assertEqual(response.text, "")
                    continue
                answer = response.json()
                if isinstance(answer, list):
                    self.assertTrue(answer, "nothing to look at")
                    answer = answer[0]
                self.assertLessEqual(set(row.keys.split()), set(answer))

    def test_wrong_verb(self):
        """Any other verb is not found, even with a right body."""
        for row in ALL:
            with self.row(row) as body:
                for verb in VERBS:
                    if verb != row.verb and (row.name, verb) not in ALSO_TAKEN:
                        response = self.do(row, body, verb)
                        self.assertEqual(response.status_code, 404, f"{verb}: {response.text}")

    def test_options(self):
        """A browser's question before the call is answered with 204, without a body."""
        for row in ALL:
            with self.row(row) as _body:
                response = self.do(row, None, "OPTIONS")
                self.assertEqual((response.status_code, response.content), (204, b""))

    def test_longer_path(self):
        """A path with one part too many is no method."""
        for row in METHODS:
            with self.row(row) as body:
                if row.name != "deleteNotification":
                    response = self.do(row, body, name=f"{row.name}/{self.token}")
                    self.assertEqual(response.status_code, 404, response.text)

    def test_required_fields(self):
        """Each required field is asked for by its name, and each optional one is not."""
        for row in ALL:
            with self.row(row) as body:
                for name in body or ():
                    rest = {key: value for key, value in body.items() if key != name}
                    response = self.do(row, rest)
                    if name in row.optional:
                        self.assertNotIn("is required", response.text)
                    else:
                        words = f"'{name}' is required"
                        if row.name in ("archiveChat", "unarchiveChat"):
                            words = "'value' must have at least 1 key"
                        self.assert_refused(response, 400, words)

    def test_missing_file(self):
        """An upload without its file is refused by name; an empty one by its own words."""
        for row in UPLOADS:
            with self.row(row) as body:
                empty = {"file": ("a.jpg", b"")} if row.content == "multipart" else None
                url = self.path(row)
                response = requests.post(url, data=body or b"", files=empty, timeout=60)
                self.assert_refused(response, 400, "File is empty")
                if row.content == "multipart":
                    response = requests.post(url, data=body, timeout=60)
                    self.assertIn("required", response.text)

    def test_unknown_field(self):
        """A field that the documentation does not know is refused by its name."""
        for row in ALL:
            with self.row(row) as body:
                if row.verb == "GET":
                    response = self.do(row, None, noSuch="1")
                elif row.content == "raw" or row.verb == "DELETE":
                    continue
                else:
                    response = self.do(row, {**(body or {}), "noSuch": "1"})
                self.assert_refused(response, 400, "'noSuch' is not allowed")

    def test_wrong_types(self):
        """Each field refuses a value of another type, by its name."""
        for row in ALL:
            with self.row(row) as body:
                if row.content != "json":
                    continue
                for name, value in (body or {}).items():
                    wrong = [] if not isinstance(value, list) else {}
                    response = self.do(row, {**body, name: wrong})
                    self.assertIn(response.status_code, (400, 500), response.text)
                    if response.status_code == 500:
                        # documented for these two
                        self.assertIn(row.name, ("archiveChat", "unarchiveChat"))
                        self.assertIn("interface conversion", response.text)
                    else:
                        self.assertIn(f"'{name}", response.json()["message"])


class TestRates(TableCase):
    def test_table(self):
        """Each method takes the calls of its row in the table, one more is refused, and then
        the time has to pass: a client that is faster than the real service notices it here.
        """
        for row in METHODS:
            with self.row(row, rateLimits=True, longPoll=False) as body:
                self.phone.stop_clock()
                limit = max(1, int(row.rps))
                # what prepare() itself has called is forgiven after some time
                self.phone.advance(1)
                for _number in range(limit):
                    self.assertNotEqual(self.do(row, body).status_code, 429)
                    if row.name == "updateApiToken":
                        self.token = self.phone.instance()["apiTokenInstance"]
                refused = self.do(row, body)
                self.assertEqual((refused.status_code, refused.text), (429, "Too Many Requests"))
                self.phone.advance(limit / row.rps)
                self.assertNotEqual(self.do(row, body).status_code, 429)
                self.phone.stop_clock(False)
