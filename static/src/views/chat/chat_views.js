import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Return what the deletion of chats takes with it, for the question before it. */
function getDeletionBody() {
    return _t(
        "The messages of the chat and its conversation in Discuss are deleted for all colleagues, too. Nothing is deleted in Telegram. Archive the chat to keep them."
    );
}

class TelegramChatFormModel extends RelationalModel {
    /** Leave a chat that the user no longer sees, such as after it was handed over. */
    async load(params = {}) {
        const isReload = this.isReady && !("resId" in params);
        try {
            await super.load(...arguments);
        } catch (error) {
            if (!isReload || error.data?.name !== "odoo.exceptions.AccessError") {
                throw error;
            }
            this.env.config.historyBack();
        }
    }
}

class TelegramChatFormController extends FormController {
    get deleteConfirmationDialogProps() {
        return { ...super.deleteConfirmationDialogProps, body: getDeletionBody() };
    }
}

/** A list of chats or messages without buttons if a selected one may only be read. */
class TelegramListController extends ListController {
    evalViewModifier(modifier) {
        const isReadOnly = this.model.root.selection.some((record) => record.data.is_read_only);
        return isReadOnly || super.evalViewModifier(modifier);
    }
}

export class TelegramChatListController extends TelegramListController {
    get deleteConfirmationDialogProps() {
        return { ...super.deleteConfirmationDialogProps, body: getDeletionBody() };
    }
}

registry.category("views").add("telegram_chat_form", {
    ...formView,
    Controller: TelegramChatFormController,
    Model: TelegramChatFormModel,
});
registry.category("views").add("telegram_list", {
    ...listView,
    Controller: TelegramListController,
});
registry.category("views").add("telegram_chat_list", {
    ...listView,
    Controller: TelegramChatListController,
});
