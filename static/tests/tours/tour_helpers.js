import { rpc } from "@web/core/network/rpc";

/** Return a value that the Python test passes to the tour in a cookie. */
export function lent(name) {
    return decodeURIComponent(document.cookie.match(new RegExp(`${name}=([^;]*)`))?.[1] ?? "");
}

export async function call(model, method, args) {
    return rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });
}

/** Run a scheduled action of the tour's instance, as Odoo's scheduler would. */
export async function runAction(field) {
    const domain = [["id_instance", "=", lent("telegram_id")]];
    const [instance] = await call("telegram.instance", "search_read", [domain, [field]]);
    await call("ir.cron", "method_direct_trigger", [[instance[field][0]]]);
}

/** Perform an action on the phone, through the control interface of the local service. */
export async function onPhone(what, body = {}) {
    const url = `${lent("telegram_url")}/control/instances/${lent("telegram_id")}/${what}`;
    // A page cannot read the answer of another origin; it only waits for it.
    await fetch(url, { method: "POST", mode: "no-cors", body: JSON.stringify(body) });
}

/**
 * Create a step for a picture of the page.
 *
 * It fails if the page is wider than the screen, or Odoo's first chat with OdooBot covers it.
 */
export function picture(name) {
    return {
        content: `Picture: ${name}`,
        trigger: "body",
        run() {
            const { scrollWidth, clientWidth } = document.documentElement;
            if (scrollWidth > clientWidth) {
                throw new Error(`${name}: the page is ${scrollWidth - clientWidth} px too wide`);
            }
            const titles = [...document.querySelectorAll(".o-mail-ChatWindow-header")];
            if (titles.some((title) => title.textContent.includes("OdooBot"))) {
                throw new Error(`${name}: OdooBot's chat covers the page`);
            }
            console.log(`picture: ${name}`);
        },
    };
}

/** Create a step that does not act on the page. */
export function behind(content, run) {
    return { content, trigger: "body", run };
}

/** Create the steps that open what is rarely needed in the composer. */
export function showMore() {
    return [
        { trigger: ".modal [name='show_more'] [aria-expanded='false']", run: "click" },
        { trigger: ".modal [name='show_more'] [aria-expanded='true']" },
    ];
}

/** Create the steps that choose in the composer what to send. */
export function chooseKind(kind) {
    return [
        ...showMore(),
        { trigger: `.modal [name='kind'] .o_selection_badge:contains("${kind}")`, run: "click" },
    ];
}
