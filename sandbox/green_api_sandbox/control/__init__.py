# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The control interface: play the customer, look behind the scenes, make things go wrong.

JSON in, JSON out. Names are the service's (idInstance, chatId, idMessage). What is wrong is
answered with 400, 404 or 409 and ``{"error": "words"}``. ``…`` stands for
``/control/instances/<idInstance>``.

========================================  ====================================================
GET /control/ping                         {"ready": true}
POST /control/reset                       remove everything (the time stays)
POST /control/instances                   create an instance: {idInstance, apiTokenInstance?,
                                          settings?, customers?, any switch?} -> the instance,
                                          with its token (made up when not given)
GET /control/instances                    all instances, without tokens
GET …                                     one instance, with token, settings, chats, queue
                                          sizes and the number of calls per method
PATCH …                                   change switches: stateInstance, suspendedUntil,
                                          expired, deleted, plan, twoFactorPassword,
                                          startingSeconds, pace ("fast" or "real"), rateLimits,
                                          autoDeliver, autoRead, journalLagSeconds,
                                          journalDuplicates, formatting, doubledMarks,
                                          formattingBack, fileNames, fileKinds, …
                                          (all of them: SWITCHES in world/documents.py,
                                          meanings: Instance there); "settings" too: {name: value}
DELETE …                                  remove the instance
POST …/scan                               the phone scans the QR code; 409 when none is valid
POST …/customers                          {name, chatId?, phoneNumber?, username?, chatType?,
                                          contactName?, isDeleted?, participants? (of a group)}
                                          add or replace -> the chat
POST …/migrate                            {chatId} Telegram turns a group into a supergroup
                                          -> the new chat
POST …/incoming                           {chatId, WHAT, quotedMessageId?, sender?, literal?}
                                          the customer writes -> {idMessage}; literal: without
                                          formatting, marks are letters. WHAT is one of:
                                          message (a text), file {fileName, content (base64),
                                          caption?}, location {latitude, longitude}, contact
                                          {phoneContact, firstName?, lastName?}, poll {name,
                                          options, multipleAnswers?, isAnonymous?}, messageData
POST …/outgoing                           the same without sender: the owner writes on the phone
POST …/burst                              {chatIds, count, message?, fileNames?} so many texts at
                                          once, in turns from these chats -> {idMessages}; with
                                          fileNames: files with these names in turns, the texts
                                          are their captions; an empty name stands for a text
POST …/files                              {fileName, content (base64), caption?} store a file
                                          -> its messageData
POST …/edit                               {chatId, idMessage, message, literal?} the author of
                                          a message edits it on the phone
POST …/delete                             {chatId, idMessage} the author deletes it
POST …/react                              {chatId, idMessage, emoji, sender?} an empty emoji
                                          takes the reaction back
POST …/vote                               {chatId, idMessage, options, sender?} vote in a poll;
                                          no options take the vote back
POST …/deliver                            {chatId} the customer's phone gets what was sent
POST …/read                               {chatId} the customer reads what was sent
POST …/statuses                           {chatId, status, idMessage?, description?} queue a
                                          status notification, in any order
POST …/notifications                      {body, times?} queue any JSON as a notification,
                                          whatever the settings -> {receiptIds}; {content}
                                          in place of the body: any bytes, in base64
GET …/notifications                       what waits to be received: [{receiptId, body}]
GET …/messages?chatId=                    the chat as the phone shows it, the oldest first
GET …/ledger?count=&timeout=              what Telegram really got from the API, in order:
                                          [{chatId, idMessage, typeMessage, message, shown,
                                          entities, html, quotedMessageId, timestamp,
                                          requestNumber, messageData}]; shown: what the phone
                                          shows, entities: how (as in Telegram's Bot API),
                                          html: both in one; with count: waits until there are
                                          so many, at most timeout (10) seconds
GET …/requests?method=&count=&timeout=    the calls seen, in order: [{number, method, verb,
                                          query, receiptId, body, headers, fault, timestamp}];
                                          waits like the ledger
GET /control/requests?…                   the same for calls that belong to no instance: those
                                          of the partner's methods, and those with a bad id
POST /control/faults                      {method, kind, idInstance?, times?, seconds?,
                                          status?, body?, headers?}, see world/faults.py;
                                          {method, sequence: [kind or {kind, …}, …], …} several
                                          that follow each other
GET /control/faults                       the faults to come
DELETE /control/faults                    remove all faults
POST /control/release                     send held and delayed answers now
POST /control/clock                       {advance: seconds} or {now: a later UNIX time},
                                          {stopped: true or false}, {offset: seconds ahead of
                                          this machine's time, negative: behind it} -> {now}
GET /control/clock                        {now, stopped, offset}
GET /control/changes?after=&timeout=      {version}; waits until it differs from ``after``
========================================  ====================================================

``sender`` is the chat id of a customer; the account's own one stands for its owner. Without it,
the customer of the chat acts; in a group, the first one that is in it.

Waiting and timeouts here are in real seconds; everything the service does by time follows the
sandbox's clock.
"""
