# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import Any, NamedTuple

from odoo.tools import SQL

from ...tools.formatting import FormattedText, get_rules, to_marks


class PlainText(NamedTuple):
    """A text without a file, as its message was when it was claimed.

    The claim reads it, so that nothing has to be read between the claim and the call.
    """

    telegram_id: str
    text: str | None
    text_entities: Any
    is_probe: bool
    formatting_scope: str | None
    formatting_doubled: str | None
    typing_time: int | None
    quoted_id_message: str | None

    @classmethod
    def get_columns(cls):
        """Return its columns as SQL on "claimed", "due" and "of_instance"."""
        return SQL(
            """
            due.telegram_id, claimed.text, claimed.text_entities, claimed.is_probe,
            of_instance.formatting_scope, of_instance.formatting_doubled, of_instance.typing_time,
            claimed.quoted_id_message
            """
        )

    def get_sent_text(self):
        """Return the text as GREEN-API gets it, with marks for its formatting."""
        if self.is_probe:
            return self.text
        rules = get_rules(self.formatting_scope, self.formatting_doubled)
        return to_marks(FormattedText.of(self.text, self.text_entities), rules).text

    def send(self, client):
        """Call GREEN-API and return idMessage.

        :param GreenApiClient client: of the account
        :raise GreenApiError: the message was not sent, or the outcome is unknown
        """
        return client.send_message(
            self.telegram_id,
            self.get_sent_text(),
            typing_time=self.typing_time or None,
            quoted_message_id=self.quoted_id_message or False,
        ).id_message
