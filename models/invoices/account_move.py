# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...tools.actions import get_dialog_action

# Users who see these obstacles may still send a single invoice, but no batch.
MAY_BE_IGNORED = ("opted_out", "already_sent")
# States of wkhtmltopdf in which the server cannot create PDF files.
NO_PDF_STATES = ("install", "broken")


class SendingObstacle(NamedTuple):
    """The reason why an invoice cannot be sent by Telegram."""

    code: str
    reason: str  # text with what to do


class AccountMove(models.Model):
    """Extends ``account.move`` with what can be sent by Telegram, and what prevents it.

    Sending is in ``account_move_send.py``.
    """

    _inherit = "account.move"

    telegram_message_id = fields.Many2one(
        "telegram.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="telegram_green_api.group_user",
        help="Last message with which the invoice was sent by Telegram.",
    )

    is_sent_by_telegram_only = fields.Boolean(
        "Sent by Telegram Only",
        readonly=True,
        copy=False,
        exportable=False,
        help="The invoice is marked as sent because of its Telegram message, and was not sent in "
        "another way. The mark is removed if the message is not delivered.",
    )

    # === CRUD METHODS === #

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Do not offer technical fields in *Group By*."""
        descriptions = super().fields_get(allfields, attributes)
        for name in ("telegram_message_id", "is_sent_by_telegram_only"):
            if "groupable" in descriptions.get(name, ()):
                descriptions[name]["groupable"] = False
        return descriptions

    # === ACTION METHODS === #

    def action_send_and_print(self):
        """Open Odoo's dialog to send invoices, with Telegram selected if the context says so.

        Odoo does not pass ``telegram_chosen`` on.
        """
        action = super().action_send_and_print()
        if self.env.context.get("telegram_chosen"):
            action["context"]["telegram_chosen"] = True
        return action

    def action_telegram_send(self):
        """Open Odoo's dialog to send this invoice, with Telegram selected.

        :raise AccessError: the user may not send by Telegram
        :raise UserError: the invoice cannot be sent, such as a draft
        """
        self.ensure_one()
        self.env["telegram.message"].check_access("read")
        self.env["account.move.send"]._check_move_constraints(self)
        return self.with_context(telegram_chosen=True).action_invoice_sent()

    def action_telegram_send_batch(self):
        """Open Odoo's dialog to send several invoices, with those that cannot be sent by Telegram.

        :raise AccessError: the user may not send by Telegram
        """
        self.env["telegram.message"].check_access("read")
        obstacles = self._get_telegram_batch_obstacles()
        sendable = self - self.browse(move.id for move in obstacles)
        sendable[:1]._portal_ensure_token()  # the dialog shows what is wrong with its text
        wizard = self.env["account.move.send.batch.wizard"].create(
            {
                "telegram_selected_ids": self.ids,
                "move_ids": sendable.ids,
            }
        )
        title = self.env._("Send Invoices by Telegram")
        return get_dialog_action(wizard._name, title, res_id=wizard.id)

    # === BUSINESS METHODS === #

    def _get_telegram_contact_link(self):
        """Return the *Write to Us* link to print on this invoice, empty if there is none."""
        self.ensure_one()
        # sudo: telegram.contact.link - it is printed for the customer, whatever user prints it
        links_sudo = self.env["telegram.contact.link"].sudo()
        if not self.is_sale_document():
            return links_sudo
        companies = self.company_id.parent_ids
        links_sudo = links_sudo.search(
            [("is_on_invoices", "=", True), ("company_id", "in", companies.ids)]
        )
        return links_sudo.filtered("url").sorted(lambda link: -len(link.company_id.parent_ids))[:1]

    def _get_telegram_template(self):
        """Return the template for this invoice; empty if it was deleted or archived."""
        self.ensure_one()
        is_refund = self.move_type == "out_refund"
        name = "telegram_template_credit_note" if is_refund else "telegram_template_invoice"
        template = self.env.ref(f"telegram_green_api.{name}", raise_if_not_found=False)
        templates = self.env["telegram.template"]
        if not template or not templates.has_access("read"):
            return templates
        return template.filtered("active")

    def _get_telegram_obstacles(self, partners=None, instance=None):
        """Return the invoices that the user cannot send by Telegram, with the reasons.

        The number of queries grows only with the number of companies.

        :param dict partners: recipient by invoice; by default the contact of the invoice
        :param instance: the ``telegram.instance`` to send with; by default that of each company
        :return: dict of SendingObstacle by ``account.move``, without those that can be sent
        """
        partners = partners or {}
        obstacles = {move: move._get_telegram_own_obstacle() for move in self}
        sendable = self.filtered(lambda move: not obstacles[move])
        for company, moves in sendable.grouped("company_id").items():
            own = moves._telegram_get_partners()
            receivers = {move: partners.get(move, own[move.id]) for move in moves}
            try:
                sender = instance or self._get_telegram_sender(company)
            except UserError as error:
                obstacles.update(dict.fromkeys(moves, SendingObstacle("no_instance", str(error))))
                continue
            contacts = self.env["res.partner"].union(*receivers.values())
            recipients = self.env["telegram.chat"]._check_recipients(
                sender, contacts, needs_consent=False
            )
            codes = {recipient.partner: recipient.reason for recipient in recipients}
            for move, partner in receivers.items():
                if code := codes.get(partner, "no_partner"):
                    obstacles[move] = self._prepare_telegram_obstacle(code)
        return {move: obstacle for move, obstacle in obstacles.items() if obstacle}

    def _get_telegram_batch_obstacles(self):
        """Return the same for a batch, in which invoices that are being sent are left out, too."""
        # Those may have been queued with another sending method.
        waiting = self.filtered("is_being_sent")
        obstacles = dict.fromkeys(waiting, self._prepare_telegram_obstacle("being_sent"))
        return obstacles | (self - waiting)._get_telegram_obstacles()

    def _get_telegram_sender(self, company):
        """Return the account of a company with which the user sends invoices.

        :raise UserError: there is none
        """
        instances = self.env["telegram.instance"]
        if not instances.has_access("read"):
            raise UserError(
                self.env._(
                    "You are not allowed to send by Telegram. Ask an administrator for the access "
                    "right “Telegram: User”, and to make you an operator of the account."
                )
            )
        return instances._default(company)

    def _get_telegram_own_obstacle(self):
        """Return the obstacle that lies in the invoice itself, or None."""
        self.ensure_one()
        constraints = self.env["account.move.send"]._get_move_constraints(self)
        if constraints:
            code, reason = next(iter(constraints.items()))
            return self._prepare_telegram_obstacle(code, reason)
        if self._is_sent_by_telegram():
            return self._prepare_telegram_obstacle("already_sent")
        # sudo: ir.attachment - only whether there is a PDF
        if not self.sudo().invoice_pdf_report_id and self._is_pdf_program_missing():
            return self._prepare_telegram_obstacle("no_pdf")
        return None

    def _is_pdf_program_missing(self):
        """Return whether the server cannot create PDF files."""
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in NO_PDF_STATES

    def _is_sent_by_telegram(self):
        """Return whether the current version of the invoice was sent by Telegram or is queued."""
        self.ensure_one()
        move_sudo = self.sudo()  # sudo: telegram.message - only its state, for any user
        message, pdf = move_sudo.telegram_message_id, move_sudo.invoice_pdf_report_id
        # An invoice that was reset to draft and posted again gets a new PDF.
        is_current = message and pdf and message.create_date >= pdf.create_date
        return bool(is_current and message.state not in ("error", "canceled"))

    def _update_sent_mark(self, move_data):
        """Mark a successfully sent invoice as sent, and note whether only Telegram says so.

        Odoo sets its mark when it creates the PDF, and so not when the PDF of a failed message is
        sent again.

        :param dict move_data: data that Odoo collects for the invoice
        """
        self.ensure_one()
        # sudo: account.move - users who send an invoice may not be allowed to change it
        move_sudo = self.sudo()
        is_marked_now = move_data.get("pdf_attachment_values") or not move_sudo.is_move_sent
        if set(move_data["sending_methods"]) != {"telegram"}:
            if move_sudo.is_sent_by_telegram_only:
                move_sudo.write({"is_move_sent": True, "is_sent_by_telegram_only": False})
        elif is_marked_now:
            move_sudo.write({"is_move_sent": True, "is_sent_by_telegram_only": True})

    def _log_telegram_failure(self):
        """Log that the invoice is not marked as sent any longer, and why."""
        self.ensure_one()
        message = self.telegram_message_id
        reason = message.failure_reason or self.env._("The message was canceled.")
        self._message_log(
            body=self.env._(
                "The invoice was not sent by Telegram, so it is no longer marked as sent. "
                "%(reason)s",
                reason=reason,
            )
        )

    def _notify_telegram_mark(self):
        """Notify the web clients of the sender, which may show the invoice with a former mark."""
        self.ensure_one()
        for user in self.telegram_message_id.mail_message_ids.author_id.user_ids:
            user._bus_send(const.RECORD_CHANGED, {"model": self._name, "id": self.id})

    def _copy_invoice_pdf(self, pdf_sudo, values=None):
        """Create a copy of the PDF to send, because a posted note may be deleted with its files.

        :param pdf_sudo: the ``ir.attachment`` that Odoo stores for the invoice
        :param dict values: further values of the copy
        :return: the ``ir.attachment``
        """
        content = {"name": pdf_sudo.name, "raw": pdf_sudo.raw, "mimetype": pdf_sudo.mimetype}
        # sudo: ir.attachment - as in message_post, who may post may add files
        return self.env["ir.attachment"].sudo().create({**content, **(values or {})}).sudo(False)

    def _prepare_telegram_obstacle(self, code, reason=""):
        """Return a SendingObstacle with the text of its code, or with the given reason."""
        reasons = {
            "not_posted": self.env._("The invoice is not posted. Confirm it first."),
            "not_sale_document": self.env._("This is not a customer invoice."),
            "being_sent": self.env._("The invoice is already being sent in the background."),
            "already_sent": self.env._(
                "The invoice was already sent by Telegram. Open it and choose Send by Telegram in "
                "its Action menu to send it again."
            ),
            "no_pdf": self.env._(
                "The server cannot create PDF files because the program “wkhtmltopdf” is missing "
                "or does not start. Ask your administrator to install it and to restart Odoo."
            ),
            "no_partner": self.env._("It has no customer."),
        }
        chats = self.env["telegram.chat"]
        if code in chats._get_unreachable_reasons():
            reason = chats._get_unreachable_message(code)
        return SendingObstacle(code, reasons.get(code, reason))
