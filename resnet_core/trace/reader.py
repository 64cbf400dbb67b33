"""Reads the record of one run into a Graph, and places the blocks that are equal to one that ran.

A network says the same block up to two hundred times over. Each of them would be built, run and
read to the same end, so all but the first of equal knobs are outlines without layers. A call of
an outline with a shape that the first has met answers with the shape that came of it. Whatever is
less plain than that raises Unplaceable, and the network is traced in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import nn
from torchview.computation_node import TensorNode
from torchview.recorder_tensor import RecorderTensor

from resnet_core.bilingual import Text
from resnet_core.errors import TraceError
from resnet_core.graph.costs import (
    Sight,
    multiply_adds,
    sights,
    widest,
)
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
    Problem,
    Shape,
    Totals,
    changed,
)
from resnet_core.registry import twin_of
from resnet_core.trace import roles
from resnet_core.trace.failing_call import problem
from resnet_core.trace.record import Call, Ran
from resnet_core.trace.recorder import Witness, blank
from resnet_core.trace.roles import with_lanes
from resnet_core.trace.uncommon import made_by_hand

# A parameter by its ``id``; of an outline, which has none, by its own ``id`` and its twin's.
_Key = int | tuple[int, int]


@dataclass(frozen=True)
class _Leaf:
    """A recorded call that becomes a node, the edges into it, the parameters it uses."""

    node: Node
    edges: tuple[Edge, ...]
    used: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Run:
    """What a block did, as the reader noted it, and which of its calls made the result."""

    path: str
    groups: tuple[Group, ...]
    leaves: tuple[_Leaf, ...]
    result: str


@dataclass(frozen=True)
class _Moved:
    """From a path in one module to the same path in another."""

    source: str
    target: str

    def __call__(self, path: str) -> str:
        return self.target + path.removeprefix(self.source)


class Reader:
    """One run of one module: what torchview recorded, what the witness saw."""

    def __init__(
        self, module: nn.Module, witness: Witness, inputs: list[TensorNode], twins: Twins
    ) -> None:
        self.paths: dict[int, str] = {}
        self.parameters: dict[_Key, tuple[str, int]] = {}
        self.buffers: dict[int, str] = {}
        # One walk for all three: torch's own take one each, and ask for every name anew.
        for path, one_module in module.named_modules(remove_duplicate=False):
            if id(one_module) not in self.paths:
                self.paths[id(one_module)] = path
                self._name_tensors(path, one_module)
        self.taken = set(self.paths.values())
        self.twins = twins
        counts = cache(_counts)
        for outline, twin in twins.of.items():
            # Of an outline's parameters nobody asks for the name.
            for key, count in counts(twin).items():
                self.parameters[outline, key] = "", count
        self.runs: dict[tuple[int, tuple[Shape, ...]], _Run] = {}
        self.uncounted = {name: count for name, (_, count) in self.parameters.items()}
        self.witness = witness
        self.calls: dict[str, int] = {}
        self.leaves: list[_Leaf] = []
        self.groups: list[Group] = []
        self.group_of: dict[int, str] = {}
        self.maker: dict[int, str] = {}
        for index, tensor in enumerate(inputs):
            name = "input" if len(inputs) == 1 else f"input{index + 1}"
            shape = tuple(tensor.tensor_shape)
            self._add(Node(name, name, 1, "input", "input", "input", "", (), (shape,)))
            self.maker[id(tensor)] = name

    def _name_tensors(self, path: str, module: nn.Module) -> None:
        """Note the learnable parameters and the buffers that a module has itself."""
        before = f"{path}." if path else ""
        for name, parameter in module._parameters.items():
            if parameter is not None and parameter.requires_grad:
                self.parameters.setdefault(id(parameter), (before + name, parameter.numel()))
        for name, buffer in module._buffers.items():
            if buffer is not None:
                self.buffers.setdefault(id(buffer), before + name)

    def read(self, failure: BaseException | None) -> Graph:
        """The Graph; with ``failure`` up to the call that raised it."""
        ran = self.witness.ran
        if ran is None or ran.head is None:
            reason: object = failure or Text(
                "its forward takes no tensor that could be followed",
                "它的 forward 没有接受任何可以跟踪的张量",
            )
            untraced = Text("the module cannot be traced: {}", "这个模块无法跟踪：{}")
            raise TraceError(untraced.format(reason)) from failure
        head = ran.head
        self._module(ran, "")
        broken = self._broken() if failure else None
        outputs: list[Any] = list(head.output_nodes) or list(made_by_hand(self.witness.returned))
        for index, tensor in enumerate(outputs):
            name = "output" if len(outputs) == 1 else f"output{index + 1}"
            shape = tuple(tensor.tensor_shape)
            self._add(
                Node(name, name, 1, "output", "output", "output", "", (shape,), (shape,)), tensor
            )
        return self._graph(broken, str(failure))

    def _module(self, ran: Ran, parent: str) -> None:
        module = ran.module
        self._known(module, parent)
        if id(module) in self.twins.of:
            self._place(ran, parent)
            return
        if _is_leaf(ran):
            self._leaf(ran, parent)
            return
        path = self.paths[id(module)]
        leaves, groups = len(self.leaves), len(self.groups)
        name = self._number(path)[0] if self.groups else ""
        self.group_of[id(module)] = name
        level = roles.level(module)
        self.groups.append(
            Group(
                name,
                type(module).__name__,
                parent,
                level,
                roles.knobs(module),
                noun=roles.of_block(module, "noun", None),
                widths=roles.of_block(module, "widths", {}),
            )
        )
        for item in ran.inside:
            if isinstance(item, Ran):
                self._module(item, name)
            else:
                seen = self.witness.functions.get(id(item), Call())
                made = self._function(item.name, path, name, seen, _shapes(item.output_shape))
                self.maker[id(item)] = made.id
                self._add(made, *item.parents, used=seen.parameters)
        if id(module) in self.twins.ran and ran.head:
            result = next((self._made_by(node) for node in ran.head.output_nodes), None) or ""
            run = _Run(path, tuple(self.groups[groups:]), tuple(self.leaves[leaves:]), result)
            self.runs.setdefault((id(module), _shapes(ran.head.input_shape)), run)

    def _known(self, module: nn.Module, parent: str) -> None:
        """Give a path to a layer that is nobody's submodule: made in a forward, kept in a list."""
        if id(module) not in self.paths:
            owner = _unnumbered(parent)
            name = f"{owner}.{type(module).__name__}" if owner else type(module).__name__
            count = 1 + sum(path.rpartition("-")[0] == name for path in self.taken)
            self.paths[id(module)] = f"{name}-{count}"
            self.taken.add(f"{name}-{count}")

    def _place(self, ran: Ran, parent: str) -> None:
        """Note once more what the twin of an outline did, under the outline's own names."""
        head, outline = ran.head, id(ran.module)
        if head is None:
            raise Unplaceable
        run = self.runs.get((id(self.twins.of[outline]), _shapes(head.input_shape)))
        given = [self._made_by(tensor) for tensor in head.parents]
        into = given[0] if len(given) == 1 else None
        if run is None or into is None:
            raise Unplaceable
        moved = _Moved(run.path, self.paths[outline])
        names: dict[str, str] = {}
        for group in run.groups:
            name = names[group.path] = self._number(moved(_unnumbered(group.path)))[0]
            self.groups.append(changed(group, path=name, parent=names.get(group.parent, parent)))
        for leaf in run.leaves:
            name, call = self._number(moved(_unnumbered(leaf.node.id)))
            names[leaf.node.id] = name
            node = changed(
                leaf.node,
                id=name,
                path=moved(leaf.node.path),
                call=call,
                group=names[leaf.node.group],
                params=self._count((outline, parameter) for parameter in leaf.used),
            )
            edges = (Edge(names.get(edge.source, into), name, edge.shape) for edge in leaf.edges)
            self.leaves.append(_Leaf(node, tuple(edges)))
        if run.result not in names:
            raise Unplaceable
        made = (parent for tensor in head.output_nodes for parent in tensor.parents)
        self.maker.update((id(parent), names[run.result]) for parent in made)

    def _leaf(self, ran: Ran, group: str) -> None:
        module, path, head = ran.module, self.paths[id(ran.module)], ran.head
        kind, attributes = type(module).__name__, roles.attributes(module)
        name, call = self._number(path or kind)
        self.maker.update((id(item), name) for item in (*ran.inside, *ran.made))
        inputs, outputs = ran.given, tuple(tuple(tensor.tensor_shape) for tensor in ran.made)
        if head is not None:
            made = (parent for tensor in head.output_nodes for parent in tensor.parents)
            self.maker.update((id(parent), name) for parent in made)
            inputs, outputs = _shapes(head.input_shape), _shapes(head.output_shape)
        # A layer without layers inside is asked at once, for that is most of them.
        own = module.parameters() if module._modules else module._parameters.values()
        used = tuple([id(parameter) for parameter in own if parameter is not None])
        if read := [held for held in map(self._held, ran.read) if held]:
            attributes = {**attributes, "reads": read}
        node = Node(
            id=name,
            path=path,
            call=call,
            kind="module",
            type=kind,
            role=roles.of_module(module),
            group=group,
            inputs=inputs,
            outputs=outputs,
            params=self._count(used),
            macs=_counted(ran.macs, multiply_adds(kind, attributes, inputs, outputs)),
            attributes=attributes,
            source=ran.source,
        )
        self._add(node, *(head.parents if head else ()), used=used)

    def _function(
        self, recorded: str, path: str, group: str, seen: Call, outputs: tuple[Shape, ...]
    ) -> Node:
        kind = roles.function_name(recorded)
        used = [parameter for parameter in seen.parameters if parameter in self.parameters]
        names = [self.parameters[item][0].removeprefix(f"{path}.") for item in used]
        held = [self.buffers[item] for item in seen.buffers if item in self.buffers]
        attributes = {
            **seen.attributes,
            **({"parameters": names} if names else {}),
            **({"buffers": [name.removeprefix(f"{path}.") for name in held]} if held else {}),
        }
        full = f"{path}.{kind}" if path else kind
        name, call = self._number(f"{full}()" if full in self.taken else full)
        return Node(
            id=name,
            path=full,
            call=call,
            kind="function",
            type=kind,
            role=roles.of_function(kind),
            group=group,
            inputs=tuple(tuple(tensor.tensor_shape) for tensor in seen.tensors),
            outputs=outputs,
            params=self._count(used),
            macs=_counted(seen.macs, multiply_adds(kind, seen.attributes, seen.operands, outputs)),
            attributes=attributes,
            source=seen.source,
        )

    def _held(self, tensor: int) -> str:
        """The name of a buffer or parameter by ``id``; empty for any other tensor."""
        return self.buffers.get(tensor) or self.parameters.get(tensor, ("", 0))[0]

    def _broken(self) -> str:
        """The call that failed; a function that failed becomes the last node of the Graph."""
        broken = next((leave.node for leave in self.leaves if not leave.node.outputs), None)
        if broken is None:
            seen = self.witness.failed or Call("call")
            running = self.witness.running[-1].module if self.witness.running else None
            group = self.group_of.get(id(running), "")
            broken = self._function(seen.name, self.paths.get(id(running), ""), group, seen, ())
            self._add(broken, *seen.tensors)
        return broken.id

    def _count(self, parameters: Iterable[_Key]) -> int:
        """How many learnable numbers these are, each counted at its first use only."""
        return sum(self.uncounted.pop(parameter, 0) for parameter in parameters)

    def _number(self, path: str) -> tuple[str, int]:
        """Id and call number: the second call of ``relu`` is ``relu:2``."""
        call = self.calls[path] = self.calls.get(path, 0) + 1
        return (path if call == 1 else f"{path}:{call}"), call

    def _add(self, node: Node, *operands: Any, used: tuple[int, ...] = ()) -> None:
        edges = tuple(
            Edge(made_by, node.id, tuple(tensor.tensor_shape))
            for tensor in operands
            if (made_by := self._made_by(tensor)) is not None
        )
        self.leaves.append(_Leaf(node, edges, used))

    def _graph(self, broken: str | None, said: str) -> Graph:
        nodes = [leaf.node for leaf in self.leaves]
        edges = [edge for leaf in self.leaves for edge in leaf.edges]
        seen = sights(nodes, edges)
        seeing = [changed(node, receptive_field=seen[node.id].side) for node in nodes]
        laned, led = with_lanes(seeing, edges)
        groups = tuple(roles.with_levels(self.groups, laned))
        failed: Problem | None = None
        if broken is not None:
            (node,) = (item for item in laned if item.id == broken)
            operands = [edge for edge in led if edge.target == broken]
            failed = problem(node, " ".join(said.split()), operands, laned[0].shape)
        return Graph(laned, led, groups, self._totals(laned, seen), failed)

    def _made_by(self, tensor: Any) -> str | None:
        """The node that made a tensor; None for one that was made from nothing."""
        tensor = tensor.main_node
        if id(tensor) in self.maker:
            return self.maker[id(tensor)]
        for parent in tensor.parents:
            if id(parent) in self.maker:
                return self.maker[id(parent)]
            for passed in parent.parents:
                return self._made_by(passed)
        return None

    def _totals(self, nodes: Sequence[Node], seen: Mapping[str, Sight]) -> Totals:
        calls = [node for node in nodes if node.kind in ("module", "function")]
        local = widest([seen[call.id] for call in calls if not seen[call.id].whole])
        return Totals(
            params=sum(count for _, count in self.parameters.values()),
            macs=sum(call.macs for call in calls),
            activations=sum(call.activations for call in calls),
            receptive_field=local.side,
            output_stride=int(max(local.step)),
        )


