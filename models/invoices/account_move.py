# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

# A person who sees them may send one invoice all the same; many at once are never sent so.
MAY_BE_IGNORED = ("opted_out", "already_sent")
# get_wkhtmltopdf_state() of a server that makes no PDF
NO_PDF_STATES = ("install", "broken")


class SendingObstacle(NamedTuple):
    """Why an invoice is not sent by Telegram."""

    code: str
    reason: str  # in words, with what to do about it


class AccountMove(models.Model):
    """Invoices that go by Telegram; the sending itself is in ``account_move_send.py``."""

    _inherit = "account.move"

    telegram_message_id = fields.Many2one(
        "telegram.message",
        "Sent by Telegram",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="telegram_green_api.group_user",
        help="The message that carried the invoice the last time.",
    )

    # === ACTION METHODS === #

    def action_send_and_print(self):
        """Open Odoo's dialog to send invoices; the button “Send by Telegram” says so in the
        context, which Odoo does not hand on by itself."""
        action = super().action_send_and_print()
        if self.env.context.get("telegram_chosen"):
            action["context"]["telegram_chosen"] = True
        return action

    def action_telegram_send_batch(self):
        """Open Odoo's dialog to send many invoices, by Telegram, showing first who gets none.

        :raise AccessError: the user may not write by Telegram
        """
        self.env["telegram.message"].check_access("read")
        obstacles = self._get_telegram_batch_obstacles()
        wizard = self.env["account.move.send.batch.wizard"].create(
            {
                "telegram_selected_ids": self.ids,
                "move_ids": (self - self.browse(m.id for m in obstacles)).ids,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Invoices by Telegram"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    # === BUSINESS METHODS === #

    def _get_telegram_template(self):
        """Return the text to send this invoice with; empty when somebody deleted it."""
        self.ensure_one()
        is_refund = self.move_type == "out_refund"
        name = "telegram_template_credit_note" if is_refund else "telegram_template_invoice"
        template = self.env.ref(f"telegram_green_api.{name}", raise_if_not_found=False)
        templates = self.env["telegram.template"]
        if not template or not templates.has_access("read"):
            return templates
        return template.filtered("active")

    def _get_telegram_obstacles(self, partners=None, instance=None):
        """Say which of these invoices the current user cannot send by Telegram, and why.

        The number of queries grows with that of the companies only.

        :param dict partners: ``res.partner`` to send to by invoice; by default the invoice's own
        :param instance: the ``telegram.instance`` to send by; by default that of each company
        :return: dict of SendingObstacle by ``account.move``; those that can be sent are not in it
        """
        partners = partners or {}
        obstacles = {move: move._get_telegram_own_obstacle() for move in self}
        able = self.filtered(lambda move: not obstacles[move])
        for company, moves in able.grouped("company_id").items():
            receivers = {move: partners.get(move, move.partner_id) for move in moves}
            try:
                sender = instance or self._get_telegram_sender(company)
            except UserError as error:
                obstacles.update(dict.fromkeys(moves, SendingObstacle("no_instance", str(error))))
                continue
            everybody = self.env["res.partner"].union(*receivers.values())
            recipients = self.env["telegram.chat"]._check_recipients(sender, everybody)
            codes = {recipient.partner: recipient.reason for recipient in recipients}
            for move, partner in receivers.items():
                if code := codes.get(partner, "no_partner"):
                    obstacles[move] = self._prepare_telegram_obstacle(code)
        return {move: obstacle for move, obstacle in obstacles.items() if obstacle}

    def _get_telegram_batch_obstacles(self):
        """Say which of these invoices are left out when many are sent at once; see above."""
        # What waits may have to go another way.
        waiting = self.filtered("is_being_sent")
        obstacles = dict.fromkeys(waiting, self._prepare_telegram_obstacle("being_sent"))
        return obstacles | (self - waiting)._get_telegram_obstacles()

    def _get_telegram_sender(self, company):
        """Return the instance of a company that the current user sends invoices by.

        :raise UserError: there is none
        """
        instances = self.env["telegram.instance"]
        if not instances.has_access("read"):
            raise UserError(
                self.env._(
                    "You may not write by Telegram. Ask an administrator for the right "
                    "“Telegram: User”, and to make you an operator of the account."
                )
            )
        return instances._default(company)

    def _get_telegram_own_obstacle(self):
        """Return what the invoice itself has against being sent, or None."""
        self.ensure_one()
        constraints = self.env["account.move.send"]._get_move_constraints(self)
        if constraints:
            code, reason = next(iter(constraints.items()))
            return self._prepare_telegram_obstacle(code, reason)
        if self._is_sent_by_telegram():
            return self._prepare_telegram_obstacle("already_sent")
        # sudo: ir.attachment - whether there is one
        if not self.sudo().invoice_pdf_report_id and self._is_pdf_program_missing():
            return self._prepare_telegram_obstacle("no_pdf")
        return None

    def _is_pdf_program_missing(self):
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in NO_PDF_STATES

    def _is_sent_by_telegram(self):
        """Whether the invoice, as it is by now, is on its way by Telegram or has arrived."""
        self.ensure_one()
        move_sudo = self.sudo()  # sudo: telegram.message - whether it is there, for anybody
        message, pdf = move_sudo.telegram_message_id, move_sudo.invoice_pdf_report_id
        # Reset to draft and posted again, an invoice gets another PDF.
        is_current = message and pdf and message.create_date >= pdf.create_date
        return bool(is_current and message.state not in ("error", "canceled"))

    def _copy_invoice_pdf(self, pdf_sudo, values=None):
        """Return a copy of the PDF to send: a note may be deleted, an invoice may not.

        :param pdf_sudo: the ``ir.attachment`` that Odoo keeps for the invoice
        :param dict values: further values of the copy
        """
        content = {"name": pdf_sudo.name, "raw": pdf_sudo.raw, "mimetype": pdf_sudo.mimetype}
        # sudo: ir.attachment - as message_post does: whoever may post may add files to the post
        return self.env["ir.attachment"].sudo().create({**content, **(values or {})}).sudo(False)

    def _prepare_telegram_obstacle(self, code, reason=""):
        reasons = {
            "not_posted": self.env._("It is not posted. Confirm it first."),
            "not_sale_document": self.env._("It is not an invoice to a customer."),
            "being_sent": self.env._("It is being sent in the background already."),
            "already_sent": self.env._(
                "It was already sent by Telegram. Press “Send by Telegram” on the invoice itself "
                "to send it once more."
            ),
            "no_pdf": self.env._(
                "The Odoo server cannot make PDF files: the program “wkhtmltopdf” is missing "
                "there, or does not start. Ask your administrator to install it and to restart "
                "Odoo."
            ),
            "no_partner": self.env._("It has no customer."),
        }
        chats = self.env["telegram.chat"]
        if code in chats._get_unreachable_reasons():
            reason = chats._get_unreachable_message(code)
        return SendingObstacle(code, reasons.get(code, reason))
