# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests of the client share."""

from ...client import GreenApiClient
from ..common import SECRET_MARK, SandboxCase


class ClientCase(SandboxCase):
    """A client and the instance of the local service that it talks to."""

    def setUp(self):
        super().setUp()
        self.phone = self._create_phone()
        self.client = self.make_client(self.sandbox_url)

    def make_client(self, url, token=None, id_instance=None, **options):
        client = GreenApiClient(
            url, id_instance or self.phone.id_instance, token or self.phone.token, **options
        )
        self.addCleanup(client.close)
        return client

    def assertFails(self, kind, code, call, *args, **options):
        """Check the kind and the code of a failure, and that its text holds no secret."""
        with self.assertRaises(kind) as caught:
            call(*args, **options)
        self.assertEqual(caught.exception.code, code)
        self.assertKeepsSecrets(caught.exception)
        return caught.exception

    def assertKeepsSecrets(self, error):
        """Check that neither the text of an error nor what led to it holds a URL or a token."""
        self.assertIsNone(error.__cause__, "the cause of the HTTP library holds the URL")
        self.assertTrue(error.__suppress_context__ or error.__context__ is None)
        for text in (str(error), repr(error), error.detail):
            self.assertNotIn(SECRET_MARK, text)
            self.assertNotIn("://", text)
