import { user } from "@web/core/user";

/**
 * Call a method as a button of a form does, and perform the action that it returns.
 *
 * Odoo completes such an action: without its views, the web client could not open it.
 *
 * @param {Object} services of the environment
 * @param {string} resModel
 * @param {number} resId
 * @param {string} name of the method
 * @param {{ onClose?: Function }} [options]
 */
export function pressButton(services, resModel, resId, name, options = {}) {
    return services.action.doActionButton({
        type: "object",
        name,
        resModel,
        resId,
        context: user.context,
        ...options,
    });
}
