"""Posts of a CSV file: what is read, everything that is wrong with it, nothing twice, and out again."""

import csv
import io
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from core import clock
from core.errors import PermissionDenied, TooLarge, ValidationFailed
from flows.spreadsheets import cells, checking, columns, reading, writing
from flows.spreadsheets.cells import CellRefused
from publishing.models import Post, PostTarget
from publishing.services import bulk, posts
from tests import factories
from tests.publishing.conftest import PARIS, TIKTOK, YOUTUBE

HEAD = "account,date,time,caption,media_url"
OPTIONS = {"tiktok": TIKTOK, "youtube": YOUTUBE}


def table(text: str) -> reading.Table:
    return reading.read(text)


def check(world: Any, text: str, **more: Any) -> Any:
    return checking.check(actor=world.actor, table=table(text), **{"zone": PARIS, "options": OPTIONS, **more})


def load(world: Any, text: str, *, only_right: bool = False, **more: Any) -> writing.Written:
    return writing.write(actor=world.actor, plan=check(world, text, **more), only_right=only_right)


def written(text: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(text)
    return out.getvalue()


class TestReading:
    @pytest.mark.parametrize(
        ("data", "rows"),
        [
            (b"\xef\xbb\xbftext\nHello", [["Hello"]]),
            ("text\nCafé".encode("utf-16"), [["Café"]]),
            (b'text;time\r\n"a;b";18:00\r\n', [["a;b", "18:00"]]),
            (b"text\ttime\nHello\t18:00", [["Hello", "18:00"]]),
            (b'text,time\n"two\nlines, one ""cell""",', [['two\nlines, one "cell"', ""]]),
            (b"text,time,,\nHello,,,\n,,,\n\nBye,18:00", [["Hello", ""], ["Bye", "18:00"]]),
            (b"text\n'=SUM(A1)", [["=SUM(A1)"]]),
            (b"text,time\nShort", [["Short", ""]]),
        ],
    )
    def test_what_spreadsheets_write_is_read(self, data: bytes, rows: list[list[str]]) -> None:
        assert [list(row.cells) for row in table(reading.text_of(data)).rows] == rows

    def test_rows_are_counted_as_a_spreadsheet_counts_them(self) -> None:
        found = table('text\n"two\nlines"\n\nlast')
        assert [row.number for row in found.rows] == [2, 4]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"PK\x03\x04rest", "workbook"),
            (b"caf\xe9,b", "CSV UTF-8"),
            (b"a\x00b", "no text file"),
            (b"", "empty"),
            (b"\n\n", "empty"),
            (b"text,time\n", "no rows"),
            (b'text\n"open', "quotation mark"),
            (b"text\n" + b"x\n" * 501, "more than 500 rows"),
            (b",".join(b"c%d" % n for n in range(81)) + b"\nx", "81 columns"),
        ],
    )
    def test_what_is_no_such_file_is_refused_in_words(self, data: bytes, words: str) -> None:
        with pytest.raises(ValidationFailed, match=words):
            table(reading.text_of(data))

    def test_a_file_that_is_too_large_is_refused(self) -> None:
        with pytest.raises(TooLarge):
            reading.text_of(b"x" * (reading.MOST_BYTES + 1))


class TestColumns:
    @pytest.mark.parametrize(
        ("headings", "roles"),
        [
            ("date time platform caption media_url category", "date time platforms text media campaign"),
            ("scheduled_at account_id content media_urls", "date accounts text media"),
            ("postAtSpecificTime content link imageUrls gifUrl videoUrls", "date text link media media media"),
            ("text link imageUrls gifUrls videoUrls postAtSpecificTime", "text link media media media date"),
            ("post platforms mediaUrls scheduleDate", "text platforms media date"),
            ("content platforms platformIds scheduledAt mediaUrls title", "text platforms accounts date media title"),
            ("content image_url scheduled_time", "text media date"),
            (
                "TikTok.privacy_level yt_title x.reply_settings",
                "option:tiktok.privacy_level  option:twitter.reply_settings",
            ),
        ],
    )
    def test_the_headings_of_other_tools_are_known(self, headings: str, roles: str) -> None:
        assert [column.role for column in columns.recognise(headings.split())] == roles.split(" ")

    def test_what_is_left_out_says_why(self) -> None:
        first, second, third = columns.recognise(["first_comment", "caption", "text"])
        assert (first.role, "Comments are not posted" in first.note) == ("", True)
        assert (second.role, third.role, third.note) == ("text", "", "“caption” is taken for the same.")

    def test_two_columns_cannot_hold_one_thing(self, world: Any) -> None:
        found = columns.chosen(["a", "b"], {0: "text", 1: "text"})
        with pytest.raises(ValidationFailed, match="“a” and “b” are both said to be: Text"):
            check(world, "a,b\n1,2", chosen=found)


