# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .methods_base import MethodsBase
from .results import PartnerInstance


class PartnerClient(MethodsBase):
    """The service's section "Partners": https://green-api.com/en/telegram/docs/partners/.

    Makes and removes instances, with a token and a host of its own. It is used like
    ``GreenApiClient``, and fails in the same three ways.

    :param str api_url: partnerApiUrl of the console
    :param str token: partnerToken of the console
    :param observe: is called with a ``Call`` after each call of a method, whatever came of it
    """

    def __init__(self, api_url, token, **options):
        super().__init__(api_url, "partner", token, **options)

    def get_instances(self):
        """Give all instances of the partner, deleted ones included (GetInstances).

        The answer holds the live tokens of all of them.

        :return: list of PartnerInstance
        """
        return [_instance(row) for row in self._rows("GET", "getInstances")]

    def create_instance(self, name, settings=None):
        """Make an instance; it costs money (CreateInstance).

        :param str name: what the console shows
        :param dict settings: as for ``set_settings``, from the start
        :return: PartnerInstance
        :raise OutcomeUnknownError: it may have been made; ``get_instances`` shows it
        """
        body = {"name": name, **(settings or {})}
        _id_instance, answer = self._text(
            "POST", "createInstance", body, key="idInstance", repeatable=False
        )
        return _instance({"name": name, **answer})

    def delete_instance_account(self, id_instance):
        """Remove an instance (DeleteInstanceAccount).

        The Telegram session goes on: call ``logout`` of its own client first.

        :return: Step
        :raise RefusedError: const.CODE_NOT_FOUND, there is no such instance
        """
        body = {"idInstance": int(id_instance)}
        return self._step("POST", "deleteInstanceAccount", body, flag="deleteInstanceAccount")


def _instance(row):
    return PartnerInstance(
        id_instance=parsing.text(row, "idInstance"),
        name=parsing.clean_text(row, "name"),
        type_instance=parsing.text(row, "typeInstance"),
        deleted=parsing.flag(row, "deleted"),
        expired=parsing.flag(row, "isExpired"),
        api_token_instance=parsing.text(row, "apiTokenInstance"),
        tariff=parsing.clean_text(row, "tariff"),
        created_at=parsing.clean_text(row, "timeCreated"),
        expires_at=parsing.clean_text(row, "expirationDate"),
        raw=row,
    )
