"""Files and folders with a format, under the names that flytekit has for them: ``CSVFile`` is ``FlyteFile["csv"]``."""

from typing import Final

from flyweight.types.directory import FlyteDirectory
from flyweight.types.file import FlyteFile


class FileExt:
    """A format in an annotation: ``FlyteFile[Annotated[str, FileExt("csv")]]``."""

    def __init__(self, ext: str) -> None:
        self._ext = ext

    def __str__(self) -> str:
        return self._ext


CSVFile: Final = FlyteFile["csv"]
HDF5EncodedFile: Final = FlyteFile["hdf5"]
HTMLPage: Final = FlyteFile["html"]
JPEGImageFile: Final = FlyteFile["jpeg"]
JSONLFile: Final = FlyteFile["jsonl"]
JoblibSerializedFile: Final = FlyteFile["joblib"]
ONNXFile: Final = FlyteFile["onnx"]
PDFFile: Final = FlyteFile["pdf"]
PNGImageFile: Final = FlyteFile["png"]
PythonNotebook: Final = FlyteFile["ipynb"]
PythonPickledFile: Final = FlyteFile["python_pickle"]
SVGImageFile: Final = FlyteFile["svg"]
TFRecordFile: Final = FlyteFile["tfrecord"]
TFRecordsDirectory: Final = FlyteDirectory["tfrecords_dir"]
TensorboardLogs: Final = FlyteDirectory["tensorboard"]
