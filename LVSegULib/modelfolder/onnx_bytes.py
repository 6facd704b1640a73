"""Change an ONNX file without the package onnx: further outputs, other weights, only what comes after a layer.

An ONNX file is a Protocol Buffers message: a sequence of fields, each with its number, and a message that comes in two
pieces is the two merged. So outputs are added by appending a piece of the graph, and weights, which this project
stores as raw little-endian floats, are overwritten in place.

protobuf.dev/programming-guides/encoding; field numbers of onnx.proto, github.com/onnx/onnx.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import ModelError

_GRAPH = 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT = 1, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_TENSOR_NAME, _TENSOR_RAW = 8, 9
_VALUE_NAME, _VALUE_TYPE = 1, 2
_FLOATS = b"\x0a\x02\x08\x01"
"""A value's type: a tensor (field 1) whose elements (field 1) are floats (1)."""

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5

_PLACE = re.compile(rb"(\x08|\x88\x80*\x00)location")
"""The key of a tensor's file (`TensorProto.external_data`) after its length, which may be padded."""

Span = tuple[int, int]
"""Where something lies in the file: its first byte, and the one after its last."""


class _Field(NamedTuple):
    """A field of a message: its number, where it begins, and where its value lies."""

    number: int
    start: int
    value: Span


def with_outputs(graph: bytes, names: Sequence[str]) -> bytes:
    """`graph` with further outputs: the values of these names, which its nodes already make."""
    outputs = b"".join(_field(_OUTPUT, _field(_VALUE_NAME, name.encode())) for name in names)
    return graph + _field(_GRAPH, outputs) if names else graph


def with_weights(graph: bytes, weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """`graph` with other numbers in some of its weights, each of the size that it had.

    Raises:
        ModelError: it has no weights of that name and size.
    """
    changed, places = bytearray(graph), weight_places(graph)
    for name, values in weights.items():
        start, end = places.get(name, (0, 0))
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        if end - start != len(raw):
            raise ModelError(f"the ONNX graph has no weights {name} of {values.size} numbers: export the model again")
        changed[start:end] = raw
    return bytes(changed)


def rest_after(graph: bytes, value: str) -> tuple[bytes, list[str]]:
    """What of `graph` comes after one of its values, with that value as an input.

    Returns:
        The smaller graph, and the names of its inputs: `value`, and what else it reads of what came before.

    Raises:
        ModelError: `graph` is no ONNX graph.
    """
    made, weights, inputs, kept = {value}, weight_places(graph), [value], b""
    for node in _parts(graph, _NODE):
        fields = list(_fields(graph, node.value))
        reads = [_text(graph, field) for field in fields if field.number == _NODE_INPUT]
        if not made.intersection(reads):
            continue
        inputs += [name for name in reads if name not in made and name not in weights and name not in inputs]
        made |= {_text(graph, field) for field in fields if field.number == _NODE_OUTPUT}
        kept += graph[node.start : node.value[1]]
    for name in inputs:
        kept += _field(_INPUT, _field(_VALUE_NAME, name.encode()) + _field(_VALUE_TYPE, _FLOATS))
    for kind in (_INITIALIZER, _OUTPUT):
        kept += b"".join(graph[part.start : part.value[1]] for part in _parts(graph, kind))
    others = (field for field in _fields(graph, (0, len(graph))) if field.number != _GRAPH)
    return b"".join(graph[field.start : field.value[1]] for field in others) + _field(_GRAPH, kept), inputs


def weight_places(graph: bytes) -> dict[str, Span]:
    """Where the raw numbers of each weight lie, by its name.

    Raises:
        ModelError: `graph` is no ONNX graph.
    """
    found: dict[str, Span] = {}
    for tensor in _parts(graph, _INITIALIZER):
        fields = {field.number: field for field in _fields(graph, tensor.value)}
        if _TENSOR_NAME in fields and _TENSOR_RAW in fields:
            found[_text(graph, fields[_TENSOR_NAME])] = fields[_TENSOR_RAW].value
    return found


def reads_other_files(graph: bytes) -> bool:
    """Whether some of its numbers, in whatever part of it, may be to be taken from other files, or from memory.

    It errs on the safe side: any other key or name "location" counts too.
    """
    return _PLACE.search(graph) is not None


def value_names(graph: bytes) -> set[str]:
    """The names of all values that the nodes make.

    Raises:
        ModelError: `graph` is no ONNX graph.
    """
    fields = (field for node in _parts(graph, _NODE) for field in _fields(graph, node.value))
    return {_text(graph, field) for field in fields if field.number == _NODE_OUTPUT}


def _parts(graph: bytes, kind: int) -> Iterator[_Field]:
    """The fields `kind` of the graph, wherever the file has pieces of it."""
    for piece in _fields(graph, (0, len(graph))):
        if piece.number == _GRAPH:
            yield from (field for field in _fields(graph, piece.value) if field.number == kind)


def _fields(data: bytes, within: Span) -> Iterator[_Field]:
    """The fields of a message."""
    position, end = within
    while position < end:
        start = position
        key, position = _varint(data, position, end)
        kind = key & 7
        if kind == _BYTES:
            length, position = _varint(data, position, end)
        elif kind == _VARINT:
            length = _varint(data, position, end)[1] - position
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ModelError("this is no ONNX graph: copy the model again")
        if position + length > end:
            raise ModelError("the ONNX graph is cut short: copy the model again")
        yield _Field(key >> 3, start, (position, position + length))
        position += length


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """A number stored seven bits a byte, lowest first, and where it ends."""
    value = shift = 0
    while position < end:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if not byte & 128:
            return value, position
    raise ModelError("the ONNX graph is cut short: copy the model again")


def _text(data: bytes, field: _Field) -> str:
    return data[slice(*field.value)].decode(errors="replace")


def _field(number: int, content: bytes) -> bytes:
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
