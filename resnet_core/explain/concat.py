"""Maps put side by side instead of added."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.said import Passage, Said, ids


def concat(block: Anatomy) -> Iterator[Passage]:
    """The paragraph on a block that concatenates and adds nothing."""
    joined = [each for each in block.calls if each.role == "concat" and each.lane == "main"]
    joined = [each for each in joined if len(each.shape) == 4]
    if block.join is not None or not joined or block.graph.problem is not None:
        return
    widths = " → ".join(f"{each.shape[1]:,}" for each in joined)
    yield Passage(
        Said("Maps are put side by side, not added.", "特征图是并排放，不是相加。", ids(joined)),
        (
            Said(
                f"So nothing that came before is overwritten and every later layer can read it, "
                f"but the channels pile up ({widths}) and with them the cost of whatever reads "
                "them.",
                f"前面的结果一点不被覆盖，后面每一层都读得到；"
                f"但通道越积越多（{widths}），读它们的层也跟着变贵。",
                ids(joined),
            ),
        ),
    )
