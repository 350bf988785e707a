"""PyTorch's tensors, modules and checkpoints: one ``.pt`` file each. Loaded when an annotation first names torch."""

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.codec import Codec
from flyweight.types.mismatch import type_name
from flyweight.types.stored import StoredCodec


@dataclasses.dataclass
class PyTorchCheckpoint:
    """A module, an optimizer and hyperparameters, or some of them.

    A task that takes one is handed the dict that ``torch.load`` reads: ``module_state_dict``, ``optimizer_state_dict``,
    and each hyperparameter under its name.
    """

    module: Any = None
    """A ``torch.nn.Module``."""
    hyperparameters: Mapping[str, Any] | Any = None
    """A dict, dataclass or NamedTuple."""
    optimizer: Any = None
    """A ``torch.optim.Optimizer``."""

    def __post_init__(self) -> None:
        if self.module is None and not self.hyperparameters and self.optimizer is None:
            raise InvalidInput("A PyTorchCheckpoint needs a module, hyperparameters or an optimizer, or some of them.")


class _TorchCodec(StoredCodec):
    """What ``torch.save`` writes; read onto the first GPU if there is one, else onto the CPU."""

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Save the object."""
        _ = python_type
        _torch().save(value, path)

    def read(self, path: Path, python_type: Any) -> Any:
        """Load the object. The file is a pickle, as a module's always is: it comes from a task of one's own."""
        _ = python_type
        torch = _torch()
        place = "cuda:0" if torch.cuda.is_available() else "cpu"
        return torch.load(path, map_location=place, weights_only=False)


class TensorCodec(_TorchCodec):
    """``torch.Tensor``."""

    name = "PyTorch Tensor"
    format = "PyTorchTensor"
    file_name = "tensor.pt"
    advice = "make one with torch.as_tensor(...)"


class ModuleCodec(_TorchCodec):
    """``torch.nn.Module`` and all classes that extend it, with their parameters."""

    name = "PyTorch Module"
    format = "PyTorchModule"
    file_name = "module.pt"


class CheckpointCodec(_TorchCodec):
    """``PyTorchCheckpoint``: stored as a dict of state dicts and hyperparameters, and read as that dict."""

    name = "PyTorch Checkpoint"
    format = "PyTorchCheckpoint"
    file_name = "checkpoint.pt"

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Save the state dicts of module and optimizer, and each hyperparameter under its own name."""
        super().write(_contents(value), path, python_type)


def codecs() -> list[tuple[Codec, tuple[Any, ...]]]:
    """Give the codecs of all three."""
    torch = _torch()
    return [
        (TensorCodec(torch.Tensor), (torch.Tensor,)),
        (ModuleCodec(torch.nn.Module), (torch.nn.Module,)),
        (CheckpointCodec(PyTorchCheckpoint), (PyTorchCheckpoint,)),
    ]


def _contents(checkpoint: PyTorchCheckpoint) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if checkpoint.module is not None:
        found["module_state_dict"] = checkpoint.module.state_dict()
    named: Any = checkpoint.hyperparameters
    if isinstance(named, Mapping):
        found.update(named)
    elif hasattr(named, "_asdict"):
        found.update(named._asdict())
    elif dataclasses.is_dataclass(named) and not isinstance(named, type):
        found.update(dataclasses.asdict(named))
    elif named is not None:
        raise TypeMismatch(f"hyperparameters are a dict, dataclass or NamedTuple, not {type_name(type(named))}")
    if checkpoint.optimizer is not None:
        found["optimizer_state_dict"] = checkpoint.optimizer.state_dict()
    return found


def _torch() -> Any:
    return import_module("torch")
