"""Settings that code builds at module level, by flytekit's names: images, serialization, and what they compile to."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

import pytest

import flyweight
from flyweight import compat
from flyweight.errors import InvalidInput


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


@flyweight.task(container_image="{{.image.gpu.fqn}}:{{.image.gpu.version}}", environment={"B": "2"})
def double(x: int) -> int:
    return 2 * x


@flyweight.task
def plain(x: int) -> int:
    return x


@flyweight.workflow
def pipeline(x: int = 1) -> int:
    return double(x=plain(x=x))


def test_images_by_their_parts() -> None:
    from flytekit.configuration import Image, ImageConfig

    images = ImageConfig.from_images("registry:5000/base:v1", {"gpu": "registry/gpu@sha256:abc"})
    assert images.default_image == Image("default", "registry:5000/base", tag="v1")
    assert images.find_image("gpu") == Image("gpu", "registry/gpu", digest="sha256:abc")
    assert images.find_image("none") is None
    assert [one.full for one in images.images or ()] == ["registry:5000/base:v1", "registry/gpu@sha256:abc"]
    assert ImageConfig.auto(img_name="a/b:c").default_image == Image("default", "a/b", "c")
    assert ImageConfig.auto_default_image().default_image is not None
    with pytest.raises(InvalidInput, match="needs a tag"):
        Image.look_up_image_info("x", "registry:5000/base")


def test_settings_compile_what_flytekits_would() -> None:
    from flytekit.configuration import FastSerializationSettings, Image, ImageConfig, SerializationSettings
    from flytekit.tools.translator import get_serializable

    settings = SerializationSettings(
        project="p",
        domain="d",
        version="v",
        env={"A": "1"},
        image_config=ImageConfig(Image("default", "base", "v1"), [Image("gpu", "gpu-image", "v2")]),
        fast_serialization_settings=FastSerializationSettings(
            enabled=True, destination_dir="/root", distribution_location="s3://bucket/code.tar.gz"
        ),
    )
    mapping: OrderedDict = OrderedDict()
    spec = get_serializable(mapping, settings, pipeline)
    assert list(mapping) == [plain, double, pipeline]
    assert spec.template.id.name.endswith("test_configuration.pipeline")
    assert [node.task_node.reference_id.version for node in spec.template.nodes] == ["v", "v"]
    assert spec.template.interface.inputs["x"].type.simple == 1
    assert spec.to_flyte_idl().template.id.project == "p"
    container = mapping[double].template.container
    assert container.image == "gpu-image:v2"
    assert container.env == {"A": "1", "B": "2"}
    assert "s3://bucket/code.tar.gz" in container.args
    assert settings.should_fast_serialize()
    assert get_serializable(mapping, settings, pipeline) is spec


def test_settings_are_built_anew_from_a_builder() -> None:
    from flytekit.configuration import FastSerializationSettings, SerializationSettings

    settings = SerializationSettings.for_image("base:v1", version="v", project="p", domain="d")
    assert settings.image_config.default == "base:v1"
    assert settings.python_interpreter == "/opt/venv/bin/python3"
    assert settings.flytekit_virtualenv_root == "/opt/venv"
    builder = settings.new_builder()
    builder.project = "other"
    fast = FastSerializationSettings(enabled=True, distribution_location="s3://b/c")
    built = builder.with_fast_serialization_settings(fast).build()
    assert (built.project, built.version, built.bundle_uri, settings.project) == ("other", "v", "s3://b/c", "p")


def test_a_launch_plan_takes_options() -> None:
    from flytekit import Labels, LaunchPlan
    from flytekit.configuration import ImageConfig, SerializationSettings
    from flytekit.core.options import Options
    from flytekit.tools.translator import get_serializable

    plan = LaunchPlan("labelled", pipeline, LaunchPlan.get_or_create(pipeline).options)
    settings = SerializationSettings(ImageConfig.from_images("a:b", {"gpu": "c:d"}), "p", "d", "v")
    made = get_serializable(OrderedDict(), settings, plan, Options(labels=Labels({"team": "a"}), max_parallelism=3))
    assert made.spec.labels.to_flyte_idl().values["team"] == "a"
    assert made.spec.max_parallelism == 3


def test_options_stand_in_the_place_of_what_a_launch_plan_says() -> None:
    from flytekit import Email, Labels, LaunchPlan, WorkflowExecutionPhase
    from flytekit.configuration import ImageConfig, SerializationSettings
    from flytekit.core.options import Options
    from flytekit.tools.translator import get_serializable

    ends = [WorkflowExecutionPhase.FAILED]
    own = {"labels": Labels({"own": "1"}), "notifications": [Email(phases=ends, recipients_email=["own@example.org"])]}
    plan = LaunchPlan.create("with settings of its own", pipeline, **own)
    asked = Options.default_from(k8s_service_account="robot")
    asked = replace(
        asked, labels=Labels({"team": "a"}), notifications=[Email(phases=ends, recipients_email=["a@example.org"])]
    )
    settings = SerializationSettings(ImageConfig.from_images("a:b", {"gpu": "c:d"}), "p", "d", "v")
    spec = get_serializable(OrderedDict(), settings, plan, asked).spec.to_flyte_idl()
    assert dict(spec.labels.values) == {"team": "a"}
    assert [list(one.email.recipients_email) for one in spec.entity_metadata.notifications] == [["a@example.org"]]
    assert spec.security_context.run_as.k8s_service_account == "robot"


def test_a_reference_is_its_id() -> None:
    from flytekit.configuration import ImageConfig, SerializationSettings
    from flytekit.tools.translator import get_serializable

    @flyweight.reference_task("p", "d", "n", "v")
    def remote(x: int) -> int: ...

    settings = SerializationSettings(ImageConfig.auto_default_image())
    assert get_serializable(OrderedDict(), settings, remote).template.id.name == "n"


def test_configurations_of_a_client() -> None:
    from flytekit.configuration import Config, DataConfig, PlatformConfig, S3Config, SecretsConfig

    s3 = S3Config(endpoint="http://localhost:30002", access_key_id="minio", secret_access_key="x")
    config = Config(
        platform=PlatformConfig(endpoint="flyte:81", insecure=True),
        secrets=SecretsConfig(env_prefix="_X_"),
        data_config=DataConfig(s3=s3),
    )
    assert config.endpoint().address == "flyte:81"
    assert config.data_config == DataConfig(s3=s3)
    assert Config.for_endpoint("a:1", True, DataConfig(s3=s3)).endpoint().insecure
    assert DataConfig.auto().s3.retries == 3
