"""What a job is taken to cost: a pasted block is small, a pasted network of many blocks is not."""

from __future__ import annotations

import asyncio

import pytest

from app.workers import jobs
from app.workers.estimate import SMALL, cost_of
from app.workers.queue import Queue, Ticket
from resnet_core.diagram.pasted import packed

SOURCE = """import torch.nn as nn
class Block(nn.Module):
    def __init__(self, inplanes=64, planes=64):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(planes)
    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + x)
"""
NETWORK = f"""{SOURCE}
class Net(nn.Module):
    def __init__(self, layers=[3, 8, 36, 3]):
        super().__init__()
        self.body = nn.Sequential(*[Block(64, 64) for count in layers for _ in range(count)])
    def forward(self, x):
        return self.body(x)
"""


@pytest.mark.parametrize("spell", [str, packed])
def test_a_pasted_block_is_small_and_a_network_in_a_loop_costs_more(spell) -> None:
    block, network = ([("source", spell(text))] for text in (SOURCE, NETWORK))
    for job, more in ((jobs.render, ("svg",)), (jobs.explain, ("txt",)), (jobs.read, ())):
        assert cost_of(job, (block, *more)) < SMALL
        assert cost_of(job, (network, *more)) > 2 * cost_of(jobs.render, (block, "svg"))
    deep = [("source", spell(NETWORK)), ("call", "Net([30, 80, 360, 30])")]
    assert cost_of(jobs.render, (deep, "svg")) >= SMALL


def test_a_source_that_cannot_be_unpacked_is_refused_quickly() -> None:
    assert cost_of(jobs.render, ([("source", "AAAA")], "svg")) < SMALL


def test_a_pasted_block_does_not_wait_for_large_ones() -> None:
    async def order() -> list[object]:
        queue = Queue(9, 1)
        large = [("model", "resnet1202"), ("fold", "false")]
        small = [("source", SOURCE), ("language", "en")]
        for at in range(3):
            queue.put(Ticket(jobs.render, (large,), cost_of(jobs.render, (large,)), at / 10, 9))
        queue.put(Ticket(jobs.read, (small,), cost_of(jobs.read, (small,)), 0.5, 9))
        taken = [queue.take(small_only=True), *(queue.take(small_only=False) for _ in range(3))]
        return [ticket.job for ticket in taken if ticket]

    assert asyncio.run(order()) == [jobs.read, jobs.render, jobs.render, jobs.render]
