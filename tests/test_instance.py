# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EVERYTHING_ON, SECRET_MARK, TelegramCase


@tagged("post_install", "-at_install")
class TestInstance(TelegramCase):
    """What an administrator enters, and what the service says about it."""

    # --- Entering ------------------------------------------------------------------------

    def test_hosts_are_proposed_from_the_id(self):
        """The address follows the id's first four digits, and may be another all the same."""
        with Form(self.env["telegram.instance"]) as form:
            form.name = "New"
            form.id_instance = "7105123456"
            self.assertEqual(form.api_url, "https://7105.api.green-api.com")
            form.api_url = "https://api.example.com"
        self.assertEqual(form.record.api_url, "https://api.example.com")

    def test_id_with_spaces_or_letters(self):
        """An id that was copied badly is refused with the place to copy it from."""
        for id_instance in ("41000000O1", "4100-000001", "12"):
            with (
                self.subTest(id_instance),
                self.assertRaisesRegex(ValidationError, "idInstance"),
            ):
                self.instance.id_instance = id_instance

    def test_id_with_blanks(self):
        """An id copied from a PDF or a chat is refused for blanks that nobody sees."""
        for id_instance in ("4100 000001", " 4100000001", "4100000001\u00a0"):
            self.instance.id_instance = id_instance
            self.assertEqual(self.instance.id_instance, "4100000001")

    def test_same_id_twice(self):
        """Two records of one instance would take each other's notifications."""
        twin = {"name": "Twin", "id_instance": self.instance.id_instance}
        with self.assertRaisesRegex(ValidationError, "already connected as “Sales”"):
            self.instance.create(twin)
        other = self._create_instance(self._create_phone(), name="Other")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            other.id_instance = self.instance.id_instance
            self.env.flush_all()

    def test_hosts_that_are_refused(self):
        """The token travels with every call: only https, plain http for this machine alone."""
        for url, words in (
            ("http://4100.api.green-api.com", "https://"),
            ("http://127.0.0.1.example.com", "https://"),
            ("ftp://example.com", "not an address"),
            ("4100.api.green-api.com", "not an address"),
            ("https://", "not an address"),
            ("https://user:secret@example.com", "not an address"),
            ("https://exa mple.com", "not an address"),
            ("https://example.com?x=1", "not an address"),
        ):
            with self.subTest(url), self.assertRaisesRegex(ValidationError, words):
                self.instance.api_url = url
        for url in (
            "http://localhost:8089",
            "http://[::1]:8089",
            "https://4100.api.green-api.com/",
        ):
            self.instance.api_url = url

    def test_token_with_spaces(self):
        """A token with a space inside is refused; the blanks around a pasted one are dropped."""
        with self.assertRaisesRegex(ValidationError, "apiTokenInstance"):
            self.instance.api_token_new = "abc def"
        self.instance.api_token_new = f"  {self.phone.token}\n"
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    # --- The token stays inside ----------------------------------------------------------

    def test_token_is_never_given_back(self):
        """Whoever asks, an administrator included, learns only that the token is set."""
        admin = self.create_user("telegram_admin", "system", "manager")
        instance = self.instance.with_user(admin)
        self.assertTrue(instance.has_api_token)
        self.assertFalse(instance.api_token_new)
        with self.assertRaises(AccessError):
            instance.read(["api_token"])
        with self.assertRaises(AccessError):
            instance.search([("api_token", "=like", "d%")])
        with self.assertRaises(AccessError):
            instance.export_data(["api_token"])
        with self.assertRaises(AccessError):
            instance._read_group([], ["api_token"])
        self.assertNotIn("api_token", instance.fields_get())
        self.assertNotIn(SECRET_MARK, str(instance.read()))
        self.assertNotIn(SECRET_MARK, str(instance.export_data(["name", "api_token_new"])))

    def test_token_is_not_in_the_answer_to_saving_it(self):
        """The web client reads a form back as it saves it: without what was just typed."""
        saved = self.instance.web_save(
            {"api_token_new": self.phone.token}, {"api_token_new": {}, "name": {}}
        )
        self.assertNotIn(SECRET_MARK, str(saved))
        values = {"name": "New", "id_instance": "4100666666", "api_token_new": self.phone.token}
        made = self.env["telegram.instance"].web_save(values, {"api_token_new": {}, "name": {}})
        self.assertNotIn(SECRET_MARK, str(made))

    def test_failed_statement_does_not_log_the_token(self):
        """A statement that fails stands in the log with its values: not with the token."""
        other = self._create_instance(self._create_phone(), name="Other")
        self.env.flush_all()
        secret = f"{SECRET_MARK}new"
        with self.assertLogs("odoo.sql_db", "ERROR") as logs, self.assertRaises(UniqueViolation):
            other.write({"id_instance": self.instance.id_instance, "api_token_new": secret})
            self.env.flush_all()
        self.assertNotIn(SECRET_MARK, "".join(logs.output))

    def test_copy_has_no_token(self):
        """A duplicate does not carry the token along."""
        duplicate = self.instance.copy({"id_instance": "4100999999"})
        self.assertFalse(duplicate.has_api_token)

    # --- What the service says -----------------------------------------------------------

    def check_state(self):
        with self.enter_registry_test_mode():
            return self.instance.action_check_state()

    def test_each_state_has_its_own_sentence(self):
        """Every state is told in its own words."""
        sentences = set()
        states = ("notAuthorized", "starting", "pendingPassword", "suspended", "blocked")
        for state in (*states, "authorized"):
            with self.subTest(state):
                self.phone.change(stateInstance=state)
                self.check_state()
                self.assertEqual(self.instance.state, state)
                sentences.add(self.instance.state_message)
        self.assertEqual(len(sentences), 6)

    def test_each_failure_has_its_own_sentence(self):
        """Wrong token, wrong id, not paid, deleted, no network: each is told apart."""
        sentences = set()

        def check(words):
            self.check_state()
            self.assertIn(words, self.instance.state_message)
            self.assertNotIn(SECRET_MARK, self.instance.state_message)
            sentences.add(self.instance.state_message)

        self.phone.change(expired=True)
        check("subscription has expired")
        self.phone.change(expired=False, deleted=True)
        check("deleted")
        self.phone.change(deleted=False)
        self.phone.fault("getStateInstance", "html")
        check("not one of GREEN-API")
        self.phone.fault("getStateInstance", "lost_before")
        check("connection to")
        self.phone.fault("getStateInstance", "status", status=502, body="<html>Bad Gateway</html>")
        check("temporarily unavailable")
        self.phone.fault("getStateInstance", "status", status=404, body="<html>No</html>")
        check("does not know the request")
        self.instance.api_token_new = "wrong"
        check("apiTokenInstance")
        self.instance.id_instance = "4100777777"
        check("idInstance")
        self.instance.api_url = "http://127.0.0.1:9"
        check("no connection")
        self.assertEqual(len(sentences), 9)
        self.instance.api_url = self.sandbox_url
        self.instance.write(
            {"id_instance": str(self.phone.id_instance), "api_token_new": self.phone.token}
        )
        self.check_state()
        self.assertEqual((self.instance.state, self.instance.last_error), ("authorized", False))

    def test_no_token(self):
        """Without a token nothing is asked, and the person reads what is missing."""
        instance = self.instance.create({"name": "New", "id_instance": "4100888888"})
        with self.assertRaisesRegex(UserError, "token"):
            instance.action_check_state()

    def test_not_authorized_opens_the_sign_in(self):
        """Checking the state of an account without a session leads straight to the QR code."""
        self.phone.change(stateInstance="notAuthorized")
        action = self.check_state()
        self.assertEqual(action["res_model"], "telegram.sign.in")

    def test_receiving_is_set_up_once(self):
        """Settings are changed in one call and only when they differ: it restarts the instance."""
        phone = self._create_phone(settings={})
        instance = self._create_instance(phone, name="Fresh")
        instance._set_up_receiving()
        instance._set_up_receiving()
        self.assertEqual(len(phone.requests("setSettings")), 1)
        self.assertTrue(instance.is_receiving_configured)
        settings = phone.instance()["settings"]
        self.assertLessEqual(EVERYTHING_ON.items(), settings.items())

    # --- Scheduled actions ---------------------------------------------------------------

    def test_scheduled_actions_live_with_the_instance(self):
        """They come with the instance, follow its name and its being active, and go with it."""
        crons = self.instance.send_cron_id | self.instance.receive_cron_id
        actions = crons.ir_actions_server_id
        self.assertEqual(len(crons), 2)
        self.assertTrue(all(crons.mapped("active")))
        self.instance.write({"active": False, "name": "Closed"})
        self.assertFalse(any(crons.mapped("active")))
        self.assertIn("Closed", crons[0].name)
        self.instance.active = True
        self.assertTrue(all(crons.mapped("active")))
        message = self.write_from(self.customer, "Hello")
        self.ingest(self.notification())
        with self.assertRaisesRegex(UserError, "still wait"):
            self.instance.unlink()
        message.action_cancel()
        self.instance.unlink()
        self.assertFalse(crons.exists())
        self.assertFalse(actions.exists())

    def test_unarchived_sends_at_once(self):
        """Messages that waited would wait for the next scheduled run, for minutes."""
        self.instance.active = False
        cron = self.instance.send_cron_id
        triggers = [("cron_id", "=", cron.id)]
        self.env["ir.cron.trigger"].search(triggers).unlink()
        self.instance.active = True
        self.assertTrue(self.env["ir.cron.trigger"].search(triggers))

    def test_archived_while_its_action_runs(self):
        """An action that could not be switched off does nothing for an archived instance."""
        self.write_from(self.customer, "Too late")
        self.phone.write("10000000", "Not taken in")
        self.instance.active = False
        self.send_queue()
        self.receive()
        self.assertEqual((self.phone.ledger(), len(self.phone.notifications())), ([], 1))

    def test_neutralized_copy_stays_silent(self):
        """On a neutralised copy of the database the actions are not switched on by accident."""
        self.instance.active = False
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.instance.active = True
        self.assertFalse(self.instance.send_cron_id.active)

    def test_neutralize(self):
        """A copied database has neither a token nor anything that could still be sent."""
        message = self.write_from(self.customer, "Never from a copy")
        self.env.flush_all()
        from odoo.modules.neutralize import get_neutralization_queries

        for query in get_neutralization_queries(["telegram_green_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.instance.sudo().api_token)
        self.assertEqual(message.state, "canceled")
        self.instance.api_token_new = self.phone.token
        self.instance.state = "authorized"
        self.send_queue()
        self.assertEqual(self.phone.ledger(), [])

    # --- Choosing one --------------------------------------------------------------------

    def test_default_instance(self):
        """Who operates an account writes by it; without one, the words say whom to ask."""
        self.assertEqual(
            self.env["telegram.instance"].with_user(self.salesperson)._default(), self.instance
        )
        company = self.env["res.company"].create({"name": "No Telegram Ltd"})
        with self.assertRaisesRegex(UserError, "No Telegram Ltd"):
            self.env["telegram.instance"].with_company(company)._default()

    def test_record_is_written_from_its_company(self):
        """A record of another company goes out by that company's account."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        other = self._create_instance(self._create_phone(), name="Other", company_id=company.id)
        partner = self.customer.copy({"company_id": company.id})
        message = self.write_from(partner, "Hello", user=self.env.user)
        self.assertEqual(message.instance_id, other)

    def test_send_text_refuses_odd_chat_ids(self):
        """A chat id with letters, or a naked plus, is refused before anything is queued."""
        for chat_id in ("abc", "+79998887766", "", "79998887766@g.us", "1 2"):
            with self.subTest(chat_id), self.assertRaisesRegex(UserError, "chat ID"):
                self.instance.send_text(chat_id, "Hello")

    def test_send_text_refuses_what_is_no_text(self):
        """A number, a list, or nothing that could be seen is refused in words."""
        for text in (5, ["a"], {"a": 1}, b"bytes", "\u200b\u200d", "\ud800"):
            with self.subTest(text), self.assertRaises(UserError):
                self.instance.send_text("10000000", text)

    def test_examples_for_programmers(self):
        """The two calls of doc/python.rst: to a chat, and to a group."""
        instance = self.instance.with_user(self.salesperson)
        first = instance.send_text("10000000", "I use GREEN-API to send this message!")
        second = instance.send_text("-10000000000000", "And this one to a group")
        self.assertEqual((first | second).mapped("state"), ["queued", "queued"])
        self.send_queue()
        self.assertEqual(
            [entry["chatId"] for entry in self.phone.ledger()], ["10000000", "-10000000000000"]
        )
