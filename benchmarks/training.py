"""One training iteration of plain networks beside PyTorch's: 12-3-2 on 64 images, 784-100-10 on 10,000.

python benchmarks/training.py
"""

from __future__ import annotations

from measure import arguments

chosen = arguments("One training iteration of plain networks beside PyTorch's.", repeat=21)

from beside_torch import large, show_beside  # noqa: E402

from xlnn import Network, example, plain_layers  # noqa: E402


def main() -> None:
    wide = Network(plain_layers((28, 28), 100, 10), total="mean", classes=tuple(map(float, range(10))))
    cases = (
        ("12-3-2, 64 images", example("4-4"), 500, 0.25),
        ("784-100-10, 10,000 images", large(wide), 1, 1.0),
    )
    show_beside(cases, chosen.threads, chosen.repeat)


main()
