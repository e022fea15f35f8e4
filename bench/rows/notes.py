"""What stands beside the figures, so that nobody has to believe them."""

from collections.abc import Mapping, Sequence

from bench.arithmetic import Posted, percentile


def spent(cpu: Mapping[str, float]) -> str:
    """Who took how much of the two cores; the last three are the measurement's own."""
    wall = cpu["wall"]
    parts = [f"{name} {100 * seconds / wall:.0f}" for name, seconds in cpu.items() if name != "wall"]
    return f"CPU in % of one core over {wall:.1f} s: {', '.join(parts)}"


def punctual(posts: Sequence[Posted]) -> str:
    """Whether the poster kept its moments."""
    late = percentile((post.late for post in posts), 0.99)
    return f"the poster began within {1e3 * late:.1f} ms of the moment (99 of 100)"
