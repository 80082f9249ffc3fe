# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The services that the tests talk to: one for the whole run, others only where it cannot serve."""

import functools
from contextlib import ExitStack

import pytest

from green_api_sandbox.process import launch, stop

PARTNER_TOKEN = "gac.token"


class Service:
    """One running program with the partner's methods.

    :param folder: for its state, which outlives the program
    """

    def __init__(self, folder, pace="fast"):
        self.folder = folder
        self._options = ("--partner-token", PARTNER_TOKEN)
        self.process, self.url = launch(folder, 0, *self._options, pace=pace)

    def restart(self, *options):
        """Start the program again on the same folder, at another address."""
        self.stop()
        self.process, self.url = launch(self.folder, 0, *self._options, *options)

    def stop(self):
        stop(self.process)


@pytest.fixture(scope="session")
def get_shared_service(tmp_path_factory):
    """Return a function from a pace to the service that all tests of this pace use."""
    with ExitStack() as running:

        @functools.cache
        def get_service(pace):
            service = Service(tmp_path_factory.mktemp("sandbox"), pace)
            running.callback(service.stop)
            return service

        yield get_service
