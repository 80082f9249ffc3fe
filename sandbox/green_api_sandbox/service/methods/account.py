# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Account: settings, state, sign-in."""

import base64
import io
import secrets

import qrcode

from ...world import account, sign_in
from ...world.documents import YES_NO_SETTINGS, JsonObject
from ..fields import integer, text, yes_no
from ..registry import Call, method

SETTINGS = (
    text("webhookUrl", required=False, may_be_empty=True),
    text("webhookUrlToken", required=False, may_be_empty=True),
    integer("delaySendMessagesMilliseconds", 500, 600000),
    *map(yes_no, YES_NO_SETTINGS),
)
WITHOUT_ACCOUNT = ("notAuthorized", "blocked", "starting", "pendingPassword")


@method("getSettings", "GET")
def get_settings(call: Call) -> JsonObject:
    return {"wid": call.instance.wid, "typeInstance": "telegram", **call.instance.settings}


@method("setSettings", "POST", *SETTINGS, at_least_one=True)
def set_settings(call: Call) -> JsonObject:
    call.instance.settings |= call.values
    call.instance.webhook_not_before = 0
    account.restart(call.world, call.instance)
    return {"saveSettings": True}


@method("getStateInstance", "GET")
def get_state_instance(call: Call) -> JsonObject:
    return {"stateInstance": call.instance.state_instance}


@method("getAccountSettings", "GET")
def get_account_settings(call: Call) -> JsonObject:
    instance = call.instance
    if instance.state_instance in WITHOUT_ACCOUNT:
        return {"avatar": "", "phone": "", "stateInstance": instance.state_instance}
    answer: JsonObject = {
        "avatar": instance.avatar,
        "phone": instance.phone,
        "stateInstance": instance.state_instance,
        "chatId": instance.chat_id,
        "username": instance.username,
    }
    if instance.suspended_until:
        answer["suspendedUntil"] = instance.suspended_until
    return answer


@method("reboot", "GET")
def reboot(call: Call) -> JsonObject:
    account.restart(call.world, call.instance)
    return {"isReboot": True}


@method("logout", "GET")
def logout(call: Call) -> JsonObject:
    account.log_out(call.world, call.instance)
    return {"isLogout": True}


@method("qr", "GET", rps=3)
def qr(call: Call) -> JsonObject:
    state = call.instance.state_instance
    if state == "notAuthorized":
        text = sign_in.current_qr(call.world, call.instance)
        return {"type": "qrCode", "message": _png(text)}
    if state == "authorized":
        return {"type": "alreadyLogged", "message": "instance account already authorized"}
    reasons = {
        "starting": "instance in starting process try later",
        "pendingPassword": "two-factor password is expected, call sendAuthorizationPassword",
    }
    return {"type": "error", "message": reasons.get(state, f"instance is {state}")}


def _png(text: str) -> str:
    image = io.BytesIO()
    qrcode.make(text, border=2).save(image)
    return base64.b64encode(image.getvalue()).decode()


@method("sendAuthorizationPassword", "POST", text("password", required=False, may_be_empty=True))
def send_authorization_password(call: Call) -> JsonObject:
    password = call.values.get("password", "")
    return _outcome(sign_in.enter_password(call.world, call.instance, password))


@method("startAuthorization", "POST", integer("phoneNumber", 1, required=True))
def start_authorization(call: Call) -> JsonObject:
    """Send a login code, which the phone page and the control interface show."""
    reason = sign_in.send_code(call.world, call.instance, call.values["phoneNumber"])
    return _outcome(reason)


@method(
    "sendAuthorizationCode",
    "POST",
    text("code"),
    text("password", required=False, may_be_empty=True),
)
def send_authorization_code(call: Call) -> JsonObject:
    reason = sign_in.enter_code(call.world, call.instance, call.values["code"])
    password = call.values.get("password")
    if not reason and password and call.instance.state_instance == "pendingPassword":
        reason = sign_in.enter_password(call.world, call.instance, password)
    return _outcome(reason)


def _outcome(reason: str) -> JsonObject:
    """Return the result of a step; failures come inside a 200 answer."""
    status = "fail" if reason else "success"
    return {"status": not reason, "data": {"status": status, "reason": reason}}


@method("updateApiToken", "GET")
def update_api_token(call: Call) -> JsonObject:
    """Create a new token; the old one is refused from now on."""
    call.instance.api_token_instance = secrets.token_hex(25)
    call.world.save(call.instance)
    return {"apiTokenInstance": call.instance.api_token_instance}
