# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Signing in: by a QR code or a login code, and the password of two-factor protection.

Functions that change something are called inside a transaction of the world.
"""

import secrets

from .account import restart, set_state, stay_starting
from .documents import Instance
from .world import World

QR_LIFE = 20  # seconds
CODE_LIFE = 300
PASSWORD_TRIES = 5


def current_qr(world: World, instance: Instance) -> str:
    """Return the text of the valid QR code, a new one when the last has expired."""
    now = world.clock.now()
    if now >= instance.qr_until:
        instance.qr_token = secrets.token_urlsafe(24)
        instance.qr_until = now + QR_LIFE
        world.save(instance)
    return f"tg://login?token={instance.qr_token}"


def shows_qr(world: World, instance: Instance) -> bool:
    """Return whether a requested QR code can still be scanned."""
    return instance.state_instance == "notAuthorized" and world.clock.now() < instance.qr_until


def scan(world: World, instance: Instance) -> bool:
    """Scan the QR code with the phone.

    :return: whether there was a valid one
    """
    if not shows_qr(world, instance):
        return False
    _finish_login(world, instance)
    return True


def send_code(world: World, instance: Instance, phone_number: int) -> str:
    """Send a login code to the phone; within its life a second call sends no new one.

    :return: "" when there is a code now, else the service's reason
    """
    if instance.signed_in:
        return "already_registered"
    if instance.state_instance != "notAuthorized":
        return f"instance is {instance.state_instance}"
    if str(phone_number) != instance.phone:
        return "phone_number_invalid"
    now = world.clock.now()
    if now >= instance.login_code_until:
        instance.login_code = f"{secrets.randbelow(100000):05}"
        instance.login_code_until = now + CODE_LIFE
    instance.login_until = now + instance.login_seconds
    world.save(instance)
    return ""


def enter_code(world: World, instance: Instance, code: str) -> str:
    """Check the login code that was entered; a wrong one can be followed by another try.

    :return: "" when accepted, else the service's reason
    """
    if instance.signed_in:
        return "already_registered"
    if not instance.login_code:
        return "authorization_not_started"
    now = world.clock.now()
    if now >= instance.login_code_until:
        if instance.stuck_by_expired_code:
            stay_starting(world, instance)
        return "code_expired"
    if now >= instance.login_until:
        return "timeout"
    if code != instance.login_code:
        return "verify_code_wrong"
    _finish_login(world, instance)
    return ""


def _finish_login(world: World, instance: Instance) -> None:
    """Continue after the right QR code or login code: with the password, or to the end."""
    instance.qr_until = 0
    instance.login_code, instance.login_code_until = "", 0
    if instance.two_factor_password:
        instance.login_until = world.clock.now() + instance.login_seconds
        instance.wrong_passwords = 0
        set_state(world, instance, "pendingPassword")
    else:
        restart(world, instance, then="authorized")


def enter_password(world: World, instance: Instance, password: str) -> str:
    """Check the two-factor password. When it is too late, the sign-in starts again.

    :return: "" when accepted, else the service's reason
    """
    if instance.signed_in:
        return "already_registered"
    if instance.state_instance != "pendingPassword":
        return "authorization_not_started"
    if instance.login_until and world.clock.now() >= instance.login_until:
        set_state(world, instance, "notAuthorized")
        return "timeout"
    if instance.wrong_passwords >= PASSWORD_TRIES:
        return "rate_limit_exceeded"
    if password != instance.two_factor_password:
        instance.wrong_passwords += 1
        world.save(instance)
        return "invalid_password"
    restart(world, instance, then="authorized")
    return ""
