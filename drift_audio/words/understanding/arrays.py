"""Names for the arrays of the sentence model and of what is read from it; numpy itself is not imported for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"  # (n,)
Matrix: TypeAlias = "NDArray[np.float32]"  # (rows, n): a row for each piece of a text, each input or each class
Stack: TypeAlias = "NDArray[np.float32]"  # (pieces, heads, dimensions of a head)
SmallInts: TypeAlias = "NDArray[np.int8]"  # (rows, n), to be multiplied by a scale
Doubles: TypeAlias = "NDArray[np.float64]"  # (n,): signs that are counted, and what stands beside them
Tensor: TypeAlias = "NDArray[Any]"  # of the type that the file says: int8, float16 or float32
Bytes: TypeAlias = "NDArray[np.uint8]"  # (n,): a file or a part of one, as it lies on disk
