# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What happens to a message after it was sent: edited, deleted, reacted to, voted in.

Each change is told by a notification of its own that names the message. Functions here are
called inside a transaction of the world.

Those that a method of the service may call take its ``request_number``: then the change is the
API's and is noted in the ledger. Without it, the change was made on a phone.
"""

from . import chats, message_content, messages, send_queue
from .documents import Instance, JsonObject, Message
from .world import World


def edit(
    world: World,
    instance: Instance,
    message: Message,
    words: str,
    request_number: int | None = None,
    is_literal: bool = False,
) -> None:
    """Change the text or the caption of a message, for its author.

    :param is_literal: there are no marks in the words
    """
    message.data = message_content.with_words(message.data, words)
    message.look = messages.look_of(instance, message.data, is_literal)
    message.is_edited = True
    messages.save(world, instance, message)
    data = {"textMessage": words, "stanzaId": message.id_message}
    change = {"typeMessage": "editedMessage", "editedMessageData": data}
    _notify(world, instance, message, message.sender, change, request_number, message.look)


def delete(
    world: World,
    instance: Instance,
    message: Message,
    request_number: int | None = None,
    for_everyone: bool = True,
) -> None:
    """Delete a message for its author, or for everyone."""
    message.is_deleted = True
    messages.save(world, instance, message)
    if for_everyone:
        data = {"stanzaId": message.id_message}
        change = {"typeMessage": "deletedMessage", "deletedMessageData": data}
        _notify(world, instance, message, message.sender, change, request_number)


def react(world: World, instance: Instance, message: Message, sender: str, emoji: str) -> None:
    """Set the emoji that somebody reacts with; an empty one removes it.

    :param sender: chat id of the one who reacts
    """
    message.reactions.pop(sender, None)
    if emoji:
        message.reactions[sender] = emoji
    messages.save(world, instance, message)
    change = {
        "typeMessage": "reactionMessage",
        "extendedTextMessageData": {"text": emoji},
        "quotedMessage": {"stanzaId": message.id_message, "participant": message.sender},
    }
    _notify(world, instance, message, sender, change)


def vote(
    world: World, instance: Instance, message: Message, sender: str, options: list[str]
) -> None:
    """Set what somebody votes in a poll; no options remove the vote.

    :param sender: chat id of the voter
    :param options: names of options
    :raise ValueError: when the poll does not take this vote
    """
    names = message_content.poll_options(message.data)
    if not names:
        raise ValueError("This message is not a poll")
    unknown = [option for option in options if option not in names]
    if unknown:
        raise ValueError(f"The poll has no option {unknown[0]!r}. Options: {', '.join(names)}")
    poll = message.data["pollMessageData"]
    if len(options) > 1 and not poll["multipleAnswers"]:
        raise ValueError("This poll takes one answer only")
    message.votes.pop(sender, None)
    if options:
        message.votes[sender] = options
    messages.save(world, instance, message)
    if message.is_anonymous or not instance.poll_votes:
        return
    update = {
        "stanzaId": message.id_message,
        "name": poll["name"],
        "votes": [{"optionName": name, "optionVoters": _voters(message, name)} for name in names],
        "multipleAnswers": poll["multipleAnswers"],
    }
    change = {"typeMessage": "pollUpdateMessage", "pollMessageData": update}
    _notify(world, instance, message, sender, change)


def _voters(message: Message, option: str) -> list[str]:
    return [voter for voter, options in message.votes.items() if option in options]


def _notify(
    world: World,
    instance: Instance,
    message: Message,
    sender: str,
    data: JsonObject,
    request_number: int | None = None,
    look: JsonObject | None = None,
) -> None:
    chat = chats.of_message(world, instance, message)
    by_api = request_number is not None
    look = look or messages.look_of(instance, data)
    change = messages.new(world, instance, chat, sender, data, send_by_api=by_api, look=look)
    if request_number is not None:
        send_queue.record_in_ledger(world, instance, change, request_number)
    messages.notify(world, instance, change)
