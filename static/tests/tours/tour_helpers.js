import { rpc } from "@web/core/network/rpc";

/** What the test in Python lends to a tour, by cookies, because only it knows. */
export function lent(name) {
    return decodeURIComponent(document.cookie.match(new RegExp(`${name}=([^;]*)`))?.[1] ?? "");
}

export async function call(model, method, args) {
    return rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });
}

/** Let a scheduled action of the tour's instance run, as Odoo's scheduler would. */
export async function runAction(field) {
    const domain = [["id_instance", "=", lent("telegram_id")]];
    const [instance] = await call("telegram.instance", "search_read", [domain, [field]]);
    await call("ir.cron", "method_direct_trigger", [[instance[field][0]]]);
}

/** Do something on the phone, by the control interface of the local service. */
export async function onPhone(what, body = {}) {
    const url = `${lent("telegram_url")}/control/instances/${lent("telegram_id")}/${what}`;
    // The answer of another origin stays closed to a page; that it came is enough.
    await fetch(url, { method: "POST", mode: "no-cors", body: JSON.stringify(body) });
}

/** Let the test take a picture of the page; fail when that is wider than the screen. */
export function picture(name) {
    return {
        content: `Picture: ${name}`,
        trigger: "body",
        run() {
            const { scrollWidth, clientWidth } = document.documentElement;
            if (scrollWidth > clientWidth) {
                throw new Error(`${name}: the page is ${scrollWidth - clientWidth} px too wide`);
            }
            console.log(`picture: ${name}`);
        },
    };
}

/** A step that does something behind the page. */
export function behind(content, run) {
    return { content, trigger: "body", run };
}
