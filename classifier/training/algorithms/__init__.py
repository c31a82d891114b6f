"""The algorithms that are compared, by the names they are reported under, and what they are given to learn from.

What belongs here: the list. Not here: how any of them works (its neighbours and ``network``).
"""

from __future__ import annotations

from collections.abc import Callable

from classifier.model import KernelMember, LinearMember
from classifier.training.algorithms.kernel import SVM_C, SVM_GAMMA, SVM_SHARPNESS, support_vector_machine
from classifier.training.algorithms.linear import (
    LDA_SHARPNESS,
    LOGISTIC_C,
    linear_discriminant,
    logistic_regression,
)
from classifier.training.algorithms.probability import (
    extra_trees,
    gradient_boosting,
    multilayer_perceptron,
    nearest_neighbours,
    random_forest,
)
from classifier.training.lesson import Lesson, Member, Recipe
from classifier.training.network import convolutional_network

__all__ = [
    "ALGORITHMS",
    "ENSEMBLES",
    "LDA_SHARPNESS",
    "LOGISTIC_C",
    "RECIPES",
    "SVM_C",
    "SVM_GAMMA",
    "SVM_SHARPNESS",
    "Algorithm",
    "Lesson",
    "Member",
    "Recipe",
    "linear_discriminant",
    "logistic_regression",
    "support_vector_machine",
]

Algorithm = Callable[[Lesson], LinearMember | KernelMember]
"""One whose member can be shipped: plain arrays that numpy alone serves."""

ALGORITHMS: dict[str, Algorithm] = {
    "LDA": linear_discriminant,
    "logistic regression": logistic_regression,
    "SVM": support_vector_machine,
}
"""Every algorithm that can be shipped, on whitened rows."""

RECIPES: dict[str, Recipe] = {
    "k nearest neighbours": Recipe(
        nearest_neighbours, "standardised", ({"neighbours": 15}, {"neighbours": 5}, {"neighbours": 40})
    ),
    "LDA": Recipe(linear_discriminant, "whitened", ({"shrinkage": 0.25}, {"shrinkage": 0.15}, {"shrinkage": 0.4})),
    "logistic regression": Recipe(
        logistic_regression,
        "whitened",
        ({"inverse_penalty": 1e-3}, {"inverse_penalty": 3e-3}, {"inverse_penalty": 1e-2}),
    ),
    "SVM": Recipe(
        support_vector_machine,
        "whitened",
        ({"price": 1.0, "width": 0.1}, {"price": 3.0, "width": 0.1}, {"price": 1.0, "width": 0.3}),
    ),
    "random forest": Recipe(random_forest, "standardised", ({"leaf": 4}, {"leaf": 1})),
    "extra trees": Recipe(extra_trees, "standardised", ({"leaf": 4}, {"leaf": 1})),
    "gradient boosting": Recipe(gradient_boosting, "standardised", ({"leaves": 5}, {"leaves": 3})),
    "MLP": Recipe(multilayer_perceptron, "whitened", ({"penalty": 10.0}, {"penalty": 3.0})),
    "CNN, altered copies": Recipe(convolutional_network, "patches"),
    "LDA, altered copies": Recipe(linear_discriminant, "whitened", copies_of="LDA"),
    "logistic regression, altered copies": Recipe(logistic_regression, "whitened", copies_of="logistic regression"),
}
"""Every single algorithm, what it wants, and the settings to choose from (the first where nothing can be searched)."""

ENSEMBLES: dict[str, tuple[str, ...]] = {
    "LDA + logistic regression": ("LDA", "logistic regression"),
    "LDA + logistic regression + SVM": ("LDA", "logistic regression", "SVM"),
    "CNN + boosted trees": ("CNN, altered copies", "gradient boosting"),
    "LDA + CNN, altered copies": ("LDA, altered copies", "CNN, altered copies"),
    "all together": tuple(name for name, recipe in RECIPES.items() if recipe.copies_of is None),
}
"""Which algorithms are tried together; a verdict is the mean of their calibrated log-probabilities."""
