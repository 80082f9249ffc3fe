# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.phone import to_chat_id
from ..sending.recipients import get_addresses
from .telegram_mailing import FILTER_ERRORS, OPEN_STATES
from .telegram_mailing_recipient import OUTCOME

LINES_MAX = 100  # recipients that are shown by name, unless the user asks for all of them
PREVIEW_MAX = 5000  # records that are checked while a mailing is prepared


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with its recipients before it is started.

    They are those of the composer: the same checks, reasons and lines.
    """

    _inherit = "telegram.mailing"

    recipient_count = fields.Integer(
        "Recipients", compute="_compute_recipients", compute_sudo=False
    )
    new_contact_count = fields.Integer(
        "New Contacts", compute="_compute_recipients", compute_sudo=False
    )
    show_all = fields.Boolean(store=False, help="Show all recipients, not only the first ones.")
    preview = fields.Html(
        "Recipient List", compute="_compute_recipients", compute_sudo=False, sanitize=False
    )
    warning = fields.Text(compute="_compute_recipients", compute_sudo=False)

    @api.depends(
        "state",
        "instance_id",
        "recipient_mode",
        "res_model",
        "domain",
        "partner_ids",
        "list_ids",
        "excluded_partner_ids",
        "excluded_list_ids",
        "excluded_mailing_ids",
        "is_once_per_person",
        "show_all",
    )
    @api.depends_context("lang", "uid")
    def _compute_recipients(self):
        for mailing in self:
            mailing.recipient_count = mailing.new_contact_count = 0
            mailing.preview = mailing.warning = False
            if mailing.state not in OPEN_STATES or not mailing.instance_id:
                continue
            self.env.flush_all()  # not within the savepoint, which would take it back
            try:
                with self.env.cr.savepoint(flush=False):
                    recipients = mailing._find_recipients(PREVIEW_MAX + 1)
            except FILTER_ERRORS as error:
                # A filter that is being typed, or one that this user may not use.
                mailing.warning = str(error)
                continue
            reachable = [each for each in recipients if not each.reason]
            left_out = [each for each in recipients if each.reason]
            # sudo: telegram.chat - only counted
            new = sum(not each.chat or each.chat.sudo().is_new_contact for each in reachable)
            mailing.recipient_count, mailing.new_contact_count = len(reachable), new
            mailing.preview = mailing._get_preview(reachable, left_out)
            mailing.warning = mailing._get_warning(len(recipients), len(reachable), new)

    def _get_preview(self, reachable, left_out):
        """Return the recipients and those who are left out, with the reasons, as HTML."""
        is_short = len(reachable) + len(left_out) <= LINES_MAX
        composer = self.env["telegram.composer"].new(
            {"res_model": self.res_model, "res_ids": "[0]", "show_all": self.show_all or is_short}
        )
        if not reachable and not left_out:
            return Markup("<span class='text-muted'>%s</span>") % self.env._("No recipients")
        return composer._get_recipients_summary(reachable, left_out)

    def _get_warning(self, checked, total, new):
        """Return what the user should know before starting, or False."""
        _ = self.env._
        lines = []
        if checked > PREVIEW_MAX:
            lines.append(
                _(
                    "Only the first %s records are checked here. All are checked at the start.",
                    PREVIEW_MAX,
                )
            )
        if 2 * new > total:
            lines.append(
                _(
                    "Most recipients (%(new)s of %(total)s) are new contacts. Telegram limits or "
                    "blocks accounts that write to many people who do not know them. Write to "
                    "contacts first who have written to you.",
                    new=new,
                    total=total,
                )
            )
        return "\n".join(lines) or False

    def _find_recipients(self, limit=None):
        """Return the recipients and why some of them are left out: list of ComposerRecipient.

        :param int limit: of records
        """
        self.ensure_one()
        records = self._find_records(limit)
        if not records:
            return []
        composer = self.env["telegram.composer"].new(
            {
                "res_model": self.res_model,
                "res_ids": repr(records.ids),
                "instance_id": self.instance_id._origin.id,
            }
        )
        recipients = composer._find_recipients()
        if self.is_once_per_person and composer._allows_duplicates():
            recipients = composer._leave_out_twins(recipients)
        return self._leave_out_excluded(recipients)

    def _leave_out_excluded(self, recipients):
        """Return the recipients, with a reason for those that the mailing excludes.

        A person is excluded under all contacts that have one of its addresses.
        """
        excluded = {
            key: reason
            for reason, partner_ids, chats in (
                ("excluded", *self._find_excluded_contacts()),
                ("excluded_mailing", *self._find_excluded_by_mailings()),
            )
            for key in (*partner_ids, *self._get_addresses(partner_ids, chats))
        }
        if not excluded:
            return recipients
        checked = []
        for each in recipients:
            keys = (each.partner.id, *get_addresses(each, each.partner))
            reason = next((excluded[key] for key in keys if key in excluded), "")
            checked.append(each._replace(reason=reason, twin="") if reason else each)
        return checked

    def _find_excluded_contacts(self):
        """Return the contacts that are excluded by name or by a list, and their chats, as IDs."""
        # Archived contacts are persons, too.
        excluding = self._origin.with_context(active_test=False)
        partners = excluding.excluded_partner_ids | excluding.excluded_list_ids.partner_ids
        # sudo: telegram.chat - addresses are only compared
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = [("partner_id", "in", partners.ids), ("chat_type", "=", "user")]
        return partners.ids, chats_sudo.search(domain).ids if partners else []

    def _find_excluded_by_mailings(self):
        """Return those to whom excluded mailings have written or will write: contacts and chats.

        :return: two lists of IDs
        """
        if not (mailings := self.excluded_mailing_ids._origin):
            return [], []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.partner_id, recipient.chat_id
                  FROM telegram_mailing_recipient AS recipient
                  LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
                 WHERE recipient.mailing_id IN %s
                   AND %s NOT IN ('left_out', 'canceled', 'failed')
                """,
                tuple(mailings.ids),
                OUTCOME,
            )
        )
        partner_ids, chat_ids = zip(*rows, strict=True) if rows else ((), ())
        return list(filter(None, partner_ids)), list(filter(None, chat_ids))

    @api.model
    def _get_addresses(self, partner_ids, chat_ids):
        """Return the addresses of contacts and chats as a set. By SQL, they may be very many."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT NULL, phone_sanitized, telegram_username
                  FROM res_partner
                 WHERE id = ANY(%s)
                 UNION ALL
                SELECT telegram_id, phone, username
                  FROM telegram_chat
                 WHERE id = ANY(%s)
                """,
                list(partner_ids),
                list(chat_ids),
            )
        )
        found = {
            address
            for telegram_id, phone, username in rows
            for address in (telegram_id, phone and to_chat_id(phone), username)
        }
        return found - {None, ""}
