# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections import Counter
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const

# What does not keep a person from writing to one person, only from being written to with others.
PERSONAL = ("opted_out", "no_account")
LINE = "<div><i class='fa %s me-1'></i>%%s <span class='text-muted'>%%s</span></div>"
GOING = Markup(LINE % "fa-check text-success")
LEFT_OUT = Markup(LINE % "fa-times text-danger")
LINES = 10  # of the people who are left out, before somebody wants to see all


class Recipient(NamedTuple):
    """A record and its contact: where the message goes, or why it does not."""

    record: models.BaseModel
    partner: models.BaseModel  # res.partner; empty when the record has none
    chat: models.BaseModel  # telegram.chat; empty as long as there is none
    phone: str
    reason: str  # code: of TelegramChat._check_recipients, or no_contact, other_company


class TelegramComposer(models.TransientModel):
    """Who gets the message, and who does not and why: known before it is sent."""

    _inherit = "telegram.composer"

    partner_ids = fields.Many2many(
        "res.partner",
        string="To",
        compute="_compute_partner_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="By default the contact of the record. Anybody else may be chosen, too.",
    )
    chat_id = fields.Many2one("telegram.chat", compute="_compute_recipients")
    recipient_count = fields.Integer("Recipients", compute="_compute_recipients")
    left_out_count = fields.Integer("Left Out", compute="_compute_recipients")
    show_all = fields.Boolean(help="List everybody, however many there are.")
    preview = fields.Html("Who Gets It", compute="_compute_recipients", sanitize=False)
    warning = fields.Text(compute="_compute_recipients")

    @api.depends("res_model", "res_id", "res_ids")
    def _compute_partner_ids(self):
        for composer in self:
            partners = composer.partner_ids.browse()
            if not composer.is_mass and (record := composer._get_records()):
                partners = record._mail_get_partners()[record.id][:1]
            composer.partner_ids = partners

    @api.depends(
        "res_model", "res_id", "res_ids", "partner_ids", "instance_id", "show_all", "group_id"
    )
    def _compute_recipients(self):
        for composer in self:
            going, left_out = composer._sort_recipients()
            composer.recipient_count = len(going)
            composer.left_out_count = len(left_out)
            composer.chat_id = going[0].chat._filtered_access("read") if len(going) == 1 else False
            composer.preview = composer._get_recipients_summary(going, left_out)
            warnings = (
                composer._get_personal_warning(going),
                *composer._get_waiting_warnings(going),
            )
            composer.warning = "\n".join(filter(None, warnings))

    # === WHO === #

    def _sort_recipients(self):
        """Return who gets the message, and who does not: two lists of Recipient.

        Somebody who wants no mailings may be written to alone. The number of queries does not
        grow with that of the records.
        """
        self.ensure_one()
        recipients = self._find_recipients() if self.instance_id else []
        is_personal = len(recipients) == 1 and not self.is_mass
        going, left_out = [], []
        for recipient in recipients:
            free = not recipient.reason or is_personal and recipient.reason in PERSONAL
            (going if free else left_out).append(recipient)
        return going, left_out

    def _find_recipients(self):
        """Return a Recipient for each record, or for each contact chosen for the one record; or
        the group that was chosen instead of contacts."""
        records = self._get_records()
        if self.group_id:
            return [Recipient(records, self.env["res.partner"], self.group_id._origin, "", "")]
        partners = records._mail_get_partners()
        if self.is_mass:
            pairs = [(record, partners[record.id][:1]) for record in records]
        else:
            # Of several with one phone, the record's own contact gets the message.
            chosen = self.partner_ids._origin
            own = chosen & partners.get(records.id, chosen.browse())[:1]
            pairs = [(records, partner) for partner in own | chosen]
        others = records._telegram_filter_other_companies(self.instance_id)
        everyone = self.env["res.partner"].union(*(partner for _record, partner in pairs))
        found = self.env["telegram.chat"]._check_recipients(self.instance_id, everyone)
        by_partner = {recipient.partner.id: recipient for recipient in found}
        seen, recipients = set(), []
        for record, partner in pairs:
            _partner, chat, phone, reason = by_partner.get(partner.id) or (
                (partner, self.env["telegram.chat"], "", "no_contact")
            )
            if record in others:
                reason = "other_company"
            elif not reason and not self._may_repeat():
                reason = "duplicate" if (chat or phone) in seen else ""
                seen.add(chat or phone)
            recipients.append(Recipient(record, partner, chat, phone, reason))
        return recipients

    def _may_repeat(self):
        """Tell whether somebody may get several messages: of two invoices, two."""
        return self.is_mass and self.res_model != "res.partner"

    # === IN WORDS === #

    def _get_reasons(self):
        """Give the reasons for leaving somebody out: a word for the list, and a whole sentence."""
        _ = self.env._
        return {
            "no_contact": _("The record has no contact"),
            "no_phone": _("Neither a Telegram chat nor a phone number"),
            "bad_phone": _("The phone number cannot be read"),
            "no_account": _("No Telegram account"),
            "opted_out": _("Wants no mailings"),
            "duplicate": _("Gets it already: the same chat or phone number"),
            "other_company": _("Of another company than the Telegram account"),
        }

    def _count_reasons(self, left_out):
        """Say how many are left out for which reason: list of lines, the most frequent first."""
        reasons = self._get_reasons()
        counts = Counter(recipient.reason for recipient in left_out)
        return [
            self.env._(
                "%(count)s left out: %(reason)s", count=count, reason=reasons.get(code, code)
            )
            for code, count in counts.most_common()
        ]

    def _check_has_recipients(self, left_out):
        """Raise a UserError that says why nobody would get the message."""
        if not left_out:
            raise UserError(
                self.env._(
                    "There is nobody to write to. Choose a contact in “To”, or set the record's "
                    "first."
                )
            )
        if len(left_out) == 1 and left_out[0].reason in ("no_phone", "bad_phone"):
            self.env["telegram.chat"]._get_phone(left_out[0].partner)  # says what to do about it
        lines = [self.env._("Nobody can be written to:"), *self._count_reasons(left_out)]
        raise UserError("\n".join(lines))

    def _get_recipients_summary(self, going, left_out):
        """Give who gets the message, and who does not, as HTML."""
        if not going and not left_out:
            return Markup("<span class='text-danger'>%s</span>") % self.env._(
                "This record has no contact to write to. Set its customer first, or choose "
                "somebody here."
            )
        parts = []
        if self.is_mass:
            total = len(going) + len(left_out)
            parts.append(
                Markup("<div>%s</div>")
                % self.env._(
                    "%(count)s of %(total)s get the message.", count=len(going), total=total
                )
            )
            parts += [Markup("<div>%s</div>") % line for line in self._count_reasons(left_out)]
        parts += self._list(going, self._get_recipient_label)
        parts += self._list(left_out, self._get_left_out_summary)
        return Markup().join(parts)

    def _list(self, recipients, describe):
        """Give a line for each recipient; of many, for the first ones unless all are wanted."""
        shown = recipients if self.show_all else recipients[:LINES]
        lines = [describe(recipient) for recipient in shown]
        if len(shown) < len(recipients):
            rest = self.env._("… and %s more", len(recipients) - len(shown))
            lines.append(Markup("<div class='text-muted'>%s</div>") % rest)
        return lines

    def _get_recipient_label(self, recipient):
        if not recipient.partner:
            return GOING % (recipient.chat.display_name, self.env._("everybody in the group"))
        place = recipient.phone or self.env._("in Telegram")
        if chat := recipient.chat._filtered_access("read"):
            place = self.env._("in the chat “%s”", chat.display_name)
        return GOING % (recipient.partner.display_name, place)

    def _get_left_out_summary(self, recipient):
        name = (recipient.record if self.is_mass else recipient.partner).display_name
        return LEFT_OUT % (name, self._get_reasons()[recipient.reason])

    # === WARNINGS === #

    def _get_personal_warning(self, going):
        """Say what speaks against writing to the one person."""
        if len(going) != 1:
            return ""
        [recipient] = going
        if recipient.reason == "opted_out":
            return self.env._(
                "%s wants no mailings. Write only what this person expects from you.",
                recipient.partner.display_name,
            )
        if recipient.reason == "no_account":
            return self.env._(
                "Telegram knew nobody at the number of %s the last time. It will be tried again.",
                recipient.partner.display_name,
            )
        return ""

    def _get_waiting_warnings(self, going):
        """Say why messages will wait, and how long: list of sentences."""
        instance = self.instance_id
        if instance and instance.state != const.STATE_AUTHORIZED:
            yield self.env._(
                "The Telegram account does not work just now. The message waits, and goes out by "
                "itself when an administrator has brought the account back."
            )
        new = sum(
            # sudo: telegram.chat - whether the account has been in touch
            not recipient.chat or recipient.chat.sudo().is_new_contact
            for recipient in going
        )
        if new and not instance.daily_new_contact_limit:
            yield self.env._(
                "New to this account: %(new)s of %(total)s. It may not write to new people at all "
                "(“New People a Day” of the account is 0), so these messages wait until an "
                "administrator allows it, or until these people write first.",
                new=new,
                total=len(going),
            )
        elif new and new > instance.daily_new_contact_limit - instance._count_new_contacts():
            yield self.env._(
                "New to this account: %(new)s of %(total)s. To %(limit)s new people a day it "
                "writes, so that Telegram does not take it for a sender of spam; the other "
                "messages wait and go out on the following days by themselves.",
                new=new,
                total=len(going),
                limit=instance.daily_new_contact_limit,
            )
