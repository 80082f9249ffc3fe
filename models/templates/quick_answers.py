# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Templates as quick answers in Discuss, filled with the data of the customer or the record."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ...tools.access import filter_readable
from ...tools.formatting import FormattedText
from ...tools.html import to_html

# Files that are not posted yet, as those that a user uploads in Discuss.
PENDING = {"res_model": "mail.compose.message", "res_id": 0}


class TelegramChat(models.Model):
    """Find the records that a conversation is about."""

    _inherit = "telegram.chat"

    def _get_quick_answer_records(self):
        """Return the records whose templates are offered, those that the user may read.

        The record that the next answer of the customer would belong to comes first, then the
        contact.

        :return: list of single records
        """
        self.ensure_one()
        messages_sudo = self.env["telegram.message"].sudo()  # sudo: only to find the records
        instance_sudo = self.sudo().instance_id
        linked = messages_sudo._find_last_linked(instance_sudo, {self.id}).values()
        sent = messages_sudo._find_last_sent(instance_sudo, {self.id}).values()
        current = messages_sudo.union(*linked or sent)
        records = [
            self._get_record(),
            current._get_record() if current else None,
            self._get_open_created_record(fields.Datetime.now()),
            self._get_customer(),
        ]
        found = {(each._name, each.id): each.with_env(self.env) for each in records if each}
        return [record for record in found.values() if filter_readable(record)]


class DiscussChannel(models.Model):
    """Offer templates in the composer of a Telegram conversation."""

    _inherit = "discuss.channel"

    def get_telegram_quick_answers(self):
        """Return the templates for what the conversation is about.

        :return: list of dicts: ``id`` and ``name`` of a template, and the ``record`` that fills it
        :raise AccessError: the user may not write in the conversation
        """
        self.ensure_one()
        found = self._telegram_find_quick_answers()
        return [
            {"id": template.id, "name": template.name, "record": record.display_name or ""}
            for template, record in found.items()
        ]

    def fill_telegram_quick_answer(self, template_id):
        """Return the text and the files of a template, to be edited and sent in Discuss.

        :param int template_id: one of ``get_telegram_quick_answers``
        :return: dict of ``text``, of ``html`` for Odoo's editor, of ``attachment_ids``, and of the
            ``store_data`` of the files
        :raise AccessError: the user may not write in the conversation
        :raise UserError: the template is not offered here, or cannot be filled
        """
        self.ensure_one()
        found = self._telegram_find_quick_answers()
        template = next((each for each in found if each.id == template_id), None)
        if template is None:
            raise UserError(
                self.env._("This template is not available here any more. Choose another one.")
            )
        record = found[template]
        text = FormattedText.of(template._render_bodies(record)[record.id])
        # sudo: ir.attachment - created for this user just now, and posted by the user later
        files_sudo = template._render_attachments(record)[record.id].sudo()
        files_sudo.write(PENDING)
        store = Store().add(files_sudo, extra_fields=files_sudo._get_store_ownership_fields())
        return {
            "text": text.text,
            "html": to_html(text),
            "attachment_ids": files_sudo.ids,
            "store_data": store.get_result(),
        }

    def _telegram_find_quick_answers(self):
        """Return the templates that are offered, with the record that fills each of them.

        :return: dict of record by ``telegram.template``
        """
        self.check_access("read")
        chat = self._telegram_get_chat()
        self._telegram_check_may_write(chat)
        templates, found = self.env["telegram.template"], {}
        for record in chat.with_env(self.env)._get_quick_answer_records():
            is_general = Domain("company_id", "in", [False, chat.company_id.id])
            for template in templates.search(Domain("model", "=", record._name) & is_general):
                found.setdefault(template, record)
        return found