def _is_leaf(ran: Ran) -> bool:
    """A layer of torch's own, or one derived from it, that calls no other module.

    So is any module in which nothing was recorded.
    """
    if any(isinstance(item, Ran) for item in ran.inside):
        return False
    if isinstance(ran.module, nn.Sequential | nn.ModuleList | nn.ModuleDict):
        return False
    bases = [item for item in type(ran.module).__mro__ if item not in (nn.Module, object)]
    return not ran.inside or any(map(roles.is_torchs_own, bases))


def _counted(macs: int | None, reckoned: int) -> int:
    """What torch counted; where nobody counted, what the formulas say."""
    return reckoned if macs is None else macs


def _unnumbered(name: str) -> str:
    """A name less the number of its call: ``layer1.0.relu`` of ``layer1.0.relu:2``."""
    return name.partition(":")[0]


def _counts(module: nn.Module) -> dict[int, int]:
    """How many learnable numbers each parameter holds, by its ``id``."""
    return {id(item): item.numel() for item in module.parameters() if item.requires_grad}


def _shapes(recorded: Any) -> tuple[Shape, ...]:
    return tuple(tuple(item) for item in recorded or ())


# The one call that torchview records inside an outline, by which the reader knows it.
PLACED = "placed"


class Unplaceable(Exception):
    """A network whose equal blocks are not called alike: it must be traced in full."""


