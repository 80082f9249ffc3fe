# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write
"""Random histories of chats, compared with what the rules of the inbox say about them."""

from datetime import timedelta
from random import Random
from statistics import quantiles

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .test_inbox import InboxCase

SEED = 19


class History:
    """What happened in a chat, by the rules of the inbox: dates of questions, answers, closings."""

    def __init__(self):
        self.questions, self.answers, self.closings = [], [], []

    def get_waiting_since(self, date=None):
        """Return the first question after the last answer or closing, else False.

        :param date: only of what happened before this date
        """
        before = (lambda dates: [each for each in dates if each < date]) if date else list
        ended = max([*before(self.answers), *before(self.closings)], default=None)
        pending = [each for each in before(self.questions) if not ended or each > ended]
        return min(pending, default=False)

    def get_times(self):
        """Return the hours for which the customer waited, by the date of each answer."""
        times = {}
        for answer in self.answers:
            if since := self.get_waiting_since(answer):
                times[answer] = (answer - since).total_seconds() / 3600
        return times


@tagged("post_install", "-at_install")
class TestHistories(InboxCase):
    """A mistake in the rules of the inbox that no one has thought of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = Random(SEED)

    def write_of(self, number, date, kind="question"):
        """Prepare the notification of a message in the chat of one of many customers."""
        chat_id = str(20000000 + number)
        sender = {"chatId": chat_id, "chatType": "user", "sender": chat_id, "chatName": "Ivan"}
        seconds = int((date - self.get_date(0)).total_seconds())
        prepare = self.prepare if kind == "question" else self.prepare_from_phone
        return {**prepare(seconds), "senderData": sender}

    def find_chat(self, number):
        return self.env["telegram.chat"]._find(self.instance, str(20000000 + number))

    def test_any_order(self):
        """What arrives late, twice or together with others would leave another state, or another
        time of an answer."""
        now = fields.Datetime.now()
        for number in range(20):
            # Of today, or of a history that is imported.
            start = now - timedelta(hours=10) if number % 2 else self.get_date(0)
            history, bodies = History(), []
            for minutes in self.random.sample(range(500), self.random.randint(2, 8)):
                date = start + timedelta(minutes=minutes)
                kind = self.random.choice(("question", "answer"))
                (history.questions if kind == "question" else history.answers).append(date)
                bodies.append(self.write_of(number, date, kind))
            bodies += self.random.sample(bodies, 2)  # reported twice
            self.random.shuffle(bodies)
            while bodies:
                size = self.random.randint(1, 4)
                self.ingest(*bodies[:size])
                del bodies[:size]
            chat, since = self.find_chat(number), history.get_waiting_since()
            with self.subTest(number=number, history=vars(history)):
                self.assertEqual(chat.waiting_since_date, since)
                if history.questions:
                    self.assertEqual(chat.inbox_state, "waiting" if since else "answered")
                if number % 2:
                    self.check_times(chat, history)

    def check_times(self, chat, history):
        """Check which messages are answers, and for how long the customer waited for each."""
        messages, expected = chat.message_ids.filtered("answer_time"), history.get_times()
        self.assertEqual(sorted(messages.mapped("date")), sorted(expected))
        for message in messages:
            self.assertAlmostEqual(message.answer_time, expected[message.date], places=3)

    def test_days(self):
        """A chat would wait for what was answered or closed, not for what was not, or the answers
        would have other times."""
        self.instance.answer_minutes = 30
        times = []
        for number in range(12):
            history, answers = History(), {}
            date = fields.Datetime.now() - timedelta(hours=20)
            with freeze_time(date):
                self.ingest(self.write_of(number, date))
            history.questions.append(date)
            chat = self.find_chat(number)
            channel = chat._open_channel().with_user(self.salesperson)
            log = ["question"]
            for _step in range(8):
                date += timedelta(minutes=self.random.randint(1, 100))
                act = self.random.choice(("question", "question", "phone", "odoo", "close", "fail"))
                with freeze_time(date):
                    self.act(act, number, date, chat, channel, history, answers)
                log.append(act)
                since = history.get_waiting_since()
                with self.subTest(number=number, log=log):
                    self.assertEqual(chat.waiting_since_date, since)
                    self.assertEqual(chat.inbox_state == "waiting", bool(since))
                    due = since and since + timedelta(minutes=30)
                    self.assertEqual(chat.answer_due_date, due)
            with self.subTest(number=number, log=log):
                self.check_times(chat, history)
            times += history.get_times().values()
        self.check_figures(times)

    def act(self, act, number, date, chat, channel, history, answers):
        """Let something happen, in Odoo and in what the rules know about it."""
        match act:
            case "question":
                self.ingest(self.write_of(number, date))
                history.questions.append(date)
            case "phone":
                self.ingest(self.write_of(number, date, "answer"))
                history.answers.append(date)
            case "odoo":
                posted = channel.message_post(body="Yes", message_type="comment")
                answers[date] = posted.sudo().telegram_message_ids
                # The clock of a transaction stands still.
                answers[date].write({"date": date, "state": "sent"})
                history.answers.append(date)
            case "close":
                chat.with_user(self.salesperson).action_no_answer_needed()
                history.closings.append(date)
            case "fail" if answers and history.answers[-1] in answers:
                message = answers.pop(history.answers.pop())
                message._set_state({"state": "error"})

    def check_figures(self, times):
        """Check the median, and in which time 90 % were answered."""
        *_others, median = quantiles(times, n=2, method="inclusive")
        most = quantiles(times, n=10, method="inclusive")[-1]
        figures = self.env["telegram.dashboard"].with_user(self.salesperson)
        figures = figures.get_figures(7, self.instance.id)
        values = {card["label"]: card["value"] for card in figures["cards"]}

        def to_text(hours):
            minutes = round(hours * 60)
            return f"{minutes // 60:02}:{minutes % 60:02}"

        self.assertEqual(values["Median Time to Answer"], to_text(median))
        self.assertEqual(values["90 % Answered Within"], to_text(most))
