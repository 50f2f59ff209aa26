"""Settings: known keys, right types, sensible values, or one clear line."""

from pathlib import Path

import pytest

from fl_sim.app import settings as settings_module
from fl_sim.app.settings import SettingError, Settings, defaults, override

KNOWN = (
    "dataset, seed, num-partitions, validation-fraction, num-server-rounds, fraction-train, "
    "fraction-evaluate, local-epochs, batch-size, learning-rate, momentum"
)


def test_the_reference_run_is_the_default() -> None:
    settings = Settings.of(defaults())
    assert (settings.num_partitions, settings.num_server_rounds) == (10, 3)
    assert (settings.fraction_train, settings.fraction_evaluate) == (0.3, 0.3)
    assert (settings.local_epochs, settings.batch_size) == (1, 32)
    assert (settings.learning_rate, settings.momentum) == (0.01, 0.9)
    assert settings.dataset == "uoft-cs/cifar10"


def test_without_a_checkout_the_defaults_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_checkout = defaults()
    monkeypatch.setattr(settings_module, "PYPROJECT", tmp_path / "pyproject.toml")
    assert defaults() == in_a_checkout
    assert list(defaults()) == list(in_a_checkout)


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
        ("num-partitions=1", "num-partitions is 1; it must be 2 or more"),
        ("seed=-1", "seed is -1; it must be 0 or more"),
        ("num-server-rounds=0", "num-server-rounds is 0; it must be 1 or more"),
        ("batch-size=0", "batch-size is 0; it must be 1 or more"),
        ("fraction-train=0", "fraction-train is 0.0; it must be above 0 and at most 1"),
        ("fraction-evaluate=1.1", "fraction-evaluate is 1.1; it must be from 0 to 1"),
        ("validation-fraction=1", "validation-fraction is 1.0; it must be above 0 and below 1"),
        ("learning-rate=inf", "learning-rate is inf; it must be above 0"),
        ("momentum=nan", "momentum is nan; it must be from 0 to below 1"),
    ],
)
def test_what_is_out_of_range(assignment: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.of(override(defaults(), [assignment]))
    assert str(caught.value) == message


def test_a_missing_setting() -> None:
    with pytest.raises(SettingError, match=r"^setting 'seed' is missing from the run config$"):
        Settings.of({key: value for key, value in defaults().items() if key != "seed"})
