"""Time of a round of GRPO on Stable Diffusion 1.4 by number of nodes: a formula, and a simulation that checks it.

    python3 docs/scaling.py

The formula counts the largest share of the work and the bytes of the busiest node. The simulation sends every message
of every exchange over its sender's uplink and its receiver's downlink, one after the other, and lets nodes differ by
3 % in the time of each piece of work. Shares and the tree of the sums are those of Sources/Engine/Ranks.
"""
import random
from functools import lru_cache

PASS = 0.8e12 / 3e12  # seconds: 0.8e12 operations of a UNet pass over one 64x64 latent, 3e12 a second on 64 cores
GROUP, PROMPTS, STEPS, UPDATES = 16, 4, 50, 16  # the paper's round: 64 samples, 50 steps, 16 updates of 4 samples
SAMPLES = GROUP * PROMPTS
GUIDED = 2  # passes a step, with and without the prompt
DECODE = 2.5e12 / 3e12  # seconds a picture
LATENT = 64 * 64 * 4 * 4  # bytes
PICTURE = 512 * 512 * 3 * 4
FULL, LORA = 860e6 * 4, 3.2e6 * 4  # bytes of a gradient: all weights; adapters of rank 16 on the attention
LATENCY = 30e-6


def share(total, rank, count):
    return total * rank // count, total * (rank + 1) // count


@lru_cache(None)
def nodes(blocks, start, end):
    """How many partial sums a rank with these blocks is left with: `BlockSum`."""
    stack = []
    for index in range(start, end):
        stack.append((0, index))
        while True:
            level, place = stack[-1]
            if place % 2:
                if len(stack) < 2 or stack[-2] != (level, place - 1):
                    break
                stack[-2:] = [(level + 1, place // 2)]
            elif (place > 0 or 1 << level < blocks) and (place + 1) << level >= blocks:
                stack[-1] = (level + 1, place // 2)
            else:
                break
    return len(stack)


def work(count, gradient):
    """The parts of a round: seconds by rank, and bytes as a function of sender and receiver."""
    def largest(pieces, seconds):
        return [(b - a) * seconds for a, b in (share(pieces, r, count) for r in range(count))]

    def all_to_all(own):
        return lambda sender, receiver: own(sender)

    def samples_of(rank):
        a, b = share(SAMPLES, rank, count)
        return b - a

    # The means of each step are sent to all, which add the noise themselves.
    for _ in range(STEPS):
        yield largest(SAMPLES, GUIDED * PASS), all_to_all(lambda r: samples_of(r) * LATENT)
    yield largest(SAMPLES, DECODE), all_to_all(lambda r: samples_of(r) * PICTURE)
    pieces = STEPS * SAMPLES // UPDATES
    for _ in range(UPDATES):
        # Forward with guidance, and twice that back.
        partial = lambda s, r: gradient / count * nodes(pieces, *share(pieces, s, count))
        yield largest(pieces, 3 * GUIDED * PASS), partial
        yield [0] * count, all_to_all(lambda r: gradient / count)


def formula(count, gradient, bandwidth):
    total = 0
    for seconds, message in work(count, gradient):
        total += max(seconds)
        if count > 1:
            others = range(1, count)
            # All send to all; the busiest node is the one that sends or gets most.
            out = max(sum(message(s, (s + d) % count) for d in others) for s in range(count))
            total += out / bandwidth + LATENCY
    return total


def simulation(count, gradient, bandwidth, generator):
    clock = [0.0] * count
    for seconds, message in work(count, gradient):
        clock = [t + s * generator.gauss(1, 0.03) for t, s in zip(clock, seconds)]
        uplink, downlink, done = clock[:], [0.0] * count, clock[:]
        for distance in range(1, count):
            for sender in range(count):
                receiver = (sender + distance) % count
                size = message(sender, receiver)
                if size == 0:
                    continue
                # A receiver takes in what comes while it still computes.
                start = max(uplink[sender], downlink[receiver])
                end = start + size / bandwidth
                uplink[sender] = downlink[receiver] = end
                done[receiver] = max(done[receiver], end + LATENCY)
                done[sender] = max(done[sender], end)
        clock = done
    return max(clock)


def text(seconds):
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def main():
    generator = random.Random(1)
    print("| nodes | adapters, 10 Gbit/s | adapters, 100 Gbit/s | all weights, 10 Gbit/s | all weights, 100 Gbit/s |")
    print("|---|---|---|---|---|")
    worst = 0
    for count in (1, 2, 4, 8, 16, 32, 64, 128, 200, 256):
        cells = []
        for gradient in (LORA, FULL):
            for bandwidth in (1.25e9, 12.5e9):
                said = formula(count, gradient, bandwidth)
                found = simulation(count, gradient, bandwidth, generator)
                worst = max(worst, abs(found / said - 1))
                one = formula(1, gradient, bandwidth)
                cells.append(f"{text(said)} ({text(found)}), {one / said / count:.0%}")
        print(f"| {count} | " + " | ".join(cells) + " |")
    print(f"\nformula and simulation differ by {worst:.0%} at most")


main()
