# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import errno
import os
import tracemalloc
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models import ir_attachment, telegram_message_download
from ..models import telegram_event_receiving as receiving
from .common import CUSTOMER_CHAT
from .test_discuss_channel import DiscussCase

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
MEGABYTE = 1024 * 1024


class FilesCase(DiscussCase):
    """Short ways to files that come in."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.phone.clear_faults)  # those of files are for all instances

    def receive(self, instance=None):
        result = super().receive(instance)
        self.env.invalidate_all()
        return result

    def come(self, name="photo.png", content=PNG, caption="", **values):
        """Let the customer send a file, and the receive action run; return the message."""
        self.phone.write_file(CUSTOMER_CHAT, name, content, caption, **values)
        self.receive()
        return self.last()

    def last(self):
        domain = [("instance_id", "=", self.instance.id)]
        return self.env["telegram.message"].search(domain, limit=1)

    def receive_later(self, message):
        """Run the receive action when the next attempt is due."""
        message.download_after = fields.Datetime.now() - timedelta(seconds=1)
        self.receive()

    def attachments_of(self, message):
        return self.env["ir.attachment"].search(
            [("id", "in", message.mail_message_ids.attachment_ids.ids)]
        )

    def assert_waits(self, message, attempts):
        self.assertEqual((message.download_state, message.download_attempts), ("waiting", attempts))
        self.assertGreater(message.download_after, fields.Datetime.now())
        self.assertFalse(message.attachment_id)


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
                message._post_on_records()
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
        [file] = message._get_shown(first).attachment_ids
        self.assertEqual((file.res_id, file.raw), (first.id, PNG))
        messages._link_to_record(second)
        self.assertFalse(file.exists())
        self.assertEqual(message._get_shown(second).attachment_ids.res_id, second.id)
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
        stranger = new_test_user(self.env, "telegram_stranger", groups="base.group_user")
        portal = new_test_user(self.env, "telegram_portal", groups="base.group_portal")
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
        own._absorb(twin)
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
                message = self.env["telegram.message"].new({"file_name": name})
                self.assertEqual(message._get_safe_file_name(), safe)

    def test_large_photo_stays_as_it_is(self):
        """Odoo makes large pictures smaller that people upload; a received one is evidence."""
        name = "base.image_autoresize_max_px"
        self.env["ir.config_parameter"].sudo().set_param(name, "1x1")
        message = self.come("photo.png", PNG + b"tail")
        self.assertEqual(message.attachment_id.raw, PNG + b"tail")

    # === SIZE === #

    def test_too_large(self):
        """A file above the limit is not fetched; people see its size, and may fetch it."""
        self.instance.file_limit = 1
        content = b"x" * 3 * MEGABYTE
        message = self.come("film.mp4", content, "Look")
        self.assertEqual(message.download_state, "too_large")
        self.assertEqual(message.file_size, len(content))
        [shown] = self.conversation()
        self.assertIn("film.mp4", shown.body)
        self.assertIn("not fetched, 3 MB", shown.body)
        self.assertIn(f'data-oe-model="telegram.message" data-oe-id="{message.id}"', shown.body)
        self.receive()
        self.assertEqual(message.download_attempts, 1, "not tried again by itself")
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assertEqual(message.download_state, "fetched")
        self.assertEqual(shown.attachment_ids.file_size, len(content))
        self.assertNotIn("not fetched", shown.body)

    def test_size_that_was_not_announced(self):
        """A host that does not say how large a file is gets no more than the limit."""
        self.instance.file_limit = 1
        self.phone.fault("download", "endless")
        message = self.come()
        self.assertEqual((message.download_state, message.file_size), ("too_large", 0))
        self.assertEqual(message.file_message, "not fetched")

    def test_no_files_by_themselves(self):
        """With a limit of 0 nothing is fetched until somebody asks."""
        self.instance.file_limit = 0
        message = self.come()
        self.assertEqual((message.download_state, message.download_attempts), ("too_large", 0))
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assertEqual(message.download_state, "fetched")

    def test_fetch_button_is_for_operators(self):
        """Nobody fetches files of an account that they do not operate; nor what is there."""
        self.instance.file_limit = 0
        message = self.come()
        other = new_test_user(
            self.env, "telegram_other", groups="telegram_green_api.group_user,base.group_user"
        )
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

    # === FAILURES === #

    def test_expired_link_is_renewed(self):
        """A link that is too old is exchanged for a new one, once, in the same run."""
        self.phone.fault("download", "status", status=404)
        message = self.come()
        self.assertEqual(message.download_state, "fetched")
        self.assertEqual(len(self.phone.requests("downloadFile")), 1)

    def test_missing_link_is_asked_for(self):
        """A notification without a link has a file all the same."""
        id_message = self.phone.write_file(CUSTOMER_CHAT, "photo.png", PNG)
        [waiting] = self.phone.notifications()
        waiting["body"]["messageData"]["fileMessageData"]["downloadUrl"] = ""
        self.ingest(waiting["body"])
        self.receive()
        self.assertEqual(self.last().id_message, id_message)
        self.assertEqual(self.last().attachment_id.raw, PNG)

    def test_gone(self):
        """After a day the service has no file any more: that is said, and nothing is tried."""
        self.phone.fault("download", "status", status=503)
        message = self.come(caption="Look")
        self.phone.advance(25 * 3600)
        self.receive_later(message)
        self.assertEqual(message.download_state, "gone")
        [shown] = self.conversation()
        self.assertIn("does not have it any more", shown.body)
        self.assertIn("Look", shown.body)

    def test_new_link_is_dead_too(self):
        """A service that gives one dead link after the other is not asked for ever."""
        self.phone.fault("download", "status", times=5, status=410)
        message = self.come()
        self.assertEqual(message.download_state, "gone")
        self.assertEqual(len(self.phone.requests("downloadFile")), 1)

    def test_foreign_host(self):
        """A link to anywhere else is not followed; people read where it leads."""
        self.phone.write_file(CUSTOMER_CHAT, "photo.png", PNG)
        [waiting] = self.phone.notifications()
        self.receive()
        data = waiting["body"]["messageData"]["fileMessageData"]
        for number, url in enumerate(
            (
                "https://files.example.com/a.png",
                "http://169.254.169.254/latest/meta-data",
                "file:///etc/passwd",
                "https://[broken",
                self.sandbox_url.replace("127.0.0.1", "127.0.0.1@files.example.com"),
            )
        ):
            with self.subTest(url):
                data["downloadUrl"] = url
                self.ingest({**waiting["body"], "idMessage": f"foreign{number}"})
                self.receive()
                message = self.last()
                self.assertEqual(message.id_message, f"foreign{number}")
                self.assertEqual(message.download_state, "failed")
                self.assertIn("no host of this instance", message.file_message)
                self.assertFalse(message.attachment_id)

    def test_redirect_is_not_followed(self):
        """A host of ours that sends us on, say into our own network, gets no further."""
        self.phone.fault(
            "download", "status", status=302, headers={"Location": "http://127.0.0.1:1/secret"}
        )
        message = self.come()
        self.assertEqual(message.download_state, "failed")
        self.assertIn("does not lead to a file", message.file_message)

    def test_further_host(self):
        """A host that an administrator names is one of ours; what is no host is refused."""
        self.instance.download_hosts = "storage.example.com  files.example.com:8443"
        for bad in ("https://storage.example.com", "a/b", "user@a.example"):
            with self.subTest(bad), self.assertRaises(ValidationError):
                self.instance.download_hosts = bad
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).read(["download_hosts"])

    def test_service_is_down(self):
        """Whatever breaks on the way, it is tried again later, and nothing half is kept."""
        for number, (kind, values) in enumerate(
            (
                ("status", {"status": 503}),
                ("reset", {}),
                ("lost_before", {}),
                ("broken_off", {}),
                ("status", {"status": 429}),
            )
        ):
            with self.subTest(kind):
                self.phone.fault("download", kind, **values)
                message = self.come(content=PNG + bytes([number]))
                self.assert_waits(message, attempts=1)
                self.receive_later(message)
                self.assertEqual(message.attachment_id.raw, PNG + bytes([number]))

    def test_pauses_grow_and_end(self):
        """A file that never comes is tried more and more seldom, then left to a person."""
        self.phone.fault("download", "status", times=4, status=503)
        message = self.come()
        first = message.download_after - fields.Datetime.now()
        self.receive()
        self.assert_waits(message, attempts=1)
        self.receive_later(message)
        self.assertGreater(message.download_after - fields.Datetime.now(), first)
        message.download_attempts = telegram_message_download.MAX_ATTEMPTS - 1
        self.receive_later(message)
        self.assertEqual(message.download_state, "failed")
        self.assertIn("Try again", self.conversation().body)
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assert_waits(message, attempts=1)
        self.receive_later(message)
        self.assertEqual(message.download_state, "fetched")

    def test_wrong_token_is_the_instances_trouble(self):
        """A service that refuses the account says nothing about the file: that waits."""
        self.phone.fault("download", "status", status=404)
        self.phone.fault("downloadFile", "status", status=401)
        message = self.come()
        self.assert_waits(message, attempts=1)
        self.assertEqual(self.instance.state, "unauthorized")

    def test_full_disk(self):
        """Without room the file waits, however often; the instance says why until there is."""
        full = OSError(errno.ENOSPC, "No space left on device")
        with patch.object(ir_attachment.os, "replace", side_effect=full):
            content = os.urandom(100)
            message = self.come("a.bin", content)
            self.assert_waits(message, attempts=0)
            self.assertIn("No space left", self.instance.file_problem)
            self.receive_later(message)
            self.assert_waits(message, attempts=0)
        self.assertFalse(self.attachments_of(message))
        self.receive_later(message)
        self.assertEqual(message.attachment_id.raw, content)
        self.assertFalse(self.instance.file_problem)

    def test_nothing_is_left_on_the_disk(self):
        """Neither a file that came nor one that did not leaves a part behind."""
        self.phone.fault("download", "broken_off")
        self.come()
        self.come()
        folder = self.env["ir.attachment"]._full_path("telegram")
        self.assertEqual(os.listdir(folder), [])

    # === MESSAGES FIRST === #

    def test_messages_are_not_held_up(self):
        """While a file is on its way, and before the next one, what is new is taken in."""
        for number in range(2):
            self.phone.write_file(CUSTOMER_CHAT, f"{number}.bin", bytes(200000))
        seen = []

        def ingest(number, text):
            with self.registry.cursor() as cr:
                env = self.env(cr=cr)
                body = self.notification(text, idMessage=f"new{number}")
                env["telegram.event"]._ingest(self.instance.with_env(env), body)

        original = type(self.env["telegram.message"])._claim_file

        def claim(message):
            domain = [("instance_id", "=", self.instance.id)]
            seen.append(message.search(domain, order="id").mapped("text"))
            ingest(len(seen), f"During {len(seen)}")
            return original(message)

        with (
            patch.object(self.registry["telegram.message"], "_claim_file", claim),
            patch.object(telegram_message_download, "LOOK_AROUND", 0),
        ):
            self.receive()
        self.assertEqual(seen, [["", ""], ["", "", "During 1"]])

    def test_files_do_not_wait_for_the_end_of_the_listening_window(self):
        """While it is listened to the service, a file comes as soon as there is no message."""
        self.instance.listen_seconds = 300
        fetched = []
        original = type(self.env["telegram.message"])._fetch_files

        def fetch(messages, instance):
            fetched.append(original(messages, instance))
            return fetched[-1]

        self.phone.write_file(CUSTOMER_CHAT, "photo.png", PNG)
        with (
            patch.object(self.registry["telegram.message"], "_fetch_files", fetch),
            patch.object(receiving, "SHORTEST_WAIT", 0),
            patch.object(receiving, "is_odoo_stopping", lambda: bool(fetched)),
        ):
            self.receive()
        self.assertEqual(self.last().download_state, "fetched")
        waits = [r["query"]["receiveTimeout"] for r in self.phone.requests("receiveNotification")]
        self.assertEqual(waits, ["20", "5", "20"])

    def test_poisoned_file_holds_up_nobody(self):
        """A file that cannot be had is passed over: those behind it come."""
        self.phone.write_file(CUSTOMER_CHAT, "poison.png", PNG)
        self.phone.write_file(CUSTOMER_CHAT, "good.png", PNG)
        self.phone.fault_sequence("download", {"kind": "status", "status": 503}, "pass")
        self.receive()
        states = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(states.mapped("download_state"), ["fetched", "waiting"])

    def test_message_removed_meanwhile(self):
        """A message that is removed while its file is on the way takes nothing else with it."""
        self.phone.write_file(CUSTOMER_CHAT, "a.png", PNG)
        original = type(self.env["telegram.message"])._download

        def download(message, *args):
            original(message, *args)
            message.unlink()

        with patch.object(self.registry["telegram.message"], "_download", download):
            self.receive()
        self.assertFalse(self.last())
        self.assertEqual(self.come("b.png").download_state, "fetched")


@tagged("post_install", "-at_install")
class TestFilesServed(HttpCase, FilesCase):
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
        new_test_user(self.env, "telegram_stranger", groups="base.group_user")
        for login in (None, "telegram_stranger"):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)
        self.authenticate("telegram_colleague", "telegram_colleague")
        response = self.url_open(f"/web/image/{file.id}")
        self.assertEqual((response.status_code, response.content), (200, PNG))
