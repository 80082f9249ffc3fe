# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models

# Models with a reference to any record, in the fields ``res_model`` and ``res_id``.
REFERRING = ("telegram.message", "telegram.chat")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Move messages, chats and conversations when contacts are merged.

    Odoo moves the references of its own models, and the other fields by SQL.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields_generic(  # pylint: disable=missing-return
        self, referenced_model, src_records, dst_record, additional_update_records=None
    ):
        """Move the Telegram messages and groups of the merged records to the remaining one."""
        super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record, additional_update_records
        )
        domain = [("res_model", "=", referenced_model), ("res_id", "in", src_records.ids)]
        for name in REFERRING:
            # sudo: telegram.message, telegram.chat - they follow their record, for every user
            referring_sudo = self.env[name].sudo().with_context(active_test=False)
            referring_sudo.search(domain).write({"res_id": dst_record.id})

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):  # pylint: disable=missing-return
        """Update who sees the chats of the remaining contact, which were moved by SQL."""
        users = [partner._telegram_get_salesperson() for partner in src_partners]
        super()._update_reference_fields(src_partners, dst_partner)
        self.env.invalidate_all()
        # sudo: telegram.chat - the conversations follow the contact, for every user
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats_sudo = chats_sudo.search([("partner_id", "=", dst_partner.id)])
        users = self.env["res.users"].union(*users)
        chats_sudo._follow_salesperson({chat: chat.user_id & users for chat in chats_sudo})
        self.env.add_to_compute(chats_sudo._fields["restricted_user_id"], chats_sudo)
        chats_sudo._update_channels()
        chats_sudo._update_channel_members()
