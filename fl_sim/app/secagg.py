"""Secure aggregation: the values and the arithmetic that clients and coordinator share.

The protocol is that of Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving
Machine Learning" (CCS 2017), figure 4, for a coordinator that keeps to it. Names are the paper's:

- u and v are clients; U1, U2, U3 and U4 are those that are left after each stage;
- t is how many clients it takes to unmask the sum;
- (c_sk, c_pk) and (s_sk, s_pk) are a client's two pairs of keys, b is the seed of its own mask;
- e are shares of s_sk and b, encrypted for one client each;
- x is a client's update times its weight, in steps of ``STEP``, and y is x with all its masks.

Integers are taken modulo 2^64, so that masks are uniform and cancel exactly. Key pairs, encryption
and Shamir's shares are Flower's. Its ``quantize`` and ``pseudo_rand_gen`` are not used: the one
rounds by the process's random generator, so that no run could be repeated; the other folds a seed
into 32 bits, which are few enough to try them all.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from flwr.common.secure_aggregation.crypto.symmetric_encryption import generate_shared_key
from flwr.supercore.primitives.asymmetric import bytes_to_public_key

SECAGG = "secure-aggregation"  # name of the ConfigRecord in each message
STEP = 2.0**-32
LARGEST = 2.0**62  # steps that the sum of all x may have
SECRET_BYTES = 48  # of a secret key, as a number

Vector = npt.NDArray[np.uint64]
Reals = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[Any]]


class Stage(StrEnum):
    """The stages of a round, each a message from the coordinator and its answers."""

    ADVERTISE_KEYS = "advertise-keys"
    SHARE_KEYS = "share-keys"
    MASKED_INPUT_COLLECTION = "masked-input-collection"
    UNMASKING = "unmasking"


class SecAggError(RuntimeError):
    """A client was asked for something that would give its update away, or cannot mask it."""


def prg(seed: bytes, size: int) -> Vector:
    """Return the mask that a seed of 32 bytes stands for: a ChaCha20 key stream."""
    # No seed is used for two masks, so the nonce may be the same.
    encryptor = Cipher(algorithms.ChaCha20(seed, bytes(16)), mode=None).encryptor()
    return np.frombuffer(encryptor.update(bytes(8 * size)), dtype=np.uint64)


def agree(sk: ec.EllipticCurvePrivateKey, pk: bytes) -> bytes:
    """Return the key that the owners of two pairs of keys have in common, as Flower encodes it."""
    return generate_shared_key(sk, bytes_to_public_key(pk))


def pairwise_mask(u: int, v: int, key: bytes, size: int) -> Vector:
    """Return the mask that u adds and v takes off; ``key`` is what they have agreed on."""
    mask = prg(urlsafe_b64decode(key), size)
    return mask if u > v else np.negative(mask)


def to_bytes(sk: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a secret key as a number, which is a sixth of its PEM and as much faster to share."""
    return sk.private_numbers().private_value.to_bytes(SECRET_BYTES, "big")


def to_secret_key(number: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the secret key that ``to_bytes`` was given."""
    return ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP384R1())


def quantise(weighted: Reals, num_clients: int) -> Vector:
    """Return numbers in steps, rounded to the nearest.

    Raises:
        SecAggError: the sum over as many clients might not fit, or a number is not finite.
    """
    steps = np.rint(weighted / STEP)
    if not bool((np.abs(steps) < LARGEST / num_clients).all()):
        largest = np.abs(weighted).max()
        raise SecAggError(f"an update times its weight is {largest:g}, which is too large to mask")
    return steps.astype(np.int64).view(np.uint64)


def dequantise(total: Vector) -> Reals:
    """Return the numbers that steps stand for, negative ones included."""
    return total.view(np.int64).astype(np.float64) * STEP


def flatten(arrays: Arrays) -> Reals:
    """Return all weights of a model, one after another."""
    return np.concatenate([np.asarray(each, dtype=np.float64).ravel() for each in arrays.values()])


def unflatten(vector: npt.NDArray[Any], like: Arrays) -> dict[str, npt.NDArray[Any]]:
    """Return a vector as arrays with the names and shapes of a model."""
    ends = np.cumsum([each.size for each in like.values()])
    parts = np.split(vector, ends[:-1])
    return {
        name: part.reshape(each.shape)
        for (name, each), part in zip(like.items(), parts, strict=True)
    }
