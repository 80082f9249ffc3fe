# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import errno
import json
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, SECRET_MARK
from ..languages import find_cyrillic, find_latin
from .account_case import AccountCase

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
RUSSIAN = {
    "10 hours": "10 часов",
    "Check State": "«Проверить состояние»",
    "Compare idInstance": "Сверьте idInstance",
    "Copy apiTokenInstance": "копируйте apiTokenInstance",
    "Create another one": "Создайте другой",
    "Free space": "Освободите место",
    "NTP": "(NTP)",
    "Renew it": "Продлите её",
    "Resume Sending": "«Возобновить отправку»",
    "Set Up Receiving": "«Настроить приём»",
    "Sign Out": "«Выйти»",
    "The link does not lead to a file.": "Ссылка ведёт не на файл.",
    "Write to fewer": "Пишите меньшему числу",
    "click Restart": "нажмите «Перезапустить»",
    "could not be processed: 1": "не удалось обработать: 1",
    "enter": "введите его",
    "max_cron_threads": "max_cron_threads",
    "onnection": "оединен",
    "quota of your GREEN-API plan": "квота вашего тарифа GREEN-API",
    "scan the QR code": "отсканируйте QR-код",
    "that were not sent: 1": "не отправлены: 1",
    "two scheduled actions": "оба запланированных действия",
    "up to 5 minutes": "до 5 минут",
}


class HealthCase(AccountCase):
    """An account that works: its scheduler has just run, and customers have written."""

    find_foreign = staticmethod(find_cyrillic)

    def translate(self, words):
        """Return words of a text in the language of the administrator."""
        return words

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.instance.last_run_date = self.now
        self.chat = self.env["telegram.chat"].create(
            {
                "instance_id": self.instance.id,
                "telegram_id": CUSTOMER_CHAT,
                "chat_type": "user",
                "name": "Ivan",
            }
        )
        self.chat.last_received_date = self.now

    def add_message(self, date, direction="incoming", **values):
        """Store a message of a date."""
        state = "received" if direction == "incoming" else "sent"
        return self.env["telegram.message"].create(
            {
                "chat_id": self.chat.id,
                "direction": direction,
                "state": state,
                "text": "Hi",
                "date": date,
                **values,
            }
        )

    def add_usual_traffic(self, until):
        """Store a message for every second hour of the weeks before a date."""
        self.env["telegram.message"].create(
            [
                {
                    "chat_id": self.chat.id,
                    "direction": "incoming",
                    "state": "received",
                    "text": "Hi",
                    "date": until - number * 2 * HOUR,
                }
                for number in range(24 * 14)
            ]
        )

    def check_card(self, level, words, action, instance=None):
        """Check that the card shows a problem, names the way out, and has its button."""
        card = (instance or self.instance).with_user(self.manager)
        card.invalidate_recordset()
        self.assertEqual(card.health, level, card.health_message)
        self.assertIn(self.translate(words), card.health_message)
        for text in (card.health_message, card.health_others or ""):
            self.assertEqual(self.find_foreign(text), [], text)
        self.assertEqual(card.health_action, action)
        self.assertIn(action, self.get_buttons(), "the card has no such button")
        return card

    def get_buttons(self):
        """Return the actions for which the card has a button."""
        view = self.env.ref("telegram_green_api.telegram_overview_view_kanban")
        arch = self.env["telegram.instance"].get_view(view.id, "kanban")["arch"]
        conditions = etree.fromstring(arch).xpath("//*[starts-with(@t-if, 'action ==')]/@t-if")
        return {condition.split("'")[1] for condition in conditions}


