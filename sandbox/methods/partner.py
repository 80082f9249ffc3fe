# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Partner: instances made and removed by the partner's token.

Other path, other token, and every refusal is a 200 answer.
"""

from .. import account
from ..fields import integer, parse_json, text, validate
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
UNAUTHORIZED = {"code": 401, "description": "Unauthorized"}
NOT_FOUND = {"code": 404, "description": "Not found"}


def get_instances(world, _body):
    """All instances, deleted ones included, with their live tokens."""
    found = [world.instance(id_instance) for id_instance in world.store.instance_ids()]
    return [
        {
            "idInstance": instance.id_instance,
            "name": instance.name,
            "typeInstance": "telegram",
            "typeAccount": "",
            "partnerUserUiid": "",
            "timeCreated": "",
            "timeDeleted": "",
            "apiTokenInstance": instance.api_token_instance,
            "deleted": instance.deleted,
            "tariff": "DEVELOPER",
            "isFree": True,
            "isPartner": True,
            "expirationDate": "",
            "isExpired": instance.expired,
        }
        for instance in found
    ]


def create_instance(world, body):
    values = validate(CREATE_FIELDS, parse_json(body), at_least_one=True)
    id_instance = max([FIRST_ID - 1, *world.store.instance_ids()]) + 1
    name = values.pop("name", "") or "Shop"
    values.pop("enableMessagesHistory", None)
    instance = account.create(world, id_instance, settings=values, name=name)
    return {
        "idInstance": id_instance,
        "apiTokenInstance": instance.api_token_instance,
        "typeInstance": "telegram",
    }


def delete_instance_account(world, body):
    """The Telegram session goes on: log out first."""
    values = validate((integer("idInstance", required=True),), parse_json(body))
    instance = world.instance(values["idInstance"])
    if not instance or instance.deleted:
        return NOT_FOUND
    instance.deleted = True
    world.save(instance)
    return {"deleteInstanceAccount": True}


#: lower-case name -> (verb, function of the world and the request's body)
METHODS = {
    "getinstances": ("GET", get_instances),
    "createinstance": ("POST", create_instance),
    "deleteinstanceaccount": ("POST", delete_instance_account),
}
