# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Two recipients of a mailing who turn out to be one person after its start.

Contacts are merged, Telegram tells that two chats are one, or a phone number is corrected. One of
the recipients remains. Another one to whom nothing was handed over is left out with the reason;
what was sent to it stays sent. Each of them stays a recipient, so the figures add up.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import partition

from ..sending.recipients import Recipient, find_twin
from ..telegram_message import POSSIBLY_SENT_STATES

# Outcomes of a recipient who may have got the message.
HANDED_OVER = (*POSSIBLY_SENT_STATES, "deleted")
# Of several recipients who are one person, the one with the lowest number remains.
RANK_BEGUN, RANK_QUEUED, RANK_WAITING, RANK_ENDED = range(4)


class TelegramMailing(models.Model):
    """Extend ``telegram.mailing`` with the recipients who are one person."""

    _inherit = "telegram.mailing"

    def _is_once_per_contact(self):
        """Return whether a contact with several records gets one message."""
        return self.is_once_per_person or self.res_model == "res.partner"

    def _split_repeated(self, recipients):
        """Return the recipients, and those who are one person with another one of the mailing.

        The second list has the names of the others in ``twin``.

        :param list recipients: of ComposerRecipient
        """
        if not self._is_once_per_contact():
            return recipients, []
        known, by_partner = {}, {}
        for earlier in self._find_written_to(recipients):
            person = earlier.partner_id or earlier.chat_id
            by_partner[earlier.partner_id.id] = person
            find_twin(known, Recipient(earlier.partner_id, earlier.chat_id, "", ""), person)
        checked = []
        for each in recipients:
            twin = find_twin(known, each, each.partner)
            twin = twin or by_partner.get(each.partner.id)
            by_partner[each.partner.id] = each.partner
            checked.append(
                each._replace(reason="duplicate", twin=twin.display_name) if twin else each
            )
        repeated, remaining = partition(lambda each: each.reason, checked)
        return remaining, repeated

    def _find_written_to(self, recipients):
        """Return those to whom the mailing has written at an address of these recipients.

        One query looks at the whole mailing. As superuser.

        :param list recipients: of ComposerRecipient
        :return: ``telegram.mailing.recipient`` records, the first ones first
        """
        partners = self.env["res.partner"].union(*(each.partner for each in recipients))
        # sudo: telegram.chat - addresses are only compared
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats = chats_sudo.union(*(each.chat for each in recipients))
        addresses = {each.address for each in recipients}
        phones = {*addresses, *chats.mapped("phone"), *partners.mapped("phone_sanitized")}
        names = {*addresses, *chats.mapped("username"), *partners.mapped("telegram_username")}
        domain = chats._get_person_domain(
            partners.ids,
            telegram_id=chats.mapped("telegram_id"),
            phone=list(filter(None, phones)),
            username=list(filter(None, names)),
        )
        domain &= Domain("instance_id", "=", self.instance_id.id)
        written_to = Domain("mailing_id", "=", self.id) & Domain("state", "=", "composed")
        written_to &= Domain("chat_id", "in", chats._search(domain))
        return self.env["telegram.mailing.recipient"].search(written_to, order="id")


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with who may get the failed message of a mailing again."""

    _inherit = "telegram.message"

    def _check_mailing_retry(self):
        """Check that failed messages of mailings may be sent again to their recipients.

        :raise UserError: a person wants no mailings, or gets this one by another address
        """
        _ = self.env._
        # sudo: telegram.chat, telegram.mailing - only who wants the mailing, and who got it
        for message_sudo in self.filtered("mailing_id").sudo():
            chat_sudo = message_sudo.chat_id
            partners = message_sudo.partner_id
            needs_consent = not message_sudo.mailing_id.is_automatic
            if chat_sudo.opted_out:
                reason = _(
                    "“%s” wants no mailings, and this is a message of a mailing. Choose other "
                    "messages only."
                )
            elif needs_consent and chat_sudo._find_without_consent(
                message_sudo.instance_id, partners
            ):
                reason = _(
                    "“%s” has not agreed to mailings, and this is a message of a mailing. Choose "
                    "other messages only."
                )
            elif message_sudo._is_repeated_in_mailing():
                reason = _(
                    "“%s” is also another recipient of this mailing, and gets it once only. "
                    "Choose other messages only."
                )
            else:
                continue
            raise UserError(reason % chat_sudo.display_name)

    def _is_repeated_in_mailing(self):
        """Return whether another recipient of the mailing is the same person and may have got it.

        As superuser. The parts of a merged recipient have negative numbers.
        """
        if not self.mailing_id._is_once_per_contact():
            return False
        others = self.env["telegram.mailing.recipient"].search(
            Domain("mailing_id", "=", self.mailing_id.id)
            & Domain("message_id", "!=", self.id)
            & (
                Domain("chat_id", "=", self.chat_id.id) & Domain("res_id", "!=", self.res_id)
                | Domain("res_id", "=", self.res_id) & Domain(self.mailing_part < 0)
            )
        )
        return any(other.outcome in (*HANDED_OVER, "waiting") for other in others)


class TelegramMailingRecipient(models.Model):
    """Extend ``telegram.mailing.recipient`` with those who are merged."""

    _inherit = "telegram.mailing.recipient"

    is_merged = fields.Boolean(
        "Merged", readonly=True, help="The record was merged with that of another recipient."
    )

    @api.model
    def _process_merged_chat(self, chat, other):
        """Move the recipients of a chat to the one that it becomes a part of. As superuser.

        :param chat: the ``telegram.chat``, which is about to be deleted
        :param other: the ``telegram.chat`` that remains
        """
        involved = self.search([("chat_id", "in", (chat | other).ids)])
        involved.filtered(lambda each: each.chat_id == chat).chat_id = other
        for mailing, same in involved.grouped("mailing_id").items():
            same = same.with_env(mailing._in_language().env)
            if len(same) > 1 and mailing._is_once_per_contact():
                same._leave_out_repeated()

    def _move_to_record(self, record):
        """Refer to the record that remains of merged ones. As superuser.

        :param record: the one that remains
        """
        messages = self.env["telegram.message"]
        for mailing, same in self.grouped("mailing_id").items():
            same = same.with_env(mailing._in_language().env)
            merged = same - same._leave_out_repeated()
            of_merged = messages.search(
                Domain("mailing_id", "=", mailing.id)
                & Domain("res_id", "in", merged.mapped("res_id"))
            )
            for message in of_merged:
                message.mailing_part = -message.id  # it is the first part to nobody else
            merged.is_merged = True
        self.flush_model()  # before the IDs: both are parts of unique indexes
        messages.flush_model()
        self.res_id = record.id

    def _leave_out_repeated(self):
        """Leave out all but one of these recipients, who are one person in one mailing.

        :return: the recipient who remains: the one to whom something was sent, else the one whose
            message is queued
        """
        begun = self._find_begun()
        ranks = {each: each._get_rank(each in begun) for each in self}
        remaining = self.sorted(lambda each: (ranks[each], each.is_merged, each.id))[:1]
        repeated = (self - remaining).filtered(
            lambda each: ranks[each] in (RANK_QUEUED, RANK_WAITING)
        )
        reason = self.env._("Merged with another recipient of the mailing")
        repeated._cancel_queued(reason)
        repeated._leave_out("merged", reason)
        return remaining

    def _find_begun(self):
        """Return the recipients to whom a part of their message was handed over."""
        parts = self.env["telegram.message"].search(
            Domain("mailing_id", "in", self.mailing_id.ids)
            & Domain("res_id", "in", self.mapped("res_id"))
            & Domain("state", "in", ("sending", *POSSIBLY_SENT_STATES))
        )
        records = {(part.mailing_id, part.res_id) for part in parts}
        return self.filtered(lambda each: (each.mailing_id, each.res_id) in records)

    def _get_rank(self, is_begun):
        """Return which of several recipients remains: the one with the lowest number.

        :param bool is_begun: whether a part of the message was handed over
        """
        if is_begun or self.outcome in HANDED_OVER:
            return RANK_BEGUN
        if self.outcome != "waiting":
            return RANK_ENDED
        return RANK_QUEUED if self.state == "composed" else RANK_WAITING
