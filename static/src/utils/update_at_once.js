/**
 * Change values of a form's record before the server answers.
 *
 * Odoo's own update shows them only after the answer, and takes them back if there is none.
 *
 * @param {import("@web/model/relational_model/record").RelationalRecord} record
 * @param {Object} changes values by field name
 */
export function updateAtOnce(record, changes) {
    return record._update(changes, { withoutOnchange: true });
}
