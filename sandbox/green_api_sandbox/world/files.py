# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Files that were uploaded: kept for 24 hours behind a link that nobody can guess."""

import shutil
import uuid
from pathlib import Path
from typing import IO

from . import message_content
from .documents import Instance
from .world import World

LIST = "files"
LIFE = 24 * 60 * 60  # seconds
MAX_SIZE = 100 * 1024 * 1024


def save(world: World, instance: Instance, stream: IO[bytes], file_name: str) -> str:
    """Store a file.

    :param stream: where its bytes are read from
    :return: its link
    """
    drop_expired(world, instance.id_instance)
    name = f"{uuid.uuid4()}{message_content.suffix_of(file_name)}"
    world.files_folder.mkdir(exist_ok=True)
    with (world.files_folder / name).open("wb") as file:
        shutil.copyfileobj(stream, file)
    world.store.add_entry(instance.id_instance, LIST, name, world.clock.now())
    return f"{world.base_url}/download/{str(instance.id_instance)[:4]}/{name}"


def drop_expired(world: World, id_instance: int) -> None:
    for number, created, name in world.store.entries(id_instance, LIST):
        if not _is_alive(world, created):
            _remove(world, id_instance, number, name)


def drop_all(world: World, id_instance: int) -> None:
    for number, _created, name in world.store.entries(id_instance, LIST):
        _remove(world, id_instance, number, name)


def _is_alive(world: World, created: float) -> bool:
    return created > world.clock.now() - LIFE


def _remove(world: World, id_instance: int, number: int, name: str) -> None:
    (world.files_folder / name).unlink(missing_ok=True)
    world.store.remove_entry(id_instance, LIST, number)


def find(world: World, name: str) -> Path | None:
    """Return the path of a stored file, or None."""
    with world.changed:
        for id_instance in world.store.instance_ids():
            for _number, created, kept in world.store.entries(id_instance, LIST):
                if kept == name and _is_alive(world, created):
                    return world.files_folder / name
    return None


def local_path(world: World, url: str) -> str | None:
    """Return the path part of a link to this sandbox; None for any other link."""
    start = f"{world.base_url}/download/"
    return url.removeprefix(world.base_url) if url.startswith(start) else None
