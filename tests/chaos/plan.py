# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the service makes of texts and files, one combination after the other."""

from math import prod

#: the switches of the service that change texts and files, see the sandbox's README
MODES = {
    "formatting": ("off", "whatsapp", "greedy"),
    "formattingBack": ("raw", "stripped", "doubled"),
    "doubledMarks": ("one", "two", "format"),
    "fileNames": ("kept", "cut"),
    "fileKinds": ("kept", "changed"),
    "journalDuplicates": (False, True),
}
FORMATTING = ("formatting", "formattingBack")  # each pair of these comes first
COMBINATIONS = prod(map(len, MODES.values()))


class Plan:
    """All combinations of the switches, in an order in which each value comes early and often.

    The first nine have each formatting with each way in which it comes back. The other switches
    change with each combination; which of them comes first is the seed's choice.

    :param int seed: of the choices
    """

    def __init__(self, seed):
        self._seed = seed
        self._next = 0
        self.used = []

    def take(self):
        """Return the next combination of switches."""
        combination = self._get(self._next)
        self._next = (self._next + 1) % COMBINATIONS
        if combination not in self.used:
            self.used.append(combination)
        return combination

    def _get(self, number):
        """Return a combination by its number: its digits, each moved by those before it."""
        combination, moved = {}, 0
        for name, values in MODES.items():
            number, digit = divmod(number, len(values))
            place = digit if name in FORMATTING else digit + moved + self._seed
            combination[name] = values[place % len(values)]
            moved += digit
        return combination

    @property
    def formattings(self):
        """The pairs of formatting and of what comes back that were used, in words."""
        return sorted({" ".join(each[name] for name in FORMATTING) for each in self.used})

    def __str__(self):
        pairs = len(MODES[FORMATTING[0]]) * len(MODES[FORMATTING[1]])
        return (
            f"formattings {len(self.formattings)} of {pairs} ({', '.join(self.formattings)}), "
            f"all switches {len(self.used)} of {COMBINATIONS}"
        )
