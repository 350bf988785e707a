"""Settings built at module level, as registration scripts do."""
import os
from collections import OrderedDict

from flytekit import task, workflow
from flytekit.configuration import Config, DataConfig, FastSerializationSettings, Image, ImageConfig, S3Config
from flytekit.configuration import PlatformConfig, SerializationSettings
from flytekit.tools.translator import get_serializable

config = Config(
    platform=PlatformConfig(endpoint=os.getenv("FLYTE_HOST", "localhost:30080"), insecure=True),
    data_config=DataConfig(s3=S3Config(endpoint="http://localhost:30002", access_key_id="minio")),
)
default_img = Image(name="default", fqn="test", tag="tag")
serialization_settings = SerializationSettings(
    project="project",
    domain="domain",
    version="version",
    env={"FOO": "bar"},
    image_config=ImageConfig(default_image=default_img, images=[default_img]),
    fast_serialization_settings=FastSerializationSettings(enabled=False),
)


@task
def t1(a: int) -> str:
    return str(a)


@workflow
def wf(a: int = 1) -> str:
    return t1(a=a)


@task
def check() -> str:
    spec = get_serializable(OrderedDict(), serialization_settings, t1)
    container = spec.to_flyte_idl().template.container
    return f"{container.image} {container.env[0].key}={container.env[0].value}"
