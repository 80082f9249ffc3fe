# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import dataclasses
import re
import unicodedata
from datetime import datetime
from enum import IntEnum

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client.notifications import STATUS, MessageNotification
from ...client.parsing import is_visible
from ...tools.formatting.marks_writer import MARKS
from ...tools.phone import parse_phone
from .clock import CLOCK_SKEW, UNMEASURED_SKEW

# Degrees, some meters: GREEN-API may round a location.
LOCATION_TOLERANCE = 1e-4
# They only choose the shape of the letter before them.
VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# Kinds that Telegram makes of one another: a GIF becomes a video, a picture a document or sticker.
FILE_KINDS = (*const.FILE_KINDS, "stickerMessage")
# Telegram keeps no file name with these: GREEN-API makes one up.
NAMELESS_KINDS = ("imageMessage", "stickerMessage")
OTHER_KINDS = ("locationMessage", "contactMessage", "pollMessage")


class Likeness(IntEnum):
    """How much a message found at GREEN-API is like one sent from Odoo."""

    DIFFERENT = 0  # another message: Telegram cannot make one of the other
    POSSIBLE = 1  # its content differs, which proves nothing
    ALIKE = 2  # the same as far as it can be compared
    EQUAL = 3  # the same apart from marks, white space and invisible letters


def get_visible(text):
    """Return a text without marks, white space and invisible letters."""
    text = unicodedata.normalize("NFC", text or "")
    shown = (letter for letter in text if is_visible(letter) or _is_accent(letter))
    return "".join(letter for letter in shown if letter not in MARKS)


def get_words(text):
    """Return only the letters and digits of a text, in lower case."""
    text = unicodedata.normalize("NFKC", get_visible(text)).casefold()
    return "".join(letter for letter in text if letter.isalnum() or _is_accent(letter))


def compare_texts(ours, found):
    """Return the Likeness of two texts, of which the second one was changed by Telegram."""
    if get_visible(ours) == get_visible(found):
        return Likeness.EQUAL
    words = get_words(ours)
    return Likeness.ALIKE if words and words == get_words(found) else Likeness.POSSIBLE


def compare_file_names(ours, found):
    """Return the Likeness of two file names, of which the second one was changed by Telegram.

    It may be cut, and may have other characters for some letters. Its extension may be another.
    """
    stem = unicodedata.normalize("NFKC", _get_stem(found))
    words = get_words(stem)
    if words and words == get_words(_get_stem(ours)):
        return Likeness.EQUAL
    rest = get_words(ours)
    for part in re.findall(r"[^\W_]+", stem):
        _before, separator, rest = rest.partition(get_words(part))
        if not separator:
            return Likeness.POSSIBLE
    return Likeness.ALIKE


def _get_stem(file_name):
    """Return the name of a file without its extension."""
    return (file_name or "").rpartition(".")[0] or file_name or ""


def _is_accent(letter):
    """Return whether a letter is a vowel or an accent of the letter before it."""
    return unicodedata.category(letter)[0] == "M" and letter not in VARIATION_SELECTORS


