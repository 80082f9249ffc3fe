# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from unittest.mock import ANY

from ....client import results
from .base import DONE, FORM, OWNER, PENDING, PHONE_LESS, SIGNED_OUT, Case, offered_code, picture

ACCOUNT = [
    Case(
        "getStateInstance",
        "GET",
        lambda client, _: client.get_state_instance(),
        result=results.InstanceState("authorized"),
    ),
    Case(
        "getSettings",
        "GET",
        lambda client, _: client.get_settings().get("incomingWebhook"),
        result="yes",
    ),
    Case(
        "setSettings",
        "POST",
        lambda client, _: client.set_settings({"stateWebhook": "no"}),
        {"stateWebhook": "no"},
        DONE,
    ),
    Case(
        "getAccountSettings",
        "GET",
        lambda client, _: client.get_account_settings(),
        result=results.AccountSettings("authorized", "79876543210", OWNER, "@shop", "", 0),
    ),
    Case(
        "getAccountSettings",
        "GET",
        lambda client, _: client.get_account_settings(),
        result=results.AccountSettings("starting", "", "", "", "", 0),
        phone=PHONE_LESS,
    ),
    Case("reboot", "GET", lambda client, _: client.reboot(), result=DONE),
    Case("logout", "GET", lambda client, _: client.logout(), result=DONE),
    Case(
        "qr",
        "GET",
        lambda client, _: client.qr(),
        result=results.QrCode("qrCode", ANY),
        phone=SIGNED_OUT,
    ),
    Case(
        "startAuthorization",
        "POST",
        lambda client, _: client.start_authorization("79876543210"),
        {"phoneNumber": 79876543210},
        DONE,
        phone=SIGNED_OUT,
    ),
    Case(
        "sendAuthorizationCode",
        "POST",
        lambda client, code: client.send_authorization_code(code),
        lambda code: {"code": code},
        DONE,
        phone=SIGNED_OUT,
        before=offered_code,
    ),
    Case(
        "sendAuthorizationCode",
        "POST",
        lambda client, code: client.send_authorization_code(code, "swordfish"),
        lambda code: {"code": code, "password": "swordfish"},
        DONE,
        phone={**SIGNED_OUT, "twoFactorPassword": "swordfish"},
        before=offered_code,
    ),
    Case(
        "sendAuthorizationPassword",
        "POST",
        lambda client, _: client.send_authorization_password("guess"),
        {"password": "guess"},
        results.Step(False, "invalid_password"),
        phone=PENDING,
    ),
    Case(
        "setProfilePicture",
        "POST",
        lambda client, _: client.set_profile_picture(picture(), "me.jpg"),
        {"file": "me.jpg"},
        results.Picture(True, "", url_avatar=ANY),
        headers=FORM,
    ),
    Case(
        "updateApiToken",
        "GET",
        lambda client, _: client.update_api_token(),
        result=results.ApiToken(ANY),
    ),
]
