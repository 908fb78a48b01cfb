"""The page that takes posts over from a CSV file, as people without scripts see it."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from publishing.models import Post
from tests.publishing.conftest import PARIS

HEAD = "account,date,time,caption,media_url"
RIGHT = "youtube,2026-02-01,18:00,Right,clip.mp4"
ANSWERS = {"choices-youtube-privacy_status": "public", "choices-youtube-made_for_kids": "no"}


def upload(world: Any, text: str | bytes, **more: str) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("plan.csv", data, "text/csv")
    return world.browser.post("/posts/import/", {"file": file, "timezone": PARIS, **more})


def sealed(page: str) -> str:
    return re.findall(r'name="held" value="([^"]+)"', page)[0]


def again(world: Any, page: str, **fields: str) -> Any:
    roles = dict(re.findall(r'name="(role-\d+)"[^>]*>.*?<option value="([^"]*)" selected>', page, re.DOTALL))
    sent = {"held": sealed(page), "timezone": PARIS, **roles, **fields}
    return world.browser.post("/posts/import/", sent, follow=True)


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def test_the_first_page_says_what_is_read(world: Any) -> None:
    page = text_of(world.browser.get("/posts/import/"))
    assert "postAtSpecificTime" in page
    assert "Up to 500 rows" in page
    answer = world.browser.get("/posts/import/template.csv")
    assert b"@your_account" in b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04", "workbook"),
        (b"x" * (700 * 1024 + 1), "more than 700 KB"),
        (None, "Choose a file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(world: Any, data: bytes | None, words: str) -> None:
    answer = world.browser.post("/posts/import/", {}) if data is None else upload(world, data)
    assert (answer.status_code, words in text_of(answer)) == (422, True)


def test_choices_that_no_column_makes_are_asked_for_and_the_posts_made_and_taken_back(world: Any) -> None:
    page = upload(world, f"{HEAD}\n{RIGHT}").content.decode()
    assert "Is this video made for kids?" in page
    assert "Make only" not in page
    page = again(world, page, do="check", **ANSWERS).content.decode()
    assert "No mistake was found" in page
    done = again(world, page, do="all", **ANSWERS)
    assert "1 post made of the file." in text_of(done)
    assert Post.objects.get().state == "scheduled"
    twice = text_of(upload(world, f"{HEAD}\n{RIGHT}", **ANSWERS))
    assert "Everything in this file is here already" in twice
    [key] = re.findall(r'name="key" value="([^"]{40,})"', done.content.decode())
    assert "1 post as before." in text_of(world.browser.post("/posts/selected/undo/", {"key": key}, follow=True))
    assert Post.objects.get().deleted_at is not None


def test_mistakes_are_named_by_row_and_the_right_rows_can_be_taken(world: Any) -> None:
    answer = upload(world, f"{HEAD}\n{RIGHT}\nyoutube,soon,18:00,Wrong,gone.mp4", **ANSWERS)
    page = text_of(answer)
    assert "2 mistakes in 1 post" in page
    assert "“soon” is no date. Write it as 2026-12-24." in page
    assert "“gone.mp4” is not among your files" in page
    # The button that makes all is not there, and pressing it all the same makes nothing.
    refused = again(world, answer.content.decode(), do="all", **ANSWERS)
    assert (Post.objects.count(), "2 mistakes" in text_of(refused)) == (0, True)
    done = text_of(again(world, answer.content.decode(), do="right", **ANSWERS))
    assert ("1 post made" in done, "Left out: row 3." in done) == (True, True)


def test_columns_get_another_meaning(world: Any) -> None:
    page = upload(world, "who,words\nyoutube,Hello").content.decode()
    assert "There is neither a text nor a file." in page
    page = again(world, page, **{"role-0": "accounts", "role-1": "text", "do": "check"}).content.decode()
    assert "No mistake was found" in page
    twice = again(world, page, **{"role-0": "text", "role-1": "text", "do": "all"})
    assert (twice.status_code, "both said to be: Text" in text_of(twice)) == (422, True)


def test_a_viewer_and_a_changed_file_are_refused(world: Any, in_workspace: Any) -> None:
    assert in_workspace.browsers.victor.get("/posts/import/").status_code == 403
    page = upload(world, f"{HEAD}\n{RIGHT}").content.decode()
    answer = world.browser.post("/posts/import/", {"held": f"{sealed(page)}x", "timezone": PARIS})
    assert (answer.status_code, "Choose the file again" in text_of(answer)) == (422, True)


def test_the_list_is_downloaded_as_it_is_filtered(world: Any) -> None:
    world.plan("Planned", "2026-02-03T09:30")
    world.draft("Kept")
    page = world.browser.get("/posts/?status=draft").content.decode()
    assert "Download 1 post as CSV" in page
    answer = world.browser.get("/posts/export.csv?status=draft")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert ("Kept" in text, "Planned" in text) == (True, False)
