"""Decimal numbers kept in single precision, and read back as they were written."""

import numpy as np
import numpy.typing as npt

# Between the first and the last of these powers of ten, a number of 6 to 9 digits is a whole number
# times or by a power that a float64 holds exactly: rounded once, as reading its digits is.
FIRST, LAST = -13, 27
POWERS = np.array([float(f"1e{exponent}") for exponent in range(FIRST, LAST + 1)])
EXACT = np.array([float(f"1e{exponent}") for exponent in range(23)])


def shortest(column: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return for each number the shortest decimal that reads back as the same float32."""
    result = column.astype(np.float64)
    sizes = np.abs(result)
    usual = (sizes >= POWERS[0]) & (sizes < POWERS[-1])
    left = np.flatnonzero(usual)
    for digits in (6, 7, 8, 9):
        near = _rounded(result[left], digits)
        found = near.astype(np.float32) == column[left]
        result[left[found]] = near[found]
        left = left[~found]
    unusual = np.flatnonzero(~usual & (sizes > 0))
    result[unusual] = [float(str(value)) for value in column[unusual]]
    return result


def _rounded(values: npt.NDArray[np.float64], digits: int) -> npt.NDArray[np.float64]:
    """Return numbers to some significant digits."""
    exponents = np.searchsorted(POWERS, np.abs(values), side="right") - 1 + FIRST
    shifts = digits - 1 - exponents
    scales = EXACT[np.abs(shifts)]
    rounded: npt.NDArray[np.float64] = np.where(
        shifts >= 0, np.rint(values * scales) / scales, np.rint(values / scales) * scales
    )
    return rounded
