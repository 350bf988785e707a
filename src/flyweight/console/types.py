"""Writes a literal type as its author would have written it in Python."""

from flyteidl.core import types_pb2

_SIMPLE = {
    types_pb2.INTEGER: "int",
    types_pb2.FLOAT: "float",
    types_pb2.STRING: "str",
    types_pb2.BOOLEAN: "bool",
    types_pb2.DATETIME: "datetime",
    types_pb2.DURATION: "timedelta",
    types_pb2.NONE: "None",
    types_pb2.STRUCT: "struct",
    types_pb2.BINARY: "bytes",
}


def type_text(of: types_pb2.LiteralType) -> str:
    """Write one type."""
    match of.WhichOneof("type"):
        case "simple":
            title = of.metadata["title"] if of.HasField("metadata") and "title" in of.metadata else ""
            return str(title or _SIMPLE.get(of.simple, "value"))
        case "collection_type":
            return f"list[{type_text(of.collection_type)}]"
        case "map_value_type":
            return f"dict[str, {type_text(of.map_value_type)}]"
        case "blob":
            folder = of.blob.dimensionality == types_pb2.BlobType.MULTIPART
            kind = "FlyteDirectory" if folder else "FlyteFile"
            return f"{kind}[{of.blob.format}]" if of.blob.format else kind
        case "structured_dataset_type" | "schema":
            return "DataFrame"
        case "enum_type":
            return f"one of {', '.join(of.enum_type.values)}"
        case "union_type":
            return " | ".join(type_text(variant) for variant in of.union_type.variants)
        case _:
            return "value"
