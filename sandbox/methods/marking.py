# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Marking chats as read."""

from .. import chats, messages
from ..fields import chat_id
from .registry import method


@method("readChat", "POST", chat_id(), needs_session=True)
def read_chat(call):
    """The whole chat. Without incomingWebhook the service knows of no messages to mark."""
    chat = chats.find(call.world, call.instance, call.values["chatId"])
    if not chat or not call.instance.is_on("incomingWebhook"):
        return {"setRead": False}
    messages.read_by_account(call.world, call.instance, chat)
    return {"setRead": True}
