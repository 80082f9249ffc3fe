# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections import Counter
from datetime import timedelta
from math import ceil
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .. import const
from ..models.sending.recipients import Recipient, find_twin

# Reasons that exclude a contact from a mailing, but not from a message to this contact alone.
MAILING_REASONS = ("opted_out", "no_consent", "no_account")
LINE = "<div><i class='fa %s me-1'></i>%%s <span class='text-muted'>%%s</span></div>"
RECIPIENT_LINE = Markup(LINE % "fa-check text-success")
DOUBTFUL_LINE = Markup(LINE % "fa-exclamation-triangle text-warning")  # a warning says why
LEFT_OUT_LINE = Markup(LINE % "fa-times text-danger")
LINES_MAX = 3  # more recipients are shown as one line, unless the user asks for all of them
NAMES_MAX = 10  # of a warning


class ComposerRecipient(NamedTuple):
    """The contact of a record, and where the message goes or why it cannot be sent."""

    record: models.BaseModel
    partner: models.BaseModel  # res.partner; empty if the record has none
    chat: models.BaseModel  # telegram.chat; empty if none exists yet
    address: str  # phone number (E.164) or username; may be empty
    reason: str  # code, see TelegramComposer._get_reasons
    twin: str = ""  # name of the recipient who is the same person

    @property
    def without_record(self):
        """Return the Recipient: the same for each record of the contact."""
        return Recipient(*self[1:])


