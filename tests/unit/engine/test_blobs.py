"""Large values go to real files and come back."""

import pytest

from flyweight import blob
from flyweight.engine.blobs import StoredBlobs
from flyweight.errors import NotFound


async def test_what_is_written_is_read_back(tmp_path):
    place = blob.join(blob.file_uri(tmp_path), "n0", "inputs.pb")
    blobs = StoredBlobs()
    await blobs.write(place, b"value")
    assert await blobs.read(place) == b"value"
    with pytest.raises(NotFound):
        await blobs.read(place + "x")
