# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A local GREEN-API service for Telegram, with a phone to play the customer.

``python -m sandbox --help`` starts it. It answers the service's methods over HTTP
(``/waInstance…``), has a control interface for tests (``/control/…``, see
:mod:`sandbox.control`) and a page that looks like a phone (``/phone/``).

Where to find what:

=================  ==========================================================================
__main__, server   the program, and the HTTP door
calls, answers     one call of the service: checks, method, what the answer looks like
methods/           the methods of the service, one file per topic
fields             the declared fields of a request and the service's validation texts
errors, faults     refusals; what can be made to go wrong
control/           the control interface
phone, process     Python helpers for tests and the demo
world, store       shared state: SQLite, the lock, waiting
clock, engine      time that can be advanced; what happens by itself as time goes by
records            the kept documents: instance, chat, message
account            sign-in and states
chats, messages    what happens in "Telegram"
notifications      the service's notifications and who gets to see them
files              uploaded files and their links
webhook            delivery of notifications by HTTP POST
=================  ==========================================================================

Nothing here imports Odoo or the addon: they only meet over HTTP.
"""
