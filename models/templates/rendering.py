# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import closing

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.safe_eval import safe_eval, time

from ...tools import placeholders
from ...tools.files import clean_file_name

EXTENSIONS = {"text": "txt"}  # by type of report, where the type is not the extension itself


class TelegramTemplate(models.Model):
    """Extends ``telegram.template`` with rendering: the text and the files for each record."""

    _inherit = "telegram.template"

    # === TEXT === #

    def _has_text(self, body):
        """Return whether this is the text of the template, in one of the installed languages.

        A mailing is started, or resumed, by colleagues whose language differs from its author's.
        """
        self.ensure_one()
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return any(body == self.with_context(lang=lang).body for lang in langs)

    def _render_bodies(self, records, prepare=str):
        """Return the text for each record, in the language of its contact.

        The length is not checked, because the limit depends on the attachments. Values of
        placeholders are literal, whatever marks they contain.

        :param records: records of the template's model
        :param prepare: changes the text in each language before its placeholders are filled
        :return: dict of text by record ID: FormattedText if the template has formatting, else str
        :raise UserError: a placeholder cannot be filled; the text names it and the record
        """
        self.ensure_one()
        enclose = placeholders.enclose if self.formatting else str
        try:
            bodies = {
                res_id: body
                for template, res_ids in self._classify_per_lang(records.ids).values()
                for res_id, body in template._render_template(
                    enclose(prepare(template.body)),
                    template.render_model,
                    res_ids,
                ).items()
            }
        except AccessError:
            raise
        except UserError as error:
            problem = next(filter(None, map(self._find_problem, records)), None)
            if not problem:
                raise
            raise UserError(problem) from error
        read = placeholders.read if self.formatting else str
        return {res_id: read(body).strip() for res_id, body in bodies.items()}

    def _render_lang(self, res_ids, engine="inline_template"):
        """Return the language for each record, False if it is not installed.

        If the template sets no language, use that of the contact who gets the message.
        """
        if self.lang:
            langs = super()._render_lang(res_ids, engine=engine)
        else:
            contacts = self.env[self.render_model].browse(res_ids)._telegram_get_partners()
            self.env["res.partner"].union(*contacts.values()).mapped("lang")  # prefetched
            langs = {res_id: contact.lang for res_id, contact in contacts.items()}
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return {res_id: lang if lang in installed else False for res_id, lang in langs.items()}

    # === FILES === #

    def _render_attachments(self, records, without=None):
        """Create the files for each record: its reports, then copies of the template's files.

        The files belong to the record, so that its readers can read them later, too. The caller
        posts them on the record and checks that the user may post there.

        :param records: records of the template's model
        :param without: ``ir.actions.report`` to leave out, because the caller has their files
        :return: dict of ``ir.attachment`` by record ID, empty recordsets included
        :raise UserError: a report cannot be generated
        """
        self.ensure_one()
        attachments = dict.fromkeys(records.ids, self.env["ir.attachment"])
        reports = self.report_template_ids - (without or self.env["ir.actions.report"])
        if reports:
            for template, res_ids in self._classify_per_lang(records.ids).values():
                for record in template.env[self.model].browse(res_ids):
                    for report in reports.with_env(template.env):
                        attachments[record.id] += template._get_report_attachment(record, report)
        for attachment in self._copy_attachments(records):
            attachments[attachment.res_id] += attachment
        return attachments

    def _copy_attachments(self, records):
        """Create copies of the template's files for each record; all share one stored file."""
        # sudo: ir.attachment - as in message_post, who may post may add files
        copies_sudo = self.env["ir.attachment"].sudo()
        for file_sudo in self.attachment_ids.sudo().sorted("id"):
            vals = file_sudo.copy_data({"res_model": records._name, "raw": b""})[0]
            created_sudo = file_sudo.create([dict(vals, res_id=record.id) for record in records])
            file_sudo._telegram_share_content(created_sudo)
            copies_sudo += created_sudo
        return copies_sudo.sudo(self.env.su)

    def _get_report_attachment(self, record, report):
        """Return the file of a report for a record, in the language of the record's contact.

        Hook for models that store the files of their reports.

        :param record: one record of the template's model
        :param report: one ``ir.actions.report`` of that model
        :return: an ``ir.attachment``
        :raise UserError: the report cannot be generated
        """
        name, content = self._render_report(record, report)
        # sudo: ir.attachment - see _copy_attachments
        attachment_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .create({"name": name, "raw": content, "res_model": record._name, "res_id": record.id})
        )
        return attachment_sudo.sudo(self.env.su)

    def _render_report(self, record, report):
        """Return the file name and the content of a report for a record.

        :raise UserError: the report cannot be generated, for example without wkhtmltopdf
        """
        reports = self.env["ir.actions.report"]
        # As in Odoo's e-mails, HTML reports are sent as PDF.
        as_pdf = report.report_type in ("qweb-html", "qweb-pdf")
        render = reports._render_qweb_pdf if as_pdf else reports._render
        try:
            rendered = render(report, record.ids)
        except AccessError:
            raise
        except UserError as error:
            if not as_pdf or reports.get_wkhtmltopdf_state() != "install":
                raise
            raise UserError(
                self.env._(
                    "The report “%s” cannot be generated because the server cannot create PDF "
                    "files. Ask your administrator to install wkhtmltopdf, or remove the report "
                    "from the template.",
                    report.name,
                )
            ) from error
        if not rendered:
            raise UserError(
                self.env._(
                    "The report “%(report)s” cannot be sent because Odoo cannot create files of "
                    "the type “%(type)s”. Remove the report from the template.",
                    report=report.name,
                    type=report.report_type,
                )
            )
        content, kind = rendered
        name = report.name
        if report.print_report_name:
            name = safe_eval(report.print_report_name, {"object": record, "time": time})
        extension = "." + EXTENSIONS.get(kind, kind)
        name = clean_file_name(name) or clean_file_name(report.name)
        return name.removesuffix(extension) + extension, content

    # === PLACEHOLDERS === #

    def _check_placeholders(self):
        """Check that all placeholders can be filled, as ``mail.template`` does on saving.

        They are parsed, and rendered for one record that the user may read, if there is one.

        :raise ValidationError: a placeholder cannot be filled; the text names it and the reason
        """
        for template in self:
            records = self.env[template.model]
            # A single record must not prevent the installation of an addon with templates.
            if not self.env.context.get("install_mode") and records.has_access("read"):
                records = records.search([], limit=1)
            # Rendering may write, such as the token of a portal link: roll it back.
            with closing(self.env.cr.savepoint()):
                problem = template._find_problem(records)
            if problem:
                raise ValidationError(problem)

    def _find_problem(self, record):
        """Return the reason why the first wrong placeholder cannot be filled, or False.

        :param record: the record to render for; if empty, the placeholders are only parsed
        """
        self.ensure_one()
        texts = (self.lang or "", self.body or "")
        return next(filter(None, (self._find_text_problem(text, record) for text in texts)), False)
