# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import AccountSettings, ApiToken, InstanceState, Picture, QrCode, Step
from .uploads import FileSource


class AccountMethods(MethodsBase):
    """GREEN-API's section "Account": https://green-api.com/en/telegram/docs/api/account/."""

    def get_state_instance(self) -> InstanceState:
        """Return the state of the instance (GetStateInstance).

        https://green-api.com/en/telegram/docs/api/account/GetStateInstance/
        """
        response = self._object("GET", "getStateInstance")
        return InstanceState(parsing.clean_text(response, "stateInstance"), response)

    def get_settings(self) -> JsonObject:
        """Return the settings of the instance by GREEN-API's names (GetSettings).

        https://green-api.com/en/telegram/docs/api/account/GetSettings/
        """
        return self._object("GET", "getSettings")

    def set_settings(self, settings: JsonObject) -> Step:
        """Update settings, all in one call, because each call restarts the instance (SetSettings).

        https://green-api.com/en/telegram/docs/api/account/SetSettings/

        :param settings: values by GREEN-API's names
        """
        return self._step("POST", "setSettings", settings, flag="saveSettings")

    def get_account_settings(self) -> AccountSettings:
        """Return what GREEN-API knows about the Telegram account (GetAccountSettings).

        https://green-api.com/en/telegram/docs/api/account/GetAccountSettings/
        """
        response = self._object("GET", "getAccountSettings")
        return AccountSettings(
            state=parsing.clean_text(response, "stateInstance"),
            phone=parsing.text(response, "phone"),
            chat_id=parsing.text(response, "chatId"),
            username=parsing.text(response, "username"),
            url_avatar=parsing.text(response, "avatar"),
            suspended_until=parsing.integer(response, "suspendedUntil"),
            raw=response,
        )

    def reboot(self) -> Step:
        """Restart the instance, which takes up to 5 minutes (Reboot).

        https://green-api.com/en/telegram/docs/api/account/Reboot/
        """
        return self._step("GET", "reboot", flag="isReboot")

    def logout(self) -> Step:
        """Sign the instance out of Telegram (Logout).

        https://green-api.com/en/telegram/docs/api/account/Logout/
        """
        return self._step("GET", "logout", flag="isLogout")

    def qr(self) -> QrCode:
        """Return the QR code to scan, or the result of the scan (QR).

        A code is valid for a few seconds; call the method again for the next one.

        https://green-api.com/en/telegram/docs/api/account/QR/
        """
        response = self._object("GET", "qr")
        return QrCode(parsing.text(response, "type"), parsing.text(response, "message"), response)

    def start_authorization(self, phone_number: str | int) -> Step:
        """Request a sign-in code, which Telegram sends to the account (StartAuthorization).

        The code is valid for 5 minutes; a second call within that time sends no new one.

        https://green-api.com/en/telegram/docs/api/account/StartAuthorization/

        :param phone_number: in international form, digits only
        """
        body = {"phoneNumber": int(phone_number)}
        return self._step("POST", "startAuthorization", body, flag="status")

    def send_authorization_code(self, code: str | int, password: str | None = None) -> Step:
        """Send the sign-in code (SendAuthorizationCode).

        Without the password of an account with two-step verification, a correct code has to be
        followed by ``send_authorization_password``.

        https://green-api.com/en/telegram/docs/api/account/SendAuthorizationCode/

        :param code: the code that Telegram sent
        :param password: password of two-step verification, if the account has one
        :return: Step with a reason such as "verify_code_wrong" or "code_expired"
        """
        body = {"code": str(code)}
        if password:
            body["password"] = password
        return self._step("POST", "sendAuthorizationCode", body, flag="status")

    def send_authorization_password(self, password: str) -> Step:
        """Send the password of two-step verification (SendAuthorizationPassword).

        https://green-api.com/en/telegram/docs/api/account/SendAuthorizationPassword/

        :return: Step with a reason such as "invalid_password"
        """
        body = {"password": password}
        return self._step("POST", "sendAuthorizationPassword", body, flag="status")

    def set_profile_picture(self, file: FileSource, file_name: str = "picture.jpg") -> Picture:
        """Update the account's picture, at most once in 10 seconds (SetProfilePicture).

        https://green-api.com/en/telegram/docs/api/account/SetProfilePicture/

        :param file: a path or a seekable binary file, JPEG
        :param file_name: must end in .jpg
        :raise OSError: the file cannot be read
        """
        return self._picture("setProfilePicture", file, file_name, {})

    def update_api_token(self) -> ApiToken:
        """Create a new token of the instance (UpdateApiToken).

        The old token may be invalid immediately. Store the new one and create a new client.

        https://green-api.com/en/telegram/docs/api/account/UpdateApiToken/

        :raise OutcomeUnknownError: the token may have been replaced; the console shows it
        """
        token, response = self._text(
            "GET", "updateApiToken", key="apiTokenInstance", repeatable=False
        )
        return ApiToken(token, response)
