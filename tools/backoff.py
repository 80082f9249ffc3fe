# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Pauses between attempts after a failure."""

LONGEST_PAUSE = 3600  # seconds


def get_backoff(failures: int, first_pause: float) -> float:
    """Return the seconds to wait before the next attempt.

    The pause doubles with each failure in a row, up to one hour.

    :param failures: failed attempts in a row before this one
    :param first_pause: seconds to wait after the first failure
    """
    pause: float = first_pause * 2 ** min(failures, 10)
    return min(pause, LONGEST_PAUSE)
