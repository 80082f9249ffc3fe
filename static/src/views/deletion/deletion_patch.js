import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
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

/**
 * Let an account be archived only after a question that says what ends with it.
 *
 * @param {Object} controller of the view
 * @param {Object} items its static action menu items
 * @param {() => Promise<number[]>} getIds return the ids of the accounts
 * @param {(props: Object) => void} ask open Odoo's question with these properties of the dialog
 */
function explainArchiving(controller, items, getIds, ask) {
    if (controller.props.resModel !== "telegram.instance") {
        return;
    }
    items.archive.callback = async () => {
        const body = await controller.model.orm.call(
            controller.props.resModel,
            "get_archiving_message",
            [await getIds()]
        );
        ask({ ...controller.archiveDialogProps, body, title: _t("Archive") });
    };
}

patch(FormController.prototype, {
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems(...arguments);
        explainArchiving(
            this,
            items,
            async () => [this.model.root.resId],
            (props) => this.dialogService.add(ConfirmationDialog, props)
        );
        return items;
    },
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
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems(...arguments);
        explainArchiving(
            this,
            items,
            () => this.model.root.getResIds(true),
            (props) => this.model.root.toggleArchiveWithConfirmation(true, props)
        );
        return items;
    },
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
        explainArchiving(
            this,
            items,
            () => this.model.root.getResIds(true),
            (props) => this.model.root.toggleArchiveWithConfirmation(true, props)
        );
        return items;
    },
});
