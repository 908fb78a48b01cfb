"""Signing up, in and out; settings; the theme; the keyboard; connections."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.guard import Guard
from tests.e2e.people import PASSWORD, Person, connect, sign_up
from tests.e2e.product import Product
from tests.e2e.waits import settled

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def _menu(page: Page) -> None:
    page.locator("summary", has_text="Account menu").click()


class TestSigningUp:
    def test_a_visitor_becomes_a_person_in_the_zone_of_the_browser(self, visit: Visit, running: Product) -> None:
        page = visit("/", timezone_id="Asia/Kathmandu")
        page.get_by_role("link", name="Log in").first.click()
        page.get_by_role("link", name="Create").click()
        expect(page).to_have_url(re.compile("/account/signup/"))
        sign_up(page, running, Person())
        page.goto("/settings/preferences/")
        # Chromium still says the zone's former name, which means the same.
        expect(page.get_by_label("Time zone")).to_have_value(re.compile("^Asia/Kath?mandu$"))

    def test_a_weak_password_is_explained_at_its_field_and_the_rest_is_kept(self, visit: Visit, guard: Guard) -> None:
        page = visit("/account/signup/")
        page.get_by_label("Your name").fill("Robin")
        page.get_by_label("E-mail").fill("robin@example.com")
        page.get_by_label("Password", exact=True).fill("12345")
        with guard.allow(422):
            page.get_by_role("button", name="Create account").click()
            expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("E-mail")).to_have_value("robin@example.com")
        expect(page.get_by_text("too short").first).to_be_visible()

    def test_nobody_learns_that_an_address_has_an_account(self, visit: Visit, newcomer: Person) -> None:
        page = visit("/account/signup/")
        page.get_by_label("E-mail").fill(newcomer.email)
        page.get_by_label("Password", exact=True).fill(f"not {PASSWORD}")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
        expect(page.get_by_text("We sent you a link to confirm your e-mail address.").first).to_be_visible()


class TestSigningIn:
    def test_out_and_in_again_to_where_one_wanted(self, visit: Visit, guard: Guard, someone: Person) -> None:
        page = visit("/dashboard/", person=someone)
        _menu(page)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Log in").first).to_be_visible()
        page.goto("/settings/profile/")
        page.get_by_label("E-mail").fill(someone.email)
        page.get_by_label("Password", exact=True).fill("not my password")
        with guard.allow(422):
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_text("The e-mail address or the password is not right.").first).to_be_visible()
        page.get_by_label("E-mail").fill(someone.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1, name="Profile")).to_be_visible()

    def test_a_password_can_be_looked_at(self, visit: Visit) -> None:
        page = visit("/account/login/")
        field = page.get_by_label("Password", exact=True)
        field.fill("secret words")
        button = page.get_by_role("button", name="Show password")
        expect(button).to_have_attribute("aria-pressed", "false")
        button.click()
        expect(field).to_have_attribute("type", "text")


class TestSettings:
    def test_preferences_are_kept(self, visit: Visit, someone: Person) -> None:
        page = visit("/settings/preferences/", person=someone)
        page.get_by_label("Time zone").fill("America/New_York")
        page.get_by_label("Time of day").select_option("12")
        page.get_by_role("button", name="Save preferences").click()
        expect(page.get_by_text("Your preferences are saved.").first).to_be_visible()
        page.goto("/settings/preferences/")
        expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
        expect(page.get_by_label("Time of day")).to_have_value("12")

    def test_an_unknown_zone_is_refused_at_its_field(self, visit: Visit, guard: Guard, newcomer: Person) -> None:
        page = visit("/settings/preferences/", person=newcomer)
        page.get_by_label("Time zone").fill("Mars/Olympus")
        with guard.allow(422):
            page.get_by_role("button", name="Save preferences").click()
            expect(page.get_by_label("Time zone")).to_have_attribute("aria-invalid", "true")

    def test_the_name_is_changed_and_shown_in_the_menu(self, visit: Visit, someone: Person) -> None:
        page = visit("/settings/profile/", person=someone)
        page.get_by_label("Name", exact=False).first.fill("Alexandra")
        page.get_by_role("button", name="Save profile").click()
        expect(page.get_by_text("saved").first).to_be_visible()
        _menu(page)
        expect(page.locator(".menu-panel").get_by_text("Alexandra")).to_be_visible()

    def test_another_address_needs_the_password_and_its_own_consent(
        self, visit: Visit, guard: Guard, someone: Person
    ) -> None:
        page = visit("/settings/profile/", person=someone)
        page.get_by_label("E-mail").fill("elsewhere@example.com")
        with guard.allow(422):
            page.get_by_role("button", name="Save profile").click()
            expect(page.get_by_label("Password, to change the address")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Password, to change the address").fill(PASSWORD)
        page.get_by_role("button", name="Save profile").click()
        expect(page.get_by_text("We sent a link to elsewhere@example.com").first).to_be_visible()
        expect(page.get_by_label("E-mail")).to_have_value(someone.email)


class TestTheme:
    def test_it_follows_the_device_until_one_chooses(self, visit: Visit, someone: Person) -> None:
        page = visit("/dashboard/", person=someone, color_scheme="dark")
        paper = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(paper)
        _menu(page)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Light", exact=True).click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        expect(page.locator("body")).not_to_have_css("background-color", dark)
        page.goto("/settings/profile/")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")


class TestKeyboard:
    def test_sign_up_to_dashboard(self, visit: Visit) -> None:
        person = Person()
        page = visit("/account/signup/")
        expect(page.get_by_label("E-mail")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        page.keyboard.type(person.name)
        page.keyboard.press("Tab")
        page.keyboard.type(person.email)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()

    def test_the_first_stop_leads_to_the_content(self, visit: Visit, newcomer: Person) -> None:
        page = visit("/dashboard/", person=newcomer)
        settled(page)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()

    def test_escape_closes_the_menu_and_returns_to_its_opener(self, visit: Visit, newcomer: Person) -> None:
        page = visit("/dashboard/", person=newcomer)
        settled(page)
        opener = page.locator("summary", has_text="Account menu")
        opener.focus()
        page.keyboard.press("Enter")
        panel = page.locator("header .menu-panel")
        expect(panel).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(opener).to_be_focused()

    def test_escape_closes_a_dialog_and_returns_to_its_opener(self, visit: Visit, newcomer: Person) -> None:
        page = visit("/videos/", person=newcomer)
        settled(page)
        opener = page.locator("[data-dialog-open=folder-new]:visible").first
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="New folder")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()


class TestConnecting:
    def test_allowed_and_ended(self, visit: Visit, running: Product, someone: Person) -> None:
        page = visit("/settings/connections/", person=someone)
        connect(page, running, "TikTok", "tt-lumen")
        page.get_by_role("link", name="Disconnect…").click()
        expect(page.get_by_text("No post is planned for this account")).to_be_visible()
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_role("heading", level=1, name="Connected Platforms")).to_be_visible()
        expect(page.get_by_role("link", name="Disconnect…")).to_have_count(0)

    def test_cancelled_on_the_platforms_page(self, visit: Visit, newcomer: Person) -> None:
        page = visit("/settings/connections/", person=newcomer)
        page.get_by_role("button", name="Connect YouTube").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("heading", level=1, name="Connected Platforms")).to_be_visible()
        expect(page.get_by_role("link", name="Disconnect…")).to_have_count(0)
