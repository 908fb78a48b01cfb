import pytest

from tests.videofile.library import Shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The files of the library, each made once."""
    return Shelf(tmp_path_factory.mktemp("library"))
