# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ... import const
from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestMessageContent(TelegramCase):
    """What is wrong with a message is said before anything is queued, and of which field."""

    def setUp(self):
        super().setUp()
        self.messages = self.env["telegram.message"]
        self.operated = self.instance.with_user(self.salesperson)

    def attach(self, name="offer.pdf", raw=b"%PDF-1.4", **values):
        return self.env["ir.attachment"].create({"name": name, "raw": raw, **values})

    def assert_refused(self, words, method, *args, **options):
        with self.assertRaisesRegex(UserError, words):
            getattr(self.operated, method)(CUSTOMER_CHAT, *args, **options)
        self.assertFalse(self.messages.search_count([("instance_id", "=", self.instance.id)]))

    def test_text(self):
        """A text over the limit is refused as a whole; Telegram would cut or refuse it later."""
        self.assert_refused("4097 characters", "send_text", "x" * 4097)
        self.assert_refused("is empty", "send_text", " \u200b\n")
        self.assert_refused("is not a value for “text”", "send_text", {"text": "x"})

    def test_caption(self):
        """A caption over the limit is refused: a file without its text says nothing."""
        file = self.attach()
        file.write({"res_model": "res.partner", "res_id": self.customer.id})
        self.assert_refused("caption has 1025", "send_file", file, "x" * 1025)
        url = "https://example.com/a.png"
        self.assert_refused("caption", "send_file_by_url", url, caption="x" * 1025)

    def test_file(self):
        """A file that is empty, nameless or too large is refused here, not after an upload."""
        self.assertRaisesRegex(
            UserError, "is empty", self.messages._prepare_file, self.attach(raw=b"")
        )
        nameless = self.attach(name=" / ")
        nameless.name = " . "
        self.assertRaisesRegex(UserError, "file name", self.messages._prepare_file, nameless)
        large = self.attach()
        large.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_attachment SET file_size = %s WHERE id = %s",
            (const.FILE_MAX_BYTES + 1, large.id),
        )
        large.invalidate_recordset()
        self.assertRaisesRegex(UserError, "the maximum is 100", self.messages._prepare_file, large)

    def test_file_of_somebody_else(self):
        """A user sends no file that they may not read."""
        secret = self.attach(res_model="res.company", res_id=self.env.company.id)
        secret.write({"res_model": "ir.cron", "res_id": self.instance.send_cron_id.id})
        with self.assertRaises(AccessError):
            self.operated.send_file(CUSTOMER_CHAT, secret.with_user(self.salesperson))

    def test_file_name(self):
        """A name leads into no folder, and has the extension by which Telegram shows the file."""
        names = {
            "../../etc/pass\x00wd": ".._.._etc_passwd.pdf",
            "a\x01b\x7fc\x1b.txt": "abc.txt.pdf",
            "report": "report.pdf",
            "Счёт № 5.pdf": "Счёт № 5.pdf",
            "two\nlines.pdf": "two lines.pdf",
        }
        for name, expected in names.items():
            checked = self.messages._check_file_name(name, "application/pdf")
            self.assertEqual(checked, expected)

    def test_extension(self):
        """What follows a dot is an extension only if it belongs to the type of the file."""
        pdf, zip_type, text = "application/pdf", "application/zip", "text/plain"
        for name, mime_type, expected in (
            ("Договор от 01.02.2026", pdf, "Договор от 01.02.2026.pdf"),
            ("Invoice v1.2", pdf, "Invoice v1.2.pdf"),
            ("Dr. Smith offer", pdf, "Dr. Smith offer.pdf"),
            ("Offer example.com", pdf, "Offer example.com.pdf"),
            ("Mr. Doe", "image/png", "Mr. Doe.png"),
            ("Offer.PDF", pdf, "Offer.PDF"),
            ("photo.jpeg", "image/jpeg", "photo.jpeg"),
            ("photo.jpg", "image/png", "photo.jpg"),
            ("voice.m4a", "audio/mp4", "voice.m4a"),
            ("backup.tar.gz", "application/x-tar", "backup.tar.gz"),
            ("backup.gz", "application/gzip", "backup.gz"),
            ("contract.docx", zip_type, "contract.docx"),
            ("server.log", text, "server.log"),
            ("Notes v1.2", text, "Notes v1.2.txt"),
            ("Notes", text, "Notes.txt"),
            ("clip.mp4", "video/mp4", "clip.mp4"),
        ):
            with self.subTest(name):
                self.assertEqual(self.messages._check_file_name(name, mime_type), expected)

    def test_url_without_name(self):
        """A file whose URL tells no kind needs a name: else the recipient cannot open it."""
        for path in ("download?id=5", "download.php?id=5", "v1.2", "price"):
            url = f"https://example.com/{path}"
            with self.subTest(path):
                self.assert_refused("Enter a file name with its", "send_file_by_url", url)
                self.assert_refused("Enter a file name", "send_file_by_url", url, "Price v1.2")
                attachment = self.attach(name="Price", type="url", url=url, raw=False)
                with self.assertRaisesRegex(UserError, "Enter a file name"):
                    self.messages._prepare_file(attachment)
                values = self.messages._prepare_url(url, "price.pdf")
                self.assertEqual(values["file_name"], "price.pdf")
        values = self.messages._prepare_url("https://example.com/a.pdf?x=1", "Price v1.2")
        self.assertEqual(values["file_name"], "Price v1.2.pdf")

    def test_url(self):
        """Only addresses on the web are handed to the service."""
        for url in ("ftp://example.com/a.png", "file:///etc/passwd", "a.png", "https://", "", None):
            with self.subTest(url=url):
                self.assert_refused("is not a URL", "send_file_by_url", url)
        self.assert_refused("is not a URL", "send_file_by_url", "http://[::1", "a.png")
        self.assert_refused("file name", "send_file_by_url", "https://example.com/")

    def test_location(self):
        """Degrees that are none lead nowhere."""
        self.assert_refused("Latitude", "send_location", 90.1, 0)
        self.assert_refused("Longitude", "send_location", 0, -180.5)
        self.assert_refused("Latitude", "send_location", float("nan"), 0)
        self.assert_refused("Longitude", "send_location", 0, "east")
        self.assert_refused("Latitude", "send_location", None, 0)

    def test_contact(self):
        """A card without a phone or a name is of no use."""
        self.assert_refused("of the contact card", "send_contact", "", "Jane")
        self.assert_refused("of the contact card", "send_contact", "call me", "Jane")
        self.assert_refused("first name", "send_contact", "+79990001122", " ")

    def test_poll(self):
        """A poll that Telegram refuses is refused before it waits in the queue for that."""
        cases = {
            "Question is empty": ("", ["Yes", "No"]),
            "Question .*256 characters": ("x" * 256, ["Yes", "No"]),
            "instead of 1": ("Well?", ["Yes"]),
            "instead of 13": ("Well?", [str(number) for number in range(13)]),
            "Yes” twice": ("Well?", ["Yes", "Yes "]),
            "Option .*101 characters": ("Well?", ["Yes", "x" * 101]),
            "Option is empty": ("Well?", ["Yes", " "]),
        }
        for words, (question, options) in cases.items():
            with self.subTest(words=words):
                self.assert_refused(words, "send_poll", question, options)

    def test_quote_of_another_chat(self):
        """An answer to a message of another chat would be refused by Telegram."""
        other = self.instance.send_text("10000002", "Hello")
        with self.assertRaisesRegex(UserError, "answered message is of another chat"):
            self.instance.send_text(CUSTOMER_CHAT, "Yes", quoted_message=other)
        with self.assertRaisesRegex(UserError, "answered message has not been sent"):
            self.instance.send_text("10000002", "Yes", quoted_message=other)

    def test_chat_of_another_company(self):
        """Nobody writes by the account of a company that is not theirs."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        other = self._create_instance(self._create_phone())
        other.company_id = company
        stranger = self.create_user("other", "user")
        for user in (self.salesperson, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                other.with_user(user).send_text(CUSTOMER_CHAT, "Hello")

    def test_forwarding(self):
        """What Telegram does not have, or another account has, cannot be forwarded."""
        waiting = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        with self.assertRaisesRegex(UserError, "cannot be forwarded"):
            self.instance.forward_messages("10000002", waiting)
        self.send_queue()
        other = self._create_instance(self._create_phone())
        with self.assertRaisesRegex(UserError, "another Telegram account"):
            other.forward_messages("10000002", waiting)

    def test_text_with_files(self):
        """A text goes with the first file; one too long for that goes before them, whole."""
        files = self.attach("a.pdf") | self.attach("b.pdf")
        values = self.messages._prepare_all("Short", files)
        self.assertEqual([each["text"] for each in values], ["Short", ""])
        values = self.messages._prepare_all("x" * 1025, files)
        self.assertEqual(next(each["type_message"] for each in values), "textMessage")
        self.assertEqual(len(values), 3)
        with self.assertRaisesRegex(UserError, "is empty"):
            self.messages._prepare_all("")
