# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Fill a database with Telegram messages and conversations; runs inside an Odoo process."""

from .account import tidy
from .history import fill
from .receive_history import Side


def main(env, say, *, of_contact, messages, conversations):
    """Store it all.

    :param int of_contact: messages with one contact
    :param int messages: with all others
    :param int conversations: of the administrator, one with each of the others
    :return: ID of the one contact, and IDs of the others
    """
    one, others = Side(env, 0), Side(env, 1)
    one.make_chats(1)
    say(f"store {messages:,} messages")
    fill(one, of_contact, 1)
    others.make_chats(conversations)
    chats = _get_chats(others)
    say(f"open {conversations:,} conversations")
    for number, chat in enumerate(chats):
        channel = chat._open_channel()
        values = {"body": f"Good day! {number}", "author_id": chat.partner_id.id}
        # sudo: discuss.channel - as the addon posts what comes in
        channel.sudo()._telegram_log([(channel.sudo(), values)])
    env.cr.commit()
    fill(others, messages, conversations)
    tidy(env)
    return _get_chats(one).partner_id.id, chats.partner_id.ids


def _get_chats(side):
    return side.env["telegram.chat"].search([("instance_id", "=", side.instance.id)], order="id")
