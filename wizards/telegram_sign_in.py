# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import fields, models

from .. import const
from ..client import GreenApiError
from ..tools.transactions import write_in_own_transaction


class TelegramSignIn(models.TransientModel):
    """The dialog that signs a Telegram account in. It asks the service; it stores no secret."""

    _name = "telegram.sign.in"
    _inherit = "telegram.wizard.mixin"
    _description = "Sign in to Telegram"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    is_guided = fields.Boolean(help="The guided start asks how messages are to come in.")

    def refresh(self, with_qr=True):
        """Ask the service how far the sign-in is, and for a fresh QR code while it waits for one.

        :param bool with_qr: False: somebody signs in by phone number, so no code is needed
        :return: dict, ``state`` of the instance, ``message`` (what to do next, in plain words) and
            ``qr`` (base64 of a PNG, or False)
        """
        instance = self._get_instance()
        instance._refresh_state()
        qr = False
        if with_qr and instance.state == const.STATE_NOT_AUTHORIZED and not instance.last_error:
            qr = self._get_qr(instance)
        if instance.state == const.STATE_AUTHORIZED:
            instance._fetch_profile()
            if not (instance.is_receiving_configured or self.is_guided):
                instance._set_up_receiving()
        return self._prepare_result(instance, qr=qr)

    def send_code(self, phone):
        """Let Telegram send a login code to the account's own phone.

        https://green-api.com/en/telegram/docs/api/account/StartAuthorization/

        :param str phone: international, written as people do
        :return: dict, as for ``refresh``, with ``accepted``: whether the code is to come
        """
        instance = self._get_instance()
        digits = re.sub(r"[^0-9]", "", phone or "")
        if not re.fullmatch(r"[1-9][0-9]{6,14}", digits):
            message = self.env._(
                "This is no phone number. Enter it with the code of the country, such as "
                "+7 987 654-32-10."
            )
            return self._prepare_result(instance, message=message, accepted=False)
        return self._process_step(instance, lambda client: client.start_authorization(digits))

    def give_code(self, code):
        """Give Telegram the login code; it is passed on, never kept.

        https://green-api.com/en/telegram/docs/api/account/SendAuthorizationCode/

        :param str code: as it stands in the Telegram app
        :return: dict, as for ``send_code``; the state may be "pendingPassword" then
        """
        instance = self._get_instance()
        code = re.sub(r"\s", "", code or "")
        return self._process_step(instance, lambda client: client.send_authorization_code(code))

    def _process_step(self, instance, step):
        """Do one step of the sign-in by phone number.

        :param step: it takes the client and gives a Step
        """
        try:
            with instance._get_client() as client:
                outcome = step(client)
        except GreenApiError as error:
            outcome = error
        # Else Odoo might repeat the step, when the receive action has written the state as well.
        return write_in_own_transaction(self, lambda dialog: dialog._store_step(outcome))

    def _store_step(self, outcome):
        """Keep what a step has changed.

        :param outcome: a Step, or the GreenApiError in its place
        :return: dict, as for ``send_code``
        """
        instance = self.instance_id
        if isinstance(outcome, GreenApiError):
            if outcome.code == const.CODE_BAD_REQUEST:
                message = instance._get_error_message(outcome)
                return self._prepare_result(instance, message=message, accepted=False)
            instance._record_error(outcome)
            return self._prepare_result(instance, accepted=False)
        instance._refresh_state()
        if outcome.done or instance.state == const.STATE_AUTHORIZED:
            return self._prepare_result(instance, accepted=True)
        message = self._get_reason_message(outcome.reason)
        return self._prepare_result(instance, message=message, accepted=False)

    def send_password(self, password):
        """Give Telegram the password of two-step verification; it is passed on, never kept.

        :param str password: as the account's owner types it
        :return: dict, as for ``send_code``
        """
        instance = self._get_instance()
        return self._process_step(
            instance, lambda client: client.send_authorization_password(password)
        )

    def _get_instance(self):
        self.ensure_one()
        self.instance_id.check_access("write")
        return self.instance_id

    def _get_qr(self, instance):
        try:
            with instance._get_client() as client:
                answer = client.qr()
        except GreenApiError as error:
            instance._record_error(error)
            return False
        if answer.type == "qrCode":
            return answer.message
        if answer.type in ("alreadyLogged", "already_registered"):
            instance._refresh_state()
        return False

    def _prepare_result(self, instance, *, qr=False, message=False, **values):
        if not message and instance.state == const.STATE_NOT_AUTHORIZED and qr:
            message = self.env._(
                "On the phone: Telegram → Settings → Devices → Link Desktop Device. Point the "
                "camera at the code."
            )
        return {
            "state": instance.state,
            "message": message or instance.state_message,
            "problem": bool(instance.last_error),
            "qr": qr,
            **values,
        }

    def _get_reason_message(self, reason):
        _ = self.env._
        return {
            "invalid_password": _("This is not the password of two-step verification. Try again."),
            "rate_limit_exceeded": _("Too many attempts. Telegram asks to wait before the next."),
            "timeout": _(
                "Telegram did not get the answer in time. Try again; a code has to be entered soon "
                "after it was asked for."
            ),
            "verify_code_wrong": _("This is not the code that Telegram has sent. Try again."),
            "code_expired": _("The code is too old. Ask for another one."),
            "authorization_not_started": _("This sign-in is over. Ask for another code."),
            "already_registered": _("The account is signed in already."),
            "phone_number_invalid": _(
                "Telegram does not know this phone number. Enter the number of the account itself, "
                "with the code of the country."
            ),
        }.get(reason) or _("Telegram did not accept this (%s).", reason or "?")
