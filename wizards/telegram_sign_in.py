# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .. import const
from ..client import GreenApiError


class TelegramSignIn(models.TransientModel):
    """The dialog that signs a Telegram account in. It asks the service; it stores no secret."""

    _name = "telegram.sign.in"
    _description = "Sign in to Telegram"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")

    def refresh(self):
        """Ask the service how far the sign-in is, and for a fresh QR code while it waits for one.

        :return: dict, ``state`` of the instance, ``message`` (what to do next, in plain words) and
            ``qr`` (base64 of a PNG, or False)
        """
        instance = self._get_instance()
        instance._refresh_state()
        qr = False
        if instance.state == const.STATE_NOT_AUTHORIZED and not instance.problem:
            qr = self._get_qr(instance)
        if instance.state == const.STATE_AUTHORIZED and not instance.receiving_set:
            instance._set_up_receiving()
        return self._describe(instance, qr=qr)

    def send_password(self, password):
        """Give Telegram the password of two-step verification; it is passed on, never kept.

        :param str password: as the account's owner types it
        :return: dict, as for ``refresh``
        """
        instance = self._get_instance()
        refused = False
        try:
            with instance._get_client() as client:
                step = client.send_authorization_password(password)
        except GreenApiError as error:
            instance._take_error(error)
        else:
            instance._refresh_state()
            if not step.done and instance.state == const.STATE_PENDING_PASSWORD:
                refused = self._explain_password(step.reason)
        return self._describe(instance, message=refused)

    def _get_instance(self):
        self.ensure_one()
        self.instance_id.check_access("write")
        return self.instance_id

    def _get_qr(self, instance):
        try:
            with instance._get_client() as client:
                answer = client.qr()
        except GreenApiError as error:
            instance._take_error(error)
            return False
        if answer.type == "qrCode":
            return answer.message
        if answer.type in ("alreadyLogged", "already_registered"):
            instance._refresh_state()
        return False

    def _describe(self, instance, *, qr=False, message=False):
        if not message and instance.state == const.STATE_NOT_AUTHORIZED and qr:
            message = self.env._(
                "On the phone: Telegram → Settings → Devices → Link Desktop Device. Point the "
                "camera at the code."
            )
        return {
            "state": instance.state,
            "message": message or instance.state_message,
            "problem": bool(instance.problem),
            "qr": qr,
        }

    def _explain_password(self, reason):
        _ = self.env._
        return {
            "invalid_password": _("This is not the password of two-step verification. Try again."),
            "rate_limit_exceeded": _("Too many attempts. Telegram asks to wait before the next."),
            "timeout": _("Telegram did not answer in time. Try again."),
        }.get(reason) or _("Telegram did not accept the password (%s).", reason or "?")
