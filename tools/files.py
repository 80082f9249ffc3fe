# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the disk of the Odoo server says: that keeps files and reports."""

import errno

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def is_full(error):
    """Tell whether an error is that of a full disk, or of a quota that is used up: it passes."""
    return isinstance(error, OSError) and error.errno in NO_ROOM
