# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: files and pictures."""

import requests

from .service_case import VASILISA, LocalServiceCase

GROUP = "-10000000000000"


class TestFiles(LocalServiceCase):
    def test_send_and_fetch(self):
        """The file that was uploaded is the one that can be fetched, for 24 hours."""
        response = self.upload("sendFileByUpload", b"%PDF", chatId=VASILISA, caption="Offer")
        answer = response.json()
        data = self.phone.ledger(count=1)[0]["messageData"]
        self.assertEqual(data["typeMessage"], "documentMessage")
        self.assertEqual(data["fileMessageData"]["caption"], "Offer")
        body = {"chatId": VASILISA, "idMessage": answer["idMessage"]}
        link = self.call("POST", "downloadFile", body).json()["downloadUrl"]
        self.assertEqual(link, answer["urlFile"])
        self.assertEqual(requests.get(link, timeout=60).content, b"%PDF")
        self.phone.advance(24 * 60 * 60 + 1)
        self.assertEqual(requests.get(link, timeout=60).status_code, 404)

    def test_upload_once_send_often(self):
        """An uploaded file's link can be sent many times."""
        url = f"{self.url}/waInstance{self.phone.id_instance}/uploadFile/{self.token}"
        headers = {"Content-Type": "image/png", "GA-Filename": "a.png"}
        link = requests.post(url, data=b"PNG", headers=headers, timeout=60).json()["urlFile"]
        for chat_id in (VASILISA, GROUP):
            body = {"chatId": chat_id, "urlFile": link, "fileName": "a.png"}
            self.call("POST", "sendFileByUrl", body)
        kinds = [entry["typeMessage"] for entry in self.phone.ledger(count=2)]
        self.assertEqual(kinds, ["imageMessage", "imageMessage"])

    def test_bad_files(self):
        """An empty file, a missing one and a wrong type are refused; nothing is queued."""
        response = self.upload("sendFileByUpload", b"", chatId=VASILISA)
        self.assert_refused(response, 400, "File is empty")
        response = self.upload("sendFileByUpload", b"x")
        self.assert_refused(response, 400, "'chatId' is required")
        response = self.upload("setProfilePicture", b"x", "a.png")
        self.assert_refused(response, 400, "Unsupported media type")
        body = {"chatId": VASILISA, "idMessage": self.send(VASILISA, "no file")}
        self.phone.ledger(count=1)
        self.assert_refused(self.call("POST", "downloadFile", body), 400, "not found by chatId")

    def test_pictures(self):
        """Account and group take a picture each."""
        link = self.upload("setProfilePicture", b"JPG", "a.jpg").json()["urlAvatar"]
        self.assertEqual(self.call("GET", "getAccountSettings").json()["avatar"], link)
        answer = self.upload("setGroupPicture", b"JPG", "a.jpg", chatId=GROUP).json()
        self.assertTrue(answer["setGroupPicture"])

    def test_file_of_the_customer(self):
        """What a customer sends can be fetched behind the link in the notification."""
        self.phone.write_file(VASILISA, "photo.jpg", b"JPG", caption="Look")
        data = self.receive()["messageData"]
        self.assertEqual(data["typeMessage"], "imageMessage")
        link = data["fileMessageData"]["downloadUrl"]
        self.assertEqual(requests.get(link, timeout=60).content, b"JPG")
