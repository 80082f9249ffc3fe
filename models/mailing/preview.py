# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import placeholders
from .telegram_mailing import FILTER_ERRORS, OPEN_STATES

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
    text_warning = fields.Text(compute="_compute_text_warning", compute_sudo=False)

    @api.depends("body", "body_b", "is_ab_test", "formatting", "instance_id", "state")
    @api.depends_context("lang")
    def _compute_text_warning(self):
        for mailing in self:
            texts = [mailing.body, mailing.is_ab_test and mailing.body_b]
            if mailing.state in ("done", "stopped"):
                texts = []
            text = "\n".join(placeholders.remove(each) for each in texts if each)
            warning = mailing.instance_id._get_text_warning(text, mailing.formatting)
            mailing.text_warning = warning

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
        """Return the recipients, with a reason for those that the mailing excludes."""
        excluded = {}
        partners = self.excluded_partner_ids._origin | self.excluded_list_ids._origin.partner_ids
        excluded |= dict.fromkeys(partners.ids, "excluded")
        if mailings := self.excluded_mailing_ids._origin:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT partner_id
                      FROM telegram_mailing_recipient
                     WHERE mailing_id IN %s AND state = 'composed' AND partner_id IS NOT NULL
                    """,
                    tuple(mailings.ids),
                )
            )
            excluded |= {partner_id: "excluded_mailing" for [partner_id] in rows}
        return [
            each._replace(reason=excluded[each.partner.id], twin="")
            if each.partner.id in excluded
            else each
            for each in recipients
        ]
