# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The account's life: creation, sign-in by QR and password, restarts, states.

Functions that change something are called inside a transaction of the world.
"""

import secrets

from . import chats, notifications
from .records import FAST, SWITCHES, Instance, new_settings

QR_LIFE = 20  # seconds
CODE_LIFE = 300


def create(world, id_instance, token=None, customers=None, settings=None, **switches):
    """Make an instance with its customers; one with the same id is forgotten first.

    :param customers: list of JSON objects as for ``POST …/customers``; None: the usual ones
    :param switches: JSON names and values, see :data:`sandbox.records.SWITCHES`
    """
    world.store.forget_instance(id_instance)
    world.recent_calls.pop(id_instance, None)
    instance = Instance(
        id_instance,
        token or secrets.token_hex(25),
        **(FAST if world.pace == "fast" else {}),
    )
    instance.settings = new_settings() | (settings or {})
    state = switches.pop("stateInstance", instance.state_instance)
    set_switches(instance, switches)
    instance.state_instance = state
    instance.signed_in = state not in ("notAuthorized", "pendingPassword")
    world.save(instance)
    chats.add_customers(world, instance, chats.USUAL_CUSTOMERS if customers is None else customers)
    return instance


def set_switches(instance, values):
    """Set attributes by their JSON names."""
    names = Instance.names()
    for key, value in values.items():
        if key not in SWITCHES:
            raise ValueError(f"{key!r} is not a switch of an instance")
        setattr(instance, names[key], value)


def set_state(world, instance, state, starting_until=0.0, state_after_starting=""):
    """Change the state and tell it (stateInstanceChanged)."""
    changed = state != instance.state_instance
    if changed and instance.state_instance == "suspended":
        instance.suspended_until = 0
    instance.state_instance = state
    instance.starting_until = starting_until
    instance.state_after_starting = state_after_starting
    if state == "authorized":
        instance.signed_in = True
    elif state == "notAuthorized":
        instance.signed_in = False
        instance.next_send_at = max(instance.next_send_at, world.clock.now())
    world.save(instance)
    if changed:
        notifications.add(world, instance, notifications.state(world, instance))


def restart(world, instance, then=None):
    """Be "starting" for a while, then ``then`` (the present state when not given)."""
    then = then or instance.state_after_starting or instance.state_instance
    if instance.starting_seconds:
        until = world.clock.now() + instance.starting_seconds
        set_state(world, instance, "starting", until, then)
    else:
        set_state(world, instance, then)


def advance_state(world, instance):
    """Let states end whose time has come.

    :return: the time of the next such end, or None
    """
    now = world.clock.now()
    if instance.state_instance == "starting" and instance.starting_until:
        if now < instance.starting_until:
            return instance.starting_until
        set_state(world, instance, instance.state_after_starting)
    if instance.state_instance == "suspended" and instance.suspended_until:
        if now < instance.suspended_until:
            return instance.suspended_until
        set_state(world, instance, "authorized")
    return None


def current_qr(world, instance):
    """The text of the QR code that is valid now; a new one when the last has expired."""
    now = world.clock.now()
    if now >= instance.qr_until:
        instance.qr_token = secrets.token_urlsafe(24)
        instance.qr_until = now + QR_LIFE
        world.save(instance)
    return f"tg://login?token={instance.qr_token}"


def shows_qr(world, instance):
    """Whether somebody asked for a QR code that can still be scanned."""
    return instance.state_instance == "notAuthorized" and world.clock.now() < instance.qr_until


def scan(world, instance):
    """The phone scans the QR code.

    :return: whether there was a valid one
    """
    if not shows_qr(world, instance):
        return False
    _finish_login(world, instance)
    return True


def send_code(world, instance, phone_number):
    """Telegram shows a login code on the phone; a second call within its life shows no new one.

    :return: "" when there is a code now, else the service's reason
    """
    if instance.state_instance != "notAuthorized":
        return "already_registered"
    if str(phone_number) != instance.phone:
        return "phone_number_invalid"
    if world.clock.now() >= instance.login_code_until:
        instance.login_code = f"{secrets.randbelow(100000):05}"
        instance.login_code_until = world.clock.now() + CODE_LIFE
        world.save(instance)
    return ""


def enter_code(world, instance, code):
    """Answer with the login code; a wrong one may be followed by another try.

    :return: "" when accepted, else the service's reason
    """
    if instance.state_instance == "authorized":
        return "already_registered"
    if not instance.login_code:
        return "authorization_not_started"
    if world.clock.now() >= instance.login_code_until:
        return "code_expired"
    if code != instance.login_code:
        return "verify_code_wrong"
    _finish_login(world, instance)
    return ""


def _finish_login(world, instance):
    """The QR code or the login code was right: the password is next, or all is done."""
    instance.qr_until = 0
    instance.login_code, instance.login_code_until = "", 0
    if instance.two_factor_password:
        set_state(world, instance, "pendingPassword")
    else:
        restart(world, instance, then="authorized")


def enter_password(world, instance, password):
    """Answer the two-factor question.

    :return: "" when accepted, else the service's reason
    """
    if instance.state_instance == "authorized":
        return "already_registered"
    if instance.state_instance != "pendingPassword":
        return "authorization_not_started"
    if password != instance.two_factor_password:
        return "invalid_password"
    restart(world, instance, then="authorized")
    return ""


def log_out(world, instance):
    instance.qr_until = 0
    set_state(world, instance, "notAuthorized")
