"""Classifiers of scikit-learn on the stated features; settings are searched on training rows only.

scikit-learn comes with the extra `train` and is imported when one of these runs.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from train.compare.classifier import Classify, Outcome, Problem, Rows, stratified_sample
from train.compare.features import features
from train.config import ConfigError

N_SEARCH, N_SEARCH_FOLDS = 8_000, 3  # beats and folds on which settings are searched
N_SVM = 25_000  # beats of the SVM's final fit
# the grid that stands for the paper's particle swarm; 90 standardised features: scale 1/90 = 0.011
SVM_GRID: Mapping[str, Sequence[float]] = {
    "svc__C": (1.0, 10.0, 100.0, 1000.0),
    "svc__gamma": (0.003, 0.01, 0.03, 0.1),
}
NEAREST_GRID: Mapping[str, Sequence[float]] = {"kneighborsclassifier__n_neighbors": (1, 3, 5, 9)}


def _needs_sklearn() -> None:
    if importlib.util.find_spec("sklearn") is None:
        raise ConfigError(
            "scikit-learn is not installed; it comes with the extra `train`:"
            " pip install -e '.[train]'"
        )


def _rng(task: Problem) -> np.random.Generator:
    return np.random.default_rng([task.settings.seed, task.settings.fold])


def _training_rows(task: Problem, limit: int = 0) -> Rows:
    """Rows of the final fit: all, or a stratified part."""
    limits = [n for n in (limit, task.settings.beats) if n]
    n = min(limits, default=0)
    return stratified_sample(task.labels(task.train), task.train, n, _rng(task))


def _fit_and_call(task: Problem, model: Any, rows: Rows, account: dict[str, Any]) -> Outcome:
    task.say(f"fit on {len(rows)} beats")
    model.fit(features(task.cutter, rows), task.labels(rows))
    task.say("validation")
    called = model.predict(features(task.cutter, task.validation)).astype(np.int64)
    return Outcome(called, len(rows), account)


def _search(task: Problem, model: Any, grid: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The best settings by accuracy over folds of a stratified part of the training rows."""
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    rows = stratified_sample(task.labels(task.train), task.train, N_SEARCH, _rng(task))
    folds = StratifiedKFold(N_SEARCH_FOLDS, shuffle=True, random_state=task.settings.seed)
    plain = {name: list(values) for name, values in grid.items()}
    search = GridSearchCV(model, plain, cv=folds, scoring="accuracy", refit=False)
    task.say(f"search on {len(rows)} beats")
    search.fit(features(task.cutter, rows), task.labels(rows))
    chosen = {name.split("__")[1]: value for name, value in search.best_params_.items()}
    account = {
        "searched": {name.split("__")[1]: values for name, values in plain.items()},
        "searched_on": len(rows),
        "search_folds": N_SEARCH_FOLDS,
        "search_accuracy": round(float(search.best_score_), 5),
        "chosen": chosen,
    }
    model.set_params(**search.best_params_)
    return account


def random_forest(n_trees: int = 300) -> Classify:
    """Breiman's forest with scikit-learn's defaults and `n_trees` trees."""

    def classify(task: Problem) -> Outcome:
        _needs_sklearn()
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(
            n_trees, n_jobs=torch.get_num_threads(), random_state=task.settings.seed
        )
        return _fit_and_call(task, model, _training_rows(task), {"trees": n_trees})

    return classify


def boosted_trees(n_rounds: int = 300) -> Classify:
    """Histogram gradient boosting, one tree a class and round, no early stop."""

    def classify(task: Problem) -> Outcome:
        _needs_sklearn()
        from sklearn.ensemble import HistGradientBoostingClassifier

        rate = 0.08
        model = HistGradientBoostingClassifier(
            max_iter=n_rounds,
            learning_rate=rate,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=task.settings.seed,
        )
        account = {"rounds": n_rounds, "learning_rate": rate}
        return _fit_and_call(task, model, _training_rows(task), account)

    return classify


def svm() -> Classify:
    """Support vector machine, Gaussian kernel, C and gamma by grid, features standardised."""

    def classify(task: Problem) -> Outcome:
        _needs_sklearn()
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        model = make_pipeline(StandardScaler(), SVC(cache_size=500))
        account = _search(task, model, SVM_GRID)
        return _fit_and_call(task, model, _training_rows(task, N_SVM), account)

    return classify


def nearest() -> Classify:
    """k nearest neighbours weighted by 1 / distance, k by search, features standardised."""

    def classify(task: Problem) -> Outcome:
        _needs_sklearn()
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        neighbours = KNeighborsClassifier(weights="distance", algorithm="brute")
        model = make_pipeline(StandardScaler(), neighbours)
        account = _search(task, model, NEAREST_GRID)
        return _fit_and_call(task, model, _training_rows(task), account)

    return classify
