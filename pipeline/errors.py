"""The exceptions that winnow raises on purpose.

* WinnowError
  * UsageError: the caller asked for something that cannot be done as asked
    * MissingExtraError: an optional dependency is not installed
    * SettingsError: params.yaml holds a wrong key or value
  * ModelError: a model folder is missing, damaged or does not match this version
  * CorpusError: training data could not be fetched, verified or read

A bad *document* is not an exception: it becomes a `document.Failure` and a row of the results.
"""


class WinnowError(Exception):
    """Base of every error that winnow raises on purpose; its text is one sentence for a user."""


class UsageError(WinnowError):
    """Wrong use: the text says what was given, what is allowed and what to do."""


class MissingExtraError(UsageError):
    """An optional dependency is needed and not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an optional dependency: run  pip install 'prosewinnow[{extra}]'  and try again."
        )


class SettingsError(UsageError):
    """params.yaml holds an unknown key, lacks one, or a value has the wrong type."""


class ModelError(WinnowError):
    """A model folder cannot be used; the text names the folder and the reason."""


class CorpusError(WinnowError):
    """Training data is missing, damaged or unreadable; the text names the file and the reason."""
