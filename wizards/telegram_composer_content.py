# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from functools import partial
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import const
from ..models.templates.telegram_template import FORMATTING_HELP
from ..tools import placeholders
from ..tools.coordinates import parse_coordinates
from ..tools.files import get_disk_reason, is_disk_full

SEARCH_URL = "https://www.openstreetmap.org/search?query=%s"


class TelegramComposer(models.TransientModel):
    """Extends ``telegram.composer`` with the content of the message.

    It is a text with files, a location, a contact card, or a poll. A template fills the text and
    adds files and reports, which can all be changed.

    Fields are computed with the access rights of the user, because their values are displayed and
    sent.
    """

    _inherit = "telegram.composer"

    kind = fields.Selection(
        [
            ("text", "Text and Files"),
            ("location", "Location"),
            ("contact", "Contact"),
            ("poll", "Poll"),
        ],
        default="text",
        required=True,
    )
    # Text and files
    template_id = fields.Many2one(
        "telegram.template",
        domain="[('model', '=', res_model)]",
        help="Its text, files and reports are copied to the message.",
    )
    has_templates = fields.Boolean(compute="_compute_has_templates")
    body = fields.Text(
        "Message", compute="_compute_body", compute_sudo=False, store=True, readonly=False
    )
    formatting = fields.Boolean(
        compute="_compute_formatting",
        compute_sudo=False,
        store=True,
        readonly=False,
        help=FORMATTING_HELP,
    )
    text_warning = fields.Text(compute="_compute_text_warning", compute_sudo=False)
    # The message to one of many recipients, as an example
    example_res_id = fields.Integer("Example Record", compute="_compute_recipients")
    example_name = fields.Char("Example For", compute="_compute_example", compute_sudo=False)
    example = fields.Html(compute="_compute_example", compute_sudo=False, sanitize=False)
    example_problem = fields.Text(compute="_compute_example", compute_sudo=False)
    example_warning = fields.Text(compute="_compute_example", compute_sudo=False)
    allowed_placeholders = fields.Char(compute="_compute_allowed_placeholders")
    show_more = fields.Boolean("More", help="Show what is rarely needed.")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "telegram_composer_attachment_rel",
        string="Attachments",
        compute="_compute_attachment_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        bypass_search_access=True,
        help="Files from your device.",
    )
    report_ids = fields.Many2many(
        "ir.actions.report",
        string="Reports",
        compute="_compute_report_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('model', '=', res_model)]",
        help="Each report is generated for the record and sent as a file.",
    )
    record_attachment_ids = fields.Many2many(
        "ir.attachment",
        "telegram_composer_record_attachment_rel",
        string="Files of the Record",
        domain="[('id', 'in', available_attachment_ids)]",
        help="Attachments of the record.",
    )
    available_attachment_ids = fields.Many2many(
        "ir.attachment", compute="_compute_available_attachment_ids"
    )
    url_file = fields.Char(
        "File URL",
        help="A public address that GREEN-API downloads the file from: https:// or http://",
    )
    file_name = fields.Char(
        help="The file name that the recipient sees, with its extension. By default it is taken "
        "from the URL, if that ends in one."
    )
    # Location
    location_partner_id = fields.Many2one(
        "res.partner",
        "Location Of",
        compute="_compute_location_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The contact whose address and coordinates are sent.",
    )
    coordinates = fields.Char(
        compute="_compute_location",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Latitude and longitude in degrees, or the link of a map.",
    )
    as_address = fields.Boolean(
        "Send Address as Text",
        compute="_compute_location",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Send a text with the address and a link to the map, instead of a point on the map.",
    )
    address = fields.Text(
        compute="_compute_location", compute_sudo=False, store=True, readonly=False
    )
    # Contact
    contact_partner_id = fields.Many2one("res.partner", "Contact to Send")
    contact_user_id = fields.Many2one(
        "res.users", "Or User", domain=[("share", "=", False)], store=False
    )
    contact_phone = fields.Char(
        "Phone", compute="_compute_contact", compute_sudo=False, store=True, readonly=False
    )
    contact_first_name = fields.Char(
        "First Name", compute="_compute_contact", compute_sudo=False, store=True, readonly=False
    )
    contact_last_name = fields.Char(
        "Last Name", compute="_compute_contact", compute_sudo=False, store=True, readonly=False
    )
    contact_company = fields.Char(
        "Company", compute="_compute_contact", compute_sudo=False, store=True, readonly=False
    )
    # Poll
    poll_question = fields.Char("Question", size=const.POLL_MESSAGE_MAX_LENGTH)
    poll_options = fields.Text("Options", help="2 to 12 options, one on each line.")
    poll_multiple_answers = fields.Boolean("Multiple Answers")
    poll_is_anonymous = fields.Boolean(
        "Anonymous", default=True, help="The votes of the members are not shown."
    )

    # === COMPUTE METHODS === #

    @api.depends("res_model")
    def _compute_has_templates(self):
        for composer in self:
            domain = [("model", "=", composer.res_model)]
            composer.has_templates = self.env["telegram.template"].search_count(domain, limit=1)

    @api.depends("template_id")
    def _compute_body(self):
        for composer in self:
            template = composer.template_id
            if template and not composer.is_mass:
                record = composer._get_records()
                text = template._render_bodies(record)[record.id]
                body = self.env["telegram.message"]._get_typed_text(text, template.formatting)
                composer.body = placeholders.shield(body)
            else:
                composer.body = template.body or composer.body

    @api.depends("template_id")
    def _compute_formatting(self):
        for composer in self:
            if composer.template_id:
                composer.formatting = composer.template_id.formatting

    @api.depends("body", "formatting", "instance_id", "is_mass", "kind", "address", "as_address")
    def _compute_text_warning(self):
        for composer in self:
            text, formatting = composer._get_text()
            if composer.is_mass:
                text = placeholders.remove(text)
            composer.text_warning = composer.instance_id._get_text_warning(text, formatting)

    @api.depends(
        "body", "formatting", "template_id", "is_mass", "kind", "example_res_id", "instance_id"
    )
    def _compute_example(self):
        self.example_name = self.example = self.example_problem = self.example_warning = False
        for composer in self:
            text, formatting = composer._get_text()
            if not composer.is_mass or not composer.example_res_id or "{{" not in text:
                continue
            record = self.env[composer.res_model].browse(composer.example_res_id)
            composer.example_name = record.display_name
            try:  # no savepoint: a rollback would clear what is typed
                body = composer._get_renderer(text)(record)[record.id]
            except UserError as error:
                composer.example_problem = str(error)
            else:
                preview = self.env["telegram.message"]._get_preview(body, formatting)
                composer.example = preview
                warning = composer.instance_id._get_text_warning(body, formatting)
                composer.example_warning = not composer.text_warning and warning

    @api.depends("res_model")
    def _compute_allowed_placeholders(self):
        for composer in self:
            texts = self.env["telegram.render.mixin"]
            composer.allowed_placeholders = texts._get_allowed_placeholders(composer.res_model)

    @api.depends("template_id")
    def _compute_attachment_ids(self):
        for composer in self:
            own = composer.attachment_ids.filtered(lambda file: not self._is_of_template(file))
            composer.attachment_ids = own | composer.template_id.attachment_ids

    @api.depends("template_id")
    def _compute_report_ids(self):
        for composer in self:
            composer.report_ids = composer.template_id.report_template_ids

    @api.depends("res_model", "res_id", "res_ids")
    def _compute_available_attachment_ids(self):
        for composer in self:
            record = composer._get_records()
            attachments = composer.attachment_ids.browse()
            if len(record) == 1:
                attachments = record._get_mail_thread_data_attachments().sudo(False)
            composer.available_attachment_ids = attachments._filtered_access("read")

    @api.depends("partner_ids", "is_mass")
    def _compute_location_partner_id(self):
        for composer in self:
            partner = composer.partner_ids[:1]
            composer.location_partner_id = partner or composer.env.company.partner_id

    @api.depends("location_partner_id")
    def _compute_location(self):
        for composer in self:
            partner = composer.location_partner_id
            address = partner._display_address(without_company=True) if partner else ""
            lines = [line.strip() for line in address.splitlines() if line.strip()]
            coordinates = (partner.partner_latitude, partner.partner_longitude)
            known = any(coordinates)
            composer.coordinates = ", ".join(map(str, coordinates)) if known else False
            composer.as_address = bool(lines) and not known
            url = SEARCH_URL % quote(", ".join(lines))
            composer.address = "\n".join([partner.name or "", *lines, url]) if lines else False

    @api.depends("contact_partner_id")
    def _compute_contact(self):
        for composer in self:
            partner = composer.contact_partner_id
            composer.contact_phone = partner.phone_sanitized or partner.phone
            first, last = composer._split_name(partner)
            composer.contact_first_name, composer.contact_last_name = first, last
            company = partner.commercial_company_name or partner.parent_id.name
            composer.contact_company = company if company != first else False

    @api.onchange("contact_user_id")
    def _onchange_contact_user_id(self):
        if self.contact_user_id:
            self.contact_partner_id = self.contact_user_id.partner_id

    # === BUSINESS METHODS === #

    def _prepare_message(self):
        """Prepare the content as arguments of ``_message_telegram`` and its batch.

        :return: dict with ``body``, ``formatting``, ``attachments`` and ``contents``
        :raise UserError: something is missing or wrong
        """
        self.ensure_one()
        messages = self.env["telegram.message"]
        body, formatting = self._get_text()
        message = {"body": body, "formatting": formatting, "contents": []}
        message["attachments"] = self.env["ir.attachment"]
        if self.kind == "location" and not self.as_address:
            message["contents"] = [self._prepare_location()]
        elif self.kind == "contact":
            names = (self.contact_first_name, self.contact_last_name, self.contact_company)
            message["contents"] = [messages._prepare_contact(self.contact_phone, *names)]
        elif self.kind == "poll":
            message["contents"] = [self._prepare_poll()]
        elif self.kind == "text":
            message.update(self._prepare_files())
        return message

    def _get_text(self):
        """Return the text of the message, and whether its marks format it."""
        if self.kind == "text":
            return self.body or "", self.formatting
        return (self.kind == "location" and self.as_address and self.address) or "", False

    def _prepare_files(self):
        self._check_reports()
        # Files that were uploaded later have higher ids; Odoo reads the newest first.
        attachments = self.attachment_ids.sorted("id") | self.record_attachment_ids.sorted("id")
        contents = []
        if self.url_file:
            contents = [self.env["telegram.message"]._prepare_url(self.url_file, self.file_name)]
        elif self.file_name:
            raise UserError(self.env._("Enter the File URL of “%s”.", self.file_name))
        attachments = self._copy_template_files(
            attachments, self.instance_id if self.is_mass else self._get_records()
        )
        if self.is_mass:
            reports = [self.env["telegram.message"]._prepare_report(r) for r in self.report_ids]
            contents = reports + contents
        else:
            attachments = self._create_reports() | attachments
        return {"attachments": attachments, "contents": contents}

    def _check_reports(self):
        """Check that the reports belong to the model of the records.

        :raise UserError: a report belongs to another model
        """
        for report in self.report_ids:
            if report.model != self.res_model:
                raise UserError(
                    self.env._(
                        "The report “%s” belongs to another kind of record. Remove it.",
                        report.name,
                    )
                )

    def _copy_template_files(self, attachments, owner):
        """Return the files, with those of a template replaced by copies.

        The original files are deleted together with the template.
        """
        # sudo: ir.attachment - as in message_post, users who may post may attach files
        copies = {
            file: file.sudo().copy({"res_model": owner._name, "res_id": owner.id}).sudo(False)
            for file in attachments.filtered(self._is_of_template)
        }
        return attachments.browse([copies.get(file, file).id for file in attachments])

    @api.model
    def _is_of_template(self, attachment):
        return attachment.res_model == "telegram.template"

    def _create_reports(self):
        """Generate the reports for the single record, in the language of its contact.

        :raise UserError: the disk of the server is full
        """
        record = self._get_records()
        lang = self.partner_ids[:1].lang or self.env.lang
        templates = self.env["telegram.template"].with_context(lang=lang)
        attachments = self.env["ir.attachment"]
        for report in self.report_ids.with_context(lang=lang):
            try:
                attachments |= templates._get_report_attachment(
                    record.with_context(lang=lang), report
                )
            except OSError as error:
                if not is_disk_full(error):
                    raise
                raise UserError(
                    self.env._(
                        "“%(file)s” cannot be stored: %(reason)s. Nothing was sent. Ask your "
                        "administrator to free disk space on the Odoo server.",
                        file=report.name,
                        reason=get_disk_reason(error, self.env),
                    )
                ) from None
        return attachments.with_env(self.env)

    def _prepare_location(self):
        coordinates = parse_coordinates(self.coordinates)
        if not coordinates:
            raise UserError(
                self.env._(
                    "The coordinates are missing or cannot be read. Enter the latitude and "
                    "longitude in degrees, such as “55.7558, 37.6173”. You can also paste the long "
                    "link of a map, or choose a contact that has coordinates."
                )
            )
        return self.env["telegram.message"]._prepare_location(*coordinates)

    def _prepare_poll(self):
        lines = (self.poll_options or "").splitlines()
        return self.env["telegram.message"]._prepare_poll(
            self.poll_question,
            [line for line in lines if line.strip()],
            self.poll_multiple_answers,
            self.poll_is_anonymous,
        )

    @api.model
    def _split_name(self, partner):
        """Return the first and last name of a contact; a company has only a first name."""
        name = " ".join((partner.name or "").split())
        if partner.is_company:
            return name, False
        last, comma, first = name.partition(", ")
        if not comma:
            first, _blank, last = name.partition(" ")
        return first or False, last or False

    def _render_bodies(self, records, body, mailing=None):
        """Return the text for each record, with its placeholders replaced.

        An unchanged template is rendered in the language of each contact.

        :param mailing: the ``telegram.mailing`` that counts the clicks on links
        :return: tuple of two dicts by ID of the record: the texts, str or FormattedText, and the
            reasons why a text cannot be filled
        :raise AccessError: only template editors may use one of the placeholders
        """
        render = self._get_renderer(body, mailing)
        bodies, problems = {}, {}
        try:
            with self.env.cr.savepoint():
                bodies = render(records)
        except AccessError:
            raise
        except UserError as error:
            if len(records) == 1:
                problems[records.id] = str(error)
            else:  # look which ones fail
                for record in records:
                    filled, reasons = self._render_bodies(record, body, mailing)
                    bodies |= filled
                    problems |= reasons
        return bodies, problems

    def _get_renderer(self, body, mailing=None):
        """Return the function that returns the texts by ID for records.

        :param mailing: the ``telegram.mailing`` for which links are counted, if any
        """
        template = self.template_id
        if self.kind != "text":  # an address is no text that a user has typed
            return lambda records: dict.fromkeys(records.ids, body)
        shorten = mailing._shorten_links if mailing else str
        if template and self.formatting == template.formatting and template._has_text(body):
            return partial(template._render_bodies, prepare=shorten)
        body = shorten(body)
        if "{{" in body:
            render = self.env["telegram.render.mixin"]._render_texts
            return partial(render, body, self.formatting)
        return lambda records: dict.fromkeys(records.ids, placeholders.unshield(body))
