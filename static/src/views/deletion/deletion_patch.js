import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

// Records with which messages are deleted.
const MODELS = ["telegram.chat", "telegram.instance"];

/**
 * Return the properties of the dialog that asks before a deletion, which says what is deleted.
 *
 * @param {Object} model of the view
 * @param {number[]} ids of the records
 */
async function getDialogProps(model, ids) {
    const { resModel } = model.root;
    const body = await model.orm.call(resModel, "get_deletion_message", [ids]);
    return { body, title: _t("Delete") };
}

patch(FormController.prototype, {
    async deleteRecord() {
        if (!MODELS.includes(this.props.resModel)) {
            return super.deleteRecord(...arguments);
        }
        const { root } = this.model;
        const props = await getDialogProps(this.model, [root.resId]);
        this.deleteRecordsWithConfirmation({ ...this.deleteConfirmationDialogProps, ...props }, [
            root,
        ]);
    },
});

patch(ListController.prototype, {
    async onDeleteSelectedRecords() {
        if (!MODELS.includes(this.props.resModel)) {
            return super.onDeleteSelectedRecords(...arguments);
        }
        const ids = await this.model.root.getResIds(true);
        const props = await getDialogProps(this.model, ids);
        this.deleteRecordsWithConfirmation({ ...this.deleteConfirmationDialogProps, ...props });
    },
});

patch(KanbanController.prototype, {
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems(...arguments);
        if (MODELS.includes(this.props.resModel)) {
            items.delete.callback = async () => {
                const ids = await this.model.root.getResIds(true);
                const props = await getDialogProps(this.model, ids);
                this.deleteRecordsWithConfirmation({
                    ...this.deleteConfirmationDialogProps,
                    ...props,
                });
            };
        }
        return items;
    },
});