class TelegramComposer(models.TransientModel):
    """Extends ``telegram.composer`` with its recipients.

    The dialog shows them before sending, and for each contact that is left out the reason.
    """

    _inherit = "telegram.composer"

    partner_ids = fields.Many2many(
        "res.partner",
        string="To",
        compute="_compute_partner_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        context={"active_test": False},
        help="The contact of the record by default. Other contacts can be chosen.",
    )
    chat_id = fields.Many2one("telegram.chat", compute="_compute_recipients")
    recipient_count = fields.Integer("Recipients", compute="_compute_recipients")
    left_out_count = fields.Integer("Left Out", compute="_compute_recipients")
    show_all = fields.Boolean("All Recipients", help="Show the name of each recipient.")
    has_many = fields.Boolean("Many Recipients", compute="_compute_recipients")
    preview = fields.Html("Recipient List", compute="_compute_recipients", sanitize=False)
    warning = fields.Text(compute="_compute_recipients")
    telegram_changed_chat_id = fields.Many2one("telegram.chat", compute="_compute_recipients")
    telegram_changed_message = fields.Char(compute="_compute_recipients")
    telegram_change_count = fields.Integer(help="Clicks that have changed the recipient's chat.")

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id", "res_ids")
    def _compute_partner_ids(self):
        for composer in self:
            partners = composer.partner_ids.browse()
            if not composer.is_mass and (record := composer._get_records()):
                partners = record._telegram_get_partners()[record.id]
            composer.partner_ids = partners

    @api.depends(
        "res_model",
        "res_id",
        "res_ids",
        "partner_ids",
        "instance_id",
        "show_all",
        "group_id",
        "telegram_change_count",
    )
    def _compute_recipients(self):
        for composer in self:
            recipients, left_out = composer._split_recipients()
            composer.recipient_count = len(recipients)
            composer.left_out_count = len(left_out)
            composer.has_many = len(recipients) + len(left_out) > LINES_MAX
            composer.example_res_id = recipients[0].record.id if recipients else False
            composer.chat_id = (
                recipients[0].chat._filtered_access("read") if len(recipients) == 1 else False
            )
            changed = composer.chat_id._filter_changed()
            composer.telegram_changed_chat_id = changed
            composer.telegram_changed_message = changed._get_changed_number_message()
            composer.preview = composer._get_recipients_summary(recipients, left_out)
            warnings = (
                composer._get_archived_warning(recipients),
                composer._get_personal_warning(recipients),
                composer._get_changed_number_warning(recipients),
                *composer._get_queue_warnings(recipients),
                *composer._get_reminder_warnings(recipients),
            )
            composer.warning = "\n".join(filter(None, warnings))

    # === BUSINESS METHODS === #

    def _split_recipients(self):
        """Return the recipients, and those that are left out: two lists of ComposerRecipient.

        A contact that opted out of mailings can still receive a message alone. The number of
        queries does not grow with the number of records.
        """
        self.ensure_one()
        candidates = self._find_recipients() if self.instance_id else []
        is_personal = len(candidates) == 1 and not self.is_mass
        recipients, left_out = [], []
        for candidate in candidates:
            is_allowed = is_personal and candidate.reason in MAILING_REASONS
            (recipients if is_allowed or not candidate.reason else left_out).append(candidate)
        return recipients, left_out

    def _find_recipients(self):
        """Return a list of ComposerRecipient.

        It has the group if one is chosen. Otherwise it has the contact of each record, or each
        contact that was chosen for the single record.
        """
        records = self._get_records()
        no_partner, no_chat = self.env["res.partner"], self.env["telegram.chat"]
        if self.group_id:
            return [ComposerRecipient(records, no_partner, self.group_id._origin, "", "")]
        pairs = self._get_records_and_partners(records)
        others = records._telegram_filter_other_companies(self.instance_id)
        partners = no_partner.union(*(partner for _record, partner in pairs))
        found = no_chat._check_recipients(
            self.instance_id, partners, needs_consent=not self.is_automatic
        )
        by_partner = {recipient.partner.id: recipient for recipient in found}
        recipients = []
        for record, partner in pairs:
            no_contact = (partner, no_chat, "", "no_contact")
            recipient = ComposerRecipient(record, *(by_partner.get(partner.id) or no_contact))
            if record in others:
                recipient = recipient._replace(reason="other_company")
            recipients.append(recipient)
        return recipients if self._allows_duplicates() else self._leave_out_twins(recipients)

    def _leave_out_twins(self, recipients):
        """Return the recipients, with only one of those who are the same person.

        In a mailing, the contact with the chat has precedence, else the first one.
        """
        order = range(len(recipients))
        if self.is_mass:
            order = sorted(order, key=lambda number: not recipients[number].chat)
        known, checked = {}, list(recipients)
        for number in order:
            recipient = recipients[number]
            if not recipient.reason and (twin := find_twin(known, recipient, recipient.partner)):
                checked[number] = recipient._replace(reason="duplicate", twin=twin.display_name)
        return checked

    def _get_records_and_partners(self, records):
        """Return a list of (record, contact) for the messages to send."""
        if self.is_mass:
            partners = records._telegram_get_partners()
            return [(record, partners[record.id]) for record in records]
        chosen = records._telegram_sort_partners(self.partner_ids._origin)
        return [(records, partner) for partner in chosen]

    def _allows_duplicates(self):
        """Return whether a contact may receive several messages, such as one for each invoice."""
        return self.is_mass and self.res_model != "res.partner"

    def _raise_no_recipients(self, left_out):
        """Raise a UserError that explains why there is no recipient."""
        if not left_out:
            raise UserError(
                self.env._(
                    "There is no recipient. Choose a contact in To, or set it on the record."
                )
            )
        if len(left_out) == 1 and left_out[0].reason in ("no_phone", "bad_phone"):
            self.env["telegram.chat"]._get_phone(left_out[0].partner)  # raises a detailed error
        lines = [
            self.env._("The message cannot be sent to any recipient:"),
            *self._count_reasons(left_out),
        ]
        raise UserError("\n".join(lines))

    # === TEXTS === #

    @api.model
    def _get_reasons(self):
        """Return the reasons for leaving out a contact, as texts by code."""
        _ = self.env._
        return {
            **self.env["telegram.chat"]._get_unreachable_reasons(),
            "no_contact": _("The record has no contact"),
            "other_company": _("Belongs to another company than the Telegram account"),
            "excluded": _("Excluded by the mailing"),
            "excluded_mailing": _("Got an excluded mailing"),
        }

    def _count_reasons(self, left_out):
        """Return lines with the number of contacts left out by reason, the most frequent first."""
        reasons = self._get_reasons()
        counts = Counter(recipient.reason for recipient in left_out)
        return [
            self.env._(
                "%(count)s left out: %(reason)s", count=count, reason=reasons.get(code, code)
            )
            for code, count in counts.most_common()
        ]

    def _get_recipients_summary(self, recipients, left_out):
        """Return the recipients, and those that are left out, as HTML."""
        if not recipients and not left_out:
            return Markup("<span class='text-danger'>%s</span>") % self.env._(
                "This record has no contact. Set its customer, or choose a contact here."
            )
        parts = []
        total = len(recipients) + len(left_out)
        is_short = total <= LINES_MAX
        if self.is_mass or not is_short:
            summary = self.env._(
                "Recipients: %(count)s of %(total)s", count=len(recipients), total=total
            )
            lines = [summary, *self._count_reasons(left_out)]
            parts = [Markup("<div>%s</div>") % line for line in lines]
        if self.show_all or is_short:
            parts += map(self._get_recipient_line, recipients)
            parts += map(self._get_left_out_line, left_out)
        return Markup().join(parts)

    def _get_recipient_name(self, recipient):
        """Return the name of the contact, and of the record where that is another one."""
        partner, record = recipient.partner, recipient.record
        if not self.is_mass or record == partner:
            return partner.display_name
        if not partner:
            return record.display_name
        return f"{partner.display_name} ({record.display_name})"

    def _get_recipient_line(self, recipient):
        if not recipient.partner:
            return RECIPIENT_LINE % (
                recipient.chat.display_name,
                self.env._("all members of the group"),
            )
        address = recipient.address or self.env._("in Telegram")
        if chat := recipient.chat._filtered_access("read"):
            address = self.env._("in the chat “%s”", chat.display_name)
            if chat.phone:
                address = f"{address} {chat.phone}"
        # sudo: res.partner - only the phone number of the contact to write to
        is_doubtful = recipient.reason or (chat and chat.sudo()._has_changed_number())
        line = DOUBTFUL_LINE if is_doubtful else RECIPIENT_LINE
        return line % (self._get_recipient_name(recipient), address)

    def _get_left_out_line(self, recipient):
        """Return a line with the reason; for a single contact, with what to do about it."""
        chats, code = self.env["telegram.chat"], recipient.reason
        name = self._get_recipient_name(recipient)
        if code == "bad_phone":
            name = f"{name}, {recipient.partner.phone}"
        if not self.is_mass and code in ("no_phone", "bad_phone"):
            return LEFT_OUT_LINE % (name, chats._get_unreachable_message(code))
        return LEFT_OUT_LINE % (name, chats._get_reason_text(recipient, self._get_reasons()))

    def _get_personal_warning(self, recipients):
        """Return a warning about the single recipient, or an empty text."""
        if len(recipients) != 1:
            return ""
        [recipient] = recipients
        if recipient.reason == "opted_out":
            return self.env._(
                "%s wants no mailings. Send only messages that this contact expects.",
                recipient.partner.display_name,
            )
        if recipient.reason == "no_account":
            return self.env._(
                "The last check found no Telegram account for the phone number of %s. It will be "
                "checked again.",
                recipient.partner.display_name,
            )
        return ""

    def _get_archived_warning(self, recipients):
        """Return a warning that contacts are archived, or an empty text."""
        partners = self.env["res.partner"].union(*(recipient.partner for recipient in recipients))
        archived = partners.filtered(lambda partner: not partner.active)
        if not archived:
            return ""
        names = ", ".join(archived[:NAMES_MAX].mapped("display_name"))
        return self.env._(
            "These contacts are archived: %s. They receive the message all the same.",
            f"{names} …" if len(archived) > NAMES_MAX else names,
        )

    def _get_changed_number_warning(self, recipients):
        """Return a warning about several recipients with another number than their chat."""
        chats = self.env["telegram.chat"].union(*(recipient.chat for recipient in recipients))
        changed = chats._filtered_access("read")._filter_changed() if len(recipients) > 1 else chats
        if len(recipients) < 2 or not changed:
            return ""
        names = ", ".join(changed[:NAMES_MAX].mapped("display_name"))
        return self.env._(
            "Chats with another phone number than their contact (%(count)s): %(names)s. Open the "
            "contacts to choose the number.",
            count=len(changed),
            names=f"{names} …" if len(changed) > NAMES_MAX else names,
        )

    def _get_queue_warnings(self, recipients):
        """Yield sentences that explain why messages will stay in the queue, and for how long."""
        instance = self.instance_id
        if instance and instance.state != const.STATE_AUTHORIZED:
            yield self.env._(
                "The Telegram account is not ready to send. The message is queued and sent as "
                "soon as an administrator has restored the account."
            )
        new = sum(
            # sudo: telegram.chat - only whether the account has been in touch with the contact
            not recipient.chat or recipient.chat.sudo().is_new_contact
            for recipient in recipients
        )
        if new and not instance.daily_new_contact_limit:
            yield self.env._(
                "%(new)s The Daily New Contacts Limit of the account is 0, so the message is "
                "queued until an administrator raises it or the contact writes first.",
                new=self._get_new_contacts_text(new, len(recipients)),
            )
        if not new or not instance.daily_new_contact_limit:
            return
        free = instance.daily_new_contact_limit - instance._count_new_contacts()
        if new > free:
            waiting = new + instance._count_waiting_new_contacts() - max(free, 0)
            days = ceil(waiting / instance.daily_new_contact_limit)
            yield self.env._(
                "%(new)s The daily limit of new contacts (%(limit)s) avoids being flagged as spam. "
                "The last message is sent around %(date)s.",
                new=self._get_new_contacts_text(new, len(recipients)),
                limit=instance.daily_new_contact_limit,
                date=format_date(self.env, fields.Date.context_today(self) + timedelta(days=days)),
            )

    def _get_new_contacts_text(self, new, total):
        """Return a sentence with the number of new contacts among the recipients."""
        if total == 1:
            return self.env._("The recipient is a new contact.")
        return self.env._(
            "New contacts among the recipients: %(new)s of %(total)s.", new=new, total=total
        )
