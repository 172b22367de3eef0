"""Sentences for people, made at the edge of codes and values; see `include/wording`."""

from postloan.wording.message import BETWEEN_MESSAGES, BETWEEN_PARTS, Message, messages
from postloan.wording.sentences import LANGUAGES, Wording, said, wording

__all__ = [
    "BETWEEN_MESSAGES",
    "BETWEEN_PARTS",
    "LANGUAGES",
    "Message",
    "Wording",
    "messages",
    "said",
    "wording",
]
