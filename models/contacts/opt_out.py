# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Opting out of mailings by an answer such as STOP, and back in by START.

A person is all their chats with all accounts, their contacts and their phone numbers. Opting out
anywhere holds everywhere: the chats are marked, and Odoo's phone blacklist has the numbers. So SMS
mailings stop, too. A change of the blacklist in Odoo marks the chats.
"""

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ... import const
from ...tools.context import OwnValue, get_own_value

STOP_WORDS = """STOP, STOPP, STOPALL, UNSUBSCRIBE, CANCEL MAILINGS, NO MORE
STOP MAILINGS, UNSUBSCRIBE ME, UNSUB, OPT OUT, REMOVE ME
СТОП, ОТПИСАТЬСЯ, ОТПИСАТЬ, ОТПИСКА, ОТПИСАТЬСЯ ОТ РАССЫЛКИ, СТОП РАССЫЛКА, ОТПИШИТЕ МЕНЯ
ОТПИШИТЕ, ОТПИШИ МЕНЯ, НЕ ПИШИТЕ, НЕ ПИШИТЕ МНЕ, БОЛЬШЕ НЕ ПИШИТЕ, ВІДПИСАТИСЯ, АДПІСАЦЦА
БАС ТАРТУ
ABMELDEN, ABBESTELLEN, DÉSABONNER, ARRÊT, BAJA, CANCELAR SUSCRIPCIÓN, ANNULLA ISCRIZIONE
CANCELAR INSCRIÇÃO, AFMELDEN, WYPISZ, İPTAL"""
START_WORDS = """START, SUBSCRIBE
СТАРТ, ПОДПИСАТЬСЯ, ПОДПИСКА, ПІДПИСАТИСЯ, ПАДПІСАЦЦА, ЖАЗЫЛУ
ANMELDEN, ABONNIEREN, S'ABONNER, ALTA, SUSCRIBIRSE, ISCRIVITI, INSCREVER, AANMELDEN
ZAPISZ, ABONE OL"""
# Latin letters that look like Cyrillic ones: people write СТОП with either.
LOOK_ALIKES = str.maketrans("abcehikmoptxy", "авсенікмортху")
SPREADING = "telegram_spreading_opt_out"  # context key: the other addresses are being changed


def normalize(text):
    """Return a text without case, punctuation, blanks and accents, for comparing answers."""
    text = unicodedata.normalize("NFKD", text or "").casefold().translate(LOOK_ALIKES)
    return "".join(letter for letter in text if letter.isalnum())


@lru_cache(maxsize=128)
def read_words(text):
    """Return the words of a setting, separated by commas or lines, by their normal form.

    Each message that comes in is compared with them, so they are kept.
    """
    words = filter(None, map(str.strip, re.split(r"[,;\n]", text)))
    return MappingProxyType({normalize(word): word for word in words if normalize(word)})


def says_only(text, setting):
    """Return whether a text says nothing but words of a setting, such as "STOP! STOP!"."""
    said, words = normalize(text), read_words(setting)
    parts = filter(None, map(normalize, text.split()))
    return bool(said) and (said in words or all(part in words for part in parts))


@lru_cache(maxsize=256)  # more than the messages of a batch
def read_wish(text, stop_words, start_words):
    """Return "stop" or "start" if a text says nothing but words of one setting, otherwise None.

    Several parts of the addon ask it of each message that comes in.
    """
    if says_only(text, stop_words):
        return "stop"
    return "start" if says_only(text, start_words) else None


class ResCompany(models.Model):
    """Extend ``res.company`` with the answers that end and resume mailings."""

    _inherit = "res.company"

    telegram_stop_words = fields.Text("Opt-Out Words", default=STOP_WORDS)
    telegram_start_words = fields.Text("Opt-In Words", default=START_WORDS)

    def _telegram_get_word(self, field, preferred):
        """Return the word to name to a person: the preferred one, or the first of the setting.

        :return: str, empty if the setting has no word
        """
        words = self._telegram_get_words(field)
        return words.get(normalize(preferred)) or next(iter(words.values()), "")

    def _telegram_get_words(self, field):
        """Return the words of a setting, separated by commas or lines, by their normal form."""
        self.ensure_one()
        return read_words(self[field] or "")


class ResConfigSettings(models.TransientModel):
    """Extend Odoo's settings with those of mailings."""

    _inherit = "res.config.settings"

    telegram_needs_consent = fields.Boolean(
        related="company_id.telegram_needs_consent", readonly=False
    )
    telegram_stop_words = fields.Text(related="company_id.telegram_stop_words", readonly=False)
    telegram_start_words = fields.Text(related="company_id.telegram_start_words", readonly=False)


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the answers that end and resume mailings."""

    _inherit = "telegram.message"

    def _get_mailing_wish(self):
        """Return "stop" or "start" if this message says nothing else, otherwise None."""
        self.ensure_one()
        if self.direction != "incoming" or self.chat_id.chat_type != "user":
            return None
        kind = self.type_message
        if kind == "editedMessage":  # what the person says now, not what it said before
            kind = self.target_message_id.type_message or const.TEXT_KINDS[0]
        return self.chat_id._read_mailing_wish(kind, self.text)

    def _process_mailing_wishes(self):
        """Process the answers among these messages that end or resume mailings, oldest first."""
        for message in self.sorted(lambda message: (message.date, message.id)):
            if wish := message._get_mailing_wish():
                message.chat_id._process_mailing_wish(wish, message)


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the wishes of its person about mailings."""

    _inherit = "telegram.chat"
    _protected = {"mailing_wish_date"}

    mailing_wish_date = fields.Datetime(
        readonly=True, copy=False, help="Date of the last answer about mailings."
    )

    _opted_out_index = models.Index("(id) WHERE opted_out")

    def _read_mailing_wish(self, type_message, text):
        """Return "stop" or "start" if a message says nothing else, otherwise None.

        :param str type_message: of GREEN-API
        :param str text: of the message
        """
        if type_message not in const.TEXT_KINDS or not text:
            return None
        company_sudo = self.company_id.sudo()  # sudo: res.company - its words
        stop_words, start_words = (
            company_sudo.telegram_stop_words,
            company_sudo.telegram_start_words,
        )
        return read_wish(text, stop_words or "", start_words or "")

    def _process_mailing_wish(self, wish, message):
        """Process that the person of this chat wants no mailings, or wants them again.

        They are told once. Answers may arrive in any order, and the last one counts.

        :param str wish: "stop" or "start"
        :param message: the ``telegram.message``
        """
        self.ensure_one()
        if self.mailing_wish_date and self.mailing_wish_date > message.date:
            return
        self.mailing_wish_date = message.date
        is_stop = wish == "stop"
        partner = self.partner_id
        needs_consent = self.company_id.telegram_needs_consent and not partner.telegram_consent
        was_out = self.opted_out  # pylint: disable=access-member-before-definition
        is_known = was_out == is_stop and (is_stop or not needs_consent)
        answer = message.text.strip()
        self.opted_out = is_stop
        if partner and partner.telegram_consent == is_stop:
            partner._record_consent(not is_stop, self.env._("Answered “%s” in Telegram", answer))
        if not is_known:
            self._send_mailing_confirmation(is_stop)

    def _send_mailing_confirmation(self, is_stop):
        """Send the person a message that their answer was understood, and how to undo it.

        :param bool is_stop: whether they get no mailings any more
        """
        company = self.company_id
        lang = self.partner_id.lang or company.partner_id.lang
        translated = self.with_context(lang=lang).env
        if is_stop:
            word = company._telegram_get_word("telegram_start_words", translated._("START"))
            text = translated._(
                "You will not receive any more mailings from us. To receive them again, answer %s.",
                word,
            )
            text = text if word else translated._("You will not receive any more mailings from us.")
        else:
            word = company._telegram_get_word("telegram_stop_words", translated._("STOP"))
            text = translated._(
                "You will receive our mailings. To stop them, answer %s at any time.", word
            )
            text = text if word else translated._("You will receive our mailings.")
        messages = self.env["telegram.message"]
        messages._queue(self, {**messages._prepare_text(text), "is_automatic": True})

    # === ONE PERSON, ONE WISH === #

    def _find_same_person(self):
        """Return all chats of the persons of these chats, of all accounts, archived or not."""
        # sudo: telegram.chat - accounts that the user does not operate, too
        found = self.sudo().with_context(active_test=False).filtered(lambda c: not c.is_group)
        while True:
            known = found
            addresses = {
                name: [value for value in found.mapped(name) if value]
                for name in ("phone", "username")
            }
            partners = found.partner_id
            addresses["phone"] += [p for p in partners.mapped("phone_sanitized") if p]
            addresses["username"] += [u for u in partners.mapped("telegram_username") if u]
            domain = self._get_person_domain(
                found.partner_id.ids, telegram_id=found.mapped("telegram_id"), **addresses
            )
            found |= found.search(domain)
            if found == known:
                return found

    @api.model
    def _get_person_domain(self, partner_ids, **addresses):
        """Return the domain of the chats of contacts and of those with one of some addresses.

        :param addresses: lists of values by field name
        """
        same = Domain.OR(
            [
                Domain("partner_id", "in", partner_ids),
                *(Domain(name, "in", values) for name, values in addresses.items()),
            ]
        )
        return Domain("chat_type", "=", "user") & same

    def _process_opted_out(self):
        """Apply the wish that these chats have just got to all addresses of their persons."""
        if get_own_value(self.env, SPREADING):
            return
        spreading = self.sudo().with_context(**{SPREADING: OwnValue()})  # sudo: see below
        for is_out, chats in spreading.grouped("opted_out").items():
            persons = chats._find_same_person()
            persons.filtered(lambda chat, out=is_out: chat.opted_out != out).opted_out = is_out
            partners = persons.partner_id
            spreading._update_blacklist(
                [*persons.mapped("phone"), *partners.mapped("phone_sanitized")], is_out
            )
            note = (
                self.env._("Wants no mailings.") if is_out else self.env._("Wants mailings again.")
            )
            for partner in partners:
                partner._message_log(body=plaintext2html(note))
            if is_out:
                persons._cancel_mailings()

    @api.model
    def _update_blacklist(self, phones, is_out):
        """Add phone numbers to Odoo's phone blacklist, or remove those that it has.

        :param list phones: in E.164; those that cannot be read are left out
        """
        # sudo: phone.blacklist - the person has decided, not the user
        blacklist_sudo = self.env["phone.blacklist"].sudo()
        phones = {self.env.user._phone_format(number=phone) for phone in phones if phone}
        phones = sorted(filter(None, phones))
        listed = self._find_blacklisted(phones)
        if is_out and (new := [phone for phone in phones if phone not in listed]):
            blacklist_sudo._add(new)
        elif not is_out and listed:
            blacklist_sudo._remove(sorted(listed))

    def _cancel_mailings(self):
        """Cancel the messages of mailings and rules that wait to be sent to these chats."""
        domain = Domain("chat_id", "in", self.ids) & Domain("state", "=", "queued")
        # A mailing leaves its recipients out by itself, for its report, until it has ended.
        ended = Domain("mailing_id", "=", False) | Domain("mailing_id.has_all_outcomes", "=", True)
        domain &= Domain("waits_in_quiet_hours", "=", True) & ended
        reason = self.env._("The contact wants no mailings.")
        # sudo: telegram.message - of all accounts
        waiting_sudo = self.env["telegram.message"].sudo().search(domain)
        waiting_sudo._set_state({"state": "canceled", "failure_reason": reason})


class PhoneBlacklist(models.Model):
    """Extend ``phone.blacklist``: a change marks the chats with these numbers."""

    _inherit = "phone.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._telegram_update_chats()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"active", "number"} & vals.keys():
            self._telegram_update_chats()
        return result

    def unlink(self):
        """Delete numbers, which allows mailings to them."""
        numbers = self.filtered("active").mapped("number")
        result = super().unlink()
        self._telegram_mark_chats(numbers, False)
        return result

    def _telegram_update_chats(self):
        """Mark the chats with these numbers as the blacklist says."""
        for is_out, records in self.grouped("active").items():
            self._telegram_mark_chats(records.mapped("number"), is_out)

    @api.model
    def _telegram_mark_chats(self, numbers, is_out):
        """Mark the chats with some phone numbers as wanting mailings or not.

        :param list numbers: in E.164
        """
        # sudo: telegram.chat - users of the blacklist need not see chats
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = Domain("phone", "in", numbers) | Domain(
            "partner_id.phone_sanitized", "in", numbers
        )
        domain &= Domain("chat_type", "=", "user") & Domain("opted_out", "!=", is_out)
        chats_sudo.search(domain).opted_out = is_out
