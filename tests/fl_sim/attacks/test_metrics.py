"""Likeness of pictures and separation of scores, against values worked out by hand."""

import numpy as np
import numpy.typing as npt
import pytest

from fl_sim.attacks.metrics import auc, psnr, ssim, true_positive_rate


def plain(value: int) -> npt.NDArray[np.uint8]:
    return np.full((16, 16, 3), value, np.uint8)


def test_psnr() -> None:
    assert psnr(plain(0), plain(255)) == 0
    assert psnr(plain(10), plain(35)) == pytest.approx(20 * np.log10(255 / 25))
    assert psnr(plain(7), plain(7)) == float("inf")


def test_ssim_of_plain_pictures_is_that_of_their_means() -> None:
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert ssim(plain(100), plain(150)) == pytest.approx(expected, abs=1e-9)


def test_ssim_of_a_picture_and_its_negative() -> None:
    # Over one window of 11 pixels: equal means, variances, and the opposite covariance.
    rows = np.array([0, 255] * 6)[:11]
    picture = np.repeat(rows[:, None, None], 11, axis=1).astype(np.uint8)
    window = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window /= window.sum()
    x, y = rows, 255 - rows
    mx, my = window @ x, window @ y
    vx, vy, cov = window @ x**2 - mx**2, window @ y**2 - my**2, window @ (x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    expected = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(picture, 255 - picture) == pytest.approx(expected, abs=1e-9)
    assert expected < -0.9
    assert ssim(picture, picture) == 1


def test_auc_counts_pairs() -> None:
    members, others = np.array([3.0, 2.0, 1.0]), np.array([2.0, 0.0])
    # 3 > 2, 3 > 0, 2 = 2, 2 > 0, 1 < 2, 1 > 0: four and a half of six.
    assert auc(members, others) == pytest.approx(4.5 / 6)
    assert auc(others, others) == 0.5


def test_true_positives_at_a_rate_of_false_ones() -> None:
    others = np.arange(100.0)
    members = np.array([98.5, 99.5, 97.5, 50.0])
    assert true_positive_rate(members, others, 0.0) == 0.25  # above 99
    assert true_positive_rate(members, others, 0.01) == 0.5  # above 98
    assert true_positive_rate(members, others, 0.02) == 0.75
    assert true_positive_rate(others, others, 0.01) == 0.01
