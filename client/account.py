# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .methods_base import MethodsBase
from .results import AccountSettings, ApiToken, InstanceState, QrCode


class AccountMethods(MethodsBase):
    """The service's section "Account": https://green-api.com/en/telegram/docs/api/account/."""

    def get_state_instance(self):
        """Ask for the state of the instance (GetStateInstance). Give an InstanceState."""
        answer = self._object("GET", "getStateInstance")
        return InstanceState(parsing.clean_text(answer, "stateInstance"), answer)

    def get_settings(self):
        """Give the settings of the instance as the service names them (GetSettings)."""
        return self._object("GET", "getSettings")

    def set_settings(self, settings):
        """Change settings, all in one call: each call restarts the instance (SetSettings).

        :param dict settings: the service's own names and values
        :return: Step
        """
        return self._step("POST", "setSettings", settings, flag="saveSettings")

    def get_account_settings(self):
        """Ask what the service knows of the account (GetAccountSettings). Give AccountSettings."""
        answer = self._object("GET", "getAccountSettings")
        return AccountSettings(
            state=parsing.clean_text(answer, "stateInstance"),
            phone=parsing.text(answer, "phone"),
            chat_id=parsing.text(answer, "chatId"),
            username=parsing.text(answer, "username"),
            url_avatar=parsing.text(answer, "avatar"),
            suspended_until=parsing.integer(answer, "suspendedUntil"),
            raw=answer,
        )

    def reboot(self):
        """Restart the instance; it takes up to 5 minutes (Reboot). Give a Step."""
        return self._step("GET", "reboot", flag="isReboot")

    def logout(self):
        """End the Telegram session of the instance (Logout). Give a Step."""
        return self._step("GET", "logout", flag="isLogout")

    def qr(self):
        """Give the QR code to scan, or what came of it (QR). It lives a few seconds; ask again."""
        answer = self._object("GET", "qr")
        return QrCode(parsing.text(answer, "type"), parsing.text(answer, "message"), answer)

    def start_authorization(self, phone_number):
        """Let Telegram send a login code to the account's phone (StartAuthorization).

        The code lives 5 minutes; a second call within them sends no new one.

        :param phone_number: international, digits only
        :return: Step
        """
        body = {"phoneNumber": int(phone_number)}
        return self._step("POST", "startAuthorization", body, flag="status")

    def send_authorization_code(self, code, password=None):
        """Give the login code (SendAuthorizationCode).

        A right code without the cloud password of a two-factor account leaves it to
        ``send_authorization_password`` to finish.

        :param str code: what Telegram sent
        :param str password: the cloud password, when the account has one
        :return: Step; its reason is the service's, such as "verify_code_wrong", "code_expired"
        """
        body = {"code": str(code)}
        if password:
            body["password"] = password
        return self._step("POST", "sendAuthorizationCode", body, flag="status")

    def send_authorization_password(self, password):
        """Give the cloud password that a two-factor account asks for (SendAuthorizationPassword).

        :return: Step; its reason is the service's, such as "invalid_password"
        """
        body = {"password": password}
        return self._step("POST", "sendAuthorizationPassword", body, flag="status")

    def set_profile_picture(self, file, file_name="picture.jpg"):
        """Set the account's picture, once in 10 seconds at most (SetProfilePicture).

        :param file: a path or a seekable binary file object, JPEG
        :param str file_name: has to end in .jpg
        :return: Picture
        """
        return self._picture("setProfilePicture", file, file_name, {})

    def update_api_token(self):
        """Replace the token of the instance (UpdateApiToken). Give an ApiToken.

        The old token may be dead at once. Store the new one, then go on with a new client.

        :raise OutcomeUnknownError: the token may have been replaced; the console shows it
        """
        token, answer = self._text(
            "GET", "updateApiToken", key="apiTokenInstance", repeatable=False
        )
        return ApiToken(token, answer)
