"""scikit-learn's estimators: one joblib file each. Loaded when an annotation first names scikit-learn."""

from importlib import import_module
from pathlib import Path
from typing import Any

from flyweight.types.codec import Codec
from flyweight.types.stored import StoredCodec


class EstimatorCodec(StoredCodec):
    """``sklearn.base.BaseEstimator`` and all classes that extend it."""

    name = "Sklearn Estimator"
    format = "SklearnEstimator"
    file_name = "estimator.joblib"

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Dump the estimator."""
        _ = python_type
        import_module("joblib").dump(value, path)

    def read(self, path: Path, python_type: Any) -> Any:
        """Load the estimator."""
        _ = python_type
        return import_module("joblib").load(path)


def codecs() -> list[tuple[Codec, tuple[Any, ...]]]:
    """Give the codec of estimators."""
    base = import_module("sklearn.base").BaseEstimator
    return [(EstimatorCodec(base), (base,))]
