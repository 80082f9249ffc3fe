# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from ... import const
from ...client import OutcomeUnknownError
from ...client.uploads import UPLOAD_TIMEOUT


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with every sentence about a state or a failure.

    Each sentence says what happened and what to do next.
    """

    _inherit = "telegram.instance"

    def _get_state_messages(self):
        """Return the sentences that explain each state: ``{state: text}``.

        "stuck" is an account that has been starting for too long.
        """
        _ = self.env._
        return {
            "unchecked": _("Not checked yet. Click Check State."),
            const.STATE_NOT_AUTHORIZED: _(
                "No Telegram account is signed in. Click Sign In and scan the QR code with the "
                "phone."
            ),
            const.STATE_AUTHORIZED: _("The Telegram account is signed in and works."),
            const.STATE_STARTING: _(
                "The account is starting, which takes up to 5 minutes. Messages are queued until "
                "then."
            ),
            "stuck": _(
                "The account has been starting for more than 10 minutes, as can happen after an "
                "expired sign-in code. Click Sign Out under Account, then sign in again. Messages "
                "are queued until then."
            ),
            const.STATE_PENDING_PASSWORD: _(
                "Telegram asks for the password of two-step verification. Click Sign In and enter "
                "it."
            ),
            "suspended": _(
                "Telegram has temporarily limited the account. Messages are queued. Write to fewer "
                "new contacts, and check the state again later."
            ),
            "blocked": _(
                "GREEN-API reports that Telegram has blocked the account. That may be wrong, for "
                "example after a message to a deleted user: click Restart under Account and wait "
                "5 minutes. If it is still blocked then, click Sign Out and sign in with another "
                "account."
            ),
            const.CODE_EXPIRED: _(
                "The GREEN-API subscription has expired. Renew it in the GREEN-API console. "
                "Messages are queued until then."
            ),
            const.CODE_DELETED: _(
                "The instance was deleted at GREEN-API. Create another one in the console and "
                "enter its ID and token here."
            ),
            const.CODE_UNAUTHORIZED: _(
                "GREEN-API does not accept the API token. Copy apiTokenInstance again from the "
                "GREEN-API console."
            ),
            const.CODE_FORBIDDEN: _(
                "GREEN-API does not know this instance ID at this address. Compare idInstance and "
                "apiUrl with the GREEN-API console."
            ),
            "unknown": _("The state of the account is unknown. Click Check State."),
        }

    def _get_error_message(self, error):
        """Return why a call failed and what to do.

        :param GreenApiError error: raised by the client
        """
        _ = self.env._
        if state := const.STATE_OF_CODE.get(error.code):
            return self._get_state_messages()[state]
        if error.code == const.CODE_LOST:
            return error.detail
        if error.code == const.CODE_CHECK_LIMIT:
            return _(
                "Telegram does not let this account check more phone numbers for some hours "
                "because it has checked too many."
            )
        if error.code == const.CODE_TOO_LARGE and error.method == "download":
            return _("The file is too large.")
        if error.code == const.CODE_BAD_REQUEST and error.method == "checkAccount":
            text = _(
                "GREEN-API cannot check this phone number. Make sure that it is complete and "
                "begins with the country code."
            )
        else:
            text = self._get_code_messages().get(error.code) or _("GREEN-API refused the request.")
        return self._add_service_words(text, error.detail)

    def _get_code_messages(self):
        """Return the sentence for each error code that says nothing about the account's state."""
        _ = self.env._
        host = (self.api_url or "").partition("://")[2]
        return {
            const.CODE_HOST_UNKNOWN: _(
                "The address “%s” was not found. Compare it with apiUrl in the GREEN-API console, "
                "and check the network of this server.",
                host,
            ),
            const.CODE_UNREACHABLE: _(
                "There is no connection to “%s”. Check the address, and whether this server can "
                "reach the internet.",
                host,
            ),
            const.CODE_TIMEOUT: _("“%s” did not respond in time. Try again later.", host),
            const.CODE_UPLOAD_TIMEOUT: _(
                "The file could not be uploaded to “%(host)s” within %(minutes)s minutes. Odoo "
                "tries again. If this repeats, send a smaller file, or ask your administrator to "
                "check the connection of the server.",
                host=host,
                minutes=UPLOAD_TIMEOUT // 60,
            ),
            const.CODE_CONNECTION_LOST: _(
                "The connection to “%s” was lost before the response arrived. Try again later.",
                host,
            ),
            const.CODE_NOT_JSON: _(
                "The response of “%s” is not one of GREEN-API. Compare the address with apiUrl in "
                "the GREEN-API console.",
                host,
            ),
            const.CODE_NOT_FOUND: _(
                "“%s” does not know the request. Compare the address with apiUrl in the GREEN-API "
                "console.",
                host,
            ),
            const.CODE_RATE_LIMIT: _("GREEN-API asks to slow down. Try again in a minute."),
            const.CODE_QUOTA: _(
                "The monthly quota of your GREEN-API plan is used up. Change the plan in the "
                "console, or wait for the next month."
            ),
            const.CODE_TOO_LARGE: _("The file is too large for GREEN-API."),
            const.CODE_HOST_NOT_ALLOWED: _(
                "The file is on a host that is not allowed for this account. If GREEN-API keeps "
                "files there, an administrator can add it to Additional File Hosts on the account."
            ),
            const.CODE_FILE_GONE: _("The link to the file has expired. Send the file again."),
            const.CODE_SERVER: _("GREEN-API is temporarily unavailable. Try again later."),
            const.CODE_WEBHOOK_SET: _(
                "GREEN-API delivers to a webhook address. Click Set Up Receiving to change how "
                "messages are received."
            ),
        }

    def _get_user_error_message(self, error):
        """Return why a call of a user failed, and what to do when it may have been completed."""
        if not isinstance(error, OutcomeUnknownError):
            return self._get_error_message(error)
        return self.env._(
            "%s The action may have been completed anyway. Check before trying again.",
            self._get_error_message(error),
        )

    def _get_step_message(self, step):
        """Return why GREEN-API answered a call without carrying it out.

        :param step: a Step, or a CreatedGroup, that is not done
        """
        reason = getattr(step, "reason", "")
        flags = step.raw if isinstance(step.raw, dict) else {}
        if not reason:
            for flag, text in self._get_group_texts().items():
                if flag in flags:
                    return text
        if seconds := getattr(step, "retry_after", None):
            return self.env._("GREEN-API asks to wait %s seconds. Try again later.", seconds)
        if known := self._get_known_words(reason):
            return known
        if reason:
            text = self.env._("GREEN-API did not carry out the request.")
            return self._add_service_words(text, reason)
        return self.env._(
            "GREEN-API did not carry out the request and gave no reason. Try again later."
        )

    def _get_group_texts(self):
        """Return the sentence for each flag of a group method that was not carried out."""
        _ = self.env._
        return {
            "created": _(
                "The group could not be created. One of the contacts may not allow being added to "
                "groups, or the account may be temporarily limited. Leave out contacts, or try "
                "again later."
            ),
            "updateGroupName": _(
                "The group name was not changed. It is the same as before, or the account may not "
                "change it."
            ),
            "addParticipant": _(
                "This contact could not be added and may not allow being added to groups. Send "
                "the invitation link instead."
            ),
            "removeParticipant": _(
                "No member was removed. The contact is not in the group, or the account is not an "
                "administrator of the group."
            ),
            "leaveGroup": _(
                "The account could not leave the group because it is no longer a member."
            ),
        }
