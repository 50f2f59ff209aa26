"""Settings: known keys, right types, sensible values, or one clear line."""

import inspect
import tomllib
from pathlib import Path

import pytest

from fl_sim.app import settings as settings_module
from fl_sim.app.fields import Group, Positive
from fl_sim.app.networks import NetworkChoice
from fl_sim.app.partitioners import PARTITIONERS, Iid, PartitionerChoice
from fl_sim.app.settings import (
    SETTINGS,
    TABLES,
    SettingError,
    Settings,
    Value,
    defaults,
    override,
    used,
)
from fl_sim.app.strategies import STRATEGIES, FedAvg, StrategyChoice
from fl_sim.running.app_folder import to_toml
from fl_sim.running.settings_table import as_toml
from fl_sim.schema.model import ADDED

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


# The settings of the first records, and what says only where a run is and what it reads.
FIRST = {
    *("name", "out", "dataset", "seed", "num-partitions", "validation-fraction"),
    *("num-server-rounds", "fraction-train", "fraction-evaluate", "local-epochs", "batch-size"),
    *("learning-rate", "momentum", "partitioning", "dirichlet-alpha", "classes-per-client"),
    *("strategy", "proximal-mu", "server-learning-rate", "server-momentum", "eta", "beta-1"),
    *("beta-2", "tau", "full-round", "confusion-every", "keep", "round-timeout", "failure-rate"),
    *("hang-rate", "dropout-rate", "failure-seed"),
}


def test_the_reference_run_is_the_default() -> None:
    settings = Settings.of(defaults())
    assert settings == Settings()
    assert (settings.num_partitions, settings.num_server_rounds) == (10, 3)
    assert (settings.fraction_train, settings.fraction_evaluate) == (0.3, 0.3)
    assert (settings.local_epochs, settings.batch_size) == (1, 32)
    assert (settings.learning_rate, settings.momentum) == (0.01, 0.9)
    assert settings.dataset == "uoft-cs/cifar10"
    assert (settings.partitioning, settings.strategy) == (Iid(), FedAvg())
    assert settings.keep == "all"
    assert settings.full_round == 0
    assert (settings.failure_rate, settings.hang_rate, settings.dropout_rate) == (0.0, 0.0, 0.0)


def test_pyproject_has_the_same_settings_in_the_same_order() -> None:
    config = tomllib.loads(PYPROJECT.read_text())["tool"]["flwr"]["app"]["config"]
    assert to_toml(config) == as_toml(), "put there what `fl-sim settings --toml` prints"


def test_a_record_of_before_a_setting_was_there_has_its_default() -> None:
    later = {key: value for key, value in defaults().items() if key not in FIRST}
    assert later == ADDED


def test_every_setting_is_described() -> None:
    assert [key for key, setting in SETTINGS.items() if not setting.description] == [], (
        "write a text below it"
    )


def test_every_number_has_limits() -> None:
    numbers = [setting for setting in SETTINGS.values() if not isinstance(setting.default, str)]
    unlimited = [setting.key for setting in numbers if not setting.limits]
    assert unlimited == [], "its type is one of fl_sim/app/fields.py, or Annotated[..., Field(...)]"


@pytest.mark.parametrize("key", TABLES)
def test_what_can_be_chosen_by_name(key: str) -> None:
    for name, choice in TABLES[key].items():
        assert choice.__doc__, f"{name} has no docstring, which describes it"
        chosen = getattr(Settings.of({key: name}), key)
        assert type(chosen) is choice


@pytest.mark.parametrize("base", [StrategyChoice, PartitionerChoice, NetworkChoice])
def test_what_is_written_is_in_the_table(base: type[Group]) -> None:
    def written(kind: type[Group]) -> set[type[Group]]:
        return {kind}.union(*map(written, kind.__subclasses__()))

    ready = {kind for kind in written(base) - {base} if not inspect.isabstract(kind)}
    known = {choice for table in TABLES.values() for choice in table.values()}
    assert ready - known == set(), "give these a name in STRATEGIES, PARTITIONERS or NETWORKS"


