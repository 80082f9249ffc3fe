# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A local GREEN-API service for Telegram, with a phone to play the customer.

``python -m green_api_sandbox --help`` starts it. It answers the service's methods over HTTP
(``/waInstance…``), has a control interface for tests (``/control/…``, see
:mod:`green_api_sandbox.control`) and a page that looks like a phone (``/phone/``).

Where to find what; a room imports only from those below it:

=================  ==========================================================================
__main__           the program
phone, process     for tests and demos: the control interface as Python, and starting the program
http/              the server; requests, answers, and what faults do to answers
control/           the control interface and the phone page
service/           the methods of the service, how they are declared and checked
world/             what the sandbox knows: accounts, chats, messages, queues, files, time, faults
=================  ==========================================================================

Nothing here imports Odoo or the addon: they only meet over HTTP.
"""
