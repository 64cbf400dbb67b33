"""Arithmetic and comparison between values of the closed set, none of it without bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import torch

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_VALUE, Exceeded, Refused, bounded
from resnet_core.source.strings import percent
from resnet_core.source.values import Hint, Native, noun

Operation = Callable[[Any, Any], Any]

BINARY: dict[type[ast.operator], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
AUGMENTED: dict[type[ast.operator], Operation] = {
    **BINARY,
    ast.Add: operator.iadd,
    ast.Sub: operator.isub,
    ast.Mult: operator.imul,
    ast.Div: operator.itruediv,
    ast.Pow: operator.ipow,
    ast.FloorDiv: operator.ifloordiv,
}
COMPARED: dict[type[ast.cmpop], Operation] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_SEQUENCES = (str, list, tuple)
_NUMBERS = (bool, int, float)


def binary(operation: Operation, left: Any, right: Any) -> Any:
    """The result of an operator. Raises Refused, Exceeded and what torch raises."""
    if isinstance(left, torch.Tensor) or isinstance(right, torch.Tensor):
        return _of_tensors(operation, left, right)
    name = operation.__name__
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return _of_numbers(operation, name, left, right)
    if isinstance(left, str) and name == "mod":
        return percent(left, right)
    if name in ("add", "iadd") and isinstance(left, _SEQUENCES) and type(left) is type(right):
        if len(left) + len(right) > LONGEST_VALUE:
            raise Exceeded(Text("the sequence is too long", "序列太长"))
        return operation(left, right)
    if name in ("mul", "imul"):
        number, sequence = (left, right) if isinstance(left, int) else (right, left)
        if isinstance(number, int) and isinstance(sequence, _SEQUENCES):
            if number * len(sequence) > LONGEST_VALUE:
                raise Exceeded(Text("the sequence is too long", "序列太长"))
            return sequence * number
    if isinstance(left, set | frozenset) and isinstance(right, set | frozenset):
        return operation(left, right)
    if isinstance(left, dict) and isinstance(right, dict) and name == "or_":
        return bounded({**left, **right})
    if name == "or_" and isinstance(left, Hint | Native):
        return Hint("|")
    raise Refused(
        Text("this operator does not go between {} and {}", "这个运算符不能用在{}和{}之间").format(
            noun(left), noun(right)
        )
    )


def _of_numbers(operation: Operation, name: str, left: Any, right: Any) -> Any:
    if (
        name in ("pow", "ipow")
        and abs(left) > 1
        and abs(right) * abs(left).__ceil__().bit_length() > 1024
    ):
        raise Exceeded(Text("the number is too large", "这个数太大了"))
    if name == "lshift" and (not isinstance(right, int) or right > 62):
        raise Exceeded(Text("the number is too large", "这个数太大了"))
    try:
        found = operation(left, right)
    except ZeroDivisionError:
        reason = Text("this divides by zero", "这里除以了零")
        raise Refused(reason, kind="ZeroDivisionError") from None
    except (OverflowError, ValueError, TypeError) as error:
        raise Refused(Text("Python says: {}", "Python 说：{}").format(error)) from None
    if isinstance(found, complex):
        raise Refused(Text("the result is no real number", "结果不是实数"))
    return bounded(found)


def _of_tensors(operation: Operation, left: Any, right: Any) -> Any:
    for operand in (left, right):
        if not isinstance(operand, (*_NUMBERS, torch.Tensor)):
            reason = Text("a tensor and {} do not go together", "张量不能和{}一起运算")
            raise Refused(reason.format(noun(operand)))
    pair = without_data((left, right))
    if all(isinstance(one, torch.Tensor) and one.device.type == "cpu" for one in pair) and (
        pair[0].numel() * pair[1].numel() > LONGEST_VALUE
    ):
        pair = [one.to("meta") for one in pair]  # what they spread to might have no room
    return operation(*pair)


def without_data(values: Any) -> Any:
    """The values with small tensors that have data moved to where the others have none."""
    tensors = [value for value in values if isinstance(value, torch.Tensor)]
    if len({value.device.type for value in tensors}) < 2:
        return values
    return [
        value.to("meta")
        if isinstance(value, torch.Tensor) and value.device.type == "cpu"
        else value
        for value in values
    ]
