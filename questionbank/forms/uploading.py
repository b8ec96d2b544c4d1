"""Taking thousands of files in one request, within limits that hold before anything is in memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from questionbank.formats.source import MAX_BYTES
from questionbank.forms.imports import too_large, too_large_in_all, too_many
from questionbank.services.sources import is_bank
from questionbank.services.uploads import MOST_BYTES, MOST_FILES

# What a request may have beside the files: names, boundaries.
_BESIDE = 16 * 1024 * 1024


class Part(UploadedFile):  # type: ignore[type-arg]
    """A file that lies in the spool of its request. ``place`` is its number among those of its field, from 0."""

    def __init__(self, handler: "BankUploadHandler", *, field: str, start: int, place: int, **kwargs: Any) -> None:
        super().__init__(file=None, **kwargs)
        self._handler, self._field, self._start, self.place = handler, field, start, place

    @property
    def among(self) -> int:
        """How many files its field had, those passed over among them."""
        return self._handler.places[self._field]

    def read(self, *_size: int) -> bytes:
        self._handler.spool.seek(self._start)
        return self._handler.spool.read(self.size or 0)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield self.read()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Every reading begins at the start."""
        return 0

    def close(self) -> None:
        """The spool goes with its request."""


class BankUploadHandler(FileUploadHandler):
    """Writes all files of a request one behind the other into one temporary file.

    Django's own handlers keep each in memory, or open one temporary file for each: more than a process may. What is
    too large is dropped as it arrives, and ``refused`` says so; the rest of the request is read past.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refused: list[ValidationError] = []
        self.places: dict[str, int] = {}
        self.spool = tempfile.TemporaryFile()  # noqa: SIM115 -- closed in of()
        self._whole = self._start = self._count = self._place = 0

    @classmethod
    @contextmanager
    def of(cls, request: HttpRequest) -> Iterator["BankUploadHandler"]:
        """The only handler of a request that nobody has read yet; its files last as long as this context."""
        handler = cls(request)
        request.upload_handlers = [handler]
        with handler.spool:
            yield handler

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803 -- Django's name
        self._whole = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if self._whole > MOST_BYTES + _BESIDE:
            self._stop(too_large_in_all())
        self._place = self.places.get(field_name, 0)
        self.places[field_name] = self._place + 1
        if field_name == "folder" and not is_bank(file_name):
            raise SkipFile
        self._count += 1
        if self._count > MOST_FILES:
            self._stop(too_many())
        self._start = self.spool.seek(0, 2)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > MAX_BYTES:
            self.refused.append(too_large(self.file_name or ""))
            self.spool.truncate(self._start)
            raise SkipFile
        self.spool.write(raw_data)

    def file_complete(self, file_size: int) -> Part | None:
        if self.spool.tell() > MOST_BYTES:
            self._stop(too_large_in_all())
        return Part(
            self,
            field=self.field_name or "",
            start=self._start,
            place=self._place,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )

    def _stop(self, refusal: ValidationError) -> None:
        self.refused.append(refusal)
        raise StopUpload(connection_reset=False)
