# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image

from ..common import TelegramCase


def picture_file(image_format="PNG", mode="RGBA", size=(20, 10), color=(255, 0, 0, 0)):
    """Give a picture of one colour, base64."""
    target = io.BytesIO()
    Image.new(mode, size, color).save(target, image_format)
    return base64.b64encode(target.getvalue())


class AccountCase(TelegramCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("account_manager", "manager")

    def press(self, action, record=None, user=None):
        """Press a button as an administrator of Telegram does; return the answer's message."""
        record = (record or self.instance).with_user(user or self.manager)
        with self.enter_registry_test_mode():
            answer = getattr(record, action)()
        self.env.invalidate_all()
        return answer.get("params", {}).get("message") or answer
