# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Everything the sandbox knows, and what happens there; nothing here knows of HTTP requests."""