class TestCells:
    @pytest.mark.parametrize(
        ("text", "iso"),
        [
            ("2026-12-24", "2026-12-24"),
            ("2026/12/4", "2026-12-04"),
            ("24.12.2026", "2026-12-24"),
            ("24/12/2026", "2026-12-24"),
            ("12/24/2026", "2026-12-24"),
            ("2026-12-24T18:00", "2026-12-24T18:00"),
            ("2026-12-24 6:05 pm", "2026-12-24T18:05"),
            ("2026-12-24T18:00:00Z", "2026-12-24T18:00+00:00"),
            ("2026-12-24 18:00:00.000+05:45", "2026-12-24T18:00+05:45"),
            ("24.12.2026 9:30", "2026-12-24T09:30"),
        ],
    )
    def test_days_and_times_as_people_write_them(self, text: str, iso: str) -> None:
        found = cells.moment(text)
        said = found.on.isoformat() + (f"T{found.at:%H:%M}" if found.at else "")
        assert said + (f"{found.offset}".replace("UTC", "") or "+00:00" if found.offset else "") == iso

    @pytest.mark.parametrize("text", ["12am", "00:00", "12:00 AM"])
    def test_midnight(self, text: str) -> None:
        assert cells.clock(text).isoformat() == "00:00:00"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("03/04/2026", "date_ambiguous"),
            ("soon", "date_unreadable"),
            ("2026-02-30", "date_missing"),
            ("1999-01-01", "date_far"),
            ("2026-12-24 25:00", "time_missing"),
            ("2026-12-24 noon", "time_unreadable"),
            ("2026-12-24 18", "time_unreadable"),
            ("2026-12-24 18:00+99:99", "time_unreadable"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, text: str, code: str) -> None:
        with pytest.raises(CellRefused) as refused:
            cells.moment(text)
        assert refused.value.code == code


class TestTakingOver:
    def test_a_row_becomes_a_planned_post_in_the_zone_of_the_file(self, world: Any) -> None:
        done = load(world, f"{HEAD}\ntiktok,2026-03-30,18:00,Hello,https://cdn.example.com/a/clip.mp4?x=1")
        [(row, post_id)] = done.made
        target = PostTarget.objects.get(post_id=post_id)
        assert (row, target.zone, target.wall_time, target.state) == (2, PARIS, "2026-03-30T18:00", "scheduled")
        assert target.due_at == datetime(2026, 3, 30, 16, tzinfo=UTC)
        assert target.post.media.count() == 1

    def test_an_offset_is_an_instant_and_a_zone_of_its_own_counts(self, world: Any) -> None:
        text = "account,scheduled_at,timezone,text,media\n"
        text += "tiktok,2026-02-01T18:00:00Z,,A,clip.mp4\ntiktok,2026-02-02 18:00,Asia/Kathmandu,B,clip.mp4"
        load(world, text)
        rows = PostTarget.objects.order_by("due_at")
        assert [(row.zone, row.wall_time) for row in rows] == [
            (PARIS, "2026-02-01T19:00"), ("Asia/Kathmandu", "2026-02-02T18:00"),
        ]  # fmt: skip

    def test_without_a_time_it_is_a_draft_that_says_what_is_missing(self, world: Any) -> None:
        plan = check(world, f"{HEAD}\ntiktok,,,Hello,", options={})
        assert [post.state for post in plan.posts] == ["draft"]
        assert "Before it can go out" in plan.posts[0].notes[0]
        writing.write(actor=world.actor, plan=plan)
        assert set(Post.objects.values_list("state", flat=True)) == {"draft"}

    def test_a_time_that_no_clock_shows_is_told(self, world: Any) -> None:
        plan = check(world, f"{HEAD}\ntiktok,2026-03-29,02:30,Hello,clip.mp4")
        assert "no such time" in plan.posts[0].notes[0]
        assert plan.posts[0].shown == [f"2026-03-29 03:30 {PARIS}"]

    def test_rows_of_one_post_become_one_post(self, world: Any) -> None:
        text = "post_id,account,date,time,text,media\n"
        text += "a,tiktok,2026-02-01,18:00,Shared,clip.mp4\na,youtube,2026-02-02,09:00,Own words,clip.mp4"
        done = load(world, text)
        assert len(done.made) == 1
        [post] = Post.objects.all()
        rows = post.targets.order_by("platform").values_list("platform", "text", "wall_time")
        assert list(rows) == [("tiktok", None, "2026-02-01T18:00"), ("youtube", "Own words", "2026-02-02T09:00")]

    def test_platform_choices_come_from_columns_or_are_given_for_all(self, world: Any) -> None:
        text = "account,date,time,text,media,tiktok.privacy_level,tiktok.is_aigc\n"
        text += "tiktok,2026-02-01,18:00,Hello,clip.mp4,Only me,yes\ntiktok,2026-02-02,18:00,Hi,clip.mp4,,"
        load(world, text)
        first, second = [row.options for row in PostTarget.objects.order_by("due_at")]
        assert (first["privacy_level"], first["is_aigc"]) == ("SELF_ONLY", True)
        assert second == TIKTOK

    def test_nothing_is_made_until_all_is_right_or_the_right_rows_are_asked_for(self, world: Any) -> None:
        text = f"{HEAD}\ntiktok,2026-02-01,18:00,Right,clip.mp4\ntiktok,2025-02-01,18:00,Late,clip.mp4"
        with pytest.raises(ValidationFailed) as refused:
            load(world, text)
        assert refused.value.details["mistakes"][0]["row"] == 3
        assert Post.objects.count() == 0
        done = load(world, text, only_right=True)
        assert (len(done.made), [item.row for item in done.left]) == (1, [3])

    def test_what_was_made_is_taken_back_by_its_key(self, world: Any) -> None:
        done = load(world, f"{HEAD}\ntiktok,2026-02-01,18:00,Hello,clip.mp4")
        assert bulk.undo(actor=world.actor, key=done.undo).done == 1
        assert Post.objects.get().deleted_at is not None

    def test_a_viewer_makes_nothing_and_a_strangers_accounts_and_files_are_not_there(
        self,
        world: Any,
        in_workspace: Any,
    ) -> None:
        text = f"{HEAD}\n{world.accounts[0].pk},2026-02-01,18:00,Hello,clip.mp4"
        with pytest.raises(PermissionDenied):
            checking.check(actor=in_workspace.victor_actor, table=table(text))
        plan = checking.check(actor=in_workspace.charlie_actor, table=table(text))
        assert {item.code for item in plan.mistakes} >= {"account_unknown", "file_unknown"}


