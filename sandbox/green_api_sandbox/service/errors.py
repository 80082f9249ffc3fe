# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The answer of a method that refuses."""


class ServiceError(Exception):
    """A refusal.

    :param message: goes into the service's JSON error body, next to the path
    :param plain: the message is the whole body, as plain text
    """

    def __init__(self, message: str, status: int = 400, plain: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.plain = plain


def invalid(details: str) -> ServiceError:
    return ServiceError(f"Validation failed. Details: {details}")