class MessageMatching:
    """Find out which messages from Odoo are which of the messages that GREEN-API has.

    GREEN-API stores no key of Odoo's, and Telegram may change texts, names and kinds of files. So
    this concludes by elimination. What stands in the chat since the attempt and belongs to no other
    message of Odoo is this message, or may be it:

    1. Messages that are alike belong together. Where several could, their order decides.
    2. Where fewer were found than could be meant, order decides for messages with the same content
       only. Otherwise each of them remains doubtful.
    3. A message that is like none of those left over may be any of them: it remains doubtful. One
       that was certainly sent is the oldest one.

    ``found`` contains the messages that were recognized, ``doubtful`` those that only a user can
    tell. A message in neither is not among what GREEN-API has.

    :param messages: ``telegram.message`` records sent from Odoo whose ID is unknown
    :param list rows: of the client's Message, from the queue, from journals or from echoes
    :param bool is_complete: whether the rows are all that GREEN-API has since the attempts. Only
        then can a message that is left over be one that was not sent.
    """

    def __init__(self, messages, rows, *, is_complete=True):
        self.is_complete = is_complete
        self.found = {}  # telegram.message -> Message
        self.doubtful = {}  # telegram.message -> list of Message
        rows = _replace_changes(messages, rows)
        known = messages._find_known_ids(rows)
        rows_by_address = {}
        for row in rows:
            rows_by_address.setdefault(row.chat_id, []).append(row)
        for chat, ours in messages.grouped("chat_id").items():
            there = [row for each in chat._get_addresses() for row in rows_by_address.get(each, ())]
            chats = chat | chat._find_successor()
            variants = {}  # one message may be found several times, by the same ID
            for row in there:
                if not any((each, row.id_message) in known for each in chats):
                    variants.setdefault(row.id_message or id(row), []).append(row)
            received = ours._find_received_dates(chats, variants)
            self._match_chat(ours, list(variants.values()), received)
        self._doubt_unknown_groups(messages, rows)

    def _doubt_unknown_groups(self, messages, rows):
        """Leave messages in doubt whose group may have become a supergroup unknown in Odoo."""
        left = messages.filtered(
            lambda each: each.chat_id.chat_type == "group" and each.state == "unsure"
        ) - messages.browse().union(*self.found, *self.doubtful)
        groups = {row.chat_id for row in rows if const.is_group_id(row.chat_id)} if left else set()
        groups -= set(messages.chat_id._find_all(messages.instance_id, groups))
        for message in left:
            similar = [
                row
                for row in rows
                if row.chat_id in groups and message._get_likeness_in_time(row) >= Likeness.ALIKE
            ]
            if similar:
                self.doubtful[message] = similar

    def _match_chat(self, messages, candidates, received):
        """Match the messages of one chat.

        :param list candidates: lists of Message, each about the same message of GREEN-API
        :param dict received: result of ``_find_received_dates``
        """
        candidates.sort(key=_get_sort_key)
        likeness = {
            (message, number): max(message._get_likeness_in_time(row) for row in rows)
            for message in messages
            for number, rows in enumerate(candidates)
            if received.get(rows[0].id_message, datetime.max) >= message._get_last_attempt_date()
        }
        taken = set()  # messages and numbers of candidates
        for level in (Likeness.EQUAL, Likeness.ALIKE, Likeness.POSSIBLE):
            pairs = {
                pair
                for pair, value in likeness.items()
                if value >= level and not taken.intersection(pair)
            }
            for group in _get_groups(pairs):
                taken |= self._match_group(*group, pairs, candidates, level)

    def _match_group(self, messages, numbers, pairs, candidates, level):
        """Match messages and candidates that could belong together.

        :param list messages: ``telegram.message`` records, the oldest attempt first
        :param list numbers: the index of each candidate, the oldest first
        :param set pairs: of the message and the number that could belong together
        :param Likeness level: of these pairs
        :return: set of the messages and numbers for which nothing else is to be looked for
        """
        matched, left = {}, list(numbers)
        for message in messages:
            number = next((each for each in left if (message, each) in pairs), None)
            if number is not None:
                left.remove(number)
                matched[message] = number
        is_clear = all(message.state == "sent" for message in messages)
        if level > Likeness.POSSIBLE and not is_clear:
            is_clear = len(matched) == len(messages) or (
                self.is_complete and _are_interchangeable(messages)
            )
        if is_clear:
            self.found.update(
                (message, candidates[number][0]) for message, number in matched.items()
            )
            return {*matched, *matched.values()}
        for message in messages:
            if message.state == "unsure":
                self.doubtful[message] = [
                    candidates[number][0] for number in numbers if (message, number) in pairs
                ]
        return {*messages, *numbers}


def _replace_changes(messages, rows):
    """Return the rows, with a message of unknown content for each edit or deletion of one.

    The journal may tell a message only by what was done to it since, on a phone.

    :param messages: ``telegram.message`` records whose ID is unknown
    :param list rows: of the client's Message
    """
    ids = {id(row): row.target_id_message or row.id_message for row in rows}
    changes = [row for row in rows if row.type_message in const.CHANGE_KINDS]
    if not changes:
        return rows
    others = [row for row in rows if row.type_message not in const.CHANGE_KINDS]
    there = {(row.chat_id, row.id_message) for row in others}
    stored = messages._find_stored_ids([ids[id(row)] for row in changes])
    return others + [
        dataclasses.replace(row, id_message=ids[id(row)], type_message="", text="", raw={})
        for row in changes
        if ids[id(row)] not in stored and (row.chat_id, ids[id(row)]) not in there
    ]


def _is_written_on_phone(found):
    """Return whether an outgoing message was not sent through the API. Journals may not tell."""
    if isinstance(found, MessageNotification):
        return not found.is_via_api
    return found.raw.get("sendByApi") is False


def _get_sort_key(rows):
    """Return by what a candidate is sorted in its chat; what is in the queue comes last."""
    stamps = [row.timestamp for row in rows if row.timestamp]
    id_message = rows[0].id_message
    return not stamps, min(stamps, default=0), len(id_message), id_message


