"""Settings: known keys, right types, sensible values, or one clear line."""

from pathlib import Path

import pytest

from fl_sim.app import settings as settings_module
from fl_sim.app.settings import SettingError, Settings, Value, defaults, override

KNOWN = (
    "dataset, seed, num-partitions, validation-fraction, num-server-rounds, fraction-train, "
    "fraction-evaluate, local-epochs, batch-size, learning-rate, momentum, partitioning, "
    "dirichlet-alpha, classes-per-client, strategy, proximal-mu, server-learning-rate, "
    "server-momentum, eta, beta-1, beta-2, tau, full-round, confusion-every, keep, round-timeout, "
    "failure-rate, hang-rate, dropout-rate, failure-seed"
)


def test_the_reference_run_is_the_default() -> None:
    settings = Settings.of(defaults())
    assert (settings.num_partitions, settings.num_server_rounds) == (10, 3)
    assert (settings.fraction_train, settings.fraction_evaluate) == (0.3, 0.3)
    assert (settings.local_epochs, settings.batch_size) == (1, 32)
    assert (settings.learning_rate, settings.momentum) == (0.01, 0.9)
    assert settings.dataset == "uoft-cs/cifar10"
    assert (settings.partitioning, settings.strategy, settings.keep) == ("iid", "fedavg", "all")
    assert settings.full_round == 0
    assert (settings.failure_rate, settings.hang_rate, settings.dropout_rate) == (0.0, 0.0, 0.0)


def test_without_a_checkout_the_defaults_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_checkout = defaults()
    monkeypatch.setattr(settings_module, "PYPROJECT", tmp_path / "pyproject.toml")
    assert defaults() == in_a_checkout
    assert list(defaults()) == list(in_a_checkout)
    kinds = [[type(value) for value in config.values()] for config in (defaults(), in_a_checkout)]
    assert kinds[0] == kinds[1]


def test_a_value_has_the_type_of_its_default() -> None:
    config = override(defaults(), ["num-server-rounds=5", "momentum=0", "dataset=a=b"])
    assert config["num-server-rounds"] == 5
    assert isinstance(config["momentum"], float)
    assert config["dataset"] == "a=b"


def test_booleans() -> None:
    assert override({"loud": False}, ["loud=true"]) == {"loud": True}
    with pytest.raises(SettingError, match=r"^loud is true or false, not 'yes'$"):
        override({"loud": False}, ["loud=yes"])


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed", "'seed' is not of the form key=value"),
        ("sed=1", f"there is no setting 'sed'. Did you mean seed? Settings: {KNOWN}"),
        ("colour=1", f"there is no setting 'colour'. Settings: {KNOWN}"),
        ("out=x", f"there is no setting 'out'. Settings: {KNOWN}"),
        ("seed=one", "seed is a whole number, not 'one'"),
        ("momentum=much", "momentum is a number, not 'much'"),
    ],
)
def test_what_cannot_be_set(assignment: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        override(defaults(), [assignment])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("num-partitions=0", "num-partitions is 0; it must be 1 or more"),
        ("seed=-1", "seed is -1; it must be 0 or more"),
        ("num-server-rounds=0", "num-server-rounds is 0; it must be 1 or more"),
        ("batch-size=0", "batch-size is 0; it must be 1 or more"),
        ("fraction-train=0", "fraction-train is 0.0; it must be above 0 and at most 1"),
        ("fraction-evaluate=1.1", "fraction-evaluate is 1.1; it must be from 0 to 1"),
        ("validation-fraction=1", "validation-fraction is 1.0; it must be above 0 and below 1"),
        ("learning-rate=inf", "learning-rate is inf; it must be above 0"),
        ("momentum=nan", "momentum is nan; it must be from 0 to below 1"),
        ("dirichlet-alpha=0", "dirichlet-alpha is 0.0; it must be above 0"),
        ("classes-per-client=0", "classes-per-client is 0; it must be 1 or more"),
        ("proximal-mu=-0.1", "proximal-mu is -0.1; it must be 0 or more"),
        ("server-momentum=1", "server-momentum is 1.0; it must be from 0 to below 1"),
        ("eta=0", "eta is 0.0; it must be above 0"),
        ("round-timeout=0", "round-timeout is 0.0; it must be above 0"),
        ("full-round=-1", "full-round is -1; it must be 0 or more"),
        ("confusion-every=-1", "confusion-every is -1; it must be 0 or more"),
        ("hang-rate=1.5", "hang-rate is 1.5; it must be from 0 to 1"),
    ],
)
def test_what_is_out_of_range(assignment: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.of(override(defaults(), [assignment]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        (
            "partitioning=dirichelt",
            "partitioning is 'dirichelt'; it must be one of iid, dirichlet, pathological, "
            "unequal. Did you mean dirichlet?",
        ),
        (
            "partitioning=x",
            "partitioning is 'x'; it must be one of iid, dirichlet, pathological, unequal.",
        ),
        (
            "strategy=FedAvg",
            "strategy is 'FedAvg'; it must be one of fedavg, fedprox, fedadam, fedyogi, fedavgm, "
            "fedmedian, local-only. Did you mean fedavg?",
        ),
        ("keep=", "keep is ''; it must be one of all, numbers."),
    ],
)
def test_what_is_not_known(assignment: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.of(override(defaults(), [assignment]))
    assert str(caught.value) == message


def test_a_client_has_one_fault_at_most() -> None:
    rates = ["failure-rate=0.5", "hang-rate=0.25", "dropout-rate=0.25"]
    assert Settings.of(override(defaults(), rates)).failure_rate == 0.5
    with pytest.raises(SettingError) as caught:
        Settings.of(override(defaults(), [*rates, "hang-rate=0.5"]))
    assert str(caught.value) == (
        "failure-rate, hang-rate and dropout-rate add up to 1.25; they must add up to 1 at most"
    )


def test_flower_gives_a_whole_number_where_a_number_is_written_without_a_point() -> None:
    settings = Settings.of({**defaults(), "learning-rate": 1, "momentum": 0, "round-timeout": 20})
    values = (settings.learning_rate, settings.momentum, settings.round_timeout)
    assert values == (1.0, 0.0, 20.0)
    assert {type(value) for value in values} == {float}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("seed", 1.5, "seed is a whole number, not 1.5"),
        ("seed", True, "seed is a whole number, not True"),
        ("eta", "0.1", "eta is a number, not '0.1'"),
        ("strategy", 1, "strategy is a text, not 1"),
    ],
)
def test_another_type(key: str, value: Value, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.of({**defaults(), key: value})
    assert str(caught.value) == message


def test_what_else_a_run_config_holds_does_not_matter() -> None:
    assert Settings.of({**defaults(), "of-another-app": 1}) == Settings.of(defaults())


def test_a_missing_setting() -> None:
    with pytest.raises(SettingError, match=r"^setting 'seed' is missing from the run config$"):
        Settings.of({key: value for key, value in defaults().items() if key != "seed"})
