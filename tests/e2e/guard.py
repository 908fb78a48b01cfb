"""What no page may do: write an error to the console, break the policy, throw, answer 5xx or an unexpected 4xx."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, WebError

# The listener runs before any script of the page, so no violation is missed.
WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`Policy violated: ${event.violatedDirective} by ${event.blockedURI} in ${event.sourceFile}`);
});
"""
# Chromium writes this for every answer of 400 and above; the answers themselves are judged below.
_RESOURCE = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@dataclass
class Guard:
    """Collects the sins of all pages of a context; `check` raises when there are any."""

    sins: list[str] = field(default_factory=list)
    allowed: set[int] = field(default_factory=set)

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(WATCH_POLICY)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)

    @contextmanager
    def allow(self, *statuses: int) -> Iterator[None]:
        """Within the block these 4xx answers are what is tested."""
        self.allowed |= set(statuses)
        yield
        self.allowed -= set(statuses)

    def check(self) -> None:
        assert not self.sins, "The browser complained:\n" + "\n".join(dict.fromkeys(self.sins))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _RESOURCE.search(message.text):
            where = message.page.url if message.page else ""
            self.sins.append(f"console at {where}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.sins.append(f"uncaught at {error.page.url if error.page else ''}: {error.error}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.sins.append(f"{response.status} for {response.request.method} {response.url}")


def overflow(page: Page) -> str:
    """What makes the page wider than the window, or nothing."""
    found: str = page.evaluate(
        """() => {
          const wide = document.documentElement.scrollWidth, room = innerWidth;
          if (wide <= room) return "";
          const beyond = (one) => one.getBoundingClientRect().right > room + 1;
          const guilty = [...document.body.querySelectorAll("*")].filter(beyond);
          return `${wide} px in ${room}: ` + guilty.slice(0, 4).map((one) => one.outerHTML.slice(0, 120)).join(" | ");
        }"""
    )
    return found
