# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from urllib.parse import quote

from markupsafe import Markup

from odoo import api, fields, models

TELEGRAM_URL = "https://t.me"


class TelegramContactLink(models.Model):
    """A *Write to Us* link, by which customers write first, and from which Odoo knows the source.

    Telegram opens the chat with the account and proposes a text. User accounts get no hidden
    parameter, as bots do. So the text tells from which link a customer comes.
    """

    _name = "telegram.contact.link"
    _description = "Telegram Contact Link"
    _order = "instance_id, name, id"

    name = fields.Char("Source", required=True, help="Where the link stands, such as Website.")
    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["telegram.instance"].search([], limit=1),
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    text = fields.Char(
        "First Message",
        required=True,
        help="Text that Telegram proposes to the customer. It tells from which link the customer "
        "comes, so it is different for each link of an account.",
    )
    is_on_invoices = fields.Boolean(
        "On Invoices", help="Print the link and its QR code on invoices of the company."
    )
    url = fields.Char("Link to the Chat", compute="_compute_url")
    qr_code = fields.Binary("QR Code", compute="_compute_url")
    snippet = fields.Char(
        "HTML for a Website", compute="_compute_url", help="Copy it into a page of your website."
    )
    chat_ids = fields.One2many("telegram.chat", "contact_link_id", "Chats")
    chat_count = fields.Integer(compute="_compute_chat_count")
    _text_uniq = models.Constraint(
        "unique(instance_id, text)",
        "Another link of this account has the same text. Change one of them, or the sources could "
        "not be told apart.",
    )

    # === COMPUTE METHODS === #

    @api.depends("text", "instance_id.account_username", "instance_id.account_phone")
    @api.depends_context("lang")
    def _compute_url(self):
        label = self.env._("Write to us on Telegram")
        for link in self:
            url = link._get_url()
            link.url = url
            link.qr_code = url and self.env["telegram.chat"]._get_qr_image(url)
            link.snippet = url and Markup('<a href="%s" rel="noopener">%s</a>') % (url, label)

    @api.depends("chat_ids")
    def _compute_chat_count(self):
        counts = dict(
            self.env["telegram.chat"]._read_group(
                [("contact_link_id", "in", self.ids)], ["contact_link_id"], ["__count"]
            )
        )
        for link in self:
            link.chat_count = counts.get(link, 0)

    # === ACTION METHODS === #

    def action_open_chats(self):
        """Open the chats of the customers who came by this link."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telegram_green_api.telegram_chat_action"
        )
        return {**action, "domain": [("contact_link_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    def _get_url(self):
        """Return the link, False while it is not known who is signed in."""
        self.ensure_one()
        instance = self.instance_id
        name = (instance.account_username or "").lstrip("@") or instance.account_phone
        if not name:
            return False
        return f"{TELEGRAM_URL}/{quote(name, safe='+')}?text={quote(self.text or '')}"

    @api.model
    def _find_by_text(self, instance, text):
        """Return the link from which a first message comes, of several the longest text.

        The customer may have added something to the proposed text.

        :param instance: the ``telegram.instance`` that received it
        :param str text: of the message
        """
        text = _normalize(text)
        links = self.search([("instance_id", "=", instance.id)])
        found = links.filtered(lambda link: text.startswith(_normalize(link.text)))
        return found.sorted(lambda link: len(link.text))[-1:]


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the link from which the customer came."""

    _inherit = "telegram.chat"
    _protected = {"contact_link_id"}

    contact_link_id = fields.Many2one(
        "telegram.contact.link",
        "Came From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The link by which the customer wrote for the first time.",
    )

    def _update_contact_link(self, incoming):
        """Store from which link the customer came, with their first message.

        :param incoming: the first ``telegram.message`` records of the customer
        """
        self.ensure_one()
        if self.chat_type != "user" or self.contact_link_id:
            return
        first = min(incoming, key=lambda message: (message.date, message.id))
        if link := self.env["telegram.contact.link"]._find_by_text(self.instance_id, first.text):
            self.contact_link_id = link


def _normalize(text):
    """Return a text for comparisons, without case and surplus blanks."""
    return " ".join((text or "").casefold().split())