@tagged("post_install", "-at_install")
class TestHealth(HealthCase):
    """Each fault shows on the card and names the way out."""

    def test_works(self):
        """A healthy account shows no problem."""
        self.add_message(self.now - HOUR)
        self.add_message(self.now - 2 * HOUR, "outgoing", last_attempt_date=self.now - 2 * HOUR)
        card = self.instance.with_user(self.manager)
        self.assertEqual((card.health, card.health_message), ("good", False))
        self.assertEqual(card.last_in_date, self.now - HOUR)
        self.assertEqual(card.last_out_date, self.now - 2 * HOUR)

    def test_token(self):
        """GREEN-API does not accept the token."""
        self.instance.api_token_new = f"{SECRET_MARK}wrong"
        self.press("action_refresh_health")
        self.check_card("danger", "Copy apiTokenInstance", "open")

    def test_token_missing(self):
        """The token was never entered, or a copied database has forgotten it."""
        self.env["telegram.secret"]._remove_secrets(self.instance)
        self.instance.invalidate_recordset()
        self.check_card("danger", "Copy apiTokenInstance", "open")

    def test_states(self):
        """Each state in which the account does not work has its own way out."""
        for state, words, action in (
            ("blocked", "click Restart", "action_restart"),
            ("suspended", "Write to fewer", "action_check_state"),
            ("notAuthorized", "scan the QR code", "action_sign_in"),
            ("pendingPassword", "enter", "action_sign_in"),
        ):
            with self.subTest(state):
                self.phone.change(stateInstance=state)
                self.press("action_refresh_health")
                self.check_card("danger", words, action)

    def test_states_of_errors(self):
        """States that only refused calls reveal lead to GREEN-API's console or to the form."""
        for state, words, action in (
            ("expired", "Renew it", "console"),
            ("deleted", "Create another one", "console"),
            ("forbidden", "Compare idInstance", "open"),
            ("unknown", "Check State", "action_check_state"),
        ):
            with self.subTest(state):
                self.instance.state = state
                self.check_card("danger", words, action)

    def test_stuck(self):
        """An account that starts for too long needs a new sign-in; one that just starts, time."""
        self.instance.state = "starting"
        self.check_card("warning", "up to 5 minutes", "action_check_state")
        self.instance.state_date = self.now - HOUR
        self.check_card("danger", "Sign Out", "action_log_out")

    def test_quota(self):
        """The quota of the plan is used up; next month it is forgotten."""
        body = {"typeWebhook": "quotaExceeded", "timestamp": 1, "quotaData": {"method": "a"}}
        self.ingest(body)
        self.check_card("warning", "quota of your GREEN-API plan", "console")
        self.instance.quota_date -= timedelta(days=32)
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")

    def test_quota_of_sending(self):
        """A message that the quota refuses shows the quota, not only a failed message."""
        self.phone.fault("sendMessage", "status", status=466)
        self.instance.send_text(CUSTOMER_CHAT, "Hi")
        self.send_queue()
        card = self.check_card("warning", "quota of your GREEN-API plan", "console")
        self.assertIn(self.translate("that were not sent: 1"), card.health_others)

    def test_network(self):
        """GREEN-API cannot be reached."""
        self.phone.fault("getStateInstance", "reset", times=9)
        self.press("action_refresh_health")
        self.check_card("danger", "onnection", "action_check_state")

    def test_webhook_dead(self):
        """GREEN-API cannot deliver: events wait there."""
        self.instance.write({"receive_mode": "webhook", "is_receiving_configured": True})
        self.instance.write({"webhook_url": "https://odoo.example.com/x", "last_check_date": False})
        self.phone.notify(self.notification("Waiting"))
        with self.enter_registry_test_mode():
            self.instance._check_deliveries()
        self.check_card("danger", "Set Up Receiving", "action_set_up_receiving")

    def test_scheduler_off(self):
        """Odoo's scheduler does not run, or the actions of the account are switched off."""
        self.instance.last_run_date = self.now - HOUR
        self.check_card("danger", "max_cron_threads", "scheduled_actions")
        self.instance.last_run_date = self.now
        self.instance.send_cron_id.active = False
        self.check_card("danger", "two scheduled actions", "scheduled_actions")

    def test_queue_stuck(self):
        """Messages wait although nothing holds them up."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hi")
        self.assertEqual(self.instance.health, "good")
        message.date = self.now - HOUR
        self.check_card("danger", "Resume Sending", "action_resume_sending")
        self.press("action_resume_sending")
        self.send_queue()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")
        self.assertEqual([each["message"] for each in self.phone.ledger()], ["Hi"])

    def test_queue_waits_with_reason(self):
        """A long mailing, a later date and the limit of new contacts are no stuck queue."""
        for values in (
            {"scheduled_date": self.now + HOUR},
            {"last_attempt_date": self.now},  # another one has just been sent
        ):
            with self.subTest(values):
                message = self.instance.send_text(CUSTOMER_CHAT, "Hi")
                message.write({"date": self.now - HOUR, **values})
                self.instance.invalidate_recordset()
                self.assertEqual(self.instance.health, "good")
                message.action_cancel()
        self.chat.write({"is_new_contact": True})
        message = self.instance.send_text(CUSTOMER_CHAT, "Hi")
        message.date = self.now - HOUR
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")

    def test_clock(self):
        """A clock that is wrong is measured and shown; corrected, it is forgotten."""
        self.phone.set_clock_ahead(300)
        self.press("action_refresh_health")
        self.check_card("warning", "NTP", "action_refresh_health")
        self.phone.set_clock_ahead(0)
        self.press("action_refresh_health")
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")

    def test_disk_full(self):
        """The disk of Odoo is full: files wait, and are downloaded after the button."""
        message = self.add_message(self.now, download_state="waiting", download_attempts=1)
        message._process_full_disk(OSError(errno.ENOSPC, "No space left on device"))
        card = self.check_card("danger", "Free space", "action_retry_files")
        self.assertEqual(card.waiting_file_count, 1)
        self.press("action_retry_files")
        self.assertFalse(message.download_after)

    def test_files_fail(self):
        """Files that cannot be downloaded are counted, with the last reason, and tried again."""
        message = self.add_message(
            self.now,
            download_state="failed",
            download_error=self.translate("The link does not lead to a file."),
        )
        self.check_card("warning", "The link does not lead to a file.", "action_retry_files")
        self.press("action_retry_files")
        self.assertEqual(message.download_state, "waiting")

    def test_nothing_comes_in(self):
        """Customers usually write every second hour, and have been silent for a working day."""
        self.instance.company_id.resource_calendar_id = False
        self.add_usual_traffic(self.now - 10 * HOUR)
        self.check_card("warning", "10 hours", "action_fetch_missed")

    def test_silence_that_is_usual(self):
        """A night, and an account to which people rarely write, alarm nobody."""
        self.instance.company_id.resource_calendar_id = False
        for number in range(8):
            self.add_message(self.now - 2 * DAY - number * 3 * DAY)
        self.assertEqual(self.instance.health, "good")
        self.add_usual_traffic(self.now - 10 * HOUR)
        self.instance.silence_hours = 0
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")

    def test_silence_of_days_off(self):
        """Hours outside the working time are no silence."""
        day = (self.now.weekday() + 3) % 7  # nobody works today
        self.instance.working_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "One day",
                "tz": "UTC",
                "attendance_ids": [
                    fields.Command.clear(),
                    fields.Command.create(
                        {"name": "x", "dayofweek": str(day), "hour_from": 8, "hour_to": 16}
                    ),
                ],
            }
        )
        self.add_usual_traffic(self.now - 10 * HOUR)
        self.assertEqual(self.instance.health, "good")

    def test_times(self):
        """A fault shows too early, and alarms for nothing, or an hour after it has begun."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hi")
        pause = self.instance._get_longest_silence() // MINUTE
        for level, values in (
            ("good", {"message": 14}),
            ("danger", {"message": 16}),
            ("good", {"run": pause - 1}),
            ("danger", {"run": pause + 1}),
            ("warning", {"start": 9}),
            ("danger", {"start": 11}),
        ):
            with self.subTest(values):
                message.date = self.now - values.get("message", 0) * MINUTE
                self.instance.last_run_date = self.now - values.get("run", 0) * MINUTE
                self.instance.state = "starting" if "start" in values else "authorized"
                self.instance.state_date = self.now - values.get("start", 0) * MINUTE
                self.instance.invalidate_recordset()
                self.assertEqual(self.instance.health, level, self.instance.health_message)

    def test_failures(self):
        """Failed messages, set-aside events and missing settings are shown beside the worst."""
        self.add_message(self.now, "outgoing", state="error")
        card = self.check_card("warning", "that were not sent: 1", "failures")
        self.instance.is_receiving_configured = False
        card = self.check_card("warning", "Set Up Receiving", "action_set_up_receiving")
        self.env["telegram.event"].create(
            {"instance_id": self.instance.id, "key": "x", "state": "error"}
        )
        self.instance.write({"state": "blocked"})
        card = self.check_card("danger", "click Restart", "action_restart")
        self.assertIn(self.translate("could not be processed: 1"), card.health_others)

    def test_traffic(self):
        """The graph counts what came in and went out on each day."""
        self.add_message(self.now)
        self.add_message(self.now, "outgoing")
        self.add_message(self.now, "outgoing", state="error")
        data = json.loads(self.instance.with_user(self.manager).traffic)
        self.assertEqual([series["values"][-1] for series in data["series"]], [1, 1])
        self.assertEqual(len(data["labels"]), 7)

    def test_one_query_for_all(self):
        """A page of accounts costs as much as one: the figures are read together."""
        accounts = self.instance
        for number in range(3):
            accounts |= self.instance.copy({"id_instance": f"41000001{number}0", "name": "x"})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            accounts._get_figures()


