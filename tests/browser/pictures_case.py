# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write
"""What the pictures show: a company, its customers, and what they have written."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase
from .browser_case import TourCase

ADDON = "telegram_green_api"
# The same in both languages, each as natural as the other.
WORDS = {
    "en_US": {
        "account": "Sales",
        "second": "Service",
        "company": "Oak and Ash",
        "user": "Anna Miller",
        "colleague": "Thomas Reed",
        "customer": "Julia Foster",
        "address": {
            "email": "julia.foster@example.com",
            "street": "12 Garden Street",
            "city": "Springfield",
            "zip": "62701",
            "function": "Interior Designer",
            "website": "https://foster.example.com",
            "vat": "123456789",
        },
        "country": "base.us",
        "currency": "base.USD",
        "symbol": "$",
        "price": 480,
        "stranger": "Peter Collins",
        "product": "Oak desk, 160 cm",
        "hello": "Good afternoon! Is the oak desk in stock?",
        "answer": "Good afternoon, Julia! Yes, it is. Shall we deliver it on Thursday?",
        "thanks": "Thursday is fine, thank you!",
        "invoice": "Here is your invoice. It is due in two weeks.",
        "paid": "Paid just now.",
        "draft": "Your order is ready. The courier calls you an hour before.",
        "question": "How much is the office chair?",
        "others": (
            ("Mary Stone", "Can the wardrobe be delivered to the third floor?"),
            ("Daniel Brooks", "Thank you, the table has arrived."),
            ("Linda Hayes", "Do you have oak chairs as well?"),
            ("George Palmer", "Please call me tomorrow after ten."),
        ),
        "mailing": "Spring Sale",
        "people": "Customer",
        "offer": "Good day, {{ object.name }}! Until Friday, all desks are 20 % off.",
    },
    "ru_RU": {
        "account": "Продажи",
        "second": "Сервис",
        "company": "Дуб и ясень",
        "user": "Анна Смирнова",
        "colleague": "Игорь Петров",
        "customer": "Василиса Иванова",
        "address": {
            "email": "v.ivanova@example.com",
            "street": "ул. Садовая, 12",
            "city": "Казань",
            "zip": "420111",
            "function": "Дизайнер интерьеров",
            "website": "https://ivanova.example.com",
            "vat": "500100732259",
        },
        "country": "base.ru",
        "currency": "base.RUB",
        "symbol": "₽",
        "price": 48000,
        "stranger": "Пётр Соколов",
        "product": "Стол дубовый, 160 см",
        "hello": "Добрый день! Дубовый стол есть в наличии?",
        "answer": "Добрый день, Василиса! Да, есть. Доставить в четверг?",
        "thanks": "В четверг удобно, спасибо!",
        "invoice": "Ваш счёт. Срок оплаты — две недели.",
        "paid": "Оплатила только что.",
        "draft": "Ваш заказ готов. Курьер позвонит за час до доставки.",
        "question": "Сколько стоит офисное кресло?",
        "others": (
            ("Мария Белова", "Шкаф сможете поднять на третий этаж?"),
            ("Даниил Орлов", "Спасибо, стол привезли."),
            ("Людмила Зайцева", "А дубовые стулья у вас есть?"),
            ("Георгий Павлов", "Перезвоните мне завтра после десяти."),
        ),
        "mailing": "Весенняя распродажа",
        "people": "Клиент",
        "offer": "Добрый день, {{ object.name }}! До пятницы на все столы скидка 20 %.",
    },
}
# How many minutes ago the messages of the conversation were written.
MINUTES_AGO = (46, 43, 41, 24, 7)
STRANGER_MINUTES_AGO = 12
# Of each week before: messages that were received, with the hours until the answer.
ANSWERS = ((0.1, 0.3, 0.2, 0.6), (0.2, 0.1, 0.9), (0.4, 0.2, 0.3, 0.1, 1.2), (0.3, 0.5))


class PicturesCase(TelegramCase, TourCase):
    """Creates what the pictures show, as people do who read the language."""

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.second_phone = self._create_phone(stateInstance="notAuthorized")

    def as_user(self, record):
        """Return a record as the user of the browser sees it."""
        return record.with_user(self.admin).with_context(lang=self.lang, tz=self.admin.tz)

    def add(self, model, values):
        """Create a record as the user does; return it for the test."""
        return self.as_user(self.env[model]).create(values).with_env(self.env)

    def use_language(self, lang):
        """Load a language, and all texts of the installed apps in it."""
        self.lang, self.words = lang, WORDS[lang]
        if lang != "en_US":
            self.env["res.lang"]._activate_lang(lang)
            modules = self.env["ir.module.module"].search([("state", "=", "installed")])
            modules._update_translations([lang])

    def add_scene(self):
        """Create a conversation, an invoice, and an account that is not signed in."""
        self.add_company()
        self.add_conversation()
        self.add_stranger()
        self.add_former_chats()
        # Otherwise browsers are told of the messages with the dates that they had at first.
        self.env["bus.bus"].search([]).unlink()
        self.env.flush_all()

    def add_company(self):
        """Create the company, its two users, its accounts and a customer."""
        words, company = self.words, self.env.company
        # An app that the tests need, and most companies do not have.
        livechat = [
            self.env.ref(f"im_livechat.im_livechat_group_{role}", raise_if_not_found=False)
            for role in ("manager", "user")
        ]
        self.admin.write(
            {
                "lang": self.lang,
                "name": words["user"],
                "tz": "Europe/Moscow",
                "group_ids": [Command.unlink(group.id) for group in livechat if group],
            }
        )
        self.salesperson.write({"name": words["colleague"], "lang": self.lang})
        currency = self.env.ref(words["currency"])
        currency.write({"active": True, "symbol": words["symbol"]})
        country = self.env.ref(words["country"])
        company.write({"name": words["company"], "currency_id": currency.id})
        company.partner_id.write({"lang": self.lang, "country_id": country.id})
        # These were created by a user who reads English.
        self.instance.active = self.customer.active = False
        self.phone = self._create_phone()
        self.instance = self._create_instance(
            self.phone,
            name=words["account"],
            operator_ids=[Command.set([self.admin.id, self.salesperson.id])],
            account_phone="+79990000000",
            assignment="nobody",
            last_run_date=fields.Datetime.now(),
        )
        self.new_instance = self._create_instance(
            self.second_phone, name=words["second"], state="notAuthorized"
        )
        values = {"name": words["customer"], "lang": self.lang, "phone": CUSTOMER_PHONE}
        self.customer = self.add(
            "res.partner", {**values, **words["address"], "country_id": country.id}
        )
        self.fix_colors()

    def fix_colors(self):
        """Write when people were created: the colors of their pictures depend on it."""
        self.env.flush_all()
        partners = self.customer | self.admin.partner_id | self.salesperson.partner_id
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-01-12 09:00:00' WHERE id IN %s",
            [tuple(partners.ids)],
        )
        partners.invalidate_recordset()

    def add_conversation(self):
        """Create what the customer and the user have written, in turns."""
        words = self.words
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
        self.chat = self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("telegram_id", "=", CUSTOMER_CHAT)]
        )
        self.chat._open_channel()
        messages = self.chat.message_ids.sorted("id")
        for message, minutes in zip(messages, MINUTES_AGO, strict=True):
            self.set_date(message, minutes)
        self.set_waiting(self.chat, MINUTES_AGO[-1])
        # What Odoo noted on both when they were created.
        notes = (self.customer.message_ids | self.invoice.message_ids) - messages.mail_message_ids
        notes.write({"date": fields.Datetime.now() - timedelta(minutes=MINUTES_AGO[0] + 1)})

    def add_stranger(self):
        """Create a question of a person who is not known yet."""
        self.phone.add_customer(self.words["stranger"], chatId="30000000")
        self.phone.write("30000000", self.words["question"])
        self.receive()
        self.env.invalidate_all()
        chat = self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("telegram_id", "=", "30000000")]
        )
        self.set_date(chat.message_ids, STRANGER_MINUTES_AGO)
        self.set_waiting(chat, STRANGER_MINUTES_AGO)

    def set_date(self, message, minutes):
        """Write when a message was written, everywhere where it is shown."""
        date = fields.Datetime.now() - timedelta(minutes=minutes)
        message.date = date
        message.mail_message_ids.write({"date": date})

    def set_waiting(self, chat, minutes):
        """Write since when a chat waits."""
        date = fields.Datetime.now() - timedelta(minutes=minutes)
        chat.write({"waiting_since_date": date, "last_message_date": date})

    def add_former_chats(self):
        """Create chats that were answered in the last weeks."""
        now = fields.Datetime.now().replace(minute=0, second=0)
        for number, (name, text) in enumerate(self.words["others"]):
            week = now - timedelta(days=7 * number + 1)
            author = (self.admin, self.salesperson)[number % 2]
            chat = self.env["telegram.chat"].create(
                {
                    "instance_id": self.instance.id,
                    "telegram_id": f"4000000{number}",
                    "name": name,
                    "chat_type": "user",
                    "last_message_date": week,
                    "inbox_state": "closed" if number % 3 == 1 else "answered",
                    "answered_date": week,
                    "user_id": author.id,
                }
            )
            for question, hours in enumerate(ANSWERS[number]):
                date = week - timedelta(hours=3 * question)
                shared = {"chat_id": chat.id, "type_message": "textMessage", "text": text}
                self.env["telegram.message"].create(
                    [
                        {
                            **shared,
                            "direction": "incoming",
                            "state": "received",
                            "date": date,
                            "id_message": f"question-{number}-{question}",
                            "sender_name": name,
                        },
                        {
                            **shared,
                            "direction": "outgoing",
                            "state": "read",
                            "date": date + timedelta(hours=hours),
                            "id_message": f"answer-{number}-{question}",
                            "author_id": author.partner_id.id,
                            "answer_time": hours,
                        },
                    ]
                )

    def answer(self, record, text):
        """Write from a record, and send it."""
        self.write_from(self.as_user(record), text, user=self.admin)
        # As a commit does: the web clients learn that it is queued before it is sent.
        self.env.cr.flush()
        self.send_queue()

    def say(self, word):
        """Write as the customer, and receive it."""
        self.phone.write(CUSTOMER_CHAT, self.words[word])
        self.receive()
        self.env.invalidate_all()

    def add_mailing(self):
        """Create a mailing that has reached half of its recipients today."""
        self.instance.daily_new_contact_limit = 24
        partners = self.env["res.partner"].create(
            [
                {"name": f"{self.words['people']} {number}", "phone": f"+791000000{number:02}"}
                for number in range(40)
            ]
        )
        mailing = self.as_user(self.env["telegram.mailing"]).create(
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
        mailing.action_start()
        self._run(self.env.ref(f"{ADDON}.ir_cron_mailings"))
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
        today = fields.Date.today()
        values = {
            "move_type": "out_invoice",
            "journal_id": journal.id,
            "partner_id": self.customer.id,
            "invoice_date": today,
            "invoice_date_due": today + timedelta(days=14),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self.words["product"],
                        "quantity": 1,
                        "price_unit": self.words["price"],
                        "account_id": accounts["income"].id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }
        invoice = self.add("account.move", values)
        self.as_user(invoice).action_post()
        return invoice
