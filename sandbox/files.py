# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Files that were uploaded: kept for 24 hours behind a link that nobody can guess."""

import uuid
from pathlib import PurePath

LIST = "files"
LIFE = 24 * 60 * 60  # seconds
MAX_SIZE = 100 * 1024 * 1024


def keep(world, instance, content, file_name):
    """Store a file.

    :param content: bytes
    :return: its link
    """
    drop_expired(world, instance.id_instance)
    name = f"{uuid.uuid4()}{PurePath(file_name).suffix or '.bin'}"
    world.files_folder.mkdir(exist_ok=True)
    (world.files_folder / name).write_bytes(content)
    world.store.add_entry(instance.id_instance, LIST, name, world.clock.now())
    return f"{world.base_url}/download/{str(instance.id_instance)[:4]}/{name}"


def drop_expired(world, id_instance):
    for number, created, name in world.store.entries(id_instance, LIST):
        if created <= world.clock.now() - LIFE:
            (world.files_folder / name).unlink(missing_ok=True)
            world.store.remove_entry(id_instance, LIST, number)


def find(world, name):
    """The path of a stored file, or None when there is none any more."""
    with world.transaction():
        for id_instance in world.store.instance_ids():
            drop_expired(world, id_instance)
    path = world.files_folder / PurePath(name).name
    return path if path.is_file() else None
