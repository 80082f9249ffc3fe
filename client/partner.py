# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .call_log import Observer
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import PartnerInstance, Step


class PartnerClient(MethodsBase):
    """GREEN-API's section "Partners": https://green-api.com/en/telegram/docs/partners/.

    It creates and deletes instances, with a token and an address of its own. It is used like
    ``GreenApiClient`` and raises the same errors.

    :param api_url: partnerApiUrl of the console, https
    :param token: partnerToken of the console
    :param observe: function that gets a ``Call`` after each call, successful or not
    :raise ValueError: the address is not allowed, see ``check_host``
    """

    def __init__(self, api_url: str, token: str, *, observe: Observer | None = None) -> None:
        super().__init__(api_url, "partner", token, observe=observe)

    def get_instances(self) -> list[PartnerInstance]:
        """Return all instances of the partner, including deleted ones (GetInstances).

        The response contains the valid tokens of all instances.

        https://green-api.com/en/telegram/docs/partners/getInstances/
        """
        return [_parse_instance(row) for row in self._rows("GET", "getInstances")]

    def create_instance(self, name: str, settings: JsonObject | None = None) -> PartnerInstance:
        """Create an instance, which GREEN-API charges (CreateInstance).

        https://green-api.com/en/telegram/docs/partners/createInstance/

        :param name: name in the console
        :param settings: initial settings, as for ``set_settings``
        :raise OutcomeUnknownError: it may have been created; ``get_instances`` lists it
        """
        body = {"name": name, **(settings or {})}
        _id_instance, response = self._text(
            "POST", "createInstance", body, key="idInstance", repeatable=False
        )
        return _parse_instance({"name": name, **response})

    def delete_instance_account(self, id_instance: str | int) -> Step:
        """Delete an instance (DeleteInstanceAccount).

        The Telegram session continues: call ``logout`` of the instance's own client first.

        https://green-api.com/en/telegram/docs/partners/deleteInstanceAccount/

        :raise RefusedError: const.CODE_NOT_FOUND, the instance does not exist
        """
        body = {"idInstance": int(id_instance)}
        return self._step("POST", "deleteInstanceAccount", body, flag="deleteInstanceAccount")


def _parse_instance(row: JsonObject) -> PartnerInstance:
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
