"""Asks a REST service politely and stubbornly: rate limit, retries, Retry-After, fresh tokens."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from postloan.errors import DeliveryError
from postloan.landing.fetch.config import Rest
from postloan.landing.fetch.result import Endpoint, SourceUnavailableError

Pause = Callable[[float], None]
DOUBLED = wait_exponential(multiplier=1.0)
"""A second after the first attempt, twice as long after every further one."""


@dataclass(frozen=True)
class Answer:
    """One answer: its content, decimals as they were written, and the address of the next page."""

    content: Any
    next_url: str | None


class _Again(Exception):  # noqa: N818 (no error yet)
    """An attempt failed in a way that passes by itself."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        asked = "" if wait is None else f"; it asks to wait {wait:.0f} seconds"
        super().__init__(reason + asked)
        self.wait = wait


class Client:
    """A REST service as one connection and one configuration describe it."""

    def __init__(self, config: Rest, endpoint: Endpoint, pause: Pause = time.sleep) -> None:
        self._config, self._endpoint, self._pause = config, endpoint, pause
        self._session = requests.Session()
        # A .netrc or a proxy of the machine must not decide who we are.
        self._session.trust_env = False
        self._session.headers.update({"Accept": "application/json", **config.headers})
        self._asked_at: float | None = None
        self._has_token = False
        if config.auth.kind == "basic":
            self._session.auth = (endpoint.login or "", endpoint.password or "")
        elif config.auth.kind == "bearer":
            self._session.headers["Authorization"] = f"Bearer {endpoint.password}"

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        missing_is_empty: bool = False,
    ) -> Answer:
        """Ask for one document, again and again while there is hope.

        Args:
            path: below the base address, or the full address of a following page.
            parameters: query parameters.
            missing_is_empty: whether 404 means an empty list.

        Raises:
            SourceUnavailableError: all attempts failed, or the service asks for a longer wait than
                the configuration allows.
            DeliveryError: the service refuses the request.
        """
        url = self._address(path)
        place = urlsplit(url).path
        attempts = Retrying(
            retry=retry_if_exception_type(_Again),
            wait=_wait_after,
            stop=self._is_enough,
            sleep=self._pause,
            reraise=True,
        )
        try:
            return attempts(self._attempt, url, parameters, place, missing_is_empty)
        except _Again as again:
            raise SourceUnavailableError(
                f"GET {place}: {again}. What was read so far is kept; the next fetch goes on there."
            ) from None

    def _is_enough(self, attempt: RetryCallState) -> bool:
        would_wait_too_long = attempt.upcoming_sleep > self._config.longest_wait_seconds
        return would_wait_too_long or attempt.attempt_number >= self._config.attempts

    def _address(self, path: str) -> str:
        base = urlsplit(self._endpoint.url)
        if "://" not in path:
            return self._endpoint.url.rstrip("/") + "/" + path.lstrip("/")
        try:
            found = urlsplit(path)
        except ValueError:
            raise DeliveryError(
                "The source names a next page by what is no address. Correct it there, or page by "
                "offset."
            ) from None
        # Our credentials go to the service that they are for, whatever its answers say.
        if (found.scheme, found.netloc) != (base.scheme, base.netloc):
            raise DeliveryError(
                "The source names a next page on another host, which is not asked. Correct its "
                "public address, or page by offset."
            )
        return path

    def _attempt(
        self, url: str, parameters: Mapping[str, str] | None, place: str, missing_is_empty: bool
    ) -> Answer:
        if self._config.auth.kind == "oauth2" and not self._has_token:
            self._renew_token()
        answer = self._send("GET", url, params=parameters)
        if answer.status_code == 401 and self._config.auth.kind == "oauth2":
            self._renew_token()
            answer = self._send("GET", url, params=parameters)
        if answer.status_code == 404 and missing_is_empty:
            return Answer([], None)
        if answer.status_code == 401:
            raise DeliveryError(
                f"GET {place}: the source answers 401, it does not let us in. The token or "
                f"password of the connection may have expired: renew it there, and fetch again."
            )
        if answer.status_code != 200:
            raise DeliveryError(
                f"GET {place}: the source answers {answer.status_code}. Look at the connection "
                f"(address, user, rights) and at the path in the configuration."
            )
        link = answer.links.get("next", {}).get("url")
        return Answer(_parsed(answer), _joined(url, link) if link else None)

    def _send(self, method: str, url: str, **what: Any) -> requests.Response:
        self._keep_the_rate()
        try:
            answer = self._session.request(
                method, url, timeout=self._config.timeout_seconds, allow_redirects=False, **what
            )
        except requests.RequestException as error:
            # Its text holds the whole address, queries and all.
            raise _Again(f"no answer ({type(error).__name__})") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise _Again(f"the source answers {answer.status_code}", _wanted_wait(answer))
        return answer

    def _keep_the_rate(self) -> None:
        now = time.monotonic()
        if self._asked_at is not None:
            wait = self._asked_at + 1 / self._config.requests_per_second - now
            if wait > 0:
                time.sleep(wait)
        self._asked_at = time.monotonic()

    def _renew_token(self) -> None:
        self._session.headers.pop("Authorization", None)
        wanted = {"grant_type": "client_credentials"}
        if self._config.auth.scope:
            wanted["scope"] = self._config.auth.scope
        answer = self._send(
            "POST",
            self._address(self._config.auth.token_path),
            data=wanted,
            auth=(self._endpoint.login or "", self._endpoint.password or ""),
        )
        found = _parsed(answer) if answer.status_code == 200 else None
        token = found.get("access_token") if isinstance(found, dict) else None
        if not token:
            raise DeliveryError(
                f"The source gives no token ({answer.status_code}). Look at client id and secret "
                f"of the connection and at token_path."
            )
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._has_token = True


def _parsed(answer: requests.Response) -> Any:
    try:
        # Decimals stay the digits that were sent: money never becomes a float.
        return json.loads(answer.content, parse_float=str)
    except (ValueError, RecursionError):
        raise _Again("the answer is no complete JSON") from None


def _joined(url: str, link: str) -> str:
    """The address that a link leads to; one that is none stays as it is, and is refused later."""
    try:
        return urljoin(url, link)
    except ValueError:
        return link


def _wait_after(attempt: RetryCallState) -> float:
    """What the source asks for; where it asks for nothing, longer every time."""
    failed = attempt.outcome and attempt.outcome.exception()
    wanted = failed.wait if isinstance(failed, _Again) else None
    return DOUBLED(attempt) if wanted is None else wanted


def _wanted_wait(answer: requests.Response) -> float | None:
    wanted = answer.headers.get("Retry-After")
    if not wanted:
        return None
    if re.fullmatch(r"[0-9]{1,9}", wanted.strip()):
        return float(wanted)
    try:
        # Against the sender's own clock, which need not be ours.
        now = parsedate_to_datetime(answer.headers["Date"])
        return max((parsedate_to_datetime(wanted) - now).total_seconds(), 0.0)
    except (KeyError, ValueError, TypeError):
        return None
