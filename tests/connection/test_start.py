# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SECRET_MARK, TelegramCase

OWN_CHAT = "20000000"


class StartCase(TelegramCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.create_user("start_admin", "system", "manager")
        cls.manager = cls.create_user("start_manager", "manager")

    def begin(self, instance=None, user=None):
        model = self.env["telegram.onboarding"].with_user(user or self.admin)
        self.answer = model.start(instance.id if instance else False)
        self.start = model.browse(self.answer["id"])
        return self.answer

    def call(self, method, *args):
        with self.enter_registry_test_mode():
            answer = getattr(self.start, method)(*args)
        self.env.invalidate_all()
        return answer

    def connect(self, phone, **values):
        values = {
            "name": "Fresh",
            "id_instance": str(phone.id_instance),
            "api_token": phone.token,
            "api_url": self.sandbox_url,
            **values,
        }
        return self.call("connect", *values.values())

    def find(self, phone):
        domain = [("id_instance", "=", str(phone.id_instance))]
        return self.env["telegram.instance"].search(domain)


@tagged("post_install", "-at_install")
class TestStart(StartCase):
    """From nothing to a proven connection, closed in between, and with everything that fails."""

    def setUp(self):
        super().setUp()
        self.fresh = self._create_phone(stateInstance="notAuthorized", settings={})

    def test_whole_way(self):
        """Credentials, sign-in, way of receiving, test: each step follows from the last."""
        self.assertEqual(self.begin()["step"], "credentials")
        answer = self.connect(self.fresh)
        self.assertEqual(answer["step"], "sign_in")
        instance = self.find(self.fresh)
        self.assertEqual((instance.name, instance.operator_ids), ("Fresh", self.admin))
        sign_in = self.env["telegram.sign.in"].with_user(self.admin).browse(answer["sign_in_id"])
        sign_in.refresh()
        self.fresh.scan()
        sign_in.refresh()
        self.assertEqual(self.fresh.requests("setSettings"), [], "the person chooses the way first")
        self.assertEqual(self.call("get_progress")["step"], "receiving")
        answer = self.call("set_receiving", "polling")
        self.assertEqual((answer["step"], answer["is_good"]), ("test", True))
        self.assertEqual(self.call("send_test")["status"], "queued")
        self.send_queue(instance)
        self.assertEqual(self.call("check_test")["status"], "sent")
        self.receive(instance)
        self.assertEqual(self.call("check_test")["status"], "proven")
        self.assertEqual(self.call("get_progress")["step"], "done")
        self.assertEqual([entry["chatId"] for entry in self.fresh.ledger()], [OWN_CHAT])
        chat = self.env["telegram.chat"].search([("instance_id", "=", instance.id)])
        self.assertEqual((chat.name, chat.telegram_id), ("Saved Messages", OWN_CHAT))

    def test_goes_on_where_it_was_closed(self):
        """Begun anew for an instance, it is at the step that the instance has reached."""
        instance = self._create_instance(
            self.fresh, state="unchecked", is_receiving_configured=False
        )
        self.assertEqual(self.begin(instance)["step"], "sign_in")
        instance.write({"state": "authorized"})
        self.assertEqual(self.begin(instance)["step"], "receiving")
        instance.write({"settings_sent_date": fields.Datetime.now(), "state": "starting"})
        self.assertEqual(self.begin(instance)["step"], "test", "it restarts because it was told")
        instance.write({"state": "authorized", "is_receiving_configured": True})
        self.assertEqual(self.begin(instance)["step"], "test")
        instance.write({"test_date": fields.Datetime.now()})
        self.assertEqual(self.begin(instance)["step"], "done")
        instance.write({"state": "unauthorized"})
        self.assertEqual(self.begin(instance)["step"], "credentials")

    def test_wrong_credentials(self):
        """Each mistake is told before anything is made; the token is not told back."""
        self.begin()
        for values, words in (
            (
                {"api_token": f"{SECRET_MARK}wrong"},
                "does not accept this instance ID",
            ),
            ({"id_instance": "4100999999"}, "does not accept this instance ID"),
            ({"id_instance": "41 O0"}, "not a number"),
            ({"id_instance": ""}, "not a number"),
            ({"api_token": "two words"}, "only letters and digits"),
            ({"api_token": ""}, "only letters and digits"),
            ({"api_url": "http://example.com"}, "https://"),
            ({"api_url": "http://127.0.0.1:9"}, "no connection"),
        ):
            with self.subTest(values):
                answer = self.connect(self.fresh, **values)
                self.assertEqual(answer["step"], "credentials")
                self.assertIn(words, answer["error"])
                if "invalid" in answer:
                    self.assertEqual(answer["invalid"], next(iter(values)))
                self.assertNotIn(SECRET_MARK, str(answer))
                self.assertFalse(self.find(self.fresh))

    def test_refused_credentials_are_not_logged_for_ever(self):
        """A call with credentials of no instance would stay in the log, which no days end."""
        self.begin()
        self.connect(self.fresh, api_token="wrong")
        here = [("method", "=", "getStateInstance"), ("instance_id", "=", False)]
        calls = self.env["telegram.call"].search(here)
        self.assertTrue(calls, "whoever looks why it was refused finds it")
        self.env.cr.execute(
            "UPDATE telegram_call SET create_date = create_date - interval '15 days' "
            "WHERE id = ANY(%s)",
            [calls.ids],
        )
        self.env["telegram.call"]._gc_calls()
        self.assertFalse(calls.exists())

    def test_service_in_trouble(self):
        """A failure of the service is told as its own, not as wrong credentials."""
        self.begin()
        self.fresh.fault("getStateInstance", "status", status=502)
        self.assertIn("temporarily unavailable", self.connect(self.fresh)["error"])
        self.fresh.change(expired=True)
        self.assertIn("subscription has expired", self.connect(self.fresh)["error"])
        self.fresh.change(deleted=True)
        self.assertIn("was deleted", self.connect(self.fresh)["error"])
        self.assertFalse(self.find(self.fresh))

    def test_connected_already(self):
        """The same id a second time is the same instance: asked first, with the new token, back
        if archived, and never renamed."""
        self.instance.api_token_new = "former"
        self.instance.active = False
        self.begin()
        answer = self.connect(self.phone, name="Again")
        self.assertEqual(answer["connected"]["id"], self.instance.id)
        self.assertIn("“Sales”, which is archived", answer["connected"]["message"])
        self.assertEqual(self.instance.sudo().api_token, "former")
        self.assertFalse(self.instance.active)
        self.connect(self.phone, name="Again", replace=True)
        self.assertTrue(self.instance.active)
        self.assertEqual(self.instance.name, "Sales")
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    def test_blanks(self):
        """An ID copied with blanks is that ID, in the guide as in the form."""
        self.begin()
        digits = str(self.fresh.id_instance)
        answer = self.connect(
            self.fresh, id_instance=f" {digits[:2]} {digits[2:6]}\xa0{digits[6:]}"
        )
        self.assertEqual(answer["step"], "sign_in")
        self.assertEqual(self.find(self.fresh).id_instance, digits)
        self.instance.id_instance = "41 0000 0077"
        self.assertEqual(self.instance.id_instance, "4100000077")
        with self.assertRaisesRegex(UserError, "“abc” is not a number"):
            self.env["telegram.instance"].create({"name": "By hand", "id_instance": "abc"})
        by_hand = self.env["telegram.instance"].create(
            {"name": "By hand", "id_instance": "41 0000 0078", "api_url": False}
        )
        self.assertEqual(by_hand.api_url, "https://4100.api.green-api.com")

    def test_unfinished(self):
        """What was begun is offered, and nothing else; the stored token need not be repeated."""
        self.assertEqual(self.begin()["unfinished"], [])
        self.connect(self.fresh)
        fresh = self.find(self.fresh)
        self.assertEqual(self.begin()["unfinished"], [{"id": fresh.id, "name": "Fresh"}])
        answer = self.begin(fresh)
        self.assertEqual(answer["step"], "sign_in")
        self.assertEqual(self.connect(self.fresh, api_token="")["step"], "sign_in")
        fresh.state = "expired"
        self.assertEqual(self.begin()["unfinished"], [])

    def test_mistyped(self):
        """A mistyped ID is corrected on the account, unless it has chats already."""
        mistyped = self.env["telegram.instance"].create(
            {"name": "Mistyped", "id_instance": "4100009999", "api_token_new": "x"}
        )
        self.begin(mistyped)
        self.connect(self.fresh, name="Mistyped")
        self.assertEqual(self.find(self.fresh), mistyped)
        self.env["telegram.chat"]._get_or_create(mistyped, "10000000")
        other = self._create_phone(stateInstance="notAuthorized")
        self.connect(other, name="Other")
        self.assertNotEqual(self.find(other), mistyped)
        self.assertEqual(self.find(self.fresh), mistyped)

    def test_operators(self):
        """Who writes is chosen; who lacks the right gets it, if the user may give it."""
        beginner = self.create_user("start_beginner", "employee")
        self.begin(self.instance)
        candidates = {each["id"]: each for each in self.call("get_operator_candidates")}
        self.assertTrue(candidates[self.salesperson.id]["is_selected"])
        self.assertFalse(candidates[beginner.id]["has_right"])
        self.call("set_operators", [self.salesperson.id, beginner.id])
        self.assertEqual(self.instance.operator_ids, self.salesperson | beginner)
        self.assertTrue(beginner.has_group("telegram_green_api.group_user"))
        for wrong in ([], [self.create_user("start_portal", "portal").id]):
            with self.assertRaisesRegex(UserError, "at least one"):
                self.call("set_operators", wrong)
        other = self.create_user("start_other", "employee")
        self.begin(self.instance, user=self.manager)
        self.assertNotIn(other.id, [each["id"] for each in self.call("get_operator_candidates")])
        with self.assertRaises(UserError):
            self.call("set_operators", [other.id])
        with self.assertRaisesRegex(UserError, "may not use Telegram"):
            self.instance.operator_ids |= other

    def test_no_account(self):
        """Whoever operates no account reads whom to ask, and for what."""
        self.instance.operator_ids = self.admin
        salesperson = self.env(user=self.salesperson)
        for model in ("telegram.message", "telegram.chat"):
            text = salesperson[model].get_empty_list_help("<p>None yet</p>")
            self.assertIn("You operate no account yet", text)
            self.assertIn("add you as an operator", text)
            self.assertEqual(
                self.env(user=self.admin)[model].get_empty_list_help("<p>None yet</p>"),
                "<p>None yet</p>",
            )
        with self.assertRaisesRegex(UserError, "add you as an operator"):
            salesperson["telegram.instance"]._default()
        self.env["telegram.instance"].search([]).active = False
        with self.assertRaisesRegex(UserError, "has no Telegram account yet"):
            salesperson["telegram.instance"]._default()

    def test_no_account_of_administrator(self):
        """Administrators were told to ask themselves to connect an account."""
        company = self.env["res.company"].create({"name": "Empty Ltd"})
        self.admin.company_ids |= company
        chosen = dict(allowed_company_ids=company.ids)
        for model in ("telegram.message", "telegram.chat"):
            records = self.env(user=self.admin, context=chosen)[model]
            # Odoo reads the help of an action in superuser mode.
            for text in (
                records.get_empty_list_help("<p>None yet</p>"),
                records.sudo().get_empty_list_help("<p>None yet</p>"),
            ):
                self.assertIn("Empty Ltd has no Telegram account yet. Connect one", text)
                self.assertIn("telegram_onboarding_action", text)
                self.assertNotIn("Ask", text)
        with self.assertRaisesRegex(UserError, "Connect one"):
            self.env(user=self.admin, context=chosen)["telegram.instance"]._default()

    def test_token_not_set(self):
        """The guide said that a token was stored where there was none."""
        self.begin(self.instance)
        self.assertTrue(self.call("get_progress")["instance"]["has_api_token"])
        self.instance.sudo().api_token = False
        self.assertFalse(self.call("get_progress")["instance"]["has_api_token"])

    def test_continued(self):
        """The account that is being set up is not asked about, and its name may be changed."""
        self.begin(self.instance)
        self.connect(self.phone, name="Again")
        self.assertEqual(self.instance.name, "Again")

    def test_connected_elsewhere(self):
        """An instance of a company that the user does not see is neither shown nor taken over."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._create_instance(self.fresh, company_id=company.id, name="Theirs")
        self.begin()
        with self.assertRaisesRegex(UserError, "another company"):
            self.connect(self.fresh)
        self.assertEqual(other.name, "Theirs")

    def test_rights(self):
        """Operators do not begin; an administrator of Telegram alone enters no token."""
        with self.assertRaises(AccessError):
            self.begin(user=self.salesperson)
        with self.assertRaises(AccessError):
            self.begin(self.instance, user=self.salesperson)
        self.assertFalse(self.begin(user=self.manager)["can_handle_tokens"])
        with self.assertRaisesRegex(AccessError, "Odoo's settings"):
            self.connect(self.fresh)
        self.assertEqual(self.fresh.requests(), [])
        self.assertEqual(self.begin(self.instance, user=self.manager)["step"], "test")

    def test_webhook_is_proven(self):
        """Where the webhook's address does not work, it says so, and another way can be chosen."""
        self.begin(self.instance)
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:9")
        answer = self.call("set_receiving", "webhook")
        self.assertFalse(answer["is_good"])
        self.assertIn("did not arrive", answer["message"])
        answer = self.call("set_receiving", "polling")
        self.assertEqual((answer["step"], answer["is_good"]), ("test", True))
        self.assertEqual(self.phone.instance()["settings"]["webhookUrl"], "")

    def test_service_fails_at_receiving(self):
        """What the service does not take leaves the step undone."""
        instance = self._create_instance(self.fresh, is_receiving_configured=False)
        self.begin(instance)
        self.fresh.fault("getSettings", "status", status=500)
        answer = self.call("set_receiving", "polling")
        self.assertEqual((answer["step"], answer["is_good"]), ("receiving", False))
        self.assertIn("temporarily unavailable", answer["message"])

    def test_answers_hold_no_token(self):
        """Nothing that goes to the browser holds the token."""
        self.begin()
        answers = [self.connect(self.fresh), self.call("get_progress"), self.start.read()]
        self.assertNotIn(SECRET_MARK, str(answers))


@tagged("post_install", "-at_install")
class TestTwoWayTest(StartCase):
    """The message to the account itself: what is said while it is on its way, and when it fails."""

    def setUp(self):
        super().setUp()
        self.begin(self.instance)

    def test_one_message_only(self):
        """Asked twice, closed and opened again while it is on its way: one message goes out."""
        for _time in range(3):
            self.call("send_test")
        self.send_queue()
        self.call("send_test")
        self.assertEqual(len(self.phone.ledger()), 1)

    def test_while_it_restarts(self):
        """Nothing is queued until the instance has restarted; then it is tried again."""
        self.phone.change(startingSeconds=60)
        self.instance._call_service("reboot")
        answer = self.call("send_test")
        self.assertEqual(answer["status"], "starting")
        self.finish_restart()
        self.assertEqual(self.call("send_test")["status"], "queued")

    def test_service_fails(self):
        """A service that does not answer is told of; the next try may work."""
        self.phone.fault("getAccountSettings", "status", status=500)
        answer = self.call("send_test")
        self.assertEqual(answer["status"], "failed")
        self.assertIn("temporarily unavailable", answer["message"])
        self.assertEqual(self.call("send_test")["status"], "queued")

    def test_signed_out_meanwhile(self):
        """An account without a session cannot be tested: the words say what to do."""
        self.phone.change(stateInstance="notAuthorized")
        answer = self.call("send_test")
        self.assertEqual(answer["status"], "failed")
        self.assertIn("Sign In", answer["message"])

    def test_refused_message(self):
        """A message that the service refuses is a failure with its reason, and can be repeated."""
        self.call("send_test")
        self.phone.fault("sendMessage", "status", status=400, body={"message": "Not to yourself"})
        self.send_queue()
        answer = self.call("check_test")
        self.assertEqual(answer["status"], "failed")
        self.assertIn("Not to yourself", answer["message"])
        self.call("send_test")
        self.send_queue()
        self.receive()
        self.assertEqual(self.call("check_test")["status"], "proven")

    def test_nothing_comes_back(self):
        """What was sent but never reported proves nothing, and after a while it is said why."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no", "outgoingWebhook": "no"})
        self.call("send_test")
        self.send_queue()
        self.receive()
        self.assertIn("Waiting until GREEN-API reports it", self.call("check_test")["message"])
        self.start.sudo().test_sent_date = fields.Datetime.now() - timedelta(minutes=2)
        answer = self.call("check_test")
        self.assertEqual(answer["status"], "sent")
        self.assertIn("has not received the event", answer["message"])
        self.assertFalse(self.instance.test_date)

    def test_scheduled_actions_do_not_run(self):
        """A message that nobody sends: the words name the scheduled action and the option."""
        self.call("send_test")
        self.start.sudo().test_sent_date = fields.Datetime.now() - timedelta(minutes=2)
        self.assertIn("max_cron_threads", self.call("check_test")["message"])

    def test_other_way(self):
        """What came back by one way does not prove another."""
        self.call("send_test")
        self.send_queue()
        self.receive()
        self.instance.receive_mode = "webhook"
        self.assertEqual(self.call("check_test")["status"], "sent")

    def test_waits_for_no_strangers(self):
        """The account is no new person to itself, even when it may write to none."""
        self.instance.daily_new_contact_limit = 0
        self.call("send_test")
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)
