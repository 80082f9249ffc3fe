# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The measurements of ./dev/bench, one file each, and what they share.

A measurement has a ``main()`` that takes the options and returns the exit code. ``measure`` has the
rows of a result and prints them, ``record`` stores them.
"""
