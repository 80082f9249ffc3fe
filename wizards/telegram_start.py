# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import const
from ..client import GreenApiError, propose_host
from ..models.transactions import write_as_user


class TelegramStart(models.TransientModel):
    """The guided start: from an id and a token to an account that sends and receives.

    How far it is, the instance knows; so it may be closed at any step, and goes on there. No
    secret is kept here.
    """

    _name = "telegram.start"
    _inherit = "telegram.dialog"
    _description = "Connect a Telegram Account"

    instance_id = fields.Many2one("telegram.instance", ondelete="cascade")
    sign_in_id = fields.Many2one("telegram.sign.in", ondelete="set null")
    message_id = fields.Many2one("telegram.message", "Test Message", ondelete="set null")
    tested_from = fields.Datetime("Test Sent")
    woken_at = fields.Datetime("Receive Action Woken")

    # === STEPS === #

    @api.model
    def begin(self, instance_id=False):
        """Begin, or go on with an instance.

        :return: dict, as of ``describe``
        """
        instance = self.env["telegram.instance"].browse(instance_id or [])
        instance.check_access("write")
        return self.create({"instance_id": instance.id}).describe()

    def describe(self):
        """Say how far it is.

        :return: dict, ``step`` (see telegram.instance._get_start_step) and what that needs
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        step = instance._get_start_step()
        if step == "sign_in" and not self.sign_in_id:
            self.sign_in_id = self.sign_in_id.create(
                {"instance_id": instance.id, "is_guided": True}
            )
        return {
            "id": self.id,
            "step": step,
            "may_handle_tokens": instance._may_handle_tokens(),
            "sign_in_id": self.sign_in_id.id,
            "instance": self._describe_instance(instance) if instance else False,
        }

    def connect(self, name, id_instance, api_token, api_url=""):
        """Try the credentials, and keep them when the service accepts them.

        An instance that is there already gets the new ones.

        :param str api_url: empty: the usual one
        :return: dict, as of ``describe``; with ``refusal`` in words when they are not right
        :raise AccessError: for users without the rights of Odoo's settings
        """
        self.ensure_one()
        instances = self.env["telegram.instance"]
        instances.check_access("create")
        if not instances._may_handle_tokens():
            raise AccessError(
                self.env._("The API token is for users with the rights of Odoo's settings.")
            )
        id_instance = (id_instance or "").strip()
        values = {
            "id_instance": id_instance,
            "api_url": (api_url or "").strip() or propose_host(id_instance),
            "api_token": api_token,
        }
        try:
            token, state = self._try_credentials(values)
        except (GreenApiError, UserError) as error:
            return {**self.describe(), "refusal": self._explain_refusal(values, error)}
        values = {
            "name": (name or "").strip() or self.env._("Telegram"),
            "id_instance": id_instance,
            "api_url": values["api_url"],
            "api_token_new": token,
        }
        return write_as_user(self, lambda start: start._keep_instance(values, state))

    def set_receiving(self, receive_mode):
        """Choose the way messages come in, tell the service, and prove it where that can be done.

        :param str receive_mode: "polling" or "webhook"
        :return: dict, as of ``describe``; with ``message`` in words and whether it ``is_good``
        """
        self.ensure_one()
        self.instance_id.check_access("write")

        def choose(start):
            start.instance_id.receive_mode = receive_mode
            start.message_id = False  # what was sent before proves nothing about this way
            return start.instance_id._get_webhook_problem()

        problem = write_as_user(self, choose)
        sentences, is_good = [problem], False
        if not problem:
            sentences, is_good = write_as_user(
                self, lambda start: start.instance_id._prove_receiving()
            )
        answer = write_as_user(self, lambda start: start.describe())
        if is_good:  # which switches the service was told says nothing to somebody who begins
            sentences = sentences[1:]
        return {**answer, "message": " ".join(sentences), "is_good": is_good}

    # === HELPERS === #

    def _try_credentials(self, values):
        """Ask the service for the state with credentials that are not kept anywhere yet.

        :return: the token as it is to be kept, and the state
        :raise GreenApiError: the service does not accept them
        :raise ValidationError: they cannot be right
        """
        candidate = self.env["telegram.instance"].new(values)
        candidate._check_id_instance()
        candidate._check_hosts()
        token = candidate._clean_token(values["api_token"])
        candidate.api_token = token
        with candidate._get_client() as client:
            return token, client.get_state_instance().state

    def _keep_instance(self, values, state):
        """Make the instance, or give one that is there the credentials; in a transaction of its
        own."""
        instance = self.instance_id._connect(values)
        instance._take_state(state)
        self.instance_id = instance
        return self.describe()

    def _explain_refusal(self, values, error):
        if not isinstance(error, GreenApiError):
            return str(error)
        candidate = self.env["telegram.instance"].new(values)
        if error.code == const.CODE_DELETED:
            return self.env._("This instance was deleted at GREEN-API. Enter another one.")
        if error.code in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN):
            return self.env._(
                "GREEN-API does not accept this id and token at %(host)s. Copy idInstance, "
                "apiTokenInstance and apiUrl once more from its console.",
                host=candidate.api_url.partition("://")[2],
            )
        return candidate._explain(error)

    def _describe_instance(self, instance):
        return {
            "id": instance.id,
            "name": instance.name,
            "id_instance": instance.id_instance,
            "api_url": instance.api_url,
            "state": instance.state,
            "message": instance.state_message,
            "receive_mode": instance.receive_mode,
            "webhook_problem": self._explain_webhook(instance),
        }

    def _explain_webhook(self, instance):
        """Say why no webhook is possible; False when one is."""
        imagined = instance.new({"receive_mode": "webhook"}, origin=instance)
        return imagined._get_webhook_problem()
