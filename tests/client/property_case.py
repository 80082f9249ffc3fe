# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Random input of many kinds, for the tests of what has to hold for any."""

import copy
import os
import tempfile
import unittest
from functools import cache
from pathlib import Path

from odoo.tests import BaseCase

from .test_notifications import SAMPLES, sample

try:
    import hypothesis.configuration
    from hypothesis import strategies
except ImportError:
    hypothesis = None

# How many times as many examples as in the suite, and then new ones each time.
TIMES = int(os.environ.get("TELEGRAM_FUZZ_TIMES", 1))
# Names that the service uses: random objects are closer to its own with them.
KEYS = (
    "typeWebhook idMessage chatId senderData messageData typeMessage textMessageData stanzaId"
    " fileMessageData pollMessageData votes options optionVoters quotedMessage status reason data"
    " code description count receiptId body messages participants urlFile exist"
).split()


class PropertyCase(BaseCase):
    """Random input of many kinds; always the same in the suite, other in ``./dev/bench fuzz``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if hypothesis is None:
            raise unittest.SkipTest("hypothesis is not installed (pip install hypothesis)")
        # Without a place it would keep its notes in the working directory.
        home = os.environ.get("TELEGRAM_DEV_HOME")
        if not home:
            folder = tempfile.TemporaryDirectory()
            cls.addClassCleanup(folder.cleanup)
            home = folder.name
        hypothesis.configuration.set_hypothesis_home_dir(Path(home) / "hypothesis")

    def for_all(self, *what, examples, check):
        """Call ``check`` with many values of the strategies ``what``."""
        settings = hypothesis.settings(
            max_examples=examples * TIMES, derandomize=TIMES == 1, database=None, deadline=None
        )
        settings(hypothesis.given(*what)(check))()


@cache
def json_values(surrogates=True):
    """Any JSON value, often with names of the service in it."""
    texts = (
        strategies.text() if surrogates else strategies.text(strategies.characters(codec="utf-8"))
    )
    if surrogates:
        texts |= strategies.sampled_from(["\ud800", "a\x00b", "0" * 5000])
    numbers = strategies.integers() | strategies.floats(allow_nan=False, allow_infinity=False)
    plain = strategies.none() | strategies.booleans() | numbers | texts
    names = strategies.sampled_from(KEYS) | texts
    return strategies.recursive(
        plain,
        lambda inner: (
            strategies.lists(inner, max_size=4) | strategies.dictionaries(names, inner, max_size=6)
        ),
        max_leaves=12,
    )


def mutated(bodies, values):
    """One of the samples with a few of its parts replaced, removed or added to."""

    @strategies.composite
    def mutate(draw):
        body = copy.deepcopy(draw(strategies.sampled_from(bodies)))
        for _time in range(draw(strategies.integers(1, 3))):
            parent = draw(strategies.sampled_from(list(containers(body))))
            key = draw(strategies.sampled_from(sorted(parent) or KEYS))
            if draw(strategies.booleans()):
                parent[key] = draw(values)
            else:
                parent.pop(key, None)
        return body

    return mutate()


def containers(value):
    """Give an object and all objects inside of it."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from containers(child)


def samples():
    return [sample(path.stem) for path in sorted(SAMPLES.glob("*.json"))]
