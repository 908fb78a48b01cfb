from typing import Any

import pytest

from library.content import PlatformPart, TemplateContent
from library.models import Template
from library.services import templates


@pytest.fixture
def template(cast: Any) -> Template:
    return make_template(cast)


def make_template(cast: Any, **fields: Any) -> Template:
    said: dict[str, Any] = {
        "name": "Monday tip",
        "text": "{{hook}}\n\n{{cta|Follow for more}}",
        "platforms": {"tiktok": PlatformPart(), "twitter": PlatformPart("{{hook}}")},
        "tags": ["launch"],
        **fields,
    }
    return templates.create(actor=cast.alice_actor, content=TemplateContent(**said))
