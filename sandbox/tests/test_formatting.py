# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: formatted texts, what comes back of them, and of files."""

import pytest
import requests

from green_api_sandbox.phone import PhoneError
from green_api_sandbox.world.formatting import look
from green_api_sandbox.world.telling import cut_name

from .service_case import VASILISA, LocalServiceCase

EXTRAS = {"editedMessageWebhook": "yes", "pollMessageWebhook": "yes"}
LONG_NAME = "Счёт на оплату № 00001 от 14.02.2026 для ООО «Василиса и сыновья» (копия).pdf"
CUT_NAME = "Счёт_на_оплату___00001_от_14.02.2026_для_ООО__Василиса_и.pdf"
#: text, what the phone shows in mode "whatsapp", and in mode "greedy"
TEXTS = [
    ("Hello", "Hello", "Hello"),
    ("a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"),
    ("*bold* now", "<b>bold</b> now", "<b>bold</b> now"),
    ("_i_, ~s~.", "<i>i</i>, <s>s</s>.", "<i>i</i>, <s>s</s>."),
    ("`a*b*c`", "<code>a*b*c</code>", "<code>a*b*c</code>"),
    ("```\n> a\n_b_```", "<pre>\n&gt; a\n_b_</pre>", "<pre>\n&gt; a\n_b_</pre>"),
    ("*_x_*", "<b><i>x</i></b>", "<b><i>x</i></b>"),
    ("*a _b* c_", "<b>a _b</b> c_", "<b>a _b</b> c_"),
    ("1200*600*50 mm", "1200*600*50 mm", "1200<b>600</b>50 mm"),
    ("INV_2026_01", "INV_2026_01", "INV<i>2026</i>01"),
    ("https://x.org/a_b_c", "https://x.org/a_b_c", "https://x.org/a<i>b</i>c"),
    ("5 * 3 * 2", "5 * 3 * 2", "5 <b> 3 </b> 2"),
    ("~100, ~200", "~100, ~200", "<s>100, </s>200"),
    ("*a\nb*", "*a\nb*", "<b>a\nb</b>"),
    ("one * alone", "one * alone", "one * alone"),
    ("*", "*", "*"),
    ("a`b`c", "a`b`c", "a<code>b</code>c"),
    ("1200**600**50", "1200*600*50", "1200*600*50"),
    ("__init__ ~~x~~ ``y``", "_init_ ~x~ `y`", "_init_ ~x~ `y`"),
    ("*a ** b*", "<b>a * b</b>", "<b>a * b</b>"),
    ("``````", "```", "```"),
    ("`a``b`", "<code>a`b</code>", "<code>a`b</code>"),
    (
        "> one\n> *two*\nthree",
        "<blockquote>one\n<b>two</b></blockquote>\nthree",
        "<blockquote>one\n<b>two</b></blockquote>\nthree",
    ),
    (">> no\na > b", "&gt; no\na &gt; b", "&gt; no\na &gt; b"),
    ("> ", "&gt; ", "&gt; "),
    ("> *a\nb*", "<blockquote>*a</blockquote>\nb*", "<blockquote>*a</blockquote>\nb*"),
    ("жир*ный* текст", "жир*ный* текст", "жир<b>ный</b> текст"),
    ("*שלום*", "<b>שלום</b>", "<b>שלום</b>"),
]


@pytest.mark.parametrize("text, whatsapp, greedy", TEXTS)
def test_modes(text, whatsapp, greedy):
    """Each mode takes marks as it is told: the addon is tested with these."""
    assert look(text, "off", "one")["html"].count("<") == 0
    assert look(text, "off", "one")["shown"] == text
    assert look(text, "whatsapp", "one")["html"] == whatsapp
    assert look(text, "greedy", "one")["html"] == greedy


@pytest.mark.parametrize("text", [text for text, *_shown in TEXTS])
@pytest.mark.parametrize("mode", ["whatsapp", "greedy"])
def test_doubled_back(text, mode):
    """What is written with literal marks doubled looks as before, and no mark is left over."""
    first = look(text, mode, "one")
    if first["doubled"].count("```") < 3:  # runs of backticks are read two by two
        again = look(first["doubled"], mode, "one")
        assert (again["shown"], again["html"]) == (first["shown"], first["html"])


