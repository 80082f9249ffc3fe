# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Files: uploads, downloads and pictures."""

from ...world import chats, files, message_content, messages
from ...world.documents import JsonObject
from ..errors import ServiceError
from ..fields import QUOTE, TYPING, chat_id, text
from ..registry import Call, method
from .groups import find_group
from .sending import queue_message


@method(
    "sendFileByUpload",
    "POST",
    chat_id(),
    text("fileName", required=False),
    text("caption", required=False, high=1024, may_be_empty=True),
    QUOTE,
    *TYPING,
    rps=50,
    content="multipart",
    quota="chats",
)
def send_file_by_upload(call: Call) -> JsonObject:
    file_name = call.values.get("fileName", call.file.name)
    url = files.save(call.world, call.instance, call.file.stream, file_name)
    data = message_content.file(url, file_name, call.values.get("caption", ""))
    return {**queue_message(call, "sendFileByUpload", data), "urlFile": url}


@method("uploadFile", "POST", content="raw")
def upload_file(call: Call) -> JsonObject:
    """Store the request's body as a file; its name is in the header GA-Filename."""
    url = files.save(call.world, call.instance, call.file.stream, call.file.name)
    return {"urlFile": url}


@method("downloadFile", "POST", chat_id(), text("idMessage"), rps=5)
def download_file(call: Call) -> JsonObject:
    wanted, id_message = call.values["chatId"], call.values["idMessage"]
    message = messages.find(call.world, call.instance, wanted, id_message)
    if not message or "fileMessageData" not in message.data:
        raise ServiceError(
            f"File message encrypted url not found by chatId {wanted} and idMessage {id_message}"
        )
    return {"downloadUrl": message.data["fileMessageData"]["downloadUrl"]}


@method("setProfilePicture", "POST", rps=0.1, content="multipart", needs_session=True)
def set_profile_picture(call: Call) -> JsonObject:
    url = _save_picture(call)
    call.instance.avatar = url
    call.world.save(call.instance)
    return {"reason": None, "urlAvatar": url, "setProfilePicture": True}


@method("setGroupPicture", "POST", chat_id(), content="multipart", needs_session=True)
def set_group_picture(call: Call) -> JsonObject:
    group = find_group(call)
    group.avatar = _save_picture(call)
    chats.save(call.world, call.instance, group)
    return {"reason": "", "urlAvatar": group.avatar, "setGroupPicture": True}


def _save_picture(call: Call) -> str:
    if not call.file.name.lower().endswith((".jpg", ".jpeg")):
        raise ServiceError("Unsupported media type")
    return files.save(call.world, call.instance, call.file.stream, call.file.name)
