"""Change an ONNX file without the package onnx: further outputs, other weights.

An ONNX file is a Protocol Buffers message: a sequence of fields, each with its number, and a message that comes in two
pieces is the two merged. So outputs are added by appending a piece of the graph, and weights, which this project
stores as raw little-endian floats, are overwritten in place.

protobuf.dev/programming-guides/encoding; field numbers of onnx.proto, github.com/onnx/onnx.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import ModelError

_GRAPH = 7
_NODE, _INITIALIZER, _OUTPUT = 1, 5, 12
_NODE_OUTPUT = 2
_TENSOR_NAME, _TENSOR_RAW = 8, 9
_VALUE_NAME = 1
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5

Span = tuple[int, int]
"""Where something lies in the file: its first byte, and the one after its last."""


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


def weight_places(graph: bytes) -> dict[str, Span]:
    """Where the raw numbers of each weight lie, by its name.

    Raises:
        ModelError: `graph` is no ONNX graph.
    """
    found: dict[str, Span] = {}
    for tensor in _parts(graph, _INITIALIZER):
        fields = {number: span for number, span in _fields(graph, tensor) if number in (_TENSOR_NAME, _TENSOR_RAW)}
        if len(fields) == 2:
            found[_text(graph, fields[_TENSOR_NAME])] = fields[_TENSOR_RAW]
    return found


def value_names(graph: bytes) -> set[str]:
    """The names of all values that the nodes make.

    Raises:
        ModelError: `graph` is no ONNX graph.
    """
    nodes = _parts(graph, _NODE)
    return {_text(graph, span) for node in nodes for number, span in _fields(graph, node) if number == _NODE_OUTPUT}


def _parts(graph: bytes, kind: int) -> Iterator[Span]:
    """The fields `kind` of the graph, wherever the file has pieces of it."""
    for number, piece in _fields(graph, (0, len(graph))):
        if number == _GRAPH:
            yield from (span for inner, span in _fields(graph, piece) if inner == kind)


def _fields(data: bytes, within: Span) -> Iterator[tuple[int, Span]]:
    """The number and the place of the value of each field of a message."""
    position, end = within
    while position < end:
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
        yield key >> 3, (position, position + length)
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


def _text(data: bytes, span: Span) -> str:
    return data[slice(*span)].decode(errors="replace")


def _field(number: int, content: bytes) -> bytes:
    return _as_varint(number << 3 | _BYTES) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
