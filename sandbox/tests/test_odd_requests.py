# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: whatever is posted, the answer is one of the documented ones."""

import json

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .service_case import ID_INSTANCE, PARTNER_TOKEN, VASILISA
from .test_methods import ALL, METHODS, TableCase

#: 413 is the one that the documentation does not list: what is too large, is refused so anywhere
DOCUMENTED = (200, 400, 401, 403, 404, 413, 429, 466, 469)
ODD_FILE_NAMES = (
    "../../etc/passwd",
    "a.\x00jpg",
    "x" * 3000 + ".jpg",
    "a.jpg/",
    "//[a.jpg",
)
SETTINGS = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ODD_TEXTS = ("", " ", "\ud83d", "\0", "٣", "-", "@c.us", "9" * 400, "x" * 5000, "{}", "😀", "0")
ODD_NUMBERS = (0, -1, 10**400, 1e308, float("nan"), float("inf"), 2**63, -(2**64), 0.1)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from(ODD_NUMBERS),
        st.sampled_from(ODD_TEXTS),
        st.text(max_size=10),
        st.integers(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=6,
)
ODD_BODIES = (
    b"[" * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"\xff\xfe{}",
    b'\xef\xbb\xbf{"chatId": "10000000"}',
    b'{"chatId": ' + b"9" * 6_000 + b"}",
    b'{"chatId": "10000000", "message": "\\ud800"}',
    b'{"chatId": "10000000", "message": "a", "message": "b"}',
    b"null",
    b"-",
)


def bodies(body):
    """Bytes that are near a right body, and bytes that are far from it.

    :param body: a right one
    """
    names = [*body, "noSuch", ""] if body else ["noSuch", ""]
    changes = st.dictionaries(st.sampled_from(names), VALUES, min_size=1, max_size=3)
    near = changes.map(lambda changed: {**(body or {}), **changed})
    texts = st.one_of(near, VALUES).map(lambda value: json.dumps(value).encode())
    cut = st.tuples(texts, st.integers(0, 40)).map(lambda pair: pair[0][: pair[1]])
    return st.one_of(texts, cut, st.sampled_from(ODD_BODIES), st.binary(max_size=20))


class TestOddRequests(TableCase):
    def assert_documented(self, response, row=None):
        if response.status_code == 500 and row and row.name in ("archiveChat", "unarchiveChat"):
            self.assertIn("interface conversion", response.text)
            return
        self.assertIn(response.status_code, DOCUMENTED, response.text)

    def test_bodies(self):
        """A body of any kind at any method: refused or taken, never a crash of the service."""
        for row in ALL:
            with self.row(row, longPoll=False) as body:
                self.post_odd_bodies(row, bodies(body))

    def post_odd_bodies(self, row, strategy):
        url = self.path(row)

        @SETTINGS
        @given(strategy)
        def post(content):
            response = requests.request(row.verb, url, data=content, timeout=60)
            self.assert_documented(response, row)

        post()

    def test_forms(self):
        """A form of any kind at the upload methods, with odd names of files too."""
        kinds = ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "")
        for row in METHODS:
            if row.content != "multipart":
                continue
            with self.row(row):
                url = self.path(row)
                for kind in kinds:
                    for content in (b"", b"--x", b"--x\r\n\r\n--x--", b"\xff" * 100):
                        headers = {"Content-Type": kind}
                        response = requests.post(url, data=content, headers=headers, timeout=60)
                        self.assert_documented(response)
                for name in ODD_FILE_NAMES:
                    files = {"file": (name, b"JPG")}
                    values = {"chatId": VASILISA, "typingTime": "9" * 30}
                    response = requests.post(url, data=values, files=files, timeout=60)
                    self.assert_documented(response)

    def test_queries(self):
        """Any value in a query is taken or refused in words."""
        odd = ("", "x", "-5", "5.0", "٣", "9" * 40, "9" * 5000, "1e3", "\x00")
        queries = (
            ("receiveNotification", "receiveTimeout"),
            ("lastIncomingMessages", "minutes"),
            ("lastOutgoingMessages", "minutes"),
            ("getContacts", "count"),
        )
        self.phone.change(longPoll=False)
        for method, name in queries:
            for value in odd:
                with self.subTest(method=method, value=value[:20]):
                    self.assert_documented(self.call("GET", method, **{name: value}))

    def test_paths(self):
        """Ids, receipts and tokens of any form: a mistyped one must not bring the service down."""
        odd = ("0", "-1", "9" * 19, "9" * 5000, "٣", "%00", "%ff", "a%2Fb", "..%2f", " ", "null")
        for value in odd:
            with self.subTest(value=value[:20]):
                for path in (
                    f"waInstance{value}/getSettings/{self.token}",
                    f"waInstance{ID_INSTANCE}/getSettings/{value}",
                    f"waInstance{ID_INSTANCE}/{value}/{self.token}",
                    f"partner/{value}/{PARTNER_TOKEN}",
                    f"download/4100/{value}",
                    f"phone/{value}",
                ):
                    response = requests.get(f"{self.url}/{path}", timeout=60)
                    self.assert_documented(response)
                response = self.call("DELETE", "deleteNotification", receipt=value)
                self.assert_documented(response)

    def test_too_large(self):
        """What is too large is refused before it is looked at, and nothing of it is kept."""
        text = json.dumps({"chatId": VASILISA, "message": "x" * 110_000})
        url = f"{self.url}/waInstance{ID_INSTANCE}/sendMessage/{self.token}"
        response = requests.post(url, data=text, timeout=60)
        self.assert_refused(response, 413, "too large")
        file = b"x" * (100 * 1024 * 1024 + 1)
        response = self.upload("sendFileByUpload", file, chatId=VASILISA)
        self.assert_refused(response, 413, "too large")
        headers = {"GA-Filename": "a.bin"}
        url = f"{self.url}/waInstance{ID_INSTANCE}/uploadFile/{self.token}"
        response = requests.post(url, data=file, headers=headers, timeout=60)
        self.assert_refused(response, 413, "too large")
        self.assertEqual(self.phone.ledger(), [])

    def test_half_a_surrogate_pair(self):
        """Half an emoji is sent as a replacement character: neither queue nor journal may jam."""
        url = f"{self.url}/waInstance{ID_INSTANCE}/sendMessage/{self.token}"
        text = '{"chatId": "10000000", "message": "\\ud83d and \\ud83d\\ude00"}'
        self.assertEqual(requests.post(url, data=text, timeout=60).status_code, 200)
        self.assertEqual(self.phone.ledger(count=1)[0]["message"], "\ufffd and 😀")
        self.assertEqual(len(self.call("GET", "lastOutgoingMessages").json()), 1)

    def test_numbers_as_javascript_counts(self):
        """5.0 is an integer, NaN is no number, and what a double cannot hold is refused."""
        url = f"{self.url}/waInstance{ID_INSTANCE}/setSettings/{self.token}"
        name = "delaySendMessagesMilliseconds"
        for number, words in (
            ("600.0", None),
            ("600.5", "must be an integer"),
            ("NaN", "Unexpected token N"),
            ("1e999", "must be an integer"),
            ("9" * 5000, "must be an integer"),
        ):
            with self.subTest(number=number[:10]):
                response = requests.post(url, data=f'{{"{name}": {number}}}', timeout=60)
                if words:
                    self.assert_refused(response, 400, words)
                else:
                    self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(self.call("GET", "getSettings").json()[name], 600)
