"""axe-core on a page: what it finds, as readable lines."""

from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@lru_cache(maxsize=1)
def _source() -> str:
    folder = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core"
    return (folder / "axe.min.js").read_text()


def findings(page: Page) -> list[str]:
    """One line for each element that breaks a rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found = page.evaluate(
        """(tags) => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})""", TAGS
    )
    return [
        f"{broken['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]
