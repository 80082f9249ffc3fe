-- A copy of the database must not write to real people: forget the tokens, and send nothing that
-- still waits.
DELETE FROM telegram_secret;
UPDATE telegram_instance
   SET state = 'unchecked';
UPDATE telegram_mailing
   SET state = CASE state WHEN 'scheduled' THEN 'draft' ELSE 'paused' END
 WHERE state IN ('scheduled', 'sending');
UPDATE telegram_message
   SET state = 'canceled',
       is_being_checked = false
 WHERE state IN ('queued', 'sending', 'unsure');
