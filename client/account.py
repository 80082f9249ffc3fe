# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import answers
from .errors import TryLater
from .results import InstanceState, QrCode, Step
from .transport import Transport


class AccountMethods(Transport):
    """The service's section "Account": https://green-api.com/en/telegram/docs/api/account/."""

    def get_state_instance(self):
        """Ask for the state of the instance (GetStateInstance). Give an InstanceState."""
        answer = self._get("getStateInstance")
        return InstanceState(answers.text(answer, "stateInstance"), answer)

    def get_settings(self):
        """Give the settings of the instance as the service names them (GetSettings)."""
        return self._get("getSettings")

    def set_settings(self, settings):
        """Change settings, all in one call: each call restarts the instance (SetSettings).

        :param dict settings: the service's own names and values
        """
        answer = self._call("POST", "setSettings", settings, repeatable=True)
        answer = answers.expect(answer, dict, "setSettings", TryLater)
        return Step(answer.get("saveSettings") is True, "", answer)

    def get_account_settings(self):
        """Give what the service knows of the account: phone, chatId, avatar (GetAccountSettings)."""
        return self._get("getAccountSettings")

    def qr(self):
        """Give the QR code to scan, or what came of it (QR). It lives a few seconds; ask again."""
        answer = self._get("qr")
        return QrCode(answers.text(answer, "type"), answers.text(answer, "message"), answer)

    def send_authorization_password(self, password):
        """Give the cloud password that a two-factor account asks for (SendAuthorizationPassword)."""
        method = "sendAuthorizationPassword"
        answer = self._call("POST", method, {"password": password}, repeatable=True)
        answer = answers.expect(answer, dict, method, TryLater)
        data = answer.get("data") if isinstance(answer.get("data"), dict) else {}
        reason = answers.text(data, "reason") or answers.text(answer, "reason")
        return Step(answer.get("status") is True, reason, answer)

    def _get(self, method):
        """Ask a question that the service answers with an object."""
        answer = self._call("GET", method, repeatable=True)
        return answers.expect(answer, dict, method, TryLater)
