# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import fields, models

from .. import const
from ..client import GreenApiError
from ..tools.transactions import write_in_own_transaction


class TelegramSignIn(models.TransientModel):
    """Sign in to a Telegram account, by QR code or by phone number. No secret is stored."""

    _name = "telegram.sign.in"
    _inherit = "telegram.wizard.mixin"
    _description = "Sign In to Telegram"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    is_guided = fields.Boolean(help="The guided start configures receiving in its next step.")

    # === STEPS === #

    def refresh(self, with_qr=True):
        """Fetch the state of the account, and a new QR code if it is not signed in.

        :param bool with_qr: False for a sign-in by phone number, which needs no QR code
        :return: dict with ``state`` of the account, ``message`` (a text with the next step),
            ``problem`` (whether the last call failed) and ``qr`` (a PNG in base64, or False)
        :raise AccessError: the user is not a Telegram administrator
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

    def request_code(self, phone):
        """Request a verification code, which Telegram sends to the account.

        https://green-api.com/en/telegram/docs/api/account/StartAuthorization/

        :param str phone: number with country code, in any notation
        :return: dict, see ``refresh``; with ``accepted``, whether the code is sent
        :raise AccessError: the user is not a Telegram administrator
        """
        instance = self._get_instance()
        digits = re.sub(r"[^0-9]", "", phone or "")
        if not re.fullmatch(const.PHONE_PATTERN, digits):
            message = self.env._(
                "The phone number is invalid. Enter it with the country code, such as "
                "+7 987 654-32-10."
            )
            return self._prepare_result(instance, message=message, accepted=False)
        return self._process_step(instance, lambda client: client.start_authorization(digits))

    def submit_code(self, code):
        """Send the verification code to Telegram. It is not stored.

        https://green-api.com/en/telegram/docs/api/account/SendAuthorizationCode/

        :param str code: the code from the Telegram app or SMS
        :return: dict, see ``request_code``; the state may be "pendingPassword"
        :raise AccessError: the user is not a Telegram administrator
        """
        instance = self._get_instance()
        code = re.sub(r"\s", "", code or "")
        return self._process_step(instance, lambda client: client.send_authorization_code(code))

    def submit_password(self, password):
        """Send the two-step verification password to Telegram. It is not stored.

        :param str password: the password of the Telegram account
        :return: dict, see ``request_code``
        :raise AccessError: the user is not a Telegram administrator
        """
        instance = self._get_instance()
        return self._process_step(
            instance, lambda client: client.send_authorization_password(password)
        )

    # === BUSINESS METHODS === #

    def _get_instance(self):
        self.ensure_one()
        self.instance_id.check_access("write")
        return self.instance_id

    def _process_step(self, instance, step):
        """Run one step of the sign-in by phone number.

        :param step: function that takes the client and returns a Step
        :return: dict, see ``request_code``
        """
        try:
            with instance._get_client() as client:
                result = step(client)
        except GreenApiError as error:
            result = error
        # In the user's transaction, a concurrent update of the state would repeat the step.
        return write_in_own_transaction(self, lambda wizard: wizard._store_step(result))

    def _store_step(self, result):
        """Update the account after a step.

        :param result: a Step, or a GreenApiError
        :return: dict, see ``request_code``
        """
        instance = self.instance_id
        if isinstance(result, GreenApiError):
            if result.code == const.CODE_BAD_REQUEST:
                message = instance._get_error_message(result)
                return self._prepare_result(instance, message=message, accepted=False)
            instance._record_error(result)
            return self._prepare_result(instance, accepted=False)
        instance._refresh_state()
        if result.done or instance.state == const.STATE_AUTHORIZED:
            return self._prepare_result(instance, accepted=True)
        message = self._get_reason_message(result.reason)
        return self._prepare_result(instance, message=message, accepted=False)

    def _get_qr(self, instance):
        try:
            with instance._get_client() as client:
                qr = client.qr()
        except GreenApiError as error:
            instance._record_error(error)
            return False
        if qr.type == "qrCode":
            return qr.message
        if qr.type in ("alreadyLogged", "already_registered"):
            instance._refresh_state()
        return False

    def _prepare_result(self, instance, *, qr=False, message=False, **values):
        if not message and instance.state == const.STATE_NOT_AUTHORIZED and qr:
            message = self.env._(
                "On the phone, open Telegram → Settings → Devices → Link Desktop Device, and scan "
                "the code."
            )
        return {
            "state": instance.state,
            "message": message or instance.state_message,
            "problem": bool(instance.last_error),
            "qr": qr,
            **values,
        }

    # === TEXTS === #

    def _get_reason_message(self, reason):
        _ = self.env._
        known = {
            "invalid_password": _("The password is incorrect. Try again."),
            "rate_limit_exceeded": _("Too many attempts. Wait before you try again."),
            "timeout": _(
                "Telegram did not receive the answer in time. Try again, and enter the code soon "
                "after you requested it."
            ),
            "verify_code_wrong": _("The code is incorrect. Try again."),
            "code_expired": _("The code has expired. Request a new one."),
            "authorization_not_started": _("This sign-in has expired. Request a new code."),
            "already_registered": _("The account is already signed in."),
            "phone_number_invalid": _(
                "Telegram does not know this phone number. Enter the number of the account, with "
                "the country code."
            ),
        }
        text = _("Telegram rejected the sign-in. Try again.")
        return known.get(reason) or self.instance_id._add_service_words(text, reason)
