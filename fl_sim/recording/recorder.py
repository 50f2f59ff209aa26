"""The recorder of a Flower strategy: it watches the strategy and keeps every round."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import Strategy

from fl_sim.recording.rounds import Rounds

EvaluateFn = Callable[[int, ArrayRecord], MetricRecord | None]
Method = Callable[..., Any]


class Recorder(Rounds):
    """Keeps what a strategy, of Flower's or a user's own, sends and receives.

    What only clients know (loss curve, seconds, validation) is read from a ``ConfigRecord`` named
    ``replies.CLIENT`` in their replies; what they do not report is absent from the record.
    """

    # Called once, with the error, if the recorder fails. From then on nothing is recorded, and the
    # strategy goes on. Without it, such an error ends the run.
    on_error: Callable[[Exception], None] | None = None

    def forget(self) -> None:
        """Begin a new run of the same clients, for a strategy that is started again."""
        super().forget()
        self._failed = False

    def watch(self, strategy: Strategy) -> None:
        """Record what a strategy does from now on.

        Its methods are wrapped on this one object, so that it stays what it is, and a ``start`` of
        a subclass's own is honoured.
        """
        self._reader.strategy = strategy
        wrapped = {
            "configure_train": self._watch_configure(
                strategy.configure_train, self.choose_to_train
            ),
            "aggregate_train": self._watch_aggregate(
                strategy.aggregate_train, self.receive_trained, self.end_train
            ),
            "configure_evaluate": self._watch_configure(
                strategy.configure_evaluate, self.choose_to_evaluate
            ),
            "aggregate_evaluate": self._watch_aggregate(
                strategy.aggregate_evaluate, self.receive_evaluated, self.end_evaluate
            ),
        }
        for name, method in wrapped.items():
            setattr(strategy, name, method)

    def watch_evaluate(self, evaluate_fn: EvaluateFn) -> EvaluateFn:
        """Return the same central evaluation, watched: a round does not end before it."""
        self.tests = True

        def evaluate(*args: Any, **kwargs: Any) -> MetricRecord | None:
            self._note(lambda: self.begin_test(*_by_position(evaluate_fn, args, kwargs)[0]))
            metrics = evaluate_fn(*args, **kwargs)
            self._note(lambda: self.end_test(metrics))
            return metrics

        return evaluate

    def finish(self) -> None:
        """End the last round, as far as it came: nothing follows."""
        self._note(self.close)

    def _watch_configure(self, configure: Method, begin: Method) -> Method:
        @wraps(configure)
        def configured(*args: Any, **kwargs: Any) -> Iterable[Message]:
            self._note(lambda: begin(*_by_position(configure, args, kwargs)[0]))
            messages = list(configure(*args, **kwargs))
            self._note(lambda: self.ask(messages))
            return messages

        return configured

    def _watch_aggregate(self, aggregate: Method, receive: Method, end: Method) -> Method:
        @wraps(aggregate)
        def aggregated(*args: Any, **kwargs: Any) -> Any:
            (label, replies, *rest), named = _by_position(aggregate, args, kwargs)
            replies = list(replies)
            self._note(lambda: receive(label, replies))
            result = aggregate(label, replies, *rest, **named)
            self._note(lambda: end(result))
            return result

        return aggregated

    def _note(self, keep: Callable[[], None]) -> None:
        """Keep something, and let no failure at it reach who only wanted to train."""
        if self._failed:
            return
        try:
            keep()
        except Exception as error:
            if self.on_error is None:
                raise
            self._failed = True
            self.on_error(error)


def _by_position(
    function: Method, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return a call's arguments by position, and those that have none."""
    if not kwargs:
        return list(args), {}
    bound = inspect.signature(function).bind(*args, **kwargs)
    return list(bound.args), dict(bound.kwargs)