def test_two_settings_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(FedAvg):
        eta: Positive = 0.5
        """not that of FedAdam"""

    monkeypatch.setitem(TABLES, "strategy", {**TABLES["strategy"], "other": Other})
    with pytest.raises(TypeError, match="two settings are called eta"):
        settings_module._all_settings()
    Other.__bases__ = (Group,)  # leaves the strategies


def test_a_value_has_the_type_of_its_default() -> None:
    config = override(defaults(), ["num-server-rounds=5", "momentum=0", "dataset=a=b"])
    assert config["num-server-rounds"] == 5
    assert isinstance(config["momentum"], float)
    assert config["dataset"] == "a=b"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed", "'seed' is not of the form key=value"),
        ("sed=1", "there is no setting 'sed'. Did you mean seed? List them with: fl-sim settings"),
        ("colour=1", "there is no setting 'colour'. List them with: fl-sim settings"),
        ("out=x", "there is no setting 'out'. List them with: fl-sim settings"),
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
        ("fraction-train=0", "fraction-train is 0; it must be above 0 and at most 1"),
        ("fraction-evaluate=1.1", "fraction-evaluate is 1.1; it must be from 0 to 1"),
        ("validation-fraction=1", "validation-fraction is 1; it must be above 0 and below 1"),
        ("learning-rate=inf", "learning-rate is inf; it must be above 0"),
        ("momentum=nan", "momentum is nan; it must be from 0 to below 1"),
        ("dirichlet-alpha=0", "dirichlet-alpha is 0; it must be above 0"),
        ("classes-per-client=0", "classes-per-client is 0; it must be 1 or more"),
        ("proximal-mu=-0.1", "proximal-mu is -0.1; it must be 0 or more"),
        ("server-momentum=1", "server-momentum is 1; it must be from 0 to below 1"),
        ("eta=0", "eta is 0; it must be above 0"),
        ("round-timeout=0", "round-timeout is 0; it must be above 0"),
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
            f"partitioning is 'dirichelt'; it must be one of {', '.join(PARTITIONERS)}. "
            "Did you mean dirichlet?",
        ),
        (
            "partitioning=x",
            f"partitioning is 'x'; it must be one of {', '.join(PARTITIONERS)}.",
        ),
        (
            "strategy=FedAvg",
            f"strategy is 'FedAvg'; it must be one of {', '.join(STRATEGIES)}. "
            "Did you mean fedavg?",
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


def test_a_setting_that_is_missing_has_its_default() -> None:
    assert Settings.of({"seed": 7}) == Settings(seed=7)


def test_the_settings_on_which_a_run_depends() -> None:
    config = used({**defaults(), "strategy": "fedprox", "eta": 0.5, "dataset": "/here"})
    assert config["proximal-mu"] == 0.1
    others = {"eta", "server-momentum", "dirichlet-alpha", "dataset", "name", "out"}
    assert not others & config.keys()
    assert used({"strategy": "fedprox"}) == config
    assert used({"colour": "red"})["colour"] == "red"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strategy": "fedmedian"}, "tells it the average alone; choose another"),
        ({"strategy": "local-only"}, "tells it the average alone; choose another"),
        ({"reveal-round": 1, "secure-aggregation": False}, "set that too"),
        ({"num-partitions": 1}, "set num-partitions to 2 or more"),
        ({"dp-epsilon": 1.0}, "set dp-noise above 0 too"),
        ({"dp-clip": 0.5}, "dp-clip does nothing without noise; set dp-noise above 0 too"),
        ({"dp-where": "local"}, "dp-where does nothing without noise; set dp-noise above 0 too"),
        ({"dp-delta": 1e-4}, "dp-delta does nothing without noise; set dp-noise above 0 too"),
        ({"reveal-round": 4}, "reveal-round=4 does nothing; the last one is 3"),
        ({"full-round": 4}, "full-round=4 does nothing; the last one is 3"),
        ({"close-up-client": 10}, "close-up-client=10 does nothing; the last one is 9"),
    ],
)
def test_what_does_not_go_with_secure_aggregation(settings: dict[str, Value], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Settings.of({"secure-aggregation": True, **settings})
