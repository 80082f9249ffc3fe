# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

from ..client import GreenApiError
from ..tools.arguments import takes
from ..tools.formatting import PROBE, Learned, from_marks, get_rules, learn
from ..tools.html import to_html
from ..tools.transactions import write_as_user


class TelegramOnboarding(models.TransientModel):
    """Extends ``telegram.onboarding`` with what the test message shows of the formatting.

    If GREEN-API reports the text as it was sent, the user is asked what the phone shows.
    """

    _inherit = "telegram.onboarding"

    @takes(answers=dict)
    def store_looks(self, answers):
        """Store what the user sees on the phone.

        :param dict answers: value of the chosen look by name of the question, see ``check_test``
        :return: dict, see ``check_test``
        :raise AccessError: the user is not a Telegram administrator
        :raise UserError: an answer is missing
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        learned = self._get_learned()
        learned |= {key: answers[key] for key in ("scope", "doubled") if (answers or {}).get(key)}
        if not get_rules(learned.get("scope"), learned.get("doubled")):
            raise UserError(self.env._("Choose what you see on your phone, in each of the lines."))
        return write_as_user(self, lambda wizard: wizard._store_looks(learned))

    # === BUSINESS METHODS === #

    def _store_looks(self, learned):
        self.instance_id._store_formatting(learned)
        return self._prepare_proven_result()

    def _learn_formatting(self):
        """Return what the reported test message shows, from its events or else from GREEN-API."""
        # sudo: telegram.event - the texts that were reported of this message
        events_sudo = self.env["telegram.event"].sudo()
        events_sudo = events_sudo.search([("message_id", "=", self.message_id.id)])
        reports = [event._parse_notification() for event in events_sudo]
        texts = [report.text for report in reports if getattr(report, "text", "")]
        learned = [learn(text) for text in texts]
        if not any("scope" in each for each in learned):
            learned.append(self._learn_from_service())
        return max(learned, key=len)

    def _learn_from_service(self):
        """Return what GREEN-API's journal shows of the test message."""
        message = self.message_id
        try:
            with self.instance_id._get_client() as client:
                found = client.get_message(message.chat_id.telegram_id, message.id_message)
        except GreenApiError:  # then the user is asked
            return Learned()
        return learn(found.text)

    def _get_learned(self):
        """Return what is stored of the formatting."""
        instance = self.instance_id
        values = {
            "scope": instance.formatting_scope,
            "doubled": instance.formatting_doubled,
            "back": instance.formatting_back,
        }
        return {name: value for name, value in values.items() if value}

    def _get_looks(self):
        """Return the questions about what the phone shows, of what is not known.

        :return: list of dict with ``name``, ``label`` and ``choices``, a list of dict with
            ``value`` and ``look``, the lines of the message as HTML
        """
        learned, _ = self._get_learned(), self.env._
        scope = learned.get("scope")
        if get_rules(scope, learned.get("doubled")):
            return []
        lines = PROBE.splitlines()
        doubled = {
            "name": "doubled",
            "label": _("And in the third line?"),
            "choices": [
                _prepare_look(lines[2:3], scope or "words", value, value)
                for value in ("one", "two", "format")
            ],
        }
        if scope:
            return [doubled]
        scopes = [
            _prepare_look(lines[:2], value, "one", value)
            for value in ("words", "everywhere", "off")
        ]
        label = _("What do you see in the first two lines of the message on your phone?")
        return [{"name": "scope", "label": label, "choices": scopes}, doubled]


def _prepare_look(lines, scope, doubled, value):
    """Return a choice: how lines of the test message look."""
    rules = get_rules(scope, doubled)
    return {"value": value, "look": to_html(from_marks("\n".join(lines), rules))}
