# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import tracemalloc

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...tools.files import clean_received_name
from ..common import CUSTOMER_CHAT
from .files_case import HTML, MEGABYTE, PNG, SVG, FilesCase


@tagged("post_install", "-at_install")
class TestFiles(FilesCase):
    """Files that come in with messages."""

    # === WHERE A FILE IS SHOWN === #

    def test_photo(self):
        """A photo stands in the conversation and on the contact, byte for byte, as a photo."""
        message = self.come("Счёт №7.png", PNG, "Is this <b>right</b>?")
        self.assertEqual(message.download_state, "fetched")
        self.assertEqual(message.file_name, "Счёт №7.png")
        self.assertEqual(message.file_size, len(PNG))
        self.assertEqual(message.chat_id.partner_id, self.customer)
        [shown] = self.conversation()
        [on_contact] = message.mail_message_ids - shown
        self.assertEqual((on_contact.model, on_contact.res_id), ("res.partner", self.customer.id))
        for post in (shown, on_contact):
            self.assertEqual(post.body.striptags(), "Is this <b>right</b>?")
            [file] = post.attachment_ids
            self.assertEqual((file.res_model, file.res_id), (post.model, post.res_id))
            self.assertEqual((file.name, file.mimetype), ("Счёт №7.png", "image/png"))
            self.assertEqual(file.raw, PNG)
        self.assertEqual(message.attachment_id, shown.attachment_ids)
        self.assertEqual(len(set(self.attachments_of(message).mapped("store_fname"))), 1)
        self.assertFalse(message.file_message)

    def test_voice(self):
        """A voice message has Odoo's player, on the contact as well; music is a file."""
        for name, is_voice in (("voice.ogg", True), ("voice.oga", True), ("song.mp3", False)):
            message = self.come(name, b"OggS")
            for post in message.mail_message_ids:
                self.assertEqual(bool(post.attachment_ids.voice_ids), is_voice, name)
        message = self.come("later.ogg", b"OggS")
        other = self.env["res.partner"].create({"name": "Other"})
        message._link_to_record(other)
        self.assertTrue(other.message_ids[0].attachment_ids.voice_ids)

    def test_shown_later_on_a_record(self):
        """A message that is shown on a contact after its file came has the file there, too."""
        self.customer.phone = False
        for location in ("file", "db"):
            with self.subTest(location):
                name = "ir_attachment.location"
                self.env["ir.config_parameter"].sudo().set_param(name, location)
                message = self.come(caption="Look")
                in_channel = message.mail_message_ids
                self.assertEqual(len(in_channel), 1)
                message.chat_id.partner_id = self.customer
                [on_contact] = message.mail_message_ids - in_channel
                [file] = on_contact.attachment_ids
                self.assertEqual((file.res_model, file.res_id), ("res.partner", self.customer.id))
                self.assertEqual((file.raw, file.mimetype), (PNG, "image/png"))
                self.assertNotEqual(file, in_channel.attachment_ids)
                self.assertEqual(on_contact.body.striptags(), "Look")
                message.chat_id.partner_id = False

    def test_moved_to_another_record(self):
        """The file moves with its message: readers of the wrong record do not keep it."""
        first, second = self.env["res.partner"].create([{"name": "First"}, {"name": "Second"}])
        message = self.come()
        messages = message.with_user(self.salesperson)
        messages._link_to_record(first)
        [file] = message._get_conversation_message(first).attachment_ids
        self.assertEqual((file.res_id, file.raw), (first.id, PNG))
        messages._link_to_record(second)
        self.assertFalse(file.exists())
        self.assertEqual(message._get_conversation_message(second).attachment_ids.res_id, second.id)
        self.assertEqual(message.attachment_id.raw, PNG, "it stays in the conversation")

    def test_browsers_are_told(self):
        """The file appears in an open conversation: its members' browsers get it with the words."""
        self.ingest(self.notification())  # the conversation is there
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()
        message = self.come(caption="Look")
        self.env.cr.precommit.run()
        told = "".join(self.env["bus.bus"].search([]).mapped("message"))
        self.assertIn(f'"id":{message.attachment_id.id}', told.replace(" ", ""))

    def test_only_readers_of_the_message_open_the_file(self):
        """The file of a conversation is for its members; that of a contact for the contact's
        readers; a link that somebody guesses opens nothing."""
        message = self.come()
        [shown] = self.conversation()
        in_channel = shown.attachment_ids
        on_contact = (message.mail_message_ids - shown).attachment_ids
        stranger = self.create_user("telegram_stranger", "employee")
        portal = self.create_user("telegram_portal", "portal")
        for user in (self.salesperson, self.colleague):
            self.assertEqual(in_channel.with_user(user).raw, PNG)
        self.assertEqual(on_contact.with_user(stranger).raw, PNG)
        for file, user in ((in_channel, stranger), (in_channel, portal), (on_contact, portal)):
            with self.subTest(file=file.res_model, user=user.login), self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])
        self.assertFalse(any(self.attachments_of(message).mapped("public")))

    def test_link_is_for_nobody(self):
        """The service's link gives the file to whoever has it: no user can read it."""
        message = self.come()
        with self.assertRaises(AccessError):
            message.with_user(self.salesperson).read(["download_url"])
        self.assertFalse(message.download_url, "not kept longer than needed")

    def test_album_keeps_its_order(self):
        """Pictures that come together stand in the order in which they were sent."""
        names = [f"{number}.png" for number in range(4)]
        for name in names:
            self.phone.write_file(CUSTOMER_CHAT, name, PNG + name.encode())
        self.receive()
        self.assertEqual([m.attachment_ids.name for m in self.conversation()], names)

    def test_file_of_the_phone(self):
        """What a colleague sends from the phone comes in, too."""
        self.phone.write_file_as_owner(CUSTOMER_CHAT, "offer.pdf", b"%PDF-1.4 offer", "Our offer")
        self.receive()
        message = self.last()
        self.assertEqual((message.direction, message.download_state), ("outgoing", "fetched"))
        self.assertEqual(self.conversation().attachment_ids.mimetype, "application/pdf")

    def test_own_file_is_not_fetched(self):
        """The echo of a file that was sent from Odoo brings no second copy."""
        self.ingest(self.notification())
        file = self.env["ir.attachment"].create({"name": "offer.txt", "raw": b"Offer"})
        self.post("", attachment_ids=file.ids)
        self.send_queue()
        self.receive()
        message = self.last()
        self.assertEqual((message.direction, message.attachment_id), ("outgoing", file))
        self.assertFalse(message.download_state)

    def test_echo_that_was_faster(self):
        """A file of ours that was first taken for another program's is not kept a second time."""
        self.phone.write_file_as_owner(CUSTOMER_CHAT, "offer.pdf", b"%PDF-1.4 offer")
        self.receive()
        twin = self.last()
        copies = self.attachments_of(twin)
        self.assertTrue(copies)
        own = self.env["telegram.message"]._queue_all(
            [(twin.chat_id, {"type_message": "documentMessage"})]
        )
        own._merge_duplicate(twin)
        self.assertFalse(copies.exists() or twin.exists())

    def test_delivered_twice(self):
        """A message that the service delivers twice has its file once."""
        self.phone.fault("deleteNotification", "duplicate")
        message = self.come()
        self.receive()
        self.assertEqual(len(self.conversation().attachment_ids), 1)
        self.assertEqual(message.download_attempts, 1)

    def test_caption_changed_before(self):
        """A caption that was changed before the file was there stays changed."""
        self.phone.fault("download", "status", status=503)
        message = self.come(caption="Old")
        edited = {"textMessage": "New", "stanzaId": message.id_message}
        data = {"typeMessage": "editedMessage", "editedMessageData": edited}
        self.ingest(self.notification(idMessage="edit", messageData=data))
        self.receive_later(message)
        self.assertEqual(message.download_state, "fetched")
        [shown] = self.conversation()
        self.assertEqual((shown.body.striptags().strip(), shown.attachment_ids.raw), ("New", PNG))

    def test_attachment_deleted_later(self):
        """A file that somebody deletes stays deleted, and the message stays readable."""
        message = self.come(caption="Look")
        self.attachments_of(message).unlink()
        self.receive()
        self.assertFalse(message.attachment_id)
        self.assertEqual(message.download_state, "fetched")
        self.assertIn("photo.png", message._get_body())

    # === WHAT MAY BE INSIDE === #

    def test_nothing_that_a_browser_runs(self):
        """Pages, drawings with scripts and scripts are plain text, whatever they are called."""
        for name, content in (
            ("page.html", HTML),
            ("photo.jpg", HTML),
            ("page.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
            ("drawing.svg", SVG),
            ("photo.png", SVG),
            ("data.xml", b'<?xml version="1.0"?><a/>'),
            ("page.html", b"just words"),
            ("code.js", b"alert(1)"),
        ):
            with self.subTest(name, content=content[:15]):
                message = self.come(name, content)
                for file in self.attachments_of(message):
                    self.assertEqual(file.mimetype, "text/plain")
                    self.assertEqual(file.raw, content)

    def test_type_is_what_is_inside(self):
        """The type follows the content; the name counts where the content leaves it open."""
        for name, content, mimetype in (
            ("photo.pdf", PNG, "image/png"),
            ("photo", PNG, "image/png"),
            ("prices.csv", b"a,b\n1,2\n", "text/csv"),
            ("unknown", b"\x01\x02\x03\x04", "application/octet-stream"),
        ):
            with self.subTest(name):
                message = self.come(name, content)
                self.assertEqual(message.attachment_id.mimetype, mimetype)
                self.assertEqual(message.attachment_id.raw, content)

    def test_hostile_names(self):
        """No name leaves its folder, hides its extension or breaks a file system."""
        self.phone.fault("download", "status", times=20, status=503)
        for name, safe in (
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("..\\..\\boot.ini", ".._.._boot.ini"),
            ("a\x00b\r\nc.txt", "abc.txt"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("...", "file"),
            ("/", "file"),
            ("x" * 5000 + ".pdf", "x" * 196 + ".pdf"),
            ("x" * 5000, "x" * 200),
            ("Счёт №7 😀.pdf", "Счёт №7 😀.pdf"),
        ):
            with self.subTest(name[:20]):
                self.assertEqual(clean_received_name(name), safe)

    def test_large_photo_stays_as_it_is(self):
        """Odoo makes large pictures smaller that people upload; a received one is evidence."""
        name = "base.image_autoresize_max_px"
        self.env["ir.config_parameter"].sudo().set_param(name, "1x1")
        message = self.come("photo.png", PNG + b"tail")
        self.assertEqual(message.attachment_id.raw, PNG + b"tail")

    # === SIZE === #

    def test_too_large(self):
        """A file above the limit is not fetched; people see its size, and may fetch it."""
        self.instance.auto_download_max_mb = 1
        content = b"x" * 3 * MEGABYTE
        message = self.come("film.mp4", content, "Look")
        self.assertEqual(message.download_state, "too_large")
        self.assertEqual(message.file_size, len(content))
        [shown] = self.conversation()
        self.assertIn("film.mp4", shown.body)
        self.assertIn("Not downloaded, 3 MB", shown.body)
        self.assertIn(f'data-oe-model="telegram.message" data-oe-id="{message.id}"', shown.body)
        self.receive()
        self.assertEqual(message.download_attempts, 1, "not tried again by itself")
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assertEqual(message.download_state, "fetched")
        self.assertEqual(shown.attachment_ids.file_size, len(content))
        self.assertNotIn("Not downloaded", shown.body)

    def test_size_that_was_not_announced(self):
        """A host that does not say how large a file is gets no more than the limit."""
        self.instance.auto_download_max_mb = 1
        self.phone.fault("download", "endless")
        message = self.come()
        self.assertEqual((message.download_state, message.file_size), ("too_large", 0))
        self.assertEqual(message.file_message, "Not downloaded")

    def test_no_files_by_themselves(self):
        """With a limit of 0 nothing is fetched until somebody asks."""
        self.instance.auto_download_max_mb = 0
        message = self.come()
        self.assertEqual((message.download_state, message.download_attempts), ("too_large", 0))
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assertEqual(message.download_state, "fetched")

    def test_fetch_button_is_for_operators(self):
        """Nobody fetches files of an account that they do not operate; nor what is there."""
        self.instance.auto_download_max_mb = 0
        message = self.come()
        other = self.create_user("telegram_other", "user", "employee")
        with self.assertRaises(AccessError):
            message.with_user(other).action_fetch_file()
        self.assertEqual(message.download_state, "too_large")
        message.download_state = "fetched"
        with self.assertRaises(UserError):
            message.with_user(self.salesperson).action_fetch_file()

    def test_memory(self):
        """A file of 30 MB does not cost 30 MB of memory."""
        content = os.urandom(MEGABYTE) * 30
        self.phone.write_file(CUSTOMER_CHAT, "film.mp4", content)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.receive()
        _now, peak = tracemalloc.get_traced_memory()
        self.assertEqual(self.last().attachment_id.file_size, len(content))
        self.assertLess(peak, 15 * MEGABYTE)

    def test_attachments_in_the_database(self):
        """Where Odoo keeps attachments in the database, files are kept there."""
        self.env["ir.config_parameter"].sudo().set_param("ir_attachment.location", "db")
        file = self.come("a.bin", b"\x01\x02").attachment_id
        self.assertEqual((file.raw, file.store_fname, file.file_size), (b"\x01\x02", False, 2))


@tagged("post_install", "-at_install")
class TestFilesServed(FilesCase, HttpCase):
    """Files as a browser gets them."""

    def test_page_is_never_shown_as_a_page(self):
        """A page that a customer sends is text or a download, and may run nothing."""
        file = self.come("page.html", HTML).attachment_id
        self.authenticate("telegram_salesperson", "telegram_salesperson")
        for url in (f"/web/content/{file.id}", f"/web/content/{file.id}?download=true"):
            with self.subTest(url):
                response = self.url_open(url)
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
                self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        self.assertEqual(response.content, HTML)

    def test_strangers_get_nothing(self):
        """Who is not signed in, or not a member, gets no file."""
        file = self.come().attachment_id
        self.create_user("telegram_stranger", "employee")
        for login in (None, "telegram_stranger"):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)
        self.authenticate("telegram_colleague", "telegram_colleague")
        response = self.url_open(f"/web/image/{file.id}")
        self.assertEqual((response.status_code, response.content), (200, PNG))
