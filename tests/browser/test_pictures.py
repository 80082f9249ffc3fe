# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase
from .browser_case import TourCase

# What the pictures show, in both languages.
WORDS = {
    "en_US": {
        "account": "Sales",
        "company": "Oak and Ash",
        "user": "Anna Miller",
        "customer": "Julia Foster",
        "stranger": "Peter",
        "product": "Oak desk, 160 cm",
        "hello": "Good afternoon! Is the oak desk in stock?",
        "answer": "Good afternoon, Julia! Yes, it is. Shall we deliver it on Thursday?",
        "thanks": "Thursday is fine, thank you!",
        "invoice": "Here is your invoice. It is due in two weeks.",
        "paid": "Paid just now.",
        "draft": "Your order is ready. The courier calls you an hour before.",
        "question": "How much is the office chair?",
        "mailing": "Spring sale",
        "contact": "Customer",
        "offer": "Good day, {{ object.name }}! Until Friday, all desks are 20 % off.",
    },
    "ru_RU": {
        "account": "Продажи",
        "company": "Дуб и ясень",
        "user": "Анна Смирнова",
        "customer": "Василиса Иванова",
        "stranger": "Пётр",
        "product": "Стол дубовый, 160 см",
        "hello": "Добрый день! Дубовый стол есть в наличии?",
        "answer": "Добрый день, Василиса! Да, есть. Доставить в четверг?",
        "thanks": "В четверг удобно, спасибо!",
        "invoice": "Ваш счёт. Срок оплаты — две недели.",
        "paid": "Оплатила только что.",
        "draft": "Ваш заказ готов. Курьер позвонит за час до доставки.",
        "question": "Сколько стоит офисное кресло?",
        "mailing": "Весенняя распродажа",
        "contact": "Клиент",
        "offer": "Добрый день, {{ object.name }}! До пятницы на все столы скидка 20 %.",
    },
}
# Wait for each of some elements and click on the last; then wait for another one and for
# all images, and take a picture.
SCRIPT = """
void (async () => {
    const find = (selector) => document.querySelector(selector);
    const until = (condition) => new Promise((resolve) => {
        const look = () => (condition() ? resolve() : setTimeout(look, 50));
        look();
    });
    const steps = %s;
    for (const selector of steps) {
        await until(() => find(selector) && !find(".o_loading_indicator"));
    }
    if (steps.length) {
        find(steps.at(-1)).click();
    }
    await until(() => find(%s));
    await until(() => [...document.images].every((image) => image.complete));
    await document.fonts.ready;
    document.activeElement.blur();
    console.log("picture: %s");
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "slow")
class TestPictures(TelegramCase, TourCase):
    """The screens of the store page and the guide, in English and in Russian.

    ``./dev/pictures`` takes them from here, so they show this version.
    """

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.instance.write(
            {
                "operator_ids": [Command.set([self.admin.id, self.salesperson.id])],
                "account_phone": "+79990000000",
                "assignment": "nobody",
                "last_run_date": fields.Datetime.now(),
            }
        )
        self.second_phone = self._create_phone(stateInstance="notAuthorized")

    def test_english(self):
        """In English."""
        self.check_screens("en_US")

    def test_russian(self):
        """In Russian."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["ir.module.module"].search(
            [("name", "in", ("telegram_green_api", "mail", "account", "base", "web"))]
        )._update_translations(["ru_RU"])
        self.check_screens("ru_RU")

    def check_screens(self, lang):
        """Open each screen and take a picture of it."""
        self.lang, self.words = lang, WORDS[lang]
        self.add_scene()
        form = f"/odoo/res.partner/{self.customer.id}"
        invoice = f"/odoo/account.move/{self.invoice.id}"
        channel = f"/odoo/discuss?active_id=discuss.channel_{self.chat.channel_id.id}"
        action = "/odoo/action-telegram_green_api"
        account = f"/odoo/telegram.instance/{self.new_instance.id}"
        message, send = ".o-mail-Message .o-telegram-ticks", ".o-telegram-Chatter-send"
        self.take("contact", form, message)
        self.take("composer", form, ".modal [name='preview'] .fa-check", message, send)
        self.take("discuss", channel, message)
        self.take("inbox", f"{action}.telegram_inbox_action", ".o_kanban_record .badge")
        self.take("invoice", invoice, message)
        self.take("sign_in", account, ".o-telegram-SignIn-qr", "button[name='action_sign_in']")
        self.take("overview", f"{action}.telegram_overview_action", ".o_kanban_record canvas")
        self.take("report", f"{action}.telegram_dashboard_action", ".o-telegram-Dashboard-card")
        mailing = f"/odoo/telegram.mailing/{self.add_mailing().id}"
        self.take("mailing", mailing, ".o-telegram-Progress .progress-bar")
        self.browser_size, self.touch_enabled = "390x844", True
        self.take("phone", channel, message)
        self.assertEqual(len(self.pictures), 10)
        self.assertEqual(self.leaks, [], "a token went to the browser")

    def take(self, name, url, ready, *steps):
        """Open a page, and take a picture when an element is there.

        :param steps: elements to wait for before, of which the last one is clicked
        """
        name = f"page_{self.lang[:2]}_{name}"
        script = SCRIPT % (json.dumps(steps), json.dumps(ready), name)
        with self.take_pictures():
            self.browser_js(url, script, ready="odoo.isReady === true", login="admin", timeout=60)

    def add_scene(self):
        """Create a conversation, an invoice, and an account that is not signed in."""
        words = self.words
        self.admin.write({"lang": self.lang, "name": words["user"], "tz": "Europe/Moscow"})
        self.salesperson.name = words["user"]
        self.env.company.name = words["company"]
        self.env.company.partner_id.lang = self.lang
        self.instance.name = words["account"]
        self.customer.write({"name": words["customer"], "lang": self.lang})
        self.new_instance = self._create_instance(
            self.second_phone, name=f"{words['account']} 2", state="notAuthorized"
        )
        self.env.flush_all()
        self.phone.add_customer(
            words["customer"], chatId=CUSTOMER_CHAT, phoneNumber=int(CUSTOMER_PHONE[1:])
        )
        self.say("hello")
        self.answer(self.customer, words["answer"])
        self.say("thanks")
        self.invoice = self.add_invoice()
        self.answer(self.invoice, words["invoice"])
        self.phone.read(CUSTOMER_CHAT)
        self.say("paid")
        self.phone.add_customer(words["stranger"], chatId="30000000")
        self.phone.write("30000000", words["question"])
        self.receive()
        self.env.invalidate_all()
        self.chat = self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("telegram_id", "=", CUSTOMER_CHAT)]
        )
        self.chat._open_channel()
        self.env.flush_all()

    def answer(self, record, text):
        """Write from a record, and send it."""
        self.write_from(record, text, user=self.admin)
        # As a commit does: the web clients learn that it is queued before it is sent.
        self.env.cr.flush()
        self.send_queue()

    def say(self, word):
        """Write as the customer, and receive it."""
        self.phone.write(CUSTOMER_CHAT, self.words[word])
        self.receive()

    def add_mailing(self):
        """Create a mailing that has reached half of its recipients today."""
        self.instance.daily_new_contact_limit = 24
        partners = self.env["res.partner"].create(
            [
                {"name": f"{self.words['contact']} {number}", "phone": f"+791000000{number:02}"}
                for number in range(40)
            ]
        )
        mailing = (
            self.env["telegram.mailing"]
            .with_user(self.admin)
            .create(
                {
                    "name": self.words["mailing"],
                    "instance_id": self.instance.id,
                    "recipient_mode": "domain",
                    "domain": repr([("id", "in", partners.ids)]),
                    "body": self.words["offer"],
                    "hour_from": 9,
                    "hour_to": 21,
                    "tz": "Europe/Moscow",
                }
            )
        )
        mailing.action_start()
        self._run(self.env.ref("telegram_green_api.ir_cron_mailings"))
        mailing.write({"hour_from": 0, "hour_to": 24})  # whatever the time of the test is
        self.send_queue()
        mailing.write({"hour_from": 9, "hour_to": 21})
        recipients = mailing.sudo().recipient_ids
        sent = recipients.filtered(lambda each: each.message_id.state == "sent")
        sent[:20].message_id.state = "delivered"
        sent[:13].message_id.state = "read"
        sent[:4].answer_date = fields.Datetime.now()
        self.env.flush_all()
        return mailing

    def add_invoice(self):
        """Create an invoice for the customer."""
        accounts = {}
        for kind, code in (("income", "400900"), ("asset_receivable", "120900")):
            accounts[kind] = self.env["account.account"].search(
                [("account_type", "=", kind)], limit=1
            ) or self.env["account.account"].create(
                {"name": kind, "code": code, "account_type": kind}
            )
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.env.company.id)], limit=1
        ) or self.env["account.journal"].create(
            {
                "name": "INV",
                "code": "TGP",
                "type": "sale",
                "default_account_id": accounts["income"].id,
            }
        )
        self.customer.property_account_receivable_id = accounts["asset_receivable"]
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": self.customer.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": self.words["product"],
                            "quantity": 1,
                            "price_unit": 480,
                            "account_id": accounts["income"].id,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice
