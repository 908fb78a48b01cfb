"""Answers that are sent piece by piece, over WSGI and ASGI alike, with never more than one piece in memory."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import cast

from asgiref.sync import sync_to_async
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class PiecesResponse(StreamingHttpResponse):
    """Streams what a plain iterator yields. Under ASGI each piece is read in a thread, when the one before is sent.

    Django itself would read a plain iterator to its end before an ASGI server sends the first byte.
    """

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = cast(Iterator[bytes], self.streaming_content)
        read = sync_to_async(partial(next, pieces, None), thread_sensitive=False)
        while (piece := await read()) is not None:
            yield piece


class FilePiecesResponse(PiecesResponse, FileResponse):
    """Streams an open file and closes it."""


class StaticResponse(PiecesResponse, WhiteNoiseFileResponse):
    """Streams a collected file with the headers that were made when it was collected."""


class StaticMiddleware(WhiteNoiseMiddleware):
    """Serves scripts, styles and pictures without reading a whole file first."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> StreamingHttpResponse:
        """What the library's own method answers, as an answer in pieces."""
        found = static_file.get_response(request.method, request.META)
        answer = StaticResponse(found.file or (), status=int(found.status))
        del answer["Content-Type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