class Twins:
    """The blocks of one network that others are equal to, and what came of each shape."""

    def __init__(self, network: nn.Module) -> None:
        outlines = [(module, twin_of(module)) for module in network.modules()]
        self.of = {id(outline): twin for outline, twin in outlines if twin is not None}
        self.ran = {id(item) for item in self.of.values()}
        self.met: dict[tuple[int, Shape], Shape] = {}
        for first in {id(twin): twin for twin in self.of.values()}.values():
            vars(first)["forward"] = self._running(first, first.forward)
        for outline, twin in outlines:
            if twin is not None:
                vars(outline)["forward"] = self._placed(twin)

    def _running(self, twin: nn.Module, forward: Callable[..., Any]) -> Callable[..., Any]:
        """The twin's own forward, remembered if it is one tensor in, one new tensor out."""

        def run(*args: Any, **more: Any) -> Any:
            before = _version(args)
            out = forward(*args, **more)
            alone = len(args) == 1 and not more and isinstance(out, RecorderTensor)
            if alone and out is not args[0] and before == _version(args):
                self.met[id(twin), _shape(args[0])] = _shape(out)
            return out

        return run

    def _placed(self, twin: nn.Module) -> Callable[..., Any]:
        def answer(*args: Any, **more: Any) -> Any:
            known = None if more or len(args) != 1 else self.met.get((id(twin), _shape(args[0])))
            if known is None:
                raise Unplaceable
            return RecorderTensor.__torch_function__(placed, (RecorderTensor,), (args[0], known))

        return answer


def placed(x: torch.Tensor, shape: Shape) -> torch.Tensor:
    """What an outline gives: a tensor of the shape that came of its twin."""
    return blank(x, shape)


placed.__name__ = PLACED


def _shape(tensor: torch.Tensor) -> Shape:
    with torch._C.DisableTorchFunctionSubclass():
        return tuple(tensor.shape)


def _version(tensors: tuple[Any, ...]) -> list[int]:
    """How often each has been written to: who writes into its input does more than it returns."""
    with torch._C.DisableTorchFunctionSubclass():
        return [tensor._version for tensor in tensors if isinstance(tensor, torch.Tensor)]
