# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Pauses between attempts after a failure."""

LONGEST_PAUSE = 3600  # seconds


def get_backoff(failures, first_pause):
    """Return the seconds to wait before the next attempt.

    The pause doubles with each failure in a row, up to one hour.

    :param int failures: failed attempts in a row before this one
    :param float first_pause: seconds to wait after the first failure
    """
    return min(first_pause * 2 ** min(failures, 10), LONGEST_PAUSE)
