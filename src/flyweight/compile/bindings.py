"""Turns the bindings of a drawn graph into flyteidl BindingData, for specs and for runs in this process."""

import typing

from flyteidl.core import literals_pb2, types_pb2

from flyweight.sdk.binding import Binding, Collected, Constant, Mapped
from flyweight.sdk.promise import Promise


def binding_data(binding: Binding) -> literals_pb2.BindingData:
    """Give a binding on the wire."""
    match binding:
        case Promise():
            return literals_pb2.BindingData(promise=_output_reference(binding))
        case Constant(literal):
            return _constant(literal)
        case Collected(items):
            return literals_pb2.BindingData(
                collection=literals_pb2.BindingDataCollection(bindings=[binding_data(item) for item in items])
            )
        case Mapped(items):
            return literals_pb2.BindingData(
                map=literals_pb2.BindingDataMap(bindings={key: binding_data(item) for key, item in items.items()})
            )
        case _:
            typing.assert_never(binding)


def _output_reference(promise: Promise) -> types_pb2.OutputReference:
    reference = promise.ref
    return types_pb2.OutputReference(
        node_id=reference.node.id if reference.node is not None else "",
        var=reference.var,
        attr_path=[
            types_pb2.PromiseAttribute(int_value=step)
            if isinstance(step, int)
            else types_pb2.PromiseAttribute(string_value=step)
            for step in reference.path
        ],
    )


def _constant(literal: literals_pb2.Literal) -> literals_pb2.BindingData:
    if literal.scalar.union.value.WhichOneof("value") in ("collection", "map"):
        return _constant(literal.scalar.union.value)  # as flytekit binds a list where Optional[list] is expected
    match literal.WhichOneof("value"):
        case "collection":
            members = [_constant(item) for item in literal.collection.literals]
            return literals_pb2.BindingData(collection=literals_pb2.BindingDataCollection(bindings=members))
        case "map":
            named = {key: _constant(item) for key, item in literal.map.literals.items()}
            return literals_pb2.BindingData(map=literals_pb2.BindingDataMap(bindings=named))
        case "offloaded_metadata":
            return literals_pb2.BindingData(offloaded_metadata=literal.offloaded_metadata)
        case _:
            return literals_pb2.BindingData(scalar=literal.scalar)
