# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A local GREEN-API service for Telegram, with a phone to play the customer.

``python -m sandbox --help`` starts it. It answers the service's methods over HTTP
(``/waInstance…``), has a control interface for tests (``/control/…``, see
:mod:`sandbox.control`) and a page that looks like a phone (``/phone/``).

Where to find what:

=================  ==========================================================================
__main__, server   the program, and the HTTP door
calls, answers     one call of the service: checks, method, what the answer looks like
bodies, fields     what a request carries; the declared fields and the validation texts
methods/           the methods of the service, one file per topic
errors, faults     refusals; what can be made to go wrong
control/           the control interface
page/              the phone page
phone, process     Python helpers for tests and the demo
world, store       shared state: SQLite, the lock, waiting
clock, engine      time that can be moved; what happens by itself as time goes by
records            the kept documents: instance, chat, message
account, sign_in   instances, their states; signing in
plan               what a plan allows in a month
chats, groups      customers and groups
content, messages  what a message says; messages written, delivered and read
sending, changes   the sending queue and the ledger; edits, deletions, reactions, votes
notifications      the service's notifications and who gets to see them
files              uploaded files and their links
webhook            delivery of notifications by HTTP POST
=================  ==========================================================================

Nothing here imports Odoo or the addon: they only meet over HTTP.
"""
