"""Code that builds flytekit's models by hand, as transformers and plugins do."""
from flytekit import task
from flytekit.models.core.types import BlobType
from flytekit.models.literals import Blob, BlobMetadata, Literal, LiteralMap, Primitive, Scalar
from flytekit.models.types import LiteralType, SimpleType


@task
def build(x: int) -> str:
    meta = BlobMetadata(type=BlobType(format="csv", dimensionality=BlobType.BlobDimensionality.SINGLE))
    lm = LiteralMap(
        literals={
            "x": Literal(scalar=Scalar(primitive=Primitive(integer=x))),
            "f": Literal(scalar=Scalar(blob=Blob(metadata=meta, uri="s3://bucket/key"))),
        }
    )
    again = LiteralMap.from_flyte_idl(lm.to_flyte_idl())
    assert again.literals["x"].scalar.blob is None
    assert LiteralType(simple=SimpleType.INTEGER).to_flyte_idl().simple == 1
    return f"{again.literals['x'].scalar.primitive.integer} {again.literals['f'].scalar.blob.uri}"