class TestMistakes:
    def test_17_different_mistakes_are_all_named_with_their_rows(self, world: Any, in_workspace: Any) -> None:
        for name in ("twice.mp4", "twice.mp4"):
            factories.make_media(in_workspace.workspace, data=name.encode() * (1 + clock.now().microsecond % 7),
                                 content_type="video/mp4", original_name=name, sha256="")  # fmt: skip
        rows = [
            ["account", "platform", "date", "time", "timezone", "text", "media", "campaign", "tiktok.privacy_level",
             "post_id"],
            ["@nobody", "", "2026-02-01", "18:00", "", "unknown account", "clip.mp4", "", "", ""],
            ["", "myspace", "2026-02-01", "18:00", "", "unknown platform", "clip.mp4", "", "", ""],
            ["", "linkedin", "2026-02-01", "18:00", "", "not connected", "clip.mp4", "", "", ""],
            ["tiktok", "", "soon", "18:00", "", "no date", "clip.mp4", "", "", ""],
            ["tiktok", "", "03/04/2026", "18:00", "", "two dates", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-30", "18:00", "", "no such day", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "noonish", "", "no time", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "", "", "a day alone", "clip.mp4", "", "", ""],
            ["tiktok", "", "", "18:00", "", "a time alone", "clip.mp4", "", "", ""],
            ["tiktok", "", "2025-12-01", "18:00", "", "passed", "clip.mp4", "", "", ""],
            ["tiktok", "", "2029-12-01", "18:00", "", "too far", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "Mars/Base", "no zone", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "no such file", "gone.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "two such files", "twice.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "x" * 2_300, "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "campaign", "clip.mp4", "c" * 81, "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "privacy", "clip.mp4", "", "everybody", ""],
            ["tiktok", "", "", "", "", "", "", "", "", ""],
            ["tiktok", "", "2026-02-01", "18:00", "", "too many cells", "clip.mp4", "", "", "", "more"],
            ["", "", "2026-02-01", "18:00", "", "no account", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-09", "18:00", "", "twin", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-09", "18:00", "", "twin", "clip.mp4", "", "", ""],
            ["tiktok", "", "2026-02-10", "18:00", "", "apart", "clip.mp4", "", "", "g"],
            ["youtube", "", "2026-02-10", "18:00", "", "apart", "", "", "", "g"],
            ["tiktok", "", "2026-02-11", "18:00", "", "bell\x07", "clip.mp4", "", "", ""],
        ]  # fmt: skip
        plan = check(world, written(rows))
        by_row = {number: {item.code for item in plan.mistakes if item.row == number} for number in range(2, 27)}
        assert by_row == {
            2: {"account_unknown"}, 3: {"platform_unknown"}, 4: {"account_not_connected"}, 5: {"date_unreadable"},
            6: {"date_ambiguous"}, 7: {"date_missing"}, 8: {"time_unreadable"}, 9: {"time_missing_for_date"},
            10: {"date_missing_for_time"}, 11: {"due_in_past"}, 12: {"due_too_far"}, 13: {"zone_unknown"},
            14: {"file_unknown"}, 15: {"file_choice"}, 16: {"text_too_long"}, 17: {"too_long"}, 18: {"option_value"},
            19: {"empty"}, 20: {"row_too_long"}, 21: {"no_targets"}, 22: set(), 23: {"same_row"}, 24: set(),
            25: {"rows_differ"}, 26: {"control_character"},
        }  # fmt: skip
        codes = {item.code for item in plan.mistakes}
        assert len(codes) >= 17
        with pytest.raises(ValidationFailed) as refused:
            writing.write(actor=world.actor, plan=plan)
        assert len(refused.value.details["mistakes"]) == len(plan.mistakes)
        assert all(item["message"] and item["row"] for item in refused.value.details["mistakes"])
        assert Post.objects.count() == 0

    def test_all_mistakes_of_one_row_are_told_at_once(self, world: Any) -> None:
        plan = check(world, f"{HEAD}\n@nobody,soon,25:99,{'x' * 20_001},gone.mp4")
        assert {item.column for item in plan.mistakes} == {"account", "date", "time", "caption", "media_url"}


class TestNothingTwice:
    def test_the_same_file_twice_makes_nothing_twice(self, world: Any) -> None:
        text = f"{HEAD}\ntiktok,2026-02-01,18:00,One,clip.mp4\nyoutube,,,Two,clip.mp4"
        first = load(world, text)
        # As another spreadsheet saves it, a week later, when the times have passed.
        again = load(world, text.replace("\n", "\r\n").replace(",", ";"))
        with clock.freeze(datetime(2026, 3, 1, tzinfo=UTC)):
            later = load(world, text)
        assert len(first.made) == 2
        assert [(len(done.made), done.here) for done in (again, later)] == [(0, first.made)] * 2
        assert Post.objects.count() == 2

    def test_a_corrected_file_makes_only_what_was_wrong(self, world: Any) -> None:
        text = f"{HEAD}\ntiktok,2026-02-01,18:00,One,clip.mp4\ntiktok,2026-02-0x,18:00,Two,clip.mp4"
        load(world, text, only_right=True)
        done = load(world, text.replace("0x", "02"))
        assert ([row for row, _ in done.made], [row for row, _ in done.here]) == ([3], [2])

    def test_a_call_that_was_cut_off_goes_on(self, world: Any, monkeypatch: Any) -> None:
        text = f"{HEAD}\n" + "\n".join(f"tiktok,2026-02-0{n},18:00,Row {n},clip.mp4" for n in range(1, 5))
        real, calls = writing.sending.send, []

        def dies(**given: Any) -> Any:
            calls.append(given)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return real(**given)

        monkeypatch.setattr(writing.sending, "send", dies)
        with pytest.raises(KeyboardInterrupt):
            load(world, text)
        assert Post.objects.count() == 2
        done = load(world, text)
        assert (len(done.made), len(done.here), Post.objects.count()) == (2, 2, 4)

    def test_what_was_deleted_can_be_made_again(self, world: Any) -> None:
        text = f"{HEAD}\ntiktok,2026-02-01,18:00,One,clip.mp4"
        [(_, post_id)] = load(world, text).made
        posts.delete_post(actor=world.actor, post_id=post_id)
        assert len(load(world, text).made) == 1
        assert len(load(world, text).made) == 0

    def test_500_posts_in_one_request(self, world: Any) -> None:
        days = (f"2026-{2 + n // 20:02}-{1 + n % 20:02}" for n in range(200))
        slots = [(day, hour) for day in days for hour in ("09:00", "13:00", "18:00")][:500]
        rows = [["account", "date", "time", "text", "media"]]
        rows += [["tiktok", day, hour, f"Post {n}", "clip.mp4"] for n, (day, hour) in enumerate(slots)]
        body = {"csv": written(rows), "timezone": PARIS, "platform_options": {"tiktok": TIKTOK}}
        began = time.monotonic()
        answer = world.api.post("/api/v1/posts/import", body, format="json")
        assert answer.status_code == 201, answer.content[:500]
        assert (answer.json()["made"], answer.json()["mistakes"]) == (500, [])
        assert PostTarget.objects.filter(state="scheduled").count() == 500
        print(f"500 posts in {time.monotonic() - began:.1f} s")  # noqa: T201
        again = world.api.post("/api/v1/posts/import", body, format="json")
        assert (again.status_code, again.json()["made"], again.json()["here"]) == (200, 0, 500)
        assert Post.objects.count() == 500


class TestApi:
    def ask(self, world: Any, text: str, key: str = "", **more: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"csv": text, "timezone": PARIS, "platform_options": OPTIONS, **more}
        return world.api.post("/api/v1/posts/import", body, format="json", headers=headers)

    def test_a_dry_run_says_all_and_makes_nothing(self, world: Any) -> None:
        text = f"{HEAD}\ntiktok,2026-02-01,18:00,Right,clip.mp4\ntiktok,soon,18:00,Wrong,clip.mp4"
        body = self.ask(world, text, dry_run=True).json()
        assert [item["status"] for item in body["items"]] == ["scheduled", "wrong"]
        assert [(item["row"], item["column"], item["code"]) for item in body["mistakes"]] == [
            (3, "date", "date_unreadable")
        ]
        assert Post.objects.count() == 0
        refused = self.ask(world, text)
        assert (refused.status_code, refused.json()["details"]["code"]) == (400, "rows_wrong")
        assert self.ask(world, text, only_right=True).json()["made"] == 1

    def test_a_heading_can_be_given_a_meaning(self, world: Any) -> None:
        text = "who,words\ntiktok,Hello"
        body = self.ask(world, text, columns={"who": "accounts", "words": "text"}, dry_run=True).json()
        assert [item["status"] for item in body["items"]] == ["draft"]
        odd = self.ask(world, text, columns={"who": "owner"})
        assert (odd.status_code, "columns" in odd.json()["details"]["fields"]) == (400, True)

    def test_out_and_in_again_says_the_same(self, world: Any, in_workspace: Any) -> None:
        first = world.plan('Line one,\n"quoted" =1; ümlaut', "2026-02-03T09:30", campaign="Spring")
        draft = world.draft("+formula", only=world.accounts[0])
        text = self.export(world)
        assert "'+formula" in text
        # Here the posts are there, so their rows are left alone.
        done = load(world, text, options={})
        assert ([row for row, _ in done.made], len(done.here)) == ([], 2)
        before = [posts.Content.of(row) for row in (first, draft)]
        for row in (first, draft):
            posts.delete_post(actor=world.actor, post_id=row.pk)
        done = load(world, text, options={})
        assert done.left == []
        made = {post_id: Post.objects.get(pk=post_id) for _, post_id in done.made}
        assert len(made) == 2
        assert all(any(content.is_of(post) for post in made.values()) for content in before)
        planned = next(post for post in made.values() if post.campaign)
        assert set(planned.targets.values_list("zone", "wall_time")) == {(PARIS, "2026-02-03T09:30")}

    def export(self, world: Any, query: str = "") -> str:
        answer = world.api.get(f"/api/v1/posts/export.csv{query}")
        assert answer.status_code == 200
        data: bytes = b"".join(answer.streaming_content)
        return data.decode("utf-8-sig")

    def test_an_export_can_be_narrowed(self, world: Any) -> None:
        world.plan("Planned", "2026-02-03T09:30")
        world.draft("Kept")
        assert len(list(csv.reader(io.StringIO(self.export(world, "?status=draft"))))) == 3

    def test_the_template_is_a_file_whose_only_mistakes_are_its_example(self, world: Any) -> None:
        answer = world.api.get("/api/v1/posts/import/template.csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        plan = check(world, text, options={})
        assert all(column.role for column in plan.columns)
        assert [item.code for item in plan.mistakes] == ["account_unknown"]
