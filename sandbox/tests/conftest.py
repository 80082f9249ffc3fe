# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The services that the tests talk to: one for the whole run, others only where it cannot serve."""

import pytest

from green_api_sandbox.process import launch, stop

PARTNER_TOKEN = "gac.token"
PARTNER_OPTIONS = ("--partner-token", PARTNER_TOKEN)


class Service:
    """One running program and the folder of its state."""

    def __init__(self, folder, *options, pace="fast"):
        self.folder = folder
        self.process, self.url = launch(folder, 0, *options, pace=pace)

    def restart(self, *options):
        """Start the program again on the same folder, at another address."""
        stop(self.process)
        self.process, self.url = launch(self.folder, 0, *options)

    def stop(self):
        stop(self.process)


class Services:
    """Starts services, each by its pace once; all of them end with the run.

    :param make_folder: function that returns a new folder
    """

    def __init__(self, make_folder):
        self._make_folder = make_folder
        self._shared = {}
        self._started = []

    def shared(self, pace):
        """Return the service that all tests of this pace use."""
        if pace not in self._shared:
            self._shared[pace] = self.start(self._make_folder(), pace=pace)
        return self._shared[pace]

    def start(self, folder, pace="fast"):
        """Start a service that nobody else uses."""
        service = Service(folder, *PARTNER_OPTIONS, pace=pace)
        self._started.append(service)
        return service

    def stop(self):
        for service in self._started:
            service.stop()


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    services = Services(lambda: tmp_path_factory.mktemp("sandbox"))
    yield services
    services.stop()
