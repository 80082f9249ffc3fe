# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime

from odoo import models
from odoo.exceptions import UserError

from ...tools.arguments import One, takes

OPTIONS = {"quoted_message": One("telegram.message"), "scheduled_date": datetime}


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the methods for sending, for programmers.

    Each method queues a message, which is sent after the transaction commits. Parameters that
    several of them have:

    * ``chat_id`` (str): "10000000", "-10000000000000" (a group), "79876543210@c.us", or a
      username: "@vasilisa", "t.me/vasilisa";
    * ``quoted_message``: the ``telegram.message`` of that chat that is answered, or its ID;
    * ``scheduled_date`` (datetime): UTC, the message is not sent before.

    All return the ``telegram.message`` in state "queued", and raise

    * UserError: the chat ID or the content is not accepted; nothing was queued;
    * AccessError: the user does not operate this account.
    """

    _inherit = "telegram.instance"

    @takes(text=str, **OPTIONS)
    def send_text(
        self, chat_id, text, *, formatting=False, quoted_message=None, scheduled_date=None
    ):
        """Send a text.

        https://green-api.com/en/telegram/docs/api/sending/SendMessage/

        :param str text: text of 1 to 4096 characters
        :param bool formatting: whether marks in the text format it, as in ``*bold*``
        """
        messages = self.env["telegram.message"]
        values = messages._prepare_text(messages._read_text(text, formatting), self)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(attachment=One("ir.attachment"), caption=str, **OPTIONS)
    def send_file(
        self,
        chat_id,
        attachment,
        caption="",
        *,
        formatting=False,
        quoted_message=None,
        scheduled_date=None,
    ):
        """Send a file stored in Odoo.

        https://green-api.com/en/telegram/docs/api/sending/SendFileByUpload/

        :param attachment: the ``ir.attachment`` or its ID, of up to 100 MB
        :param str caption: text of up to ``CAPTION_MAX_LENGTH`` characters (``content.py``)
        :param bool formatting: whether marks in the caption format it, as in ``*bold*``
        """
        self._check_operated()
        messages = self.env["telegram.message"]
        caption = messages._read_text(caption, formatting)
        values = messages._prepare_file(attachment, caption, self)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(url=str, file_name=str, caption=str, **OPTIONS)
    def send_file_by_url(
        self,
        chat_id,
        url,
        file_name="",
        caption="",
        *,
        formatting=False,
        quoted_message=None,
        scheduled_date=None,
    ):
        """Send a file that GREEN-API downloads from the web.

        https://green-api.com/en/telegram/docs/api/sending/SendFileByUrl/

        :param str url: public, http or https
        :param str file_name: with its extension; by default the last part of the URL, which must
            have one then
        :param str caption: text of up to ``CAPTION_MAX_LENGTH`` characters (``content.py``)
        :param bool formatting: whether marks in the caption format it, as in ``*bold*``
        """
        messages = self.env["telegram.message"]
        caption = messages._read_text(caption, formatting)
        values = messages._prepare_url(url, file_name, caption, self)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(**OPTIONS)
    def send_location(
        self, chat_id, latitude, longitude, *, quoted_message=None, scheduled_date=None
    ):
        """Send a location.

        https://green-api.com/en/telegram/docs/api/sending/SendLocation/

        :param float latitude: degrees, -90 to 90
        :param float longitude: degrees, -180 to 180
        """
        values = self.env["telegram.message"]._prepare_location(latitude, longitude)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(phone=str, first_name=str, last_name=str, company=str, **OPTIONS)
    def send_contact(
        self,
        chat_id,
        phone,
        first_name,
        last_name="",
        company="",
        *,
        quoted_message=None,
        scheduled_date=None,
    ):
        """Send a contact card.

        https://green-api.com/en/telegram/docs/api/sending/SendContact/

        :param str phone: international
        """
        names = (first_name, last_name, company)
        values = self.env["telegram.message"]._prepare_contact(phone, *names)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(question=str, options=list | tuple | str, **OPTIONS)
    def send_poll(
        self,
        chat_id,
        question,
        options,
        *,
        multiple_answers=False,
        is_anonymous=True,
        quoted_message=None,
        scheduled_date=None,
    ):
        """Send a poll.

        https://green-api.com/en/telegram/docs/api/sending/SendPoll/

        :param str question: up to 255 characters
        :param list options: 2 to 12 different texts of up to 100 characters
        :param bool multiple_answers: whether several options may be chosen
        :param bool is_anonymous: whether votes are hidden
        """
        messages = self.env["telegram.message"]
        values = messages._prepare_poll(question, options, multiple_answers, is_anonymous)
        return self._send_values(chat_id, values, quoted_message, scheduled_date)

    @takes(messages="telegram.message", scheduled_date=datetime)
    def forward_messages(self, chat_id, messages, *, scheduled_date=None):
        """Forward messages to another chat of this account.

        https://green-api.com/en/telegram/docs/api/sending/ForwardMessages/

        :param messages: ``telegram.message`` records of this account, or their IDs, in the order
            of sending
        :return: the queued ``telegram.message`` records, one for each
        """
        self._check_operated()
        messages.check_access("read")
        values_list = [messages._prepare_forward(message) for message in messages]
        self._check_own_messages(messages)
        rows = [(self._get_chat(chat_id), values) for values in values_list]
        queued = self.env["telegram.message"]._queue_all(rows, scheduled_date)
        if queued and not scheduled_date:
            queued[0]._process_as_answer()
        return queued

    def _check_own_messages(self, messages):
        """Raise a UserError for messages of another account: this one does not have them."""
        others = messages.filtered(lambda message: message.instance_id != self)
        if others:
            raise UserError(
                self.env._(
                    "“%(message)s” is a message of another Telegram account (%(instance)s). "
                    "Forward it by that account.",
                    message=others[0].display_name,
                    instance=others[0].instance_id.display_name,
                )
            )

    def _get_chat(self, chat_id):
        """Return the chat of a chat ID, created if needed, that the user may read."""
        self.ensure_one()
        self._check_operated()
        chat = self.env["telegram.chat"]._get_or_create_for_address(self, chat_id)
        chat._check_operated()
        return chat

    def _send_values(self, chat_id, values, quoted_message=None, scheduled_date=None):
        """Queue one message, with the values of a ``_prepare_…`` method."""
        chat = self._get_chat(chat_id)
        messages = self.env["telegram.message"]
        return messages._queue(
            chat, values, quoted_message=quoted_message, scheduled_date=scheduled_date
        )
