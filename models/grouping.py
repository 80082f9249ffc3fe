# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The fields by which users group chats and messages, and what they measure.

Odoo offers every stored field. The others are technical: states of the queue, IDs, keys.
"""

from odoo import api, models

# Only these modules' fields are left out: other addons and users choose for themselves.
MODULES = frozenset({"telegram_green_api", "mail"})
CHAT_FIELDS = frozenset(
    {
        "active",
        "answer_due_date",
        "answered_date",
        "assigned_date",
        "chat_type",
        "closed_date",
        "company_id",
        "contact_link_id",
        "first_contact_date",
        "inbox_state",
        "instance_id",
        "is_archived_at_telegram",
        "last_message_date",
        "last_received_date",
        "last_seen",
        "no_account",
        "opted_out",
        "partner_id",
        "user_id",
        "waiting_since_date",
    }
)
MESSAGE_FIELDS = frozenset(
    {
        "answer_time",
        "author_id",
        "chat_id",
        "company_id",
        "date",
        "direction",
        "failure_reason",
        "file_size",
        "instance_id",
        "is_automatic",
        "is_deleted",
        "is_edited",
        "is_forwarded",
        "mailing_id",
        "partner_id",
        "read_date",
        "scheduled_date",
        "sender_name",
        "state",
    }
)


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the fields that are offered."""

    _inherit = "telegram.chat"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        descriptions = super().fields_get(allfields, attributes)
        return _hide_technical(self, descriptions, CHAT_FIELDS)


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the fields that are offered."""

    _inherit = "telegram.message"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        descriptions = super().fields_get(allfields, attributes)
        return _hide_technical(self, descriptions, MESSAGE_FIELDS)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Refuse to group by posts.

        Odoo asks this for all fields when it opens a list. It would read all messages of the
        database then, to find those that the user may read.
        """
        if groupby_spec == "mail_message_ids":
            raise ValueError("Messages cannot be grouped by posts.")
        return super()._read_group_groupby(alias, groupby_spec, query)


def _hide_technical(model, descriptions, offered):
    """Return descriptions of fields whose technical ones the web client does not offer.

    :param descriptions: the result of ``fields_get``
    :param offered: names of the fields that users group by or measure
    """
    for name in descriptions.keys() - offered:
        modules = model._fields[name]._modules
        if modules and MODULES.issuperset(modules):
            hidden = {"groupable": False, "aggregator": None}
            descriptions[name].update(
                {key: value for key, value in hidden.items() if key in descriptions[name]}
            )
    return descriptions
