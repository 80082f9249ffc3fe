# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from ... import const
from ...client import OutcomeUnknownError


class TelegramInstance(models.Model):
    _inherit = "telegram.instance"

    # === TEXTS === #

    def _get_state_messages(self):
        """Give for each state the sentence that says what it means and what to do."""
        _ = self.env._
        return {
            "unchecked": _("Not checked yet. Press “Check state”."),
            const.STATE_NOT_AUTHORIZED: _(
                "No Telegram account is signed in. Press “Sign in” and scan the QR code with the "
                "phone."
            ),
            const.STATE_AUTHORIZED: _("The Telegram account is signed in and works."),
            const.STATE_STARTING: _(
                "The instance is starting. This takes up to 5 minutes; messages wait until then."
            ),
            const.STATE_PENDING_PASSWORD: _(
                "Telegram asks for the password of two-step verification. Press “Sign in” and "
                "enter it."
            ),
            "suspended": _(
                "Telegram has limited the account for a time. Messages wait; write to fewer "
                "people who do not know you, and check the state again later."
            ),
            "blocked": _(
                "Telegram has blocked the account for good. Sign in with another account."
            ),
            const.CODE_EXPIRED: _(
                "The instance is not paid. Renew it in the GREEN-API console; messages wait until "
                "then."
            ),
            const.CODE_DELETED: _(
                "The instance was deleted at GREEN-API. Create another one in the console and "
                "enter its id and token here."
            ),
            const.CODE_UNAUTHORIZED: _(
                "The service does not accept the API token. Copy apiTokenInstance once more from "
                "the GREEN-API console."
            ),
            const.CODE_FORBIDDEN: _(
                "The service does not know this instance id at this address. Compare idInstance "
                "and apiUrl with the GREEN-API console."
            ),
            "unknown": _("The state of the instance is not known. Press “Check state”."),
        }

    def _get_error_message(self, error):
        """Say in plain words why a call failed and what to do.

        :param GreenApiError error: what the client raised
        """
        _ = self.env._
        state = const.STATE_OF_CODE.get(error.code)
        if state:
            return self._get_state_messages()[state]
        host = (self.api_url or "").partition("://")[2]
        sentences = {
            const.CODE_HOST_UNKNOWN: _(
                "The address “%s” was not found. Compare it with apiUrl in the GREEN-API console, "
                "and check this server's network.",
                host,
            ),
            const.CODE_UNREACHABLE: _(
                "No connection to “%s”. Check the address, and whether this server may reach the "
                "internet.",
                host,
            ),
            const.CODE_TIMEOUT: _("“%s” did not answer in time. Try again later.", host),
            const.CODE_CONNECTION_LOST: _(
                "The connection to “%s” was lost before the answer came. Try again later.", host
            ),
            const.CODE_NOT_JSON: _(
                "“%s” answered, but not like GREEN-API. Compare the address with apiUrl in the "
                "GREEN-API console.",
                host,
            ),
            const.CODE_NOT_FOUND: _(
                "“%s” does not know the request. Compare the address with apiUrl in the GREEN-API "
                "console.",
                host,
            ),
            const.CODE_RATE_LIMIT: _("The service asks to slow down. Try again in a minute."),
            const.CODE_QUOTA: _(
                "The monthly quota of your GREEN-API plan is used up. Change the plan in the "
                "console, or wait for the next month."
            ),
            const.CODE_TOO_LARGE: _("The file is too large for the service."),
            const.CODE_HOST_NOT_ALLOWED: _(
                "It is on no host of this instance. If the service keeps files there, an "
                "administrator names it on the instance (Additional File Hosts)."
            ),
            const.CODE_FILE_GONE: _("The link to the file is too old. Send the file again."),
            const.CODE_SERVER: _("GREEN-API has a disturbance. Try again later."),
            const.CODE_CHECK_LIMIT: _(
                "Telegram lets this account check no more numbers for some hours: it has asked "
                "for too many."
            ),
            const.CODE_WEBHOOK_SET: _(
                "The service delivers to a webhook address. Press “Set up receiving” to tell it "
                "how messages come in."
            ),
        }
        if error.code == const.CODE_LOST:
            return error.detail
        if error.code == const.CODE_CHECK_LIMIT:
            return sentences[error.code]
        if error.method == "download" and error.code == const.CODE_TOO_LARGE:
            return _("It is too large.")
        if error.method == "checkAccount" and error.code == const.CODE_BAD_REQUEST:
            return _(
                "The service cannot check this number: is it complete, with the code of the "
                "country? (%s)",
                error.detail,
            )
        text = sentences.get(error.code) or _("The service refused the request.")
        return f"{text} ({error.detail})" if error.detail else text

    # === TEXTS === #

    def _get_user_error_message(self, error):
        """Say why a call failed, and what to do when it may have been carried out."""
        if not isinstance(error, OutcomeUnknownError):
            return self._get_error_message(error)
        return self.env._(
            "%s It may have been carried out all the same: look before you do it again.",
            self._get_error_message(error),
        )

    def _get_step_message(self, step):
        """Say in plain words why the service did not do what it was asked.

        :param step: a Step, or a group, that is not done
        """
        reason = getattr(step, "reason", "")
        seconds = getattr(step, "retry_after", None)
        flags = step.raw if isinstance(step.raw, dict) else {}
        for flag, text in self._get_group_texts().items():
            if flag in flags and not reason:
                return text
        if seconds:
            return self.env._("It is too early: the service asks to wait %s seconds.", seconds)
        if known := self._get_reason_texts().get(reason):
            return known
        if reason:
            return self.env._("The service did not do it (%s).", reason)
        return self.env._("The service did not do it, and gave no reason. Try again later.")

    def _get_reason_texts(self):
        """Give the sentence for each reason the service may have: ``{reason: text}``."""
        _ = self.env._
        return {
            "rate_limit_exceeded": _("Too many attempts. Telegram asks to wait before the next."),
            "timeout": _("Telegram did not answer in time. Try again."),
            "rate-overlimit": _(
                "Telegram takes a new picture only once in a while. Try again in a minute."
            ),
            "Timed Out": _("Telegram did not take the picture in time. Try again."),
            "already a member": _("This person is in the group already."),
            "participant not found": _(
                "This person is not in the group, or Telegram does not know them."
            ),
            "you are not a member of this group": _(
                "This account is not in the group any more, so it cannot change it."
            ),
        }

    def _get_group_texts(self):
        """Give for the key of each answer what it means when the service did not do it."""
        _ = self.env._
        return {
            "created": _(
                "Telegram made no group. Somebody of these people may not let others add them, or "
                "the account may be limited for a time: leave people out, or try it later."
            ),
            "updateGroupName": _(
                "Telegram did not change the name: it is the same as before, or the account may "
                "not change it."
            ),
            "addParticipant": _(
                "Telegram did not add this person. They may not let others add them: send them "
                "the invitation link instead."
            ),
            "removeParticipant": _(
                "Telegram removed nobody: the person is not in the group, or the account is no "
                "administrator of it."
            ),
            "leaveGroup": _(
                "Telegram did not let the account leave: it is not in the group any more."
            ),
        }
