# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""People who write in dialogs, and press the button twice."""

import random
from concurrent.futures import ThreadPoolExecutor

COMPOSER = "telegram.composer"
CUSTOMER = "Chaos customer"  # what the names of contacts begin with


class Dialogs:
    """Sends letters by the composer; each is sent twice, one after the other or at once.

    :param calls: two functions that call a method of a model, committed: its name, the method's
        name and the arguments; each may be used in a thread of its own
    :param tuple errors: exceptions by which a press may fail, as long as the other does not
    :param int seed: of the choices
    :param bool presses_twice: False: once only
    :param bool at_once: whether the two presses may come at the same time; the one that has to
        wait for the other then stands in Odoo's log as a query that failed
    """

    def __init__(self, calls, errors, seed, presses_twice=True, at_once=True):
        self._calls = calls
        self._errors = errors
        self._chance = random.Random(seed)
        self._at_once = at_once
        self._times = 2 if presses_twice else 1
        self._partner_ids = {}
        self.presses = 0

    def write(self, letter, instance_id):  # pylint: disable=method-required-super
        """Send a letter of kind "dialog" or "mailing"."""
        partner_ids = [self._get_partner(each) for each in (letter.customer, *letter.mates)]
        values = {"res_model": "res.partner", "instance_id": instance_id, "body": letter.text}
        if len(partner_ids) == 1:
            values["res_id"] = partner_ids[0]
        else:
            values["res_ids"] = str(partner_ids)
        [composer_id] = self._calls[0](COMPOSER, "create", [values])
        calls = self._calls[: self._times]
        if self._at_once and self._chance.random() < 0.5:
            with ThreadPoolExecutor(2) as pressing:
                failures = list(pressing.map(self._press, calls, [composer_id] * len(calls)))
        else:
            failures = [self._press(call, composer_id) for call in calls]
        if all(failures):
            raise failures[0]

    def _press(self, call, composer_id):
        """Press the button once; return the error that the person sees, if any."""
        self.presses += 1
        try:
            call(COMPOSER, "action_send", [composer_id])
        except self._errors as error:
            return error
        return None

    def _get_partner(self, customer):
        if customer not in self._partner_ids:
            values = {"name": f"{CUSTOMER} {customer.chat_id}", "phone": f"+{customer.phone}"}
            [self._partner_ids[customer]] = self._calls[0]("res.partner", "create", [values])
        return self._partner_ids[customer]
