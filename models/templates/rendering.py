# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from contextlib import closing

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX
from odoo.tools.safe_eval import safe_eval, test_python_expr, time

from ...tools import placeholders
from ...tools.files import replace_separators

EXTENSIONS = {"text": "txt"}  # by type of report, where the type is not the extension itself
NO_ATTRIBUTE = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")


class TelegramTemplate(models.Model):
    """Extends ``telegram.template`` with rendering: the text and the files for each record."""

    _inherit = "telegram.template"

    # === TEXT === #

    def _render_bodies(self, records):
        """Return the text for each record, in the language of its contact.

        The length is not checked, because the limit depends on the attachments. If the template
        has formatting, marks in the values of placeholders are written twice: they are literal.

        :param records: records of the template's model
        :return: dict of text by record ID
        :raise UserError: a placeholder cannot be filled; the text names it and the record
        """
        self.ensure_one()
        try:
            bodies = {
                res_id: body
                for template, res_ids in self._classify_per_lang(records.ids).values()
                for res_id, body in template._render_template(
                    placeholders.enclose(template.body) if self.formatting else template.body,
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
        return {res_id: placeholders.read(body).strip() for res_id, body in bodies.items()}

    def _render_lang(self, res_ids, engine="inline_template"):
        """Return the language for each record, False if it is not installed."""
        if not self.lang:
            contacts = self.env[self.render_model].browse(res_ids)._mail_get_partners()
            # Prefetch the language: the mixin reads the contacts one by one.
            self.env["res.partner"].union(*contacts.values()).mapped("lang")
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        langs = super()._render_lang(res_ids, engine=engine)
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
        for file_sudo in self.attachment_ids.sudo():
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
        return replace_separators(name).removesuffix(extension) + extension, content

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
        for text in (self.lang or "", self.body or ""):
            rest = INLINE_TEMPLATE_REGEX.sub("", text)
            if "{{" in rest or "}}" in rest:
                return self.env._(
                    "A placeholder needs “{{” and “}}” on one line. One of the two is missing "
                    "in: %s",
                    next(line for line in rest.splitlines() if "{{" in line or "}}" in line),
                )
            for match in INLINE_TEMPLATE_REGEX.finditer(text):
                problem = self._find_placeholder_problem(match, record)
                if problem:
                    return problem
        return False

    def _find_placeholder_problem(self, match, record):
        """Return the reason why a placeholder cannot be filled, or False."""
        placeholder = match.group(0)
        mistake = test_python_expr(match.group(1).strip())
        if mistake:
            return self.env._(
                "The placeholder %(placeholder)s cannot be read: %(reason)s",
                placeholder=placeholder,
                reason=mistake,
            )
        try:
            self._render_template(placeholder, record._name, record.ids)
        except UserError as error:
            return self.env._(
                "The placeholder %(placeholder)s cannot be filled for “%(record)s”: %(reason)s",
                placeholder=placeholder,
                record=record.display_name,
                reason=self._get_reason(error),
            )
        return False

    def _get_reason(self, error):
        """Return the reason why a placeholder failed, without technical terms where possible."""
        reason = str(error.__cause__ or error).partition(" while evaluating\n")[0]
        missing = NO_ATTRIBUTE.search(reason)
        if not missing:
            return reason
        owner, attribute = missing.groups()
        if owner in self.env:
            return self.env._("“%(model)s” has no field “%(field)s”.", model=owner, field=attribute)
        return self.env._(
            "the value before “.%s” is empty or of another type. If a field can be empty, write "
            "(… or '') around it.",
            attribute,
        )
