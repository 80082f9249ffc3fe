-- A copy of the database must not write to real people: forget the tokens, and send nothing that
-- still waits.
UPDATE telegram_instance
   SET api_token = NULL,
       webhook_secret = NULL,
       state = 'unchecked';
UPDATE telegram_message
   SET state = 'canceled',
       is_settling = false
 WHERE state IN ('queued', 'sending', 'unsure');
