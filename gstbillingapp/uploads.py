"""Files that people send: kept in memory up to the largest that is taken, and never on a disk."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from gstbillingapp.sheets.reading import MAX_BYTES


class Bounded(FileUploadHandler):
    """Drops a file that is larger, while it is being read: the form arrives without it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing of it."""
        super().new_file(*args, **kwargs)
        self.content = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what has come, while it may still be small enough."""
        if start + len(raw_data) > MAX_BYTES:
            self.content = io.BytesIO()
            raise SkipFile
        self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file as the view gets it."""
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
