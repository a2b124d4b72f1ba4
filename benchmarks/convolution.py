"""One full-batch step of convolutional networks beside PyTorch's: 10,000 images of 28×28, and the book's 5-6.

And what the step with 10,000 images calculates and moves in a second, beside what the processor can.

python benchmarks/convolution.py
"""

from __future__ import annotations

from measure import arguments

chosen = arguments("One step of convolutional networks beside PyTorch's.", repeat=9)

from beside_torch import large, show_beside, show_roofline  # noqa: E402

from xlnn import LayerSettings, Network, example  # noqa: E402

MAPS = (  # 8 filters 5×5, 2×2 max pooling, dense 10
    LayerSettings("I", "input", size=(28, 28)),
    LayerSettings("F", "convolution", 8, (5, 5)),
    LayerSettings("P", "max pooling", size=(2, 2)),
    LayerSettings("O", "dense", 10),
)


def main() -> None:
    maps = Network(MAPS, total="mean", classes=tuple(map(float, range(10))))
    cases = (
        ("5-6: 96 images of 6×6, 3 filters 3×3, pooling, dense 3", example("5-6"), 300, 0.5),
        ("10,000 images of 28×28, 8 filters 5×5, pooling, dense 10", large(maps), 1, 0.5),
    )
    show_beside(cases, chosen.threads, chosen.repeat)
    show_roofline(large(maps), chosen.repeat)


main()
