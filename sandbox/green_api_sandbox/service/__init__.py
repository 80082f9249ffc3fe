# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The service's methods: how they are declared, checked and carried out."""
