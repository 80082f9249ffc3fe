# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

{
    "name": "Telegram (GREEN-API)",
    "summary": "Write to customers from any record with your company's own Telegram account",
    "version": "19.0.1.1.0",
    "category": "Productivity/Discuss",
    "author": "telegram_green_api contributors",
    "license": "LGPL-3",
    "depends": ["mail", "phone_validation", "account"],
    "external_dependencies": {"python": ["requests", "phonenumbers"]},
    "data": [
        "security/telegram_security.xml",
        "security/ir.model.access.csv",
        "wizards/account_move_send_wizard_views.xml",
        "wizards/account_move_send_batch_wizard_views.xml",
        "wizards/telegram_sign_in_views.xml",
        "wizards/telegram_composer_views.xml",
        "wizards/telegram_template_preview_views.xml",
        "views/account_move_views.xml",
        "views/telegram_chat_views.xml",
        "views/telegram_message_views.xml",
        "views/telegram_event_views.xml",
        "views/telegram_instance_views.xml",
        "views/res_partner_views.xml",
        "views/telegram_template_views.xml",
        "views/telegram_menus.xml",
        "data/telegram_template_data.xml",
    ],
    "assets": {
        "web.assets_backend": ["telegram_green_api/static/src/**/*"],
        "web.assets_unit_tests": [
            "telegram_green_api/static/tests/**/*",
            ("remove", "telegram_green_api/static/tests/tours/**/*"),
        ],
        "web.assets_tests": ["telegram_green_api/static/tests/tours/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}
