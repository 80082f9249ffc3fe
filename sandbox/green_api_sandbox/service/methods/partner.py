# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Partner: instances made and removed by the partner's token.

Other path, other token, and every refusal is a 200 answer.
"""

from datetime import datetime, timezone

from ...world import account, plan
from ...world.documents import JsonObject
from ..fields import integer, text
from ..registry import PartnerCall, partner_method
from .account import SETTINGS

FIRST_ID = 4100000001
CREATE_FIELDS = (
    text("name", required=False, may_be_empty=True),
    text("enableMessagesHistory", required=False),
    *(
        integer("delaySendMessagesMilliseconds", 500, 300000)
        if field.name == "delaySendMessagesMilliseconds"
        else field
        for field in SETTINGS
    ),
)
NOT_FOUND = {"code": 404, "description": "Not found"}


@partner_method("getInstances", "GET")
def get_instances(call: PartnerCall) -> list[JsonObject]:
    """Return all instances with their tokens, including deleted ones."""
    return [
        {
            "idInstance": instance.id_instance,
            "name": instance.name,
            "typeInstance": "telegram",
            "typeAccount": "",
            "messenger": "telegram",
            "partnerUserUiid": "",
            "timeCreated": _moment(instance.created_at),
            "timeDeleted": _moment(instance.deleted_at),
            "apiTokenInstance": instance.api_token_instance,
            "deleted": instance.deleted,
            "tariff": instance.plan.upper(),
            "isFree": instance.plan == plan.DEVELOPER,
            "isPartner": True,
            "expirationDate": "",
            "isExpired": instance.expired,
        }
        for instance in call.world.instances()
    ]


def _moment(timestamp: float) -> str:
    """Return a time as text, empty when there is none."""
    return datetime.fromtimestamp(timestamp, timezone.utc).isoformat() if timestamp else ""


@partner_method("createInstance", "POST", *CREATE_FIELDS, at_least_one=True)
def create_instance(call: PartnerCall) -> JsonObject:
    values = dict(call.values)
    id_instance = max([FIRST_ID - 1, *call.world.store.instance_ids()]) + 1
    name = values.pop("name", "") or "Shop"
    values.pop("enableMessagesHistory", None)
    instance = account.create(call.world, id_instance, settings=values, name=name)
    return {
        "idInstance": id_instance,
        "apiTokenInstance": instance.api_token_instance,
        "typeInstance": "telegram",
    }


@partner_method("deleteInstanceAccount", "POST", integer("idInstance", required=True))
def delete_instance_account(call: PartnerCall) -> JsonObject:
    """Delete the instance. Its Telegram session continues unless it was logged out."""
    instance = call.world.instance(call.values["idInstance"])
    if not instance or instance.deleted:
        return NOT_FOUND
    account.set_deleted(call.world, instance)
    return {"deleteInstanceAccount": True}