def test_doubled_marks():
    """A doubled mark is one mark, or both, or protects nothing."""
    shown = {doubled: look("**x** >", "greedy", doubled)["html"] for doubled in ("one", "two")}
    assert shown == {"one": "*x* &gt;", "two": "**x** &gt;"}
    assert look("**x**", "greedy", "format")["html"] == "*<b>x</b>*"
    assert look(">> x", "greedy", "two")["shown"] == ">> x"


def test_entities():
    """Places are counted in UTF-16 units, as Telegram does; the outer entity comes first."""
    assert look("😀 *_x_* > y", "whatsapp", "one")["entities"] == [
        {"type": "bold", "offset": 3, "length": 1},
        {"type": "italic", "offset": 3, "length": 1},
    ]
    assert look("> *a*", "whatsapp", "one")["entities"] == [
        {"type": "blockquote", "offset": 0, "length": 1},
        {"type": "bold", "offset": 0, "length": 1},
    ]


def test_long_texts():
    """Marks that are never closed take no longer than others."""
    for text in ("*a " * 1365, "`" * 4095, "```a" * 1024, "> *_~`\n" * 585):
        for mode in ("whatsapp", "greedy"):
            for doubled in ("one", "format"):
                assert look(text, mode, doubled)["shown"]


def test_cut_names():
    """A name is cut to 60 characters with its extension, and usual letters only."""
    assert cut_name(LONG_NAME) == CUT_NAME
    assert len(CUT_NAME) == 60
    assert cut_name("a.pdf") == "a.pdf"


