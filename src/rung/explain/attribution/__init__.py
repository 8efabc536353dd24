"""Why a model answers as it does: how much each place of its input speaks for the answer."""

from rung.explain.attribution.curves import Curves, curves
from rung.explain.attribution.grad_cam import grad_cam
from rung.explain.attribution.gradient_times_input import gradient_times_input
from rung.explain.attribution.guided_backprop import guided_backprop
from rung.explain.attribution.integrated_gradients import integrated_gradients
from rung.explain.attribution.methods import METHODS, Method, attribute
from rung.explain.attribution.occlusion import occlusion
from rung.explain.attribution.result import Attribution, AttributionError
from rung.explain.attribution.saliency import saliency
from rung.explain.attribution.sanity import Randomised, SanityCheck, sanity_check
from rung.explain.attribution.smoothgrad import smoothgrad

__all__ = [
    "METHODS",
    "Attribution",
    "AttributionError",
    "Curves",
    "Method",
    "Randomised",
    "SanityCheck",
    "attribute",
    "curves",
    "grad_cam",
    "gradient_times_input",
    "guided_backprop",
    "integrated_gradients",
    "occlusion",
    "saliency",
    "sanity_check",
    "smoothgrad",
]
