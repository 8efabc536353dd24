"""Every error a person can cause, in one grammar: what happened, the rule, a likely fix, more to read."""


class RungError(Exception):
    """Base of every error that rung raises on purpose.

    Args:
        message: what happened, with the shapes or values at hand.
        rule: the rule that was broken, in one sentence.
        fix: a likely repair, in one sentence or one line of code.

    The class attribute `name` is what `rung explain NAME` opens; the class docstring is the page it shows.
    """

    name = "rung"

    def __init__(self, message: str, *, rule: str = "", fix: str = "") -> None:
        self.message, self.rule, self.fix = message, rule, fix
        super().__init__(message)

    def __str__(self) -> str:
        lines = [f"{self.message}"]
        if self.rule:
            lines.append(f"  {self.rule}")
        tail = f"Perhaps: {self.fix}" if self.fix else ""
        more = f"More: rung explain {type(self).name}"  # Python itself sets `name` on an AttributeError
        lines.append(f"  {tail}      {more}" if tail else f"  {more}")
        return "\n".join(lines)


class ShapeError(RungError, ValueError):
    """Two arrays met whose shapes do not fit.

    Every operation says which axes must be equal. The message shows both shapes, the axes that differ, and
    the rule.

        >>> from rung.scratch import Tensor
        >>> Tensor([[1.0, 2.0, 3.0]]) @ Tensor([[1.0, 2.0]])
        Traceback (most recent call last):
            ...
        rung.errors.ShapeError: ...

    Repair: print the shapes just before the line, and write them at its end as a comment. Most often a
    matrix wants its transpose (`x @ w.T`), or an axis of length 1 was lost or gained on the way
    (`keepdim=True`).
    """

    name = "shape"


class DTypeError(RungError, TypeError):
    """An array held another kind of number than the operation works on.

    Classes and indices are whole numbers; what a gradient flows through is not.

        >>> from rung.scratch import Tensor
        >>> from rung.scratch.nn import functional as F
        >>> F.cross_entropy(Tensor([[0.2, 0.8]]), Tensor([1.0]))
        Traceback (most recent call last):
            ...
        rung.errors.DTypeError: ...

    Repair: write values with a point (`1.0`) and classes without; convert with `x.float()` or `x.long()`,
    and arrays with `x.astype(...)`.
    """

    name = "dtype"


class GradientError(RungError, RuntimeError):
    """A gradient was asked for where there is none to have.

    backward() starts at one number, and goes back along the operations that led to it from a tensor with
    `requires_grad=True`. Without such a tensor, or from several numbers at once, there is nothing to
    compute.

        >>> from rung.scratch import Tensor
        >>> Tensor([1.0, 2.0]).sum().backward()
        Traceback (most recent call last):
            ...
        rung.errors.GradientError: ...

    Repair: give the parameters `requires_grad=True`, leave the `no_grad` block, and reduce to one number
    with `.mean()` or `.sum()` before `backward()`.
    """

    name = "gradient"


class InPlaceError(GradientError):
    """An array was changed in place although backward still needs what it held.

    A call keeps the arrays that its backward will use; it keeps them, it does not copy them. Changing one
    of them before backward() would give a gradient of something that was never computed.

        >>> from rung.scratch import Tensor
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> y = x.exp()               # backward of exp needs y
        >>> _ = y.detach().add_(1)    # ... and now y is something else
        >>> y.sum().backward()
        Traceback (most recent call last):
            ...
        rung.errors.InPlaceError: ...

    Repair: write `y = y + 1`, which makes a new array, or change a clone.
    """

    name = "in-place"


class DoubleBackwardError(GradientError):
    """A gradient of a gradient was asked for, which this engine does not have.

    The backward of a Function works on plain arrays, so nothing records how a gradient came about, and it
    cannot be differentiated again. That keeps every operation readable in one screen; docs/adr/0002-no-
    double-backward.md has the reasons.

        >>> from rung.scratch import Tensor
        >>> x = Tensor([3.0], requires_grad=True)
        >>> (x * x).sum().backward(create_graph=True)
        Traceback (most recent call last):
            ...
        rung.errors.DoubleBackwardError: ...

    Repair: a Hessian times a vector v can be had from two gradients: (grad(w + h v) - grad(w - h v)) / (2
    h). Or use PyTorch for this one thing.
    """

    name = "double-backward"


class SettingError(RungError, ValueError):
    """A layer, loss or function was given a setting that it does not have or that is out of range.

        >>> from rung.scratch.nn import functional as F
        >>> from rung.scratch import Tensor
        >>> F.mse_loss(Tensor([1.0]), Tensor([2.0]), reduction="average")
        Traceback (most recent call last):
            ...
        rung.errors.SettingError: ...

    Repair: the message lists what is allowed; names and defaults are PyTorch's.
    """

    name = "setting"


class UnknownNameError(RungError, LookupError):
    """A lesson, project, part or data set was named that does not exist.

        >>> import rung.data
        >>> rung.data.load("irises")
        Traceback (most recent call last):
            ...
        rung.errors.UnknownNameError: ...

    Repair: the message offers the nearest name. `rung map` shows every lesson and project, `rung where
    NAME` finds a part of the library.
    """

    name = "unknown-name"


def did_you_mean(word: str, known: "list[str] | set[str] | tuple[str, ...]") -> str:
    """Return `did you mean "relu"?` for the known name closest to `word`, or an empty string."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""
