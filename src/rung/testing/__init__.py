"""Proof that a part is right, the library's, a learner's or anyone's: against PyTorch, and by differences."""

from rung.testing.gradcheck import GradcheckError, gradcheck
from rung.testing.op import check_module, check_op
from rung.testing.optimizers import check_optimizer
from rung.testing.shapes import ShapeCommentError, check_shape_comments