def _get_groups(pairs):
    """Yield the groups of messages and numbers that are connected by pairs, each in its order."""
    rest = set(pairs)
    while rest:
        group, size = set(next(iter(rest))), 0
        while size != len(group):
            size = len(group)
            group.update(*(pair for pair in rest if group.intersection(pair)))
        rest = {pair for pair in rest if not group.intersection(pair)}
        numbers = {member for member in group if isinstance(member, int)}
        yield sorted(group - numbers, key=_get_attempt), sorted(numbers)


def _get_attempt(message):
    """Return by what messages are sorted in the order in which they were sent."""
    return message._get_last_attempt_date(), message.id


def _are_interchangeable(messages):
    """Return whether it makes no difference which of the messages was sent."""
    contents = [
        [
            message.type_message,
            (message.text or "").split(),
            message.text_entities,
            message.quoted_id_message,
            message.file_name,
            message.url_file,
            # sudo: ir.attachment - only whether the files are the same
            message.sudo().attachment_id.checksum,
            message.content,
        ]
        for message in messages
    ]
    return all(content == contents[0] for content in contents)


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the rule by which a message of Odoo is recognized."""

    _inherit = "telegram.message"

    failed_id_message = fields.Char(
        "Failed Message ID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="ID of the attempt that failed in Telegram, before the message was sent again.",
    )

    @api.model
    def _get_unrecognized_domain(self):
        """Return the domain of messages whose sending was attempted and whose ID is unknown.

        They are unsure, were marked as sent by a user, are queued again, or got an ID that was not
        theirs. Edits and deletions never get an ID and are left out.
        """
        return (
            Domain("direction", "=", "outgoing")
            & Domain("id_message", "=", False)
            & Domain("former_id_message", "=", False)
            & Domain("attempts", ">", 0)
            & Domain("state", "in", ("unsure", "sent", "queued"))
            & Domain("type_message", "not in", const.CHANGE_KINDS)
        )

    def _find_known_ids(self, rows):
        """Return which IDs already belong to messages sent from Odoo.

        A message that was created by an echo does not count: it may be the echo of an unsure one.

        :param list rows: of the client's Message
        :return: set of pairs of ``telegram.chat`` and ID
        """
        ids = [row.id_message for row in rows if row.id_message]
        domain = Domain("instance_id", "in", self.instance_id.ids) & Domain("attempts", ">", 0)
        domain &= Domain("id_message", "in", ids) | Domain("failed_id_message", "in", ids)
        return {
            (message.chat_id, id_message)
            for message in self.search(domain)
            for id_message in (message.id_message, message.failed_id_message)
        }

    @api.model
    def _find_received_dates(self, chats, ids):
        """Return when reported messages were received: before an attempt, they are other ones.

        :param chats: the ``telegram.chat`` records in which they may be
        :param ids: of messages at GREEN-API
        :return: dict of datetime by ID; without those whose notifications were deleted
        """
        reported = Domain("message_id.chat_id", "in", chats.ids)
        reported &= Domain(
            "message_id.id_message", "in", [each for each in ids if isinstance(each, str)]
        )
        reported &= Domain("type_webhook", "!=", STATUS)
        events = self.env["telegram.event"].search(reported, order="create_date desc")
        return {event.message_id.id_message: event.create_date for event in events}

    def _find_stored_ids(self, ids):
        """Return those of the IDs that any message in the chats of these messages has.

        :param list ids: of messages at GREEN-API
        :return: set of str
        """
        domain = Domain("chat_id", "in", self.chat_id.ids)
        domain &= Domain("id_message", "in", ids) | Domain("failed_id_message", "in", ids)
        stored = self.search(domain)
        return {*stored.mapped("id_message"), *stored.mapped("failed_id_message")}

    def _get_last_attempt_date(self):
        """Return when the message was last sent; of one that never was, when it was written."""
        self.ensure_one()
        return self.last_attempt_date or self.date

    # === TIME === #

    def _is_in_time(self, found, skew=CLOCK_SKEW):
        """Return whether a message at GREEN-API is of the time of the attempt.

        :param int skew: as for ``_get_attempt_period``
        """
        earliest, latest = self._get_attempt_period(skew)
        return not found.timestamp or earliest <= found.timestamp <= latest

    def _get_likeness_in_time(self, found):
        """Return the Likeness of a message at GREEN-API; one of another time is another message.

        If the clock was not known at the attempt, an older message may be this one. Its echo is
        it: what is older arrives before. But an echo may be a day late, and may be of another
        program that sends the same words.
        """
        likeness = self._get_likeness(found)
        if self._is_in_time(found):
            return likeness
        if not self._is_in_time(found, self.clock_skew or UNMEASURED_SKEW):
            return Likeness.DIFFERENT
        is_echo = isinstance(found, MessageNotification) and "journal" not in found.raw
        return likeness if is_echo else min(likeness, Likeness.POSSIBLE)

    # === CONTENT === #

    def _get_likeness(self, found):
        """Return the Likeness of the content of a message at GREEN-API.

        :param Message found: of a notification, or of a row of a journal or of the queue
        """
        self.ensure_one()
        kind = found.type_message
        if found.is_incoming or _is_written_on_phone(found):
            return Likeness.DIFFERENT
        if {kind, self.type_message} & {*const.KINDS_ABOUT_ANOTHER}:
            return self._get_change_likeness(found)
        if found.is_forwarded and not kind:
            return self._get_queued_forward_likeness(found)
        if kind in const.TEXT_KINDS and self.type_message in const.TEXT_KINDS:
            likeness = self._get_text_likeness(found.text)
        elif kind in FILE_KINDS and self.type_message in FILE_KINDS:
            likeness = self._get_file_likeness(found)
        elif kind == self.type_message:
            likeness = self._get_content_likeness(found)
        elif kind in (*const.TEXT_KINDS, *FILE_KINDS, *OTHER_KINDS):
            return Likeness.DIFFERENT
        else:  # a new kind may be anything
            likeness = self._get_text_likeness(found.text) if found.text else Likeness.POSSIBLE
        if found.is_forwarded != self.is_forwarded:
            likeness = min(likeness, Likeness.ALIKE)
        return likeness

    def _get_change_likeness(self, found):
        """Return the Likeness of an edit or a deletion, which is about another message.

        Another text is another edit of the same message.
        """
        same_kind = found.type_message == self.type_message
        same_target = found.target_id_message == self.target_message_id.id_message
        if not (same_kind and same_target):
            return Likeness.DIFFERENT
        likeness = self._get_text_likeness(found.text)
        return likeness if likeness >= Likeness.ALIKE else Likeness.DIFFERENT

    def _get_queued_forward_likeness(self, found):
        """Return the Likeness of a forwarded message in GREEN-API's queue, which names its source.

        :param Message found: of the queue
        """
        source, ids = self.forwarded_message_id, found.raw.get("messages")
        if not self.is_forwarded:
            return Likeness.DIFFERENT
        if not source:
            return Likeness.POSSIBLE  # it was deleted in Odoo
        same_chat = found.raw.get("chatIdFrom") in source.chat_id._get_addresses()
        same_message = not isinstance(ids, list) or source.id_message in map(str, ids)
        return Likeness.EQUAL if same_chat and same_message else Likeness.DIFFERENT

    def _get_text_likeness(self, text):
        """Return the Likeness of a text. One that the message had before an edit counts, too."""
        texts = [self.text]
        if self.is_edited:
            texts += self.search([("target_message_id", "=", self.id)]).mapped("former_text")
        return max(compare_texts(known, text) for known in texts)

    def _get_file_likeness(self, found):
        """Return the Likeness of a file by its name and caption. Journals may lack both."""
        caption = self._get_text_likeness(found.text)
        if self.text and not found.text:
            caption = Likeness.ALIKE
        name = Likeness.ALIKE
        if found.file_name:
            name = compare_file_names(self.file_name, found.file_name)
        if found.type_message in NAMELESS_KINDS:
            name = max(name, Likeness.ALIKE)
        return min(name, caption)

    def _get_content_likeness(self, found):
        """Return the Likeness of a location, a contact or a poll. Journals may lack the details."""
        ours = self.content or {}
        if location := found.location:
            differences = (
                location.latitude - ours.get("latitude", 0),
                location.longitude - ours.get("longitude", 0),
            )
            is_near = all(abs(value) < LOCATION_TOLERANCE for value in differences)
            return Likeness.EQUAL if is_near else Likeness.POSSIBLE
        if found.contact and found.contact.phone:
            is_same = parse_phone(found.contact.phone) == parse_phone(ours.get("phoneContact"))
            return Likeness.EQUAL if is_same else Likeness.POSSIBLE
        if self.type_message == "pollMessage":
            return self._get_poll_likeness(found)
        return Likeness.ALIKE

    def _get_poll_likeness(self, found):
        """Return the Likeness of a poll. Journals may lack its options."""
        question = found.poll.question if found.poll else found.text
        likeness = self._get_text_likeness(question) if question else Likeness.ALIKE
        if found.poll and found.poll.options:
            names = [get_words(option.name) for option in found.poll.options]
            ours = (self.content or {}).get("options", [])
            if names != [get_words(name) for name in ours]:
                return Likeness.POSSIBLE
        return likeness
