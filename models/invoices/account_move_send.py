# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_qweb import QWebError

from ... import const
from ...tools.access import USER
from .account_move import MAY_BE_IGNORED

TELEGRAM = "telegram"
NAMES_SHOWN = 10


class AccountMoveSend(models.AbstractModel):
    """Extends ``account.move.send`` with Telegram as a sending method of invoices.

    The data that Odoo collects for each invoice gets further keys:

    * ``telegram_partner``: the ``res.partner`` to send to
    * ``telegram_instance``: the ``telegram.instance`` to send with, by default the company's first
    * ``telegram_template``: the ``telegram.template``, by default that of the document type
    * ``telegram_body``: the text of the user, or None to render the template
    * ``telegram_formatting``: whether marks in the text of the user format it
    * ``telegram_seen``: database ID of the previous message with the invoice, as the user has seen
      it (0 without one), or None if no user has seen the dialog
    """

    _inherit = "account.move.send"

    # === APPLICABILITY === #

    @api.model
    def _is_applicable_to_company(self, method, company):
        if method != TELEGRAM:
            return super()._is_applicable_to_company(method, company)
        return self.env.user.has_group(USER)

    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        if method != TELEGRAM:
            return super()._is_applicable_to_move(method, move, **move_data)
        return not self._get_telegram_obstacle(move, move_data)

    @api.model
    def _get_telegram_obstacle(self, move, move_data):
        """Return the SendingObstacle of an invoice, or None if it can be sent by Telegram.

        :param dict move_data: data that Odoo collects for the invoice
        """
        move = move.with_user(self._get_telegram_author(move_data))
        partner, seen = move_data.get("telegram_partner"), move_data.get("telegram_seen")
        obstacles = move._get_telegram_obstacles(
            {move: partner} if partner else None, move_data.get("telegram_instance")
        )
        obstacle = obstacles.get(move)
        if not obstacle or seen is None or obstacle.code not in MAY_BE_IGNORED:
            return obstacle
        # sudo: account.move - only the ID of the message, for any user
        is_unseen = obstacle.code == "already_sent" and seen != move.sudo().telegram_message_id.id
        return obstacle if is_unseen else None

    @api.model
    def _get_telegram_author(self, move_data):
        """Return the user who sends the invoice, also in the scheduled action."""
        author = self.env["res.users"].browse(move_data.get("author_user_id"))
        return author or self.env.user

    # === ALERTS === #

    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda move: TELEGRAM in moves_data[move]["sending_methods"])
        if not chosen:
            return alerts
        partners = {
            move: moves_data[move]["telegram_partner"]
            for move in chosen
            if "telegram_partner" in moves_data[move]
        }
        instance = moves_data[chosen[0]].get("telegram_instance") if len(chosen) == 1 else None
        obstacles = chosen._get_telegram_obstacles(partners, instance)
        sendable = chosen.filtered(lambda move: move not in obstacles)
        return {
            **alerts,
            **self._get_telegram_alerts(obstacles, is_single=len(moves) == 1),
            **self._get_telegram_waiting_alert(sendable, instance),
            **(self._get_telegram_changed_alert(sendable) if len(moves) > 1 else {}),
        }

    @api.model
    def _get_telegram_alerts(self, obstacles, is_single=False):
        """Return Odoo's alerts for the obstacles: in a batch, one for each reason.

        :param dict obstacles: SendingObstacle by ``account.move``
        :param bool is_single: whether one invoice is sent, and the user may ignore a warning
        """
        by_obstacle = self._group_by_obstacle(obstacles)
        if is_single:
            return {
                f"telegram_{obstacle.code}": {
                    "level": "warning" if obstacle.code in MAY_BE_IGNORED else "danger",
                    "message": self.env._("Telegram: %s", self._get_single_reason(obstacle)),
                }
                for obstacle in by_obstacle
            }
        return {
            f"telegram_{obstacle.code}": {
                "level": "warning",
                "message": self.env._(
                    "%(count)s not sent by Telegram: %(names)s\n%(reason)s",
                    count=len(moves),
                    names=self._get_names(moves),
                    reason=obstacle.reason,
                ),
                "action_text": self.env._("View"),
                "action": moves._get_records_action(name=self.env._("Not Sent by Telegram")),
            }
            for obstacle, moves in by_obstacle.items()
        }

    @api.model
    def _group_by_obstacle(self, obstacles):
        """Return the invoices by their SendingObstacle.

        :param dict obstacles: SendingObstacle by ``account.move``
        """
        by_obstacle = {}
        for move, obstacle in obstacles.items():
            by_obstacle.setdefault(obstacle, self.env["account.move"])
            by_obstacle[obstacle] |= move
        return by_obstacle

    @api.model
    def _get_single_reason(self, obstacle):
        """Return the text of an obstacle for the dialog of a single invoice."""
        if obstacle.code == "already_sent":
            return self.env._("The invoice was already sent. Click Send only to send it again.")
        if obstacle.code == "opted_out":
            return self.env._("The customer does not want mailings. Send only what was requested.")
        return obstacle.reason

    @api.model
    def _get_names(self, moves, limit=NAMES_SHOWN):
        """Return the names of the first invoices, with their customers."""
        names = ", ".join(
            f"{move.display_name} ({move.partner_id.name})"
            if move.partner_id
            else move.display_name
            for move in moves[:limit]
        )
        if len(moves) <= limit:
            return names
        return self.env._("%(names)s and %(count)s more", names=names, count=len(moves) - limit)

    @api.model
    def _get_telegram_waiting_alert(self, moves, instance=None):
        """Return an alert if invoices have to wait because an account is not signed in."""
        for company in moves.company_id:
            sender = instance or moves._get_telegram_sender(company)
            if sender.state != const.STATE_AUTHORIZED:
                message = self.env._(
                    "The Telegram account “%s” is not working. Messages are queued and sent "
                    "automatically once an administrator has signed it in again.",
                    sender.name,
                )
                return {"telegram_waiting": {"level": "warning", "message": message}}
        return {}

    @api.model
    def _get_telegram_changed_alert(self, moves):
        """Return an alert for customers who have another phone number than their chat.

        :param moves: the ``account.move`` records that can be sent
        """
        partners, changed = moves._telegram_get_partners(), self.env["telegram.chat"]
        for company, own in moves.grouped("company_id").items():
            receivers = self.env["res.partner"].union(*(partners[move.id] for move in own))
            changed |= changed._find_changed(moves._get_telegram_sender(company), receivers)
        if not changed:
            return {}
        affected = moves.filtered(lambda move: partners[move.id] in changed.partner_id)
        message = self.env._(
            "The Telegram chat has another phone number than the customer: %s\n"
            "Open the customers to choose the number.",
            self._get_names(affected),
        )
        return {
            "telegram_changed": {
                "level": "warning",
                "message": message,
                "action_text": self.env._("View"),
                "action": affected.partner_id._get_records_action(name=self.env._("Customers")),
            }
        }

    @api.model
    def _get_telegram_text_alert(self, moves, template):
        """Return an alert for a text that will not arrive as it was meant, by one of the invoices.

        It is one that has its token for the portal: the dialog is read in a transaction that cannot
        create any.

        :param moves: the ``account.move`` records that can be sent
        :param template: the ``telegram.template``; by default that of the document type
        """
        move = moves.filtered("access_token")[:1]
        template = template or (move and move._get_telegram_template())
        if not move or not template:
            return {}
        try:
            text = template._render_bodies(move)[move.id]
        except UserError:
            return {}  # the invoice that cannot be filled gets the reason
        instance = move._get_telegram_sender(move.company_id)
        warning = instance._get_text_warning(text, template.formatting)
        return {"telegram_text": {"level": "warning", "message": warning}} if warning else {}

    # === SETTINGS === #

    @api.model
    def _get_default_sending_methods(self, move):
        """Propose Telegram for customers without an e-mail address, unless they have a choice."""
        methods = super()._get_default_sending_methods(move)
        customer = move.commercial_partner_id.with_company(move.company_id)
        author = self._get_telegram_author(move.sending_data or {})
        if customer.invoice_sending_method or not author.has_group(USER):
            return methods
        is_only_there = move.partner_id and move.partner_id._is_only_on_telegram()
        return {TELEGRAM} if is_only_there else methods

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        waiting = (move.sending_data or {}) if from_cron else {}
        if "sending_methods" in waiting:
            custom_settings.setdefault("sending_methods", waiting["sending_methods"])
        settings = super()._get_default_sending_settings(move, from_cron, **custom_settings)
        if TELEGRAM in settings["sending_methods"]:
            template_id = waiting.get("telegram_template_id")
            instance_id = waiting.get("telegram_instance_id")
            settings |= {
                "telegram_partner": move._telegram_get_partners()[move.id],
                "telegram_template": self.env["telegram.template"].browse(template_id),
                "telegram_instance": self.env["telegram.instance"].browse(instance_id),
                "telegram_body": None,
                "telegram_formatting": False,
                "telegram_seen": None,
            }
            ours = (key for key in custom_settings if key.startswith("telegram_"))
            settings |= {key: custom_settings[key] for key in ours}
        return settings

    # === SENDING === #

    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        super()._hook_invoice_document_before_pdf_report_render(invoice, invoice_data)
        # With a further sending method, the invoice is still sent by that one.
        if set(invoice_data["sending_methods"]) != {TELEGRAM} or invoice_data.get("error"):
            return
        obstacle = self._get_telegram_obstacle(invoice, invoice_data)
        if obstacle and not self._is_repeat_of_batch(obstacle, invoice_data):
            invoice_data["error"] = self._prepare_telegram_error(obstacle.reason)

    @api.model
    def _is_repeat_of_batch(self, obstacle, move_data):
        """Return whether an invoice of a batch is left out because it was sent before.

        The dialog has said so, and the customer has the invoice: nothing has failed.
        """
        is_sent = obstacle and obstacle.code == "already_sent"
        return bool(is_sent and move_data["telegram_seen"] is None)

    @api.model
    def _prepare_telegram_error(self, reason):
        """Return an error in the format of Odoo's dialog."""
        return {"error_title": self.env._("Not sent by Telegram:"), "errors": [reason]}

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        """Create the PDFs one by one if Telegram is among the sending methods.

        A PDF that fails then does not prevent the others. Also, not every wkhtmltopdf can create
        several at once.
        """
        if not any(TELEGRAM in data["sending_methods"] for data in invoices_data.values()):
            return super()._prepare_invoice_pdf_report(invoices_data)
        for invoice, invoice_data in invoices_data.items():
            try:
                super()._prepare_invoice_pdf_report({invoice: invoice_data})
            except (UserError, QWebError) as error:
                invoice_data["error"] = {
                    "error_title": self.env._("The PDF of the invoice could not be created:"),
                    "errors": [str(error)],
                }
        return None

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        failed, repeated = {}, []
        for move, move_data in moves_data.items():
            if TELEGRAM not in move_data["sending_methods"]:
                continue
            if self._is_repeat_of_batch(self._get_telegram_obstacle(move, move_data), move_data):
                repeated.append(move)
                continue
            try:
                with self.env.cr.savepoint():
                    self._send_by_telegram(move, move_data)
            except UserError as error:
                if not from_cron:
                    raise
                failed[move] = {**move_data, "error": self._prepare_telegram_error(str(error))}
        others = {
            move: move_data
            for move, move_data in moves_data.items()
            if not (move in failed or move in repeated)
            or set(move_data["sending_methods"]) != {TELEGRAM}
        }
        for move, move_data in others.items():
            move._update_sent_mark(move_data)
        result = super()._hook_if_success(others, from_cron=from_cron)
        if failed:
            self._hook_if_errors(failed, allow_raising=False)
        return result

    @api.model
    def _send_by_telegram(self, move, move_data):
        """Queue the message with an invoice, in the name of the user who sends it.

        :raise UserError: the invoice cannot be sent; the text says why
        """
        obstacle = self._get_telegram_obstacle(move, move_data)
        if obstacle:
            raise UserError(obstacle.reason)
        # The PDF was created from the invoice: do not import data from it.
        move = move.with_user(self._get_telegram_author(move_data)).with_context(
            disable_attachment_import=True, no_document=True
        )
        template = move_data["telegram_template"].with_env(move.env)
        template = template or move._get_telegram_template()
        body, formatting = move_data["telegram_body"], move_data["telegram_formatting"]
        if body is None:
            body = template._render_bodies(move)[move.id] if template else ""
            formatting = template.formatting
        # sudo: ir.attachment - the PDF of the invoice, for the user who sends it
        pdf_sudo = move_data.get("proforma_pdf_attachment") or move.sudo().invoice_pdf_report_id
        pdf = move._copy_invoice_pdf(pdf_sudo)
        instance = move_data["telegram_instance"].with_env(move.env)
        mail_messages = move._message_telegram(
            body,
            formatting=formatting,
            partner=move_data["telegram_partner"].with_env(move.env),
            instance=instance or move._get_telegram_sender(move.company_id),
            attachments=pdf + self._get_telegram_other_files(move, template),
        )
        # sudo: telegram.message, account.move - the message was queued for the invoice just now
        message_sudo = self.env["telegram.message"].sudo().search([("attachment_id", "=", pdf.id)])
        move.sudo().telegram_message_id = message_sudo
        # As with Odoo's e-mails, the copy is attached to the note and not to the invoice.
        posted = mail_messages.filtered(lambda message: pdf in message.attachment_ids)
        # sudo: ir.attachment - the copy of the PDF created above
        pdf.sudo().write({"res_model": posted._name, "res_id": posted.id})

    @api.model
    def _get_telegram_other_files(self, move, template):
        """Return the files of the template other than the invoice itself."""
        if not template:
            return self.env["ir.attachment"]
        # sudo: ir.actions.report - only which of them print the invoice
        invoice = template.sudo().report_template_ids.filtered("is_invoice_report")
        return template._render_attachments(move, without=invoice)[move.id]
