# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Settings of instances at the local service. No Odoo here: the benches use them, too."""

EVERYTHING_ON = {
    "incomingWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "outgoingAPIMessageWebhook": "yes",
    "stateWebhook": "yes",
}