@tagged("post_install", "-at_install")
class TestHealthInRussian(TestHealth):
    """The same for an administrator who reads Russian only."""

    find_foreign = staticmethod(find_latin)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        (cls.env.company.partner_id | cls.manager.partner_id).lang = "ru_RU"
        cls.env = cls.env(context={**cls.env.context, "lang": "ru_RU"})
        cls.instance = cls.instance.with_env(cls.env)

    def translate(self, words):
        return RUSSIAN[words]


@tagged("post_install", "-at_install")
class TestSilenceActivity(HealthCase):
    """The administrator learns of a silence, once."""

    def setUp(self):
        super().setUp()
        self.instance.responsible_id = self.manager
        self.instance.company_id.resource_calendar_id = False
        self.add_usual_traffic(self.now - 10 * HOUR)

    def check_health(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_check_health"))
        return self.env["mail.activity"].search(
            [("res_model", "=", "telegram.instance"), ("res_id", "=", self.instance.id)]
        )

    def test_once(self):
        """One activity for one silence, also after it was marked as done; the next gets its own."""
        [activity] = self.check_health()
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Fetch Missed Messages", activity.note)
        self.assertEqual(self.check_health(), activity)
        activity.action_done()
        self.assertFalse(self.check_health())

    def test_ends(self):
        """It closes by itself when somebody writes."""
        self.assertTrue(self.check_health())
        self.add_message(self.now)
        self.assertFalse(self.check_health())

    def test_queues(self):
        """The scheduled action reads the queues at GREEN-API."""
        self.phone.change(counterSeconds=0)
        self.phone.notify(self.notification("Waiting"), times=2)
        self.check_health()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.service_event_count, 2)


