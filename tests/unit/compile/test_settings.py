"""Image names and versions."""

import pytest

from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.compile.versions import derive_version, environment_digest
from flyweight.errors import InvalidInput

IMAGES = ImageConfig.from_images("host:5000/base:v1", {"gpu": "registry/gpu:v2"})


@pytest.mark.parametrize(
    ("given", "full"),
    [
        (None, "host:5000/base:v1"),
        ("gpu", "registry/gpu:v2"),
        ("other:3", "other:3"),
        ("{{.image.default.fqn}}:new", "host:5000/base:new"),
        ("{{ .image.gpu.fqn }}:{{ .image.gpu.version }}", "registry/gpu:v2"),
        ("{{.images.gpu}}", "registry/gpu:v2"),
    ],
)
def test_images_by_name_and_template(given: str | None, full: str) -> None:
    assert IMAGES.resolve(given) == full


def test_an_image_that_is_not_configured_says_which_are() -> None:
    with pytest.raises(InvalidInput, match=r"--image tpu=IMAGE\. Configured: default, gpu"):
        IMAGES.resolve("{{.image.tpu.fqn}}:1")


def test_a_version_follows_code_settings_and_environment_only() -> None:
    settings = SerializationSettings(version="ignored")
    version = derive_version("code", settings)
    assert version == derive_version("code", SerializationSettings(version="other", bundle_uri="file:///there"))
    changed = {
        derive_version("code2", settings),
        derive_version("code", SerializationSettings(env={"A": "b"})),
        derive_version("code", SerializationSettings(image_config=IMAGES)),
        derive_version("code", settings, environment_digest()),
    }
    assert len(changed | {version}) == 5
    assert version.isalnum()