class TestFormattedTexts(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(formatting="whatsapp", settings=EXTRAS)

    def told(self):
        """Return the text in the last notification that has one."""
        datas = [body["messageData"] for body in self.waiting() if "messageData" in body]
        [words] = [part for key, part in datas[-1].items() if key.endswith("Data")]
        return next(words[key] for key in ("textMessage", "text", "caption") if key in words)

    def test_ledger(self):
        """The ledger has what was sent, and what the phone shows of it."""
        self.send(VASILISA, "*Now* 5*5*5")
        [entry] = self.phone.ledger(count=1)
        self.assertEqual(entry["message"], "*Now* 5*5*5")
        self.assertEqual(entry["shown"], "Now 5*5*5")
        self.assertEqual(entry["html"], "<b>Now</b> 5*5*5")
        self.assertEqual(entry["entities"], [{"type": "bold", "offset": 0, "length": 3}])

    def test_back(self):
        """Echo, journal, getMessage and quotation tell the text in the way that is set."""
        for back, text in (("raw", "*a* **"), ("stripped", "a *"), ("doubled", "*a* **")):
            with self.subTest(back=back):
                self.phone.change(formattingBack=back)
                id_message = self.send(VASILISA, "*a* **")
                self.assertEqual(self.told(), text)
                body = {"chatId": VASILISA, "idMessage": id_message}
                message = self.call("POST", "getMessage", body).json()
                self.assertEqual(message["textMessage"], text)
                journal = self.call("GET", "lastOutgoingMessages").json()
                self.assertEqual(journal[0]["textMessage"], text)
                self.phone.write(VASILISA, "Yes", quoted=id_message)
                quote = self.waiting()[-1]["messageData"]["quotedMessage"]
                self.assertEqual(quote["textMessage"], text)

    def test_everywhere(self):
        """Captions and edits are formatted too; the question of a poll is not."""
        self.phone.change(formattingBack="stripped")
        id_message = self.send(VASILISA, "*a*")
        self.call(
            "POST", "editMessage", {"chatId": VASILISA, "idMessage": id_message, "message": "_b_"}
        )
        self.assertEqual(self.told(), "b")
        self.upload("sendFileByUpload", b"%PDF", chatId=VASILISA, caption="~c~")
        self.call(
            "POST",
            "sendPoll",
            {"chatId": VASILISA, "message": "*Now*?", "options": ["Yes", "No"]},
        )
        shown = [entry["html"] for entry in self.phone.ledger(count=4)]
        self.assertEqual(shown, ["<b>a</b>", "<i>b</i>", "<s>c</s>", "*Now*?"])
        self.assertEqual([each["shown"] for each in self.phone.messages(VASILISA)][:2], ["b", "c"])

    def test_phone_writes(self):
        """The customer's formatting comes with marks or without; literal marks can be typed."""
        for back, formatted, literal in (
            ("raw", "*a*", "*b*"),
            ("stripped", "a", "*b*"),
            ("doubled", "*a*", "**b**"),
        ):
            with self.subTest(back=back):
                self.phone.change(formattingBack=back)
                id_message = self.phone.write(VASILISA, "*a*")
                self.assertEqual(self.told(), formatted)
                self.phone.edit(VASILISA, id_message, "*b*", literal=True)
                self.assertEqual(self.told(), literal)
                self.assertEqual(self.phone.messages(VASILISA)[-1]["shown"], "*b*")
                self.phone.write(VASILISA, "*b*", literal=True)
                self.assertEqual(self.told(), literal)

    def test_length(self):
        """4096 counts what the service gets, marks too."""
        body = {"chatId": VASILISA, "message": f"*{'a' * 4094}*"}
        self.assertEqual(self.call("POST", "sendMessage", body).status_code, 200)
        self.assert_refused(
            self.call("POST", "sendMessage", {**body, "message": f"*{'a' * 4095}*"}), 400, "4096"
        )

    def test_shown_is_kept(self):
        """What was shown does not change when the service begins to format otherwise."""
        self.send(VASILISA, "*a*")
        self.phone.change(formatting="off", formattingBack="stripped")
        self.assertEqual(self.phone.messages(VASILISA)[0]["shown"], "a")
        self.send(VASILISA, "*a*")
        self.assertEqual(self.told(), "*a*")

    def test_forwarded(self):
        """A forwarded message looks as the original."""
        id_message = self.phone.write(VASILISA, "*b*", literal=True)
        body = {"chatId": VASILISA, "chatIdFrom": VASILISA, "messages": [id_message]}
        self.call("POST", "forwardMessages", body)
        self.assertEqual(self.phone.ledger(count=1)[0]["html"], "*b*")

    def test_unknown_modes(self):
        """A mistyped mode is refused: a test must not silently run without."""
        for switch in ("formatting", "formattingBack", "doubledMarks", "fileNames", "fileKinds"):
            with self.assertRaises(PhoneError):
                self.phone.change(**{switch: "greedily"})


class TestToldFiles(LocalServiceCase):
    def told(self, name):
        self.upload("sendFileByUpload", b"content", name=name, chatId=VASILISA)
        echo = [body for body in self.waiting() if "messageData" in body][-1]
        row = self.call("GET", "lastOutgoingMessages").json()[0]
        data = echo["messageData"]
        file = data["fileMessageData"]
        self.assertEqual(
            (data["typeMessage"], file["fileName"]), (row["typeMessage"], row["fileName"])
        )
        self.assertEqual(requests.get(file["downloadUrl"], timeout=60).content, b"content")
        return data["typeMessage"], file["fileName"], file["mimeType"]

    def test_names(self):
        """Echo and journal have the name as it was, or cut; the phone has it as it was."""
        self.assertEqual(self.told(LONG_NAME)[1], LONG_NAME)
        self.phone.change(fileNames="cut")
        self.assertEqual(self.told(LONG_NAME)[1], CUT_NAME)
        data = self.phone.ledger()[1]["messageData"]
        self.assertEqual(data["fileMessageData"]["fileName"], LONG_NAME)

    def test_kinds(self):
        """Echo and journal tell the kind that was sent, or another one."""
        self.assertEqual(self.told("a.webp")[0], "imageMessage")
        self.phone.change(fileKinds="changed")
        self.assertEqual(self.told("a.webp"), ("stickerMessage", "a.webp", "image/webp"))
        self.assertEqual(self.told("a.gif"), ("videoMessage", "a.mp4", "video/mp4"))
        self.assertEqual(self.told("a.png"), ("documentMessage", "a.png", "image/png"))
        self.assertEqual(self.told("a.pdf"), ("documentMessage", "a.pdf", "application/pdf"))

    def test_duplicates(self):
        """Journals have some rows twice, in the order of time, and as many as were asked for."""
        self.phone.change(journalDuplicates=True)
        for text in ("one", "two", "three"):
            self.send(VASILISA, text)
        rows = self.call("GET", "lastOutgoingMessages").json()
        texts = [row["textMessage"] for row in rows]
        self.assertEqual(texts, ["three", "three", "two", "one", "one"])
        rows = self.call("POST", "getChatHistory", {"chatId": VASILISA, "count": 2}).json()
        self.assertEqual([row["textMessage"] for row in rows], ["three", "three"])
