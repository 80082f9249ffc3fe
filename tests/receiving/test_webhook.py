# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from unittest.mock import patch

from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ... import const
from ...controllers import webhook
from ..common import SECRET_MARK, TelegramCase

LOGGER = "odoo.addons.telegram_green_api.controllers.webhook"


class WebhookCase(TelegramCase, HttpCase):
    """An instance whose messages come in by webhook, and the service that delivers them."""

    def setUp(self):
        super().setUp()
        self.secret = f"{SECRET_MARK}webhook"
        self.instance.receive_mode = "webhook"
        self.instance._get_webhook_secret()
        self.instance._store_secret("webhook_secret", self.secret)
        self.instance.write({"is_receiving_configured": True})
        self.instance.webhook_url = self.instance._get_webhook_address()
        self.opener.cookies.clear()
        webhook._logged_at.clear()

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def post(self, body, *, secret=None, url=None, **headers):
        """Post to the webhook; bytes and texts as they are, everything else as JSON."""
        if not isinstance(body, bytes | str):
            body = json.dumps(body)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {secret or self.secret}",
            **headers,
        }
        url = url or self.instance.webhook_url
        return self.opener.post(url, data=body, headers=headers, timeout=60)

    def events(self):
        return self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])


@tagged("post_install", "-at_install")
class TestWebhook(WebhookCase):
    """What the service delivers is stored; whatever else comes costs little and changes nothing."""

    # --- Taken in ------------------------------------------------------------------------

    def test_problem(self):
        """That the address cannot work is said when the webhook is chosen, before it is set up."""
        self.env["ir.config_parameter"].set_param("web.base.url", "http://example.com")
        self.instance.write(
            {"api_url": "https://4100.api.green-api.com", "receive_mode": "polling"}
        )
        self.assertFalse(self.instance.webhook_problem)
        with Form(self.instance) as form:
            form.receive_mode = "webhook"
            self.assertIn("does not begin with https", form.webhook_problem)
            form.receive_mode = "polling"
            self.assertFalse(form.webhook_problem)

    def test_stored_then_processed(self):
        """A delivery is only stored; the receive action, woken by it, makes the message."""
        triggers = self.env["ir.cron.trigger"]
        domain = [("cron_id", "=", self.instance.receive_cron_id.id)]
        before = triggers.search_count(domain)
        response = self.post(self.notification("By webhook"))
        self.assertEqual((response.status_code, response.json()), (200, {}))
        self.assertNotIn("Set-Cookie", response.headers)
        event = self.events()
        self.assertEqual((event.state, event.source), ("new", "webhook"))
        self.assertGreater(triggers.search_count(domain), before)
        self.receive()
        self.assertEqual((event.state, event.message_id.text), ("done", "By webhook"))
        self.assertEqual(self.phone.requests("receiveNotification"), [], "nothing was polled")

    def test_forms_of_the_header(self):
        """The forms in which the service is known to send the secret, and no other."""
        for number, (header, status) in enumerate(
            (
                (f"Bearer {self.secret}", 200),
                (f"bearer  {self.secret} ", 200),
                (f"Basic {self.secret}", 200),
                (self.secret, 200),
                (f"Bearer Bearer {self.secret}", 401),
                (f"{self.secret} more", 401),
                ("Bearer", 401),
                ("Bearer \xe9\xff", 401),
                ("", 401),
            )
        ):
            with self.subTest(header), mute_logger(LOGGER):
                body = self.notification(idMessage=str(number))
                response = self.post(body, Authorization=header.encode("latin-1"))
                self.assertEqual(response.status_code, status)

    def test_duplicate(self):
        """A repeated delivery is answered 200 and stored once: else it would come for ever."""
        for _time in range(3):
            self.assertEqual(self.post(self.notification()).status_code, 200)
        self.assertEqual(len(self.events()), 1)

    def test_processing_broken(self):
        """While no event can be processed, deliveries are stored all the same."""

        def fail(*_args):
            raise ZeroDivisionError("on purpose")

        with (
            patch.object(self.registry["telegram.event"], "_process_inbox", fail),
            mute_logger("odoo.addons.base.models.ir_cron"),
        ):
            self.assertEqual(self.post(self.notification(idMessage="1")).status_code, 200)
            self.assertIsNot(self.instance.receive_cron_id.method_direct_trigger(), True)
            self.assertEqual(self.post(self.notification(idMessage="2")).status_code, 200)
        self.receive()
        self.assertEqual(set(self.events().mapped("state")), {"done"})

    def test_odd_content(self):
        """What the right sender delivers is kept, however odd: a refusal stops what follows."""
        bodies = (
            self.notification("a\x00b", idMessage="1"),
            '{"typeWebhook": "a\\ud800b", "idMessage": "2"}',
            b'{"typeWebhook": "invalid \xff\xfe UTF-8", "idMessage": "3"}',
            '{"typeWebhook": "numbers", "idMessage": "4", "a": NaN, "b": -Infinity, "c": 1e999}',
            f'{{"typeWebhook": "huge", "idMessage": "5", "n": {"9" * 4000}}}',
            f'{{"typeWebhook": "larger", "idMessage": "6", "n": {"9" * 5000}}}',
            b'\xef\xbb\xbf{"typeWebhook": "byte order mark", "idMessage": "7"}',
            {"typeWebhook": "<script>alert(1)</script>", "instanceData": []},
            {},
        )
        for body in bodies:
            with self.subTest(str(body)[:60]):
                self.assertEqual(self.post(body).status_code, 200)
        self.receive()
        self.assertEqual(len(self.events()), len(bodies))
        self.assertNotIn("new", self.events().mapped("state"))
        listed = self.events().web_read({"type_webhook": {}, "payload_pretty": {}, "error": {}})
        json.dumps(listed, ensure_ascii=False).encode()  # as the answer to the browser

    # --- Refused ------------------------------------------------------------------------

    def answers_of(self, *requests):
        """Give what is answered to each request, and how many queries that took."""
        found = []
        for request in (requests[0], *requests):  # the first fills Odoo's caches
            before = self.cr.sql_log_count
            with mute_logger(LOGGER):
                response = request()
            headers = {k: v for k, v in response.headers.items() if k != "Date"}
            queries = self.cr.sql_log_count - before
            found.append((response.status_code, response.content, headers, queries))
        return found[1:]

    def test_strangers_learn_nothing(self):
        """Wrong secret, no secret, unknown or archived instance: nobody can tell them apart."""
        silent = self._create_instance(self._create_phone(), name="No secret")
        silent._get_webhook_secret()
        silent._store_secret("webhook_secret", None)
        archived = self._create_instance(self._create_phone(), name="Archived", active=False)
        archived._get_webhook_secret()
        archived._store_secret("webhook_secret", self.secret)
        right = self.instance.webhook_url
        other = right.rpartition("/")[0]
        urls = (
            f"{other}/unknown",
            f"{other}/{self.instance.id_instance}",
            f"{other}/a%00b%ff",
            silent._get_webhook_address(),
            archived._get_webhook_address(),
        )
        body = json.dumps(self.notification())
        answers = self.answers_of(
            lambda: self.post(body, url=right, secret="wrong"),
            lambda: self.post("no JSON", url=right, secret="wrong"),
            lambda: self.post(body, url=urls[3], secret="False"),
            lambda: self.post(body, url=urls[3], Authorization=""),
            *(lambda url=url: self.post(body, url=url) for url in urls),
        )
        self.assertEqual(answers[0][:2], (401, b"{}"))
        self.assertNotIn("Set-Cookie", answers[0][2])
        for answer in answers:
            self.assertEqual(answer, answers[0])
        self.assertFalse(self.env["telegram.event"].search([("source", "=", "webhook")]))

    def test_other_account(self):
        """What is about another account is refused, and waits for that one at GREEN-API."""
        with mute_logger(LOGGER):
            body = self.notification(instanceData={"idInstance": 4100999999})
            self.assertEqual(self.post(body).status_code, 400)
        self.assertFalse(self.events())

    def test_empty(self):
        """Where the body got lost on the way, the notification has to come again."""
        for body in ("", " \n"):
            with mute_logger(LOGGER):
                self.assertEqual(self.post(body).status_code, 400)
        self.assertFalse(self.events())

    def test_no_notification(self):
        """What cannot be read is set aside: refused, it would come each minute, before others."""
        deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"
        bodies = ("no JSON", "[1]", '"text"', "null", "7", "true", "NaN", "a\x00b", deep)
        for body in bodies:
            with self.subTest(body[:40]):
                for _delivery in range(2):
                    self.assertEqual(self.post(body).status_code, 200)
        self.receive()
        events = self.events()
        self.assertEqual(len(events), len(bodies))
        self.assertEqual(set(events.mapped("state")), {"error"})
        self.assertTrue(all(event.error for event in events))
        self.assertIn(deep, events.mapped("payload_pretty"))

    def test_nested_almost_too_deep(self):
        """Wherever exactly nesting becomes too deep: it is stored, and people can look at it."""
        for depth in (*range(90, 110), *range(600, 1100, 50)):
            body = '{"typeWebhook":"deep","a":' + "[" * depth + "]" * depth + "}"
            self.assertEqual(self.post(body).status_code, 200, depth)
        self.receive()
        self.assertEqual(set(self.events().mapped("state")), {"ignored", "error"})
        self.assertTrue(all(self.events().mapped("payload_pretty")))

    def test_too_large(self):
        """The beginning of a body above the limit is set aside; without the secret none is read."""
        for size in (const.NOTIFICATION_MAX_BYTES, 10 * const.NOTIFICATION_MAX_BYTES):
            body = json.dumps({"typeWebhook": "large", "size": size, "a": "x" * size})
            with mute_logger(LOGGER):
                self.assertEqual(self.post(body, secret="wrong").status_code, 401)
            self.assertFalse(self.events())
            self.assertEqual(self.post(body).status_code, 200)
            event = self.events()
            self.assertEqual(event.state, "error")
            self.assertIn(f"{const.NOTIFICATION_MAX_BYTES // 2**20} MB", event.error)
            self.assertEqual(event.payload, body[: const.NOTIFICATION_MAX_BYTES])
            event.unlink()

    def test_forms(self):
        """A web form is refused unread: Odoo would read it before the secret is looked at."""
        for mimetype in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            with self.subTest(mimetype):
                response = self.post("a=1", **{"Content-Type": mimetype})
                self.assertEqual(response.status_code, 413)

    def test_other_verbs(self):
        """Only POST delivers."""
        for verb in ("GET", "PUT", "DELETE", "HEAD"):
            with self.subTest(verb):
                response = self.opener.request(verb, self.instance.webhook_url, timeout=60)
                self.assertEqual(response.status_code, 405)

    def test_flood_is_quiet(self):
        """Many wrong requests write one line for an instance, and one for all unknown ones."""
        other = self.instance.webhook_url.rpartition("/")[0]
        with self.assertLogs(LOGGER) as logs:
            for number in range(10):
                self.post({}, secret=f"{SECRET_MARK}{number}")
                self.post({}, url=f"{other}/unknown{number}")
        self.assertEqual(len(logs.output), 2)
        self.assertNotIn(SECRET_MARK, "".join(logs.output))

    def test_query_names_no_other_instance(self):
        """What stands behind the question mark does not replace the key in the path."""
        url = f"{self.instance.webhook_url.rpartition('/')[0]}/unknown"
        with mute_logger(LOGGER):
            response = self.post({}, url=f"{url}?webhook_key={self.instance.webhook_key}")
        self.assertEqual(response.status_code, 401)
