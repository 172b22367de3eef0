"""Sentences for people, made at the edge of codes and values; see `include/wording`."""

from postloan.settings import OF_RULES, languages
from postloan.wording.message import (
    BETWEEN_MESSAGES,
    BETWEEN_PARTS,
    SIGNS,
    Message,
    message,
    messages,
)
from postloan.wording.sentences import Wording, in_rules, said, wording

__all__ = [
    "BETWEEN_MESSAGES",
    "BETWEEN_PARTS",
    "OF_RULES",
    "SIGNS",
    "Message",
    "Wording",
    "in_rules",
    "languages",
    "message",
    "messages",
    "said",
    "wording",
]
