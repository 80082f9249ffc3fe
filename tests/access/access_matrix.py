# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Who may what: the least role for everything that can be reached from outside.

``user`` is anybody with Telegram / User, whichever accounts they operate; ``operator`` one of the
account that a record belongs to; ``supervisor`` the one of this account, who reads only;
``mailing`` an operator with Telegram / Mailings; ``manager`` a Telegram / Administrator of its
company; ``system`` one who has the rights of Odoo's settings as well.
"""

# Overridden methods of Odoo: see MODELS for what they may do.
ODOO_METHODS = {
    "copy",
    "copy_data",
    "create",
    "default_get",
    "fields_get",
    "mail_allowed_qweb_expressions",
    "get_empty_list_help",
    "message_post",
    "notify_cancel_by_type",
    "onchange",
    "unlink",
    "write",
    "action_send_and_print",  # of Odoo's own dialogs of invoices
}

# Called by Odoo's activities, with arguments of their own.
CALLED_BY_ODOO = {"message_notify", "message_post_with_source", "message_subscribe"}

METHODS = {
    "account.move": {
        "user": "action_telegram_send action_telegram_send_batch action_telegram_send_reminder"
    },
    "discuss.channel": {
        "operator": """
            action_telegram_create_record action_telegram_link_record fill_telegram_quick_answer
            get_telegram_quick_answers
        """,
        "supervisor": "action_open_telegram_chat",
    },
    "res.partner": {
        "user": """
            action_check_telegram_number action_check_telegram_numbers
            action_check_telegram_username action_open_telegram
            action_refresh_telegram_number
            action_unlink_changed_chats action_use_new_number
        """,
    },
    "telegram.automation": {"manager": "action_open_messages action_switch_off action_switch_on"},
    "telegram.chat": {
        "supervisor": """
            action_open_in_discuss action_open_record action_remind_me message_notify
            message_post_with_source message_subscribe
        """,
        "operator": """
            action_add_members action_archive_at_telegram action_create_partner
            action_create_partners action_edit_group action_link_proposed get_proposals
            link_to_partner
            action_hand_over action_no_answer_needed action_release action_take
            action_create_record action_link_record
            action_import_history action_link_partner action_mark_read action_merge_group
            action_print_invitation action_refresh_group action_refresh_info
            action_tie_record action_unarchive_at_telegram action_unlink_partner
            action_untie_record action_use_new_number add_group_participants archive_at_telegram
            get_group_data import_history mark_read refresh_info remove_admin
            remove_group_participant set_group_admin set_group_picture unarchive_at_telegram
            update_group_name update_group_settings
        """,
        "manager": "action_leave_group get_deletion_message leave_group",
    },
    "telegram.chat.history": {"operator": "action_import"},
    "telegram.check.numbers": {"operator": "action_check action_show action_stop"},
    "telegram.composer": {"operator": "action_send"},
    "telegram.create.record": {"operator": "action_create"},
    "telegram.dashboard": {"user": "get_figures"},
    "telegram.contact.link": {"supervisor": "action_open_chats"},
    "telegram.event": {"manager": "action_replay"},
    "telegram.forward": {"operator": "action_forward"},
    "telegram.hand.over": {"operator": "action_hand_over"},
    "telegram.remind.me": {"operator": "action_end action_remind"},
    "telegram.group.add": {"operator": "action_add action_check_numbers"},
    "telegram.group.create": {"operator": "action_check_numbers action_create action_find_group"},
    "telegram.group.edit": {"operator": "action_apply"},
    "telegram.group.member": {
        "supervisor": "action_open_chat",
        "operator": "action_remove action_remove_admin action_set_admin",
    },
    # A mixin has no rows: its methods are for the dialogs that have it.
    "telegram.group.wizard.mixin": {"-": "action_check_numbers"},
    "telegram.group.record": {"operator": "action_link"},
    "telegram.instance": {
        "operator": """
            check_account create_group find_groups forward_messages send_contact send_file
            send_file_by_url send_location send_poll send_text
        """,
        "manager": """
            action_check_state action_confirm_database action_fetch_missed
            action_import_past action_log_out
            action_new_webhook_secret
            action_open_journals action_open_queues action_open_settings action_read_account
            action_refresh_health action_restart action_resume_sending
            action_retry_files action_set_picture action_set_up_receiving
            action_sign_in action_stop_past
            action_standard_settings action_start action_sync action_test
            action_wait
            clear_messages_queue clear_webhooks_queue get_deletion_message sync_chats sync_contacts
            fetch_notification get_archiving_message
        """,
        "system": "action_new_api_token",
    },
    "telegram.instance.picture": {"manager": "action_set"},
    "telegram.instance.settings": {"manager": "action_save"},
    "telegram.journal.entry": {"manager": "action_fetch_missing"},
    "telegram.link.partner": {"operator": "action_link"},
    "telegram.link.record": {"operator": "action_link"},
    "telegram.message": {
        "supervisor": "action_fetch_file action_open_record",
        "operator": """
            action_cancel action_create_partner action_delete action_edit
            action_forward action_link_partner action_link_record action_look_up action_mark_sent
             action_reply action_retry action_save_card action_send_now
             action_unlink_record
            delete edit
        """,
    },
    "telegram.mailing": {
        "mailing": """
            action_pause action_resume action_start action_stop action_test action_unschedule
            action_view_messages
        """,
    },
    "telegram.mailing.test": {"mailing": "action_send"},
    "telegram.message.edit": {"operator": "action_save"},
    "telegram.message.lookup": {"manager": "action_look_up"},
    "telegram.api.partner": {"system": "action_create_instance action_refresh"},
    "telegram.api.partner.create": {"system": "action_create_instance"},
    "telegram.api.partner.delete": {"system": "action_delete action_delete_anyway"},
    "telegram.api.partner.instance": {"system": "action_connect action_delete action_open"},
    "telegram.past": {"manager": "action_import"},
    "telegram.privacy": {"manager": "action_erase action_export"},
    "telegram.queue": {"manager": "action_clear_messages action_clear_webhooks action_refresh"},
    "telegram.shared.contact": {"operator": "action_create action_link"},
    "telegram.sign.in": {"manager": "refresh request_code submit_code submit_password"},
    "telegram.onboarding": {
        "manager": """
            check_test get_operator_candidates get_progress send_test set_operators set_receiving
            start store_looks
        """,
        "system": "connect",
    },
    "telegram.template": {"manager": "action_create_sidebar_action action_unlink_sidebar_action"},
}

# The least role to read, write, create and delete; "-" is nobody, not even Odoo's settings.
MODELS = {
    "telegram.automatic.message": "manager - - -",
    "telegram.automation": "manager manager - manager",
    "telegram.call": "manager - - manager",
    "telegram.chat": "supervisor manager - manager",
    "telegram.contact.link": "supervisor manager manager manager",
    "telegram.event": "manager - - manager",
    "telegram.group.member": "supervisor - - -",
    "telegram.instance": "supervisor manager manager manager",
    "telegram.mailing": "mailing mailing mailing mailing",
    "telegram.mailing.list": "mailing mailing mailing mailing",
    "telegram.mailing.recipient": "mailing - - -",
    "telegram.mailing.report": "mailing - - -",
    "telegram.message": "supervisor - - manager",
    "telegram.number.check": "operator - - -",
    "telegram.sync": "operator - - -",
    "telegram.api.partner": "system system system system",
    "telegram.api.partner.instance": "system - - -",
    "telegram.reminder": "system - - -",
    "telegram.secret": "- - - -",
    "telegram.template": "user manager manager manager",
}
# Dialogs: who may open one. It is seen and used by whoever opened it.
DIALOGS = {
    "user": """
        telegram.chat.history telegram.check.numbers telegram.composer telegram.forward
        telegram.group.add telegram.group.create telegram.group.edit telegram.group.record
         telegram.hand.over telegram.create.record telegram.remind.me telegram.shared.contact
         telegram.link.partner telegram.link.record telegram.message.edit telegram.template.preview
    """,
    "mailing": "telegram.mailing.test",
    "manager": """
        telegram.instance.picture telegram.instance.settings telegram.journal
        telegram.journal.entry telegram.message.lookup telegram.past telegram.privacy telegram.queue
        telegram.queue.message telegram.sign.in telegram.onboarding
    """,
    "system": "telegram.api.partner.create telegram.api.partner.delete",
}

MENUS = {
    "user": "telegram_menu_root telegram_inbox_menu telegram_message_menu telegram_chat_menu "
    "telegram_unlinked_chat_menu telegram_report_menu telegram_dashboard_menu "
    "telegram_message_report_menu telegram_answer_time_menu",
    "mailing": """
        telegram_mailing_root_menu telegram_mailing_menu telegram_mailing_list_menu
        telegram_mailing_report_menu
    """,
    "manager": """
        telegram_overview_menu
        telegram_configuration_menu telegram_onboarding_menu telegram_instance_menu
        telegram_template_menu telegram_contact_link_menu telegram_automation_menu
        telegram_technical_menu
        telegram_automatic_message_menu telegram_event_menu telegram_call_menu
        telegram_message_lookup_menu
    """,
    "system": "telegram_api_partner_menu telegram_settings_menu",
}

# Each path, and how Odoo signs in who calls it: those without a user ask for a secret of their own.
ROUTES = {
    "/telegram_green_api/guide/<string:page>": "user",
    "/telegram_green_api/health": "none",
    "/telegram_green_api/webhook/<string:webhook_key>": "none",
}

# Values of arguments, by their names; all others get "x".
ARGUMENTS = {
    "answers": {},
    "api_token": "two words",
    "api_url": "",
    "chat_id": "10000000",
    "people": [],
    "id_instance": "4100999990",
    "latitude": 55.7,
    "longitude": 37.6,
    "options": ["Yes", "No"],
    "phone": "+79998887766",
    "receive_mode": "polling",
    "settings": {"can_send_messages": True},
    "url": "https://example.com/a.pdf",
    "partner": 1,
    "users": [],
    "messages": [],
    "attachment": [],
}


def roles_by_method(model):
    """Give the least role for each public method of a model."""
    return {
        method: role for role, names in METHODS.get(model, {}).items() for method in names.split()
    }


def roles_by_name(matrix):
    """EventBatch lists of names by role into the role of each name."""
    return {name: role for role, names in matrix.items() for name in names.split()}
