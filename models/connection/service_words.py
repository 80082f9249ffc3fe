# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""GREEN-API's own words: what is known is said in the user's language, anything else is quoted."""

import re

from odoo import models

# They say no more than the sentence beside them.
SAYS_NOTHING = re.compile(
    r"unauthorized|forbidden|not found|too many requests|client closed request|bad gateway"
    r"|internal server error|service unavailable|gateway timeout|.*quota has been exceeded.*"
    r"|.*webhook url is set.*|.*no telegram account.*|interface conversion: .*",
    re.IGNORECASE | re.DOTALL,
)


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the meaning of GREEN-API's own words.

    GREEN-API gives its reasons in English, or as names such as "rate_limit_exceeded".
    """

    _inherit = "telegram.instance"

    def _add_service_words(self, text, words):
        """Return a sentence of ours, followed by what GREEN-API's own words add to it.

        :param str text: what happened, and what to do
        :param str words: GREEN-API's reason; may be empty
        """
        words = (words or "").strip()
        if not words or SAYS_NOTHING.fullmatch(words):
            return text
        meaning = self._get_known_words(words)
        meaning = meaning or self.env._("Reason given by GREEN-API: “%s”", words)
        return f"{text} {meaning}".strip()

    def _get_known_words(self, words):
        """Return the meaning of GREEN-API's own words; False if it is not known.

        :param str words: GREEN-API's reason
        """
        for pattern, text in self._get_words_by_pattern().items():
            if found := re.search(pattern, words, re.IGNORECASE):
                return text.replace("%s", next(filter(None, found.groups()), ""))
        return False

    def _get_words_by_pattern(self):
        """Return the meaning of each reason of GREEN-API: ``{pattern: text}``.

        The text names the part of the request that the pattern finds, if it finds one.
        """
        _ = self.env._
        return {
            # requests
            r"'(\w+)' is (?:required|not allowed to be empty)": _("The value “%s” is missing."),
            r"'(\w+)' is not allowed": _("GREEN-API does not know the value “%s”."),
            r"'(\w+)' must |^parameter (\w+) (?:not|must)": _("The value “%s” is not valid."),
            r"^(?:bad request(?: data)?|validation failed)\.?$|^unexpected (?:token|end) ": _(
                "A value of the request is not valid."
            ),
            r"^bad phone number": _("A phone number must have 11 or 12 digits."),
            # chats and messages
            r"^(?:chat|contact|group) not found|archiveChatError: chat \S+ not found": _(
                "GREEN-API does not know the chat."
            ),
            r"^message not found": _("GREEN-API does not know the message."),
            r"too old to be edited": _("The message is too old to be edited."),
            r"^only text messages can be edited": _(
                "Only texts can be edited. Delete the message and send another one instead."
            ),
            r"^the user is deleted": _("The recipient has deleted the Telegram account."),
            r"^the account is not a member": _("The account is not a member of the group."),
            # files
            r"^file is empty": _("The file is empty."),
            r"^unsupported media type": _("Files of this type are not accepted."),
            r"^(?:file is|request entity) too large": _("The file is too large."),
            r"^file message encrypted url not found": _("The message has no file."),
            # results of a step
            r"^(?:rate_limit_exceeded|too many requests)$": _(
                "Too many attempts. Wait before the next one."
            ),
            r"^timeout$": _("Telegram did not respond in time. Try again."),
            r"^rate-overlimit$": _(
                "Telegram accepts a new picture only from time to time. Try again in a minute."
            ),
            r"^timed out$": _("Telegram did not accept the picture in time. Try again."),
            r"^already a member$": _("This contact is already in the group."),
            r"^participant not found$": _(
                "This contact is not in the group, or Telegram does not know the contact."
            ),
            r"^you are not a member of this group$": _(
                "This account is no longer in the group, so it cannot change it."
            ),
        }
