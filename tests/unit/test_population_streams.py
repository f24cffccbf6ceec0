"""Random numbers by address: the published generator, independent of the batch, even, and unrelated across purposes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.population.streams import normals, philox, purpose_key, uniforms

N = 40_000
IDS = np.arange(N)
WORD = st.integers(0, 2**64 - 1)
Z_BOUND = 4.5
"""Standard errors: a right generator exceeds it once in 150,000 tests; the seeds here are fixed anyway."""


@given(counter=st.lists(WORD, min_size=4, max_size=4), key=st.lists(WORD, min_size=2, max_size=2))
@settings(max_examples=50, deadline=None)
def test_it_is_the_generator_numpy_ships(counter: list[int], key: list[int]) -> None:
    """NumPy steps its counter before the first word, so it stands one behind."""
    before = sum(word << 64 * place for place, word in enumerate(counter)) - 1
    words = [(before >> 64 * place) % 2**64 for place in range(4)]
    numpy = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=np.array(words, dtype=np.uint64))
    ours = philox([np.array([word], dtype=np.uint64) for word in counter], (key[0], key[1]))
    assert [int(word[0]) for word in ours] == numpy.random_raw(4).tolist()


@given(
    ids=st.lists(st.integers(0, 2**40), min_size=1, max_size=60),
    cut=st.integers(0, 60),
    seed=st.integers(0, 2**63),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=50, deadline=None)
def test_any_order_and_any_split_gives_the_same_bytes(ids: list[int], cut: int, seed: int, order: object) -> None:
    numbers = np.array(ids)
    attempts = numbers % 7
    whole = normals(seed, "a", numbers, attempt=attempts, occasion=2)
    parts = [
        normals(seed, "a", numbers[part], attempt=attempts[part], occasion=2) for part in (slice(cut), slice(cut, None))
    ]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    shuffled = np.arange(numbers.size)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert (
        normals(seed, "a", numbers[shuffled], attempt=attempts[shuffled], occasion=2).tobytes()
        == whole[shuffled].tobytes()
    )


def test_every_part_of_the_address_counts() -> None:
    base = uniforms(1, "a", IDS)
    others = (
        uniforms(2, "a", IDS),
        uniforms(1, "b", IDS),
        uniforms(1, "a", IDS, attempt=1),
        uniforms(1, "a", IDS, occasion=1),
        uniforms(1, "a", IDS + 1),
    )
    for other in others:
        # Correlation of independent numbers has a standard error of 1/sqrt(N).
        assert abs(np.corrcoef(base, other)[0, 1]) < Z_BOUND / np.sqrt(N)
    streams = np.stack([base, *others[:-1]])
    assert np.unique(streams).size == streams.size, "2e5 words of 53 bits meet once in 450,000 tries"
    assert np.array_equal(others[-1][:-1], base[1:]), "an id's number is its own, wherever it stands"


def test_numbers_are_even() -> None:
    uniform = uniforms(11, "evenness", IDS)
    assert uniform.min() > 0.0
    assert uniform.max() < 1.0
    counts = np.bincount((64 * uniform).astype(int), minlength=64)
    statistic = ((counts - N / 64) ** 2 / (N / 64)).sum()
    # Chi-square of 63 degrees of freedom: mean 63, SD sqrt(126).
    assert abs(statistic - 63.0) < Z_BOUND * np.sqrt(126.0)
    assert abs(uniform.mean() - 0.5) < Z_BOUND * np.sqrt(1.0 / 12.0 / N)


def test_normal_scores_are_normal() -> None:
    score = normals(11, "normality", IDS)
    moments = [(score, 0.0, 1.0), (score**2, 1.0, 2.0), (score**3, 0.0, 15.0), (score**4, 3.0, 96.0)]
    for power, mean, variance in moments:
        assert abs(power.mean() - mean) < Z_BOUND * np.sqrt(variance / N)


def test_far_ids_are_as_good_as_near_ones() -> None:
    far = IDS + 2**40
    score = normals(11, "far", far)
    assert abs(score.mean()) < Z_BOUND / np.sqrt(N)
    assert not np.intersect1d(score, normals(11, "far", IDS)).size


def test_keys_do_not_run_into_one_another() -> None:
    keys = {purpose_key(seed, purpose) for seed in (1, 11, -1) for purpose in ("1", "11", "a", "a b", "")}
    assert len(keys) == 15


@pytest.mark.parametrize(("ids", "named"), [([-1], {}), ([0], {"attempt": -1}), ([0], {"occasion": -1})])
def test_addresses_count_from_zero(ids: list[int], named: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="count from 0"):
        uniforms(1, "a", np.array(ids), **named)
