# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Chats of earlier versions: who has been in touch before is no new person."""


def migrate(cr, version):
    """Fill in when each chat was first written to, and when it last answered."""
    cr.execute(
        """
        UPDATE telegram_chat AS chat
           SET first_written_at = known.first_written_at,
               last_received_at = known.last_received_at,
               is_stranger = FALSE
          FROM (
               SELECT chat_id,
                      min(date) FILTER (WHERE direction = 'outgoing') AS first_written_at,
                      max(date) FILTER (WHERE direction = 'incoming') AS last_received_at
                 FROM telegram_message
                WHERE direction = 'incoming'
                   OR state IN ('sent', 'delivered', 'read', 'unsure')
                GROUP BY chat_id
               ) AS known
         WHERE known.chat_id = chat.id
        """
    )
