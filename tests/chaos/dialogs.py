# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""People who use dialogs, and press the button twice."""

import random
from concurrent.futures import ThreadPoolExecutor

COMPOSER = "telegram.composer"
FORWARD = "telegram.forward"
GROUP = "telegram.group.create"
INSTANCE = "telegram.api.partner.create"


class Presses:
    """Calls methods twice, one after the other or at once.

    :param calls: two functions that call a method of a model, committed: its name, the method's
        name and the arguments; each may be used in a thread of its own
    :param tuple errors: exceptions by which a call may fail, as long as the other does not
    :param int seed: of the choices
    :param bool is_twice: False: once only
    :param bool at_once: whether the two calls may come at the same time; the one that has to
        wait for the other then stands in Odoo's log as a query that failed
    """

    def __init__(self, calls, errors, seed, is_twice=True, at_once=True):
        self.call = calls[0]
        self._calls = calls if is_twice else calls[:1]
        self._errors = errors
        self._chance = random.Random(seed)
        self._at_once = at_once
        self.count = 0

    def press(self, model, method, *arguments, **options):
        """Call a method twice.

        :return: the errors that the person sees, None for each call that succeeds
        """

        def press_once(call):
            try:
                call(model, method, *arguments, **options)
            except self._errors as error:
                return error
            return None

        self.count += len(self._calls)
        if self._at_once and self._chance.random() < 0.5:
            with ThreadPoolExecutor(2) as pressing:
                return list(pressing.map(press_once, self._calls))
        return [press_once(call) for call in self._calls]

    def press_until_done(self, *arguments, **options):
        """Call a method twice, of which one call has to succeed."""
        failures = self.press(*arguments, **options)
        if all(failures):
            raise failures[0]


class Dialogs:
    """Opens dialogs of each kind that acts once, and presses their buttons.

    :param Presses presses: by which everything is called
    :param list instance_ids: of the accounts
    """

    def __init__(self, presses, instance_ids):
        self._presses = presses
        self._call = presses.call
        self._instance_ids = instance_ids
        self._partner_ids = {}
        self._api_partner_id = None
        self.created = []  # names of groups and instances that were asked for

    def write(self, letter):  # pylint: disable=method-required-super
        """Send a letter of kind "dialog", "mailing" or "forward"."""
        partner_ids = [self.get_partner(each) for each in (letter.customer, *letter.mates)]
        if letter.kind == "forward":
            domain = [("text", "=", letter.text), ("direction", "=", "incoming")]
            message_ids = self._call("telegram.message", "search", domain)
            values = {"message_ids": [(6, 0, message_ids)], "partner_ids": [(6, 0, partner_ids)]}
            self._press_new(FORWARD, "action_forward", values)
            return
        instance_id = self._instance_ids[letter.customer.account]
        values = {"res_model": "res.partner", "instance_id": instance_id, "body": letter.text}
        if len(partner_ids) == 1:
            values["res_id"] = partner_ids[0]
        else:
            values["res_ids"] = str(partner_ids)
        self._press_new(COMPOSER, "action_send", values)

    def _press_new(self, model, method, values):
        [dialog_id] = self._call(model, "create", [values])
        self._presses.press_until_done(model, method, [dialog_id])

    def get_partner(self, customer):
        """Return the ID of the contact of a customer, creating it if needed."""
        if customer not in self._partner_ids:
            values = {"name": customer.name, "phone": f"+{customer.phone}"}
            [self._partner_ids[customer]] = self._call("res.partner", "create", [values])
        return self._partner_ids[customer]

    # === WHAT IS CREATED AT THE SERVICE === #

    def use_api_partner(self, api_partner_id):
        """Let instances be created by a partner: the ID of ``telegram.api.partner``."""
        self._api_partner_id = api_partner_id

    def create_group(self, name, source):
        """Create a group with a customer whose chat is known. It may fail, but not succeed twice.

        :param source: ``letters.Customer``
        """
        instance_id = self._instance_ids[source.account]
        domain = [("instance_id", "=", instance_id), ("telegram_id", "=", source.chat_id)]
        chat_ids = self._call("telegram.chat", "search", domain)
        values = {"name": name, "instance_id": instance_id, "chat_ids": [(6, 0, chat_ids)]}
        self._create(GROUP, "action_create", values)

    def create_instance(self, name):
        """Create an instance at the partner. It may fail, but not succeed twice."""
        values = {"name": name, "api_partner_id": self._api_partner_id}
        self._create(INSTANCE, "action_create_instance", values)

    def _create(self, model, method, values):
        self.created.append(values["name"])
        [dialog_id] = self._call(model, "create", [values])
        self._presses.press(model, method, [dialog_id])
