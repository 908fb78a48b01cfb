"""Pages of all kinds of documents: lists of any length, one document and its versions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pages.scripts import pages as script_pages
from pages.strategies import pages as strategy_pages

pytestmark = pytest.mark.django_db
PAGES = {"strategy": strategy_pages, "script": script_pages}
BUDGET = 10


@pytest.fixture
def browser(case):
    return case.cast.browsers.bob


@pytest.fixture
def routes(case):
    return PAGES[case.kind.name].routes


def copies(case, count):
    """More documents like the one there is."""
    model = type(case.document)
    names = [field.attname for field in model._meta.concrete_fields if field.name != "id"]
    model.objects.bulk_create(model(**{name: getattr(case.document, name) for name in names}) for _ in range(count))


def versions(case, count):
    """More versions, each written by a person."""
    for number in range(case.document.version, case.document.version + count):
        case.edit(f"Text {number}.", version=number)
    case.document.refresh_from_db()


def queries(browser, address):
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in found]


class TestBudgets:
    def test_the_list_costs_the_same_at_ten_and_at_a_thousand_rows(self, browser, case, routes):
        copies(case, 9)
        ten = queries(browser, reverse(routes["list"]))
        copies(case, 990)
        thousand = queries(browser, reverse(routes["list"]))
        assert len(ten) == len(thousand) <= BUDGET, "\n".join(thousand)
        assert not any('"inputs"' in sql for sql in thousand)

    def test_a_document_costs_the_same_with_ten_and_with_forty_versions(self, browser, case, routes):
        address = reverse(routes["detail"], args=[case.document.pk])
        versions(case, 9)
        ten = queries(browser, address)
        versions(case, 30)
        forty = queries(browser, address)
        assert len(ten) == len(forty) <= BUDGET, "\n".join(forty)

    def test_the_document_is_read_once_for_its_page(self, browser, case, routes):
        found = queries(browser, reverse(routes["detail"], args=[case.document.pk]))
        own = [sql for sql in found if f'"{case.document._meta.db_table}"."inputs"' in sql]
        assert len(own) == 1, "\n".join(own)


class TestTrash:
    def test_delete_and_undo(self, browser, case, routes):
        page = browser.post(reverse(routes["delete"], args=[case.document.pk]), follow=True).content.decode()
        assert "is in the trash" in page
        assert browser.get(reverse(routes["detail"], args=[case.document.pk])).status_code == 404
        page = browser.post(reverse(routes["undo"], args=[case.document.pk]), follow=True).content.decode()
        assert f"The {case.kind.name} is back." in page


class TestApi:
    def test_the_list_costs_the_same_at_ten_and_at_a_thousand_rows(self, browser, case):
        address = reverse(f"api-{PAGES[case.kind.name].plural}")
        copies(case, 9)
        ten = queries(browser, address)
        copies(case, 990)
        thousand = queries(browser, address)
        assert len(ten) == len(thousand) <= BUDGET, "\n".join(thousand)
        assert not any("JOIN" in sql or '"inputs"' in sql for sql in thousand if case.document._meta.db_table in sql)
