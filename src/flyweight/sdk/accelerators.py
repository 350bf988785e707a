"""Accelerators by the names that clusters give them: whole GPUs, parts of one, slices of TPUs."""

from typing import ClassVar, Final, Self

from flyteidl.core import tasks_pb2

from flyweight.sdk.resources import Accelerator


class GPUAccelerator(Accelerator):
    """A kind of GPU, by its name on the cluster.

    Example:
        >>> GPUAccelerator("nvidia-tesla-t4").device
        'nvidia-tesla-t4'

    """

    __slots__ = ()


class MultiInstanceGPUAccelerator:
    """A kind of accelerator that can be had in parts; a subclass says its ``device``.

    Example:
        >>> A100.partition_1g_5gb.to_flyte_idl().partition_size
        '1g.5gb'

    """

    device: ClassVar[str]

    def __init__(self, partition_size: str | None = None, *, whole: bool = False) -> None:
        self._partition_size = partition_size
        self._whole = whole

    def __repr__(self) -> str:
        return f"{self.device}{'/' + self._partition_size if self._partition_size else ''}"

    @property
    def unpartitioned(self) -> Self:
        """The whole device, and not a part of one."""
        return type(self)(whole=True)

    @classmethod
    def partitioned(cls, partition_size: str) -> Self:
        """Give a part of this size, as the cluster names it."""
        return cls(partition_size)

    def to_flyte_idl(self) -> tasks_pb2.GPUAccelerator:
        """Give it on the wire."""
        made = tasks_pb2.GPUAccelerator(device=self.device, partition_size=self._partition_size)
        if self._whole:
            made.unpartitioned = True
        return made


class _A100(MultiInstanceGPUAccelerator):
    device = "nvidia-tesla-a100"


class A100Parts(_A100):
    """An NVIDIA A100 with 40 GB, and its parts."""

    partition_1g_5gb = _A100("1g.5gb")
    partition_2g_10gb = _A100("2g.10gb")
    partition_3g_20gb = _A100("3g.20gb")
    partition_4g_20gb = _A100("4g.20gb")
    partition_7g_40gb = _A100("7g.40gb")


class _A10080GB(MultiInstanceGPUAccelerator):
    device = "nvidia-a100-80gb"


class A10080GBParts(_A10080GB):
    """An NVIDIA A100 with 80 GB, and its parts."""

    partition_1g_10gb = _A10080GB("1g.10gb")
    partition_2g_20gb = _A10080GB("2g.20gb")
    partition_3g_40gb = _A10080GB("3g.40gb")
    partition_4g_40gb = _A10080GB("4g.40gb")
    partition_7g_80gb = _A10080GB("7g.80gb")


class _V5E(MultiInstanceGPUAccelerator):
    device = "tpu-v5-lite-podslice"


class V5ESlices(_V5E):
    """A Google TPU v5e, and its slices by topology."""

    slice_1x1 = _V5E("1x1")
    slice_2x2 = _V5E("2x2")
    slice_2x4 = _V5E("2x4")
    slice_4x4 = _V5E("4x4")
    slice_4x8 = _V5E("4x8")
    slice_8x8 = _V5E("8x8")
    slice_8x16 = _V5E("8x16")
    slice_16x16 = _V5E("16x16")


class _V5P(MultiInstanceGPUAccelerator):
    device = "tpu-v5p-slice"


class V5PSlices(_V5P):
    """A Google TPU v5p, and its slices by topology."""

    slice_2x2x1 = _V5P("2x2x1")
    slice_2x2x2 = _V5P("2x2x2")
    slice_2x4x4 = _V5P("2x4x4")
    slice_4x4x4 = _V5P("4x4x4")
    slice_4x4x8 = _V5P("4x4x8")
    slice_4x8x8 = _V5P("4x8x8")
    slice_8x8x8 = _V5P("8x8x8")
    slice_8x8x16 = _V5P("8x8x16")
    slice_8x16x16 = _V5P("8x16x16")
    slice_16x16x16 = _V5P("16x16x16")
    slice_16x16x24 = _V5P("16x16x24")


class _V6E(MultiInstanceGPUAccelerator):
    device = "tpu-v6e-slice"


class V6ESlices(_V6E):
    """A Google TPU v6e, and its slices by topology."""

    slice_1x1 = _V6E("1x1")
    slice_2x2 = _V6E("2x2")
    slice_2x4 = _V6E("2x4")
    slice_4x4 = _V6E("4x4")
    slice_4x8 = _V6E("4x8")
    slice_8x8 = _V6E("8x8")
    slice_8x16 = _V6E("8x16")
    slice_16x16 = _V6E("16x16")


A10G: Final = GPUAccelerator("nvidia-a10g")
L4: Final = GPUAccelerator("nvidia-l4")
L4_VWS: Final = GPUAccelerator("nvidia-l4-vws")
L40S: Final = GPUAccelerator("nvidia-l40s")
K80: Final = GPUAccelerator("nvidia-tesla-k80")
M60: Final = GPUAccelerator("nvidia-tesla-m60")
P4: Final = GPUAccelerator("nvidia-tesla-p4")
P100: Final = GPUAccelerator("nvidia-tesla-p100")
T4: Final = GPUAccelerator("nvidia-tesla-t4")
V100: Final = GPUAccelerator("nvidia-tesla-v100")
H100: Final = GPUAccelerator("nvidia-h100")
H200: Final = GPUAccelerator("nvidia-h200")
RTX_PRO_6000: Final = GPUAccelerator("nvidia-rtx-pro-6000")
A100: Final = A100Parts()
A100_80GB: Final = A10080GBParts()
V5E: Final = V5ESlices()
V5P: Final = V5PSlices()
V6E: Final = V6ESlices()
