# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX
from odoo.tools.safe_eval import test_python_expr

from ...tools import placeholders
from ...tools.html import from_html

FIELD_PATH = re.compile(r"object((?:\.\w+)+)")
NO_ATTRIBUTE = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")


class TelegramRenderMixin(models.AbstractModel):
    """Fill the placeholders of plain texts, and name the one that cannot be filled.

    A text that a user has typed is rendered by this model, with Odoo's restrictions for users who
    may not edit templates. A stored template is rendered by its own model, without them.
    """

    _name = "telegram.render.mixin"
    _inherit = "mail.render.mixin"
    _description = "Placeholders in Telegram Texts"

    # === RENDERING === #

    @api.model
    def _render_texts(self, text, formatting, records):
        """Return the text for each record, with its placeholders filled.

        :param str text: with placeholders, as a user has typed it; may be shielded
        :param bool formatting: whether marks in the text format it; those of values are literal
        :return: dict of text by record ID: FormattedText if there is formatting, else str
        :raise UserError: a placeholder cannot be filled; the text names it and the record
        :raise AccessError: only template editors may use one of the placeholders
        """
        self._check_placeholder_rights(text, records._name)
        if "{{" in INLINE_TEMPLATE_REGEX.sub("", text or ""):  # it would be sent as it was typed
            raise UserError(self._find_brace_problem(text))
        try:
            enclosed = placeholders.enclose(text) if formatting else text
            rendered = self._render_template(enclosed, records._name, records.ids)
        except AccessError:
            raise
        except UserError as error:
            problems = (self._find_text_problem(text, record) for record in records)
            problem = next(filter(None, problems), None)
            if not problem:
                raise
            raise UserError(problem) from error
        read = placeholders.read if formatting else str
        return {
            res_id: read(placeholders.unshield(filled)).strip()
            for res_id, filled in rendered.items()
        }

    @api.model
    def _render_template_inline_template(
        self, template_txt, model, res_ids, add_context=None, options=None
    ):
        """Render placeholders, with the values of HTML fields as plain text.

        Odoo allows users who may not edit templates some fields only, by their exact expression.
        So an HTML field is rendered by itself, and any other expression is wrapped.
        """
        html_placeholders = []

        def replace(match):
            expression, default = match.group(1).strip(), match.group(3) or ""
            if not FIELD_PATH.fullmatch(expression):
                return f"{{{{ as_text(({expression})) ||| {default}}}}}"
            if not self._is_html_field(expression, model):
                return match.group(0)
            html_placeholders.append(match.group(0))
            return f"\x00{len(html_placeholders)}\x00"  # no value contains it

        text = INLINE_TEMPLATE_REGEX.sub(replace, str(template_txt or ""))
        context = {**(add_context or {}), "as_text": _as_text}
        render = super()._render_template_inline_template
        rendered = render(text, model, res_ids, context, options)
        for number, placeholder in enumerate(html_placeholders, 1):
            values = render(placeholder, model, res_ids, add_context, options)
            for res_id, value in values.items():
                filled = rendered[res_id].replace(f"\x00{number}\x00", from_html(value).text)
                rendered[res_id] = filled
        return rendered

    @api.model
    def _is_html_field(self, expression, model):
        """Return whether an expression such as ``object.partner_id.comment`` is an HTML field."""
        field = self._find_field(expression, model)
        return bool(field) and field.type == "html"

    @api.model
    def _find_field(self, expression, model):
        """Return the field of an expression such as ``object.partner_id.name``, or None."""
        records, field = self.env[model], None
        for name in expression.split(".")[1:]:
            field = records._fields.get(name) if records is not None else None
            records = self.env[field.comodel_name] if field and field.relational else None
        return field

    # === RIGHTS === #

    @api.model
    def _may_use_all_placeholders(self):
        """Return whether Odoo lets the user write any placeholder, and not only some fields."""
        user = self.env.user
        return self.env.is_admin() or user.has_group("mail.group_mail_template_editor")

    @api.model
    def _check_placeholder_rights(self, text, model):
        """Check that the user may use the placeholders of a text.

        :raise AccessError: only template editors may; the text names those that are allowed
        """
        if self._may_use_all_placeholders():
            return
        for match in INLINE_TEMPLATE_REGEX.finditer(text or ""):
            if self._has_unsafe_expression_template_inline_template(match.group(0), model):
                raise AccessError(
                    self.env._(
                        "Only template editors can use the placeholder %(placeholder)s. You can "
                        "use: %(allowed)s. Change the text, or ask an administrator for a "
                        "template.",
                        placeholder=match.group(0),
                        allowed=self._get_allowed_placeholders(model),
                    )
                )

    @api.model
    def _get_allowed_placeholders(self, model):
        """Return the placeholders that every user may write in a text for records of a model."""
        if model not in self.env:
            return ""
        fields = {
            expression: self._find_field(expression, model)
            for expression in self.env[model].mail_allowed_qweb_expressions()
        }
        names = [name for name, field in fields.items() if field and not field.relational]
        return ", ".join(f"{{{{ {name} }}}}" for name in names)

    # === PROBLEMS === #

    @api.model
    def _find_text_problem(self, text, record):
        """Return the reason why the first wrong placeholder cannot be filled, or False.

        :param record: the record to render for; if empty, the placeholders are only parsed
        """
        if problem := self._find_brace_problem(text):
            return problem
        problems = (
            self._find_placeholder_problem(match, record)
            for match in INLINE_TEMPLATE_REGEX.finditer(text)
        )
        return next(filter(None, problems), False)

    @api.model
    def _find_brace_problem(self, text):
        """Return why a text has braces that are no placeholder, or False."""
        rest = INLINE_TEMPLATE_REGEX.sub("", text or "")
        if "{{" not in rest and "}}" not in rest:
            return False
        return self.env._(
            "A placeholder needs “{{” and “}}” on one line. One of the two is missing in: %s",
            next(line for line in rest.splitlines() if "{{" in line or "}}" in line),
        )

    @api.model
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

    @api.model
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


def _as_text(value):
    """Return the value of a placeholder, as plain text if it is HTML."""
    return from_html(value).text if isinstance(value, Markup) else value