@tagged("post_install", "-at_install")
class TestMonitoring(HealthCase, HttpCase):
    """The check for monitoring: counts and ages for who has the token, and nothing else."""

    def setUp(self):
        super().setUp()
        self.token = f"{SECRET_MARK}monitoring"
        self.instance.company_id.telegram_health_token_new = self.token
        self.env.flush_all()

    def ask(self, token=None, url="/telegram_green_api/health", **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.url_open(url, headers=headers)

    def test_works(self):
        """A healthy account answers with 200, without names, texts or numbers of phones."""
        self.add_message(self.now - HOUR)
        self.env.flush_all()
        response = self.ask(self.token)
        self.assertEqual(response.status_code, 200)
        [account] = [a for a in response.json()["accounts"] if a["id"] == self.instance.id]
        self.assertEqual(account["problems"], [])
        self.assertAlmostEqual(account["last_received_age"], 3600, delta=60)
        for word in (self.instance.name, self.instance.id_instance, "Vasilisa", SECRET_MARK):
            self.assertNotIn(word, response.text)

    def test_broken(self):
        """An account that does not work answers with 503, so that any monitoring notices."""
        self.instance.state = "blocked"
        self.env.flush_all()
        response = self.ask(self.token)
        self.assertEqual(response.status_code, 503)
        self.assertIn("state_blocked", response.text)

    def test_refused(self):
        """Without the token nobody learns anything: not by the address, not by another scheme."""
        url = f"/telegram_green_api/health?token={self.token}"
        with mute_logger("werkzeug"):  # it logs what the caller has put into the address
            by_address = self.ask(url=url)
        for response in (
            by_address,
            self.ask(),
            self.ask("wrong"),
            self.ask("ключ".encode().decode("latin-1")),
            self.ask(Authorization=self.token),
            self.ask(Authorization=f"Basic {self.token}"),
        ):
            self.assertEqual((response.status_code, response.json()), (401, {}))

    def test_of_another_company(self):
        """A token opens the accounts of its company only."""
        other = self.env["res.company"].create({"name": "Other"})
        other.telegram_health_token_new = "another-token-of-20-characters"
        self.env.flush_all()
        response = self.ask("another-token-of-20-characters")
        self.assertEqual(response.json()["accounts"], [])

    def test_settings(self):
        """The token is entered in the settings, cannot be read again, and is long enough."""
        settings = self.env["res.config.settings"].create({})
        self.assertIn(self.instance, settings.telegram_instance_ids)
        self.assertTrue(settings.has_telegram_health_token)
        settings.telegram_health_token_new = "another-token-of-20-characters"
        settings.execute()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(settings.telegram_health_token_new)
        self.assertEqual(self.ask(self.token).status_code, 401)
        self.assertEqual(self.ask("another-token-of-20-characters").status_code, 200)
        with self.assertRaises(ValidationError):
            self.instance.company_id.telegram_health_token_new = "short"
        with self.assertRaises(AccessError):
            self.instance.company_id.with_user(self.manager).read(["telegram_health_token_new"])
