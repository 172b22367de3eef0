"""Errors a person can act on.

Every message says what is wrong, where, and what to do next. None carries personal data.
"""


class PostloanError(Exception):
    """Base of all errors that are meant for a person, not for a debugger."""


class ContractError(PostloanError):
    """A contract file does not say what the product needs to know."""


class RuleError(PostloanError):
    """A rule pack is malformed, unapproved where approval is needed, or not in force."""


class WordingError(PostloanError):
    """A code has no words in a language, or a wording file cannot be understood."""


class WarehouseError(PostloanError):
    """The warehouse refused a statement, a key or a connection.

    Attributes:
        statement: the SQL that was refused; for whoever looks for the fault (`--debug`), not told.
    """

    statement = ""

    @classmethod
    def about(cls, message: str, statement: str) -> "WarehouseError":
        """An error that knows the statement it is about."""
        error = cls(message)
        error.statement = statement.strip()
        return error


class RunAgainError(WarehouseError):
    """The warehouse is away, or another process was quicker; it passes by itself.

    What was not committed is gone, and the same work can be run again.
    """


class DeliveryError(PostloanError):
    """A delivery cannot be taken in: files missing, truncated or not what the manifest says."""


class DayError(PostloanError):
    """A business date cannot be opened, run or closed in its present state."""


class PublicationError(PostloanError):
    """A task file cannot be written, or is not what the warehouse says it is."""


class SupersededError(PostloanError):
    """A question was answered that a newer one has replaced; nothing was decided."""
