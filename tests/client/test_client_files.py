# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import errno
import io
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from freezegun import freeze_time

from odoo.tests import tagged

from ... import const
from ...client import RefusedError, RetryableError
from ...client.uploads import BLOCK, UPLOAD_TIMEOUT, Upload, form_upload
from ..common import CUSTOMER_CHAT, SECRET_MARK
from .client_case import ClientCase

CONTENT = b"0123456789" * 20000  # more than one block


class Counting(io.BytesIO):
    """A file that knows the largest piece that was read of it at once."""

    largest = 0

    def read(self, size=-1):
        block = super().read(size)
        self.largest = max(self.largest, len(block))
        return block


class Failing(io.FileIO):
    """A file on a disk that can be read in part only."""

    def read(self, size=-1):
        if self.tell():
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


class Shrinking(io.FileIO):
    """A file that somebody cuts off while it is being read."""

    def read(self, size=-1):
        os.truncate(self.name, len(CONTENT) // 2)
        return super().read(size)


class Slow(io.BytesIO):
    """A file that goes out on a slow line: each block takes a minute."""

    def __init__(self, content, clock):
        super().__init__(content)
        self.clock = clock

    def read(self, size=-1):
        self.clock.tick(60)
        return super().read(size)


class FileHost(BaseHTTPRequestHandler):
    """A host that gives away what it likes."""

    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        status, headers, body = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@tagged("post_install", "-at_install")
class TestUploads(ClientCase):
    """Files on their way to the service."""

    def stored(self, url):
        target = io.BytesIO()
        self.client.download(url, target)
        return target.getvalue()

    def test_from_an_open_file(self):
        """What arrives is what was there, and no more than a block was read at once."""
        file = Counting(CONTENT)
        sent = self.client.send_file_by_upload(CUSTOMER_CHAT, file, "numbers.txt")
        self.assertEqual(self.stored(sent.url_file), CONTENT)
        self.assertLessEqual(file.largest, 64 * 1024)
        self.assertFalse(file.closed, "the file is the caller's")
        [message] = self.phone.ledger(1)
        data = message["messageData"]["fileMessageData"]
        self.assertEqual((data["fileName"], data["mimeType"]), ("numbers.txt", "text/plain"))

    def test_from_a_path(self):
        """A path is opened and closed by the client."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "numbers.bin"
            path.write_bytes(CONTENT)
            for each in (path, str(path)):
                link = self.client.upload_file(each, "numbers.bin")
                self.assertEqual(self.stored(link.url), CONTENT)
            self.assertRaises(
                FileNotFoundError,
                self.client.send_file_by_upload,
                CUSTOMER_CHAT,
                path.with_name("missing"),
                "missing.txt",
            )
        self.assertEqual(self.phone.ledger(), [])

    def test_from_the_middle(self):
        """A file that was read in part is sent from where it stands, with the right length."""
        file = io.BytesIO(b"skipped" + CONTENT)
        file.seek(len(b"skipped"))
        self.assertEqual(self.stored(self.client.upload_file(file, "a.bin").url), CONTENT)

    def test_empty_file(self):
        """The service refuses an empty file; the call must not hang for want of a length."""
        for call in (
            lambda: self.client.upload_file(io.BytesIO(), "a.txt"),
            lambda: self.client.send_file_by_upload(CUSTOMER_CHAT, io.BytesIO(), "a.txt"),
            lambda: self.client.set_profile_picture(io.BytesIO()),
        ):
            error = self.assertFails(RefusedError, const.CODE_BAD_REQUEST, call)
            self.assertEqual(error.detail, "File is empty")

    def test_names_that_would_break_the_request(self):
        """Quotes and line ends of a name stay a name; another script arrives as it is."""
        for name, stays in (
            ('a"b.txt', "a%22b.txt"),
            ("a\r\nX-Odd: 1.txt", "a%0D%0AX-Odd: 1.txt"),
            ("Счёт №7 😀.pdf", "Счёт №7 😀.pdf"),
        ):
            with self.subTest(name):
                self.client.send_file_by_upload(CUSTOMER_CHAT, io.BytesIO(b"x"), name)
                self.client.upload_file(io.BytesIO(b"x"), name)
                [form, raw] = self.phone.requests()[-2:]
                self.assertIn(form["body"]["file"], (stays, name))
                self.assertNotIn("X-Odd", raw["headers"])

    def test_types_that_would_break_the_request(self):
        """A file type that no header can hold is replaced: with it, the upload would fail for
        ever, or crash."""
        for mime_type in ("image/png\r\nX-Other: 1", "образ/png", "no type", "image/"):
            with self.subTest(mime_type=mime_type):
                link = self.client.upload_file(io.BytesIO(b"x"), "a.png", mime_type)
                self.assertTrue(link.url)

    def test_form_is_a_form(self):
        """Fields, file and boundaries are just what the format of forms demands."""
        fields = {"chatId": "1", "caption": "Two\nlines"}
        with form_upload(io.BytesIO(b"content"), "a.txt", fields) as upload:
            boundary = upload.headers["Content-Type"].partition("boundary=")[2].encode()
            body = b"".join(upload)
            self.assertEqual(len(upload), len(body))
        parts = body.split(b"--" + boundary)
        self.assertEqual(parts[0], b"")
        self.assertEqual(
            parts[1], b'\r\nContent-Disposition: form-data; name="chatId"\r\n\r\n1\r\n'
        )
        self.assertIn(b"\r\n\r\nTwo\nlines\r\n", parts[2])
        self.assertIn(b'name="file"; filename="a.txt"\r\nContent-Type: text/plain', parts[3])
        self.assertTrue(parts[3].endswith(b"\r\n\r\ncontent\r\n"))
        self.assertEqual(parts[4:], [b"--\r\n"])

    def test_reading_over_the_seams(self):
        """Sources that follow each other lose nothing between them."""
        upload = Upload([io.BytesIO(b"ab"), io.BytesIO(), io.BytesIO(b"cde")], {})
        self.assertEqual(len(upload), 5)
        self.assertEqual([upload.read(2) for _time in range(4)], [b"ab", b"cd", b"e", b""])

    def test_upload_that_takes_too_long(self):
        """An upload without an end went on when another process had taken over the message, and
        the customer got it twice."""
        content = b"0" * (BLOCK * 2 * UPLOAD_TIMEOUT // 60)
        for method, to in (("send_file_by_upload", [CUSTOMER_CHAT]), ("upload_file", [])):
            with self.subTest(method), freeze_time() as clock:
                self.assertFails(
                    RetryableError,
                    const.CODE_UPLOAD_TIMEOUT,
                    getattr(self.client, method),
                    *to,
                    Slow(content, clock),
                    "film.mp4",
                )
        self.assertEqual(self.phone.ledger(), [])
        with freeze_time() as clock:
            few = Slow(content[:1], clock)
            self.assertTrue(self.client.send_file_by_upload(CUSTOMER_CHAT, few, "a.mp4"))

    def test_file_that_breaks_off(self):
        """A file that can be read in part only is our own trouble: the service never has all of
        the message, so it is neither sent nor unsure, and the next one goes out."""
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "a.txt"
        for breaks in (Failing, Shrinking):
            for method, to in (("send_file_by_upload", [CUSTOMER_CHAT]), ("upload_file", [])):
                path.write_bytes(CONTENT)
                with self.subTest(breaks.__name__, method=method), breaks(path) as file:
                    with self.assertRaises(OSError) as raised:
                        getattr(self.client, method)(*to, file, "a.txt")
                    self.assertNotIsInstance(raised.exception, requests.RequestException)
        self.assertEqual(self.phone.ledger(), [])
        text = self.client.send_message(CUSTOMER_CHAT, "The next one")
        self.assertEqual(self.phone.ledger(count=1)[0]["idMessage"], text.id_message)

    def test_lost_upload(self):
        """A file that may have been sent is not sent again; one only stored may be."""
        file = io.BytesIO(CONTENT)
        self.phone.fault("uploadFile", "lost_after")
        self.assertFails(
            RetryableError, const.CODE_CONNECTION_LOST, self.client.upload_file, file, "a.txt"
        )


@tagged("post_install", "-at_install")
class TestDownloads(ClientCase):
    """Files on their way from the service, and links that lead elsewhere."""

    def setUp(self):
        super().setUp()
        self.host = ThreadingHTTPServer(("127.0.0.1", 0), FileHost)
        self.host.answers, self.host.seen = [], []
        self.name = f"127.0.0.1:{self.host.server_port}"
        thread = threading.Thread(target=self.host.serve_forever, args=(0.05,))
        thread.start()
        self.addCleanup(self.host.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.host.shutdown)

    def fetch(self, *answer, **options):
        """Let the other host answer, and fetch from it."""
        self.host.answers.append(answer)
        client = self.make_client(self.sandbox_url, download_hosts=[self.name])
        target = io.BytesIO()
        return target, client.download(f"http://{self.name}/a?b=1", target, **options)

    def test_file_of_a_message(self):
        """The whole way: the customer's file, its link, its content."""
        id_message = self.phone.write_file(CUSTOMER_CHAT, "offer.pdf", CONTENT)
        link = self.client.download_file(CUSTOMER_CHAT, id_message)
        target = io.BytesIO()
        found = self.client.download(link.url, target)
        self.assertEqual(target.getvalue(), CONTENT)
        self.assertEqual((found.size, found.mime_type), (len(CONTENT), "application/pdf"))

    def test_old_link(self):
        """After 24 hours there is no file: that is no trouble with the token or the address."""
        link = self.client.upload_file(io.BytesIO(b"x"), "a.txt")
        self.phone.advance(24 * 3600)
        self.assertFails(
            RefusedError, const.CODE_FILE_GONE, self.client.download, link.url, io.BytesIO()
        )
        for status in (401, 403, 404, 410):
            self.assertFails(RefusedError, const.CODE_FILE_GONE, self.fetch, status, {}, b"")

    def test_other_hosts(self):
        """A link of a message may come from anybody: it leads nowhere but to our hosts."""
        port = self.sandbox_url.rpartition(":")[2]
        for url in (
            f"http://{self.name}/a",
            "http://10.0.0.1/a",
            "https://example.com/a",
            f"http://127.0.0.1:{port}@{self.name}/a",
            f"http://127.0.0.1:{port}\\@{self.name}/a",
            f"http://{self.name}\\@127.0.0.1:{port}/a",
            f"http://{self.name}#@127.0.0.1:{port}/",
            f"https://127.0.0.1:{port}.example.com/",
            "http://127.0.0.1/a",
            f"//127.0.0.1:{port}/a",
            f"ftp://127.0.0.1:{port}/a",
            "file:///etc/passwd",
            "http://[",
            "",
            None,
            7,
        ):
            with self.subTest(url):
                self.assertFails(
                    RefusedError,
                    const.CODE_HOST_NOT_ALLOWED,
                    self.client.download,
                    url,
                    io.BytesIO(),
                )
        self.assertEqual(self.host.seen, [])

    def test_unencrypted_links(self):
        """Only https, but for this very machine, even when the host is allowed."""
        client = self.make_client(self.sandbox_url, download_hosts=["files.example.com"])
        url = "http://files.example.com/a"
        self.assertFails(
            RefusedError, const.CODE_HOST_NOT_ALLOWED, client.download, url, io.BytesIO()
        )

    def test_allowed_host(self):
        """A host that was allowed gives the file, and gets no token."""
        target, found = self.fetch(200, {"Content-Length": "3"}, b"abc")
        self.assertEqual((target.getvalue(), found.size, found.mime_type), (b"abc", 3, ""))
        self.assertNotIn(SECRET_MARK, str(self.host.seen))
        self.assertNotIn("Authorization", self.host.seen[0])

    def test_redirect(self):
        """A redirect would lead around the list of hosts."""
        headers = {"Location": self.sandbox_url}
        self.assertFails(RefusedError, const.CODE_HTTP, self.fetch, 302, headers, b"")

    def test_too_large(self):
        """A file above the limit is refused, be its size announced or not."""
        for headers in ({"Content-Length": str(len(CONTENT))}, {}):
            self.assertFails(
                RefusedError,
                const.CODE_TOO_LARGE,
                self.fetch,
                200,
                headers,
                CONTENT,
                max_bytes=100_000,
            )
        _target, found = self.fetch(200, {}, CONTENT, max_bytes=len(CONTENT))
        self.assertEqual(found.size, len(CONTENT))

    def test_cut_file(self):
        """Half a file is no file."""
        headers = {"Content-Length": str(len(CONTENT) + 1)}
        self.assertFails(
            RetryableError, const.CODE_CONNECTION_LOST, self.fetch, 200, headers, CONTENT
        )

    def test_trouble_of_the_host(self):
        """A busy host is asked again later, after the wait that it names."""
        error = self.assertFails(
            RetryableError, const.CODE_RATE_LIMIT, self.fetch, 429, {"Retry-After": "7"}, b""
        )
        self.assertEqual((error.method, error.retry_after), ("download", 7))
        self.assertFails(RetryableError, const.CODE_SERVER, self.fetch, 503, {}, b"")

    def test_full_disk(self):
        """A target that cannot be written is the caller's trouble, not the service's."""
        target = io.BytesIO()
        target.close()
        link = self.client.upload_file(io.BytesIO(b"x"), "a.txt")
        self.assertRaises(ValueError, self.client.download, link.url, target)
