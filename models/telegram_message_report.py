# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from odoo.addons.base.models.ir_qweb import QWebError

from .disk import is_full
from .transactions import write_and_commit

_logger = logging.getLogger(__name__)

CODE_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


class TelegramMessage(models.Model):
    """Reports that are sent from many records: each is made right before it is sent.

    Making them takes seconds each, which nobody is to wait for who sends hundreds.
    """

    _inherit = "telegram.message"

    report_id = fields.Many2one(
        "ir.actions.report",
        readonly=True,
        ondelete="set null",
        help="It is made for the record right before the message is sent.",
    )

    @api.model
    def _prepare_report(self, report):
        """Give the values of a report that is made for the record when the message is sent.

        :param report: the ``ir.actions.report``, of the record's model
        """
        report.ensure_one()
        return {
            "type_message": "documentMessage",
            "text": "",
            "file_name": self._check_file_name(report.name, "application/pdf"),
            "report_id": report.id,
        }

    def _hand_over(self, client, pace):
        if self.report_id and not self.attachment_id:
            write_and_commit(self.env, self._make_report)
        return super()._hand_over(client, pace)

    def _make_report(self):
        """Make the file, with the rights and in the place of whoever sent the message.

        :raise Refused: it cannot be made
        :raise OSError: the disk is full
        """
        record = self._get_record()
        if not record:
            raise self._refuse(
                self.env._("“%s” cannot be made: its record was deleted.", self.file_name)
            )
        if not self.create_uid:
            raise self._refuse(
                self.env._(
                    "“%s” cannot be made: the user who sent it was deleted. Send it once more.",
                    self.file_name,
                )
            )
        record = record.with_env(self._get_author_env(record))
        templates = record.env["telegram.template"]
        try:
            with self.env.cr.savepoint():
                report = self.report_id.with_env(record.env)
                attachment = templates._get_report_attachment(record, report)
        except (UserError, QWebError) as error:
            raise self._refuse(str(error)) from None
        except CODE_ERRORS as error:
            if is_full(error):
                raise
            # What the code of reports runs into; in the log it is of use to their programmers.
            _logger.warning("Telegram message %s: its report failed", self.id, exc_info=True)
            raise self._refuse(
                self.env._(
                    "The report “%(report)s” cannot be made for “%(record)s”: %(reason)s",
                    report=self.report_id.name,
                    record=record.display_name,
                    reason=error,
                )
            ) from None
        self.write({"attachment_id": attachment.id, "file_name": attachment.name})
        for note in self.mail_message_ids:
            note.attachment_ids = [Command.link(attachment.id)]

    def _get_author_env(self, record):
        """Return the environment of whoever sent the message, in the language of its reader."""
        author = self.create_uid
        company = record._mail_get_companies(default=self.company_id)[record.id]
        companies = [company.id, *(author.company_ids - company).ids]
        lang = self.partner_id.lang or author.lang
        return record.with_user(author).with_context(allowed_company_ids=companies, lang=lang).env

    def _get_body(self):
        if self.report_id and self.text:
            return plaintext2html(self.text)  # the file comes to it later
        return super()._get_body()
