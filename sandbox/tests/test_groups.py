# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: groups, and the partner's methods."""

from .service_case import VASILISA, LocalServiceCase


class TestGroups(LocalServiceCase):
    def group(self, method, **values):
        return self.call("POST", method, {"chatId": self.chat_id, **values}).json()

    def setUp(self):
        super().setUp()
        body = {"groupName": "Team", "chatIds": [VASILISA]}
        answer = self.call("POST", "createGroup", body).json()
        self.assertTrue(answer["created"])
        self.chat_id = answer["chatId"]

    def members(self):
        found = self.group("getGroupData")["participants"]
        return {each["id"]: each["isAdmin"] for each in found}

    def test_members(self):
        """Members come and go; what is not possible is told inside a 200 answer."""
        self.assertEqual(self.members(), {"20000000": True, VASILISA: False})
        add = self.group("addGroupParticipant", participantChatId="10000001")
        self.assertEqual(add, {"addParticipant": True})
        again = self.group("addGroupParticipant", participantChatId="10000001")
        self.assertEqual((again["addParticipant"], again["reason"]), (False, "already a member"))
        self.assertTrue(self.group("setGroupAdmin", participantChatId=VASILISA)["setGroupAdmin"])
        self.assertTrue(self.members()[VASILISA])
        self.assertTrue(self.group("removeAdmin", participantChatId=VASILISA)["removeAdmin"])
        gone = self.group("removeGroupParticipant", participantChatId=VASILISA)
        self.assertEqual(gone, {"removeParticipant": True})
        self.assertNotIn(VASILISA, self.members())

    def test_name_and_rights(self):
        """Name and rights can be changed; a private chat is no group."""
        self.assertTrue(self.group("updateGroupName", groupName="New")["updateGroupName"])
        self.assertFalse(self.group("updateGroupName", groupName="New")["updateGroupName"])
        self.group("updateGroupSettings", allowParticipantsSendPolls=False)
        data = self.group("getGroupData")
        self.assertEqual((data["subject"], data["allowParticipantsSendPolls"]), ("New", False))
        self.chat_id = VASILISA
        self.assertIn("Group not found", self.group("getGroupData")["message"])

    def test_unknown_participant(self):
        """With a participant that does not exist no group is made."""
        body = {"groupName": "Team", "chatIds": [VASILISA, "77"]}
        answer = self.call("POST", "createGroup", body).json()
        self.assertEqual(answer, {"created": False, "chatId": "", "groupInviteLink": ""})

    def test_migrate(self):
        """A supergroup has a new ID, the same name and the same members; the group has none."""
        members = self.members()
        former, self.chat_id = self.chat_id, self.phone.migrate_group(self.chat_id)["chatId"]
        data = self.group("getGroupData")
        self.assertTrue(data["isSupergroup"])
        self.assertEqual((data["subject"], self.members()), ("Team", members))
        self.chat_id = former
        self.assertEqual(self.members(), {})

    def test_leave(self):
        """Leaving ends an admin's role too."""
        self.assertEqual(self.group("leaveGroup"), {"leaveGroup": True, "removeAdmin": True})
        self.assertEqual(self.group("leaveGroup"), {"leaveGroup": False})


class TestPartner(LocalServiceCase):
    def test_create_and_delete(self):
        """An instance's whole life by the partner's token."""
        made = self.partner("POST", "createInstance", {"name": "New", "stateWebhook": "yes"}).json()
        self.assertEqual(made["typeInstance"], "telegram")
        id_instance, token = made["idInstance"], made["apiTokenInstance"]
        settings = self.call("GET", "getSettings", id_instance=id_instance, token=token).json()
        self.assertEqual(settings["stateWebhook"], "yes")
        gone = self.partner("POST", "deleteInstanceAccount", {"idInstance": id_instance}).json()
        self.assertEqual(gone, {"deleteInstanceAccount": True})
        listed = {each["idInstance"]: each for each in self.partner("GET", "getInstances").json()}
        self.assertTrue(listed[id_instance]["deleted"])

    def test_refusals(self):
        """A wrong token and an unknown instance are refused inside a 200 answer."""
        wrong = self.partner("GET", "getInstances", token="wrong").json()
        self.assertEqual(wrong, {"code": 401, "description": "Unauthorized"})
        unknown = self.partner("POST", "deleteInstanceAccount", {"idInstance": 1}).json()
        self.assertEqual(unknown, {"code": 404, "description": "Not found"})
