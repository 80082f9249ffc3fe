# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the instance's plan allows in a month, and what it answers when that is used up.

A chat that is written to by phone and by its numeric id counts twice, as in the service.
"""

from datetime import datetime, timezone

from . import notifications
from .documents import Instance, JsonObject
from .world import World

DEVELOPER = "developer"
#: plan -> quota -> how many in a calendar month; what is not named has no end
PLANS = {DEVELOPER: {"chats": 3, "checks": 100}, "business": {"checks": 30000}}
EXCEEDED = "Monthly quota has been exceeded. Change the plan or wait for the next month."


def check(
    world: World, instance: Instance, method: str, quota: str, values: JsonObject
) -> JsonObject | None:
    """Check whether the plan allows this call; the first refusal of a month is reported.

    :param method: name of the method that is called
    :param quota: the quota that it uses, or ""
    :return: None, or the body of the answer 466
    """
    total = PLANS[instance.plan].get(quota)
    if total is None:
        return None
    usage = _usage(world, instance)
    name = method.lower()
    if quota == "checks":
        used = usage["calls"].get(name, 0)
        if used < total:
            return None
        exceeded = _status(name, used, total, "QUOTE_EXCEEDED")
        answer = {"invokeStatus": exceeded}
    else:
        used = len(usage["chats"])
        if values["chatId"] in usage["chats"] or used < total:
            return None
        exceeded = _status("correspondents", used, total, "CORRESPONDENTS_QUOTA_EXCEEDED")
        calls = usage["calls"].get(name, 0)
        allowed = _status(name, calls, 0, "QUOTE_ALLOWED", description="")
        answer = {"invokeStatus": allowed, "correspondentsStatus": exceeded}
    _notify_once(world, instance, usage, exceeded)
    return answer


def count(world: World, instance: Instance, method: str, quota: str, values: JsonObject) -> None:
    """Count a call that was carried out; the parameters are those of :func:`check`."""
    if not quota:
        return
    usage = _usage(world, instance)
    name = method.lower()
    usage["calls"][name] = usage["calls"].get(name, 0) + 1
    if quota == "chats" and values["chatId"] not in usage["chats"]:
        usage["chats"].append(values["chatId"])
    world.save(instance)


def _usage(world: World, instance: Instance) -> JsonObject:
    """Return what was used in the present month."""
    month = datetime.fromtimestamp(world.clock.now(), timezone.utc).strftime("%Y-%m")
    if instance.usage.get("month") != month:
        instance.usage = {"month": month, "chats": [], "calls": {}, "told": []}
    return instance.usage


def _status(
    method: str, used: int, total: int, status: str, description: str = EXCEEDED
) -> JsonObject:
    return {
        "method": method,
        "used": used,
        "total": total,
        "status": status,
        "description": description,
    }


def _notify_once(world: World, instance: Instance, usage: JsonObject, exceeded: JsonObject) -> None:
    if exceeded["method"] in usage["told"]:
        return
    usage["told"].append(exceeded["method"])
    world.save(instance)
    notifications.add(world, instance, notifications.quota(world, instance, exceeded))
