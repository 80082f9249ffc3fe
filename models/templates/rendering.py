# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Filling a template for records: the text, and the files that go with it."""

import re
from contextlib import closing

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX
from odoo.tools.safe_eval import safe_eval, test_python_expr, time

from ...tools.files import replace_separators

EXTENSIONS = {"text": "txt"}  # of what Odoo's reports make, where it is not the name itself
NO_ATTRIBUTE = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")


class TelegramTemplate(models.Model):
    _inherit = "telegram.template"

    # --- Text --------------------------------------------------------------------------------
    def _render_bodies(self, records):
        """Give the text for each record, in the language of its contact.

        Its length is not checked: it depends on what it is sent with.

        :param records: records of the template's model
        :return: ``{record.id: plain text without blanks around}``
        :raise UserError: a placeholder cannot be filled; says which, and for which record
        """
        self.ensure_one()
        try:
            bodies = self._render_field("body", records.ids, compute_lang=True)
        except AccessError:
            raise
        except UserError as error:
            self._get_failure_message(records, error)
        return {res_id: body.strip() for res_id, body in bodies.items()}

    def _render_lang(self, res_ids, engine="inline_template"):
        """Give the language for each record; one that is not installed counts as none."""
        if not self.lang:
            contacts = self.env[self.render_model].browse(res_ids)._mail_get_partners()
            # the mixin would read the contacts one by one
            self.env["res.partner"].union(*contacts.values()).mapped("lang")
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        langs = super()._render_lang(res_ids, engine=engine)
        return {res_id: lang if lang in installed else False for res_id, lang in langs.items()}

    # --- Files -------------------------------------------------------------------------------
    def _render_attachments(self, records, without=None):
        """Make the files for each record: its reports, then copies of the template's own files.

        They belong to the record, so that its readers see them, whoever sends them and when, and
        whatever becomes of the template. For callers who then post them on the record: whether
        the user may post there is not checked here.

        :param records: records of the template's model
        :param without: ``ir.actions.report`` that are not made, since the caller has them
        :return: ``{record.id: ir.attachment recordset}``, empty ones included
        :raise UserError: a report cannot be made
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
        """Copy the template's files for each record; all copies share one stored file."""
        # sudo: ir.attachment - as message_post does: whoever may post may add files to the post
        copies_sudo = self.env["ir.attachment"].sudo()
        for file_sudo in self.attachment_ids.sudo():
            vals = file_sudo.copy_data({"res_model": records._name, "raw": b""})[0]
            created_sudo = file_sudo.create([dict(vals, res_id=record.id) for record in records])
            file_sudo._telegram_share_content(created_sudo)
            copies_sudo += created_sudo
        return copies_sudo.sudo(self.env.su)

    def _get_report_attachment(self, record, report):
        """Return the file of a report for a record; a hook for models that keep such files.

        Called in the language of the record's contact.

        :param record: one record of the template's model
        :param report: one ``ir.actions.report`` of it
        :return: an ``ir.attachment``
        :raise UserError: the report cannot be made
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
        """Make a report for a record; return the file's name and content.

        :raise UserError: it cannot be made; says in plain words when wkhtmltopdf is missing
        """
        reports = self.env["ir.actions.report"]
        # Odoo, too, makes a PDF of what is meant for the screen when it is sent
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
                    "The report “%s” cannot be made: the server has no program to make PDF files. "
                    "Ask your administrator to install wkhtmltopdf on it, or remove the report "
                    "from the template.",
                    report.name,
                )
            ) from error
        if not rendered:
            raise UserError(
                self.env._(
                    "The report “%(report)s” cannot be sent: Odoo cannot make a file of the kind "
                    "“%(kind)s”. Remove it from the template.",
                    report=report.name,
                    kind=report.report_type,
                )
            )
        content, kind = rendered
        name = report.name
        if report.print_report_name:
            name = safe_eval(report.print_report_name, {"object": record, "time": time})
        extension = "." + EXTENSIONS.get(kind, kind)
        return replace_separators(name).removesuffix(extension) + extension, content

    # --- Placeholders that cannot be filled --------------------------------------------------
    def _check_placeholders(self):
        """Refuse placeholders that cannot be filled.

        They are read, and tried on a record that the user sees, if there is one.

        :raise ValidationError: names the placeholder and what is wrong with it
        """
        for template in self:
            records = self.env[template.model]
            # one odd record must not keep an addon with its templates from being installed
            if not self.env.context.get("install_mode") and records.has_access("read"):
                records = records.search([], limit=1)
            # filling may write (a portal link makes its token): a trial leaves nothing behind
            with closing(self.env.cr.savepoint()):
                problem = template._find_problem(records)
            if problem:
                raise ValidationError(problem)

    def _get_failure_message(self, records, error):
        """Raise a UserError that says which placeholder cannot be filled for which record."""
        for record in records:
            problem = self._find_problem(record)
            if problem:
                raise UserError(problem) from error
        raise error

    def _find_problem(self, record):
        """Return, in words, the first placeholder that cannot be filled, or False.

        :param record: the record to try it on; an empty one: the placeholders are only read
        """
        self.ensure_one()
        for text in (self.lang or "", self.body or ""):
            rest = INLINE_TEMPLATE_REGEX.sub("", text)
            if "{{" in rest or "}}" in rest:
                return self.env._(
                    "A placeholder stands between “{{” and “}}” in one line; here, one of the two "
                    "is missing: %s",
                    next(line for line in rest.splitlines() if "{{" in line or "}}" in line),
                )
            for match in INLINE_TEMPLATE_REGEX.finditer(text):
                problem = self._find_placeholder_problem(match, record)
                if problem:
                    return problem
        return False

    def _find_placeholder_problem(self, match, record):
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
        """Say in words why a placeholder failed."""
        reason = str(error.__cause__ or error).partition(" while evaluating\n")[0]
        missing = NO_ATTRIBUTE.search(reason)
        if not missing:
            return reason
        owner, attribute = missing.groups()
        if owner in self.env:
            return self.env._("“%(model)s” has no field “%(field)s”.", model=owner, field=attribute)
        return self.env._(
            "what stands before “.%s” is empty, or something else than expected. Where a field may "
            "be empty, write (… or '') around it.",
            attribute,
        )
