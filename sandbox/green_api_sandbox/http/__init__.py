# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""HTTP: the server, what a request carries, and what the answers look like."""
