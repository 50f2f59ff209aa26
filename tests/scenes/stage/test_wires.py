"""Packets travel along their wire, out and back."""

import numpy as np
import pytest

from scenes import theme
from scenes.drawing.layout import Frame, layout
from scenes.stage.wires import Packet, Trail, Travel, along, path_back, path_out, wires

FRAME = Frame(128 / 9, 8.0)
LAYOUT = layout(FRAME, 10)
DOCK = LAYOUT.workers[9].at(0.5, 0.9)


def away_from_wire(point: np.ndarray) -> float:
    """Return a point's distance from worker 9's wire or the line from its end to the dock."""
    wire = wires(LAYOUT.coordinator, LAYOUT.workers)[9]
    along = [wire.point_from_proportion(share) for share in np.linspace(0, 1, 400)]
    down = np.linspace(wire.get_end(), DOCK, 50)
    return float(np.linalg.norm(np.vstack([along, down]) - point, axis=1).min())


@pytest.mark.parametrize("outward", [True, False])
def test_a_journey_follows_the_wire(outward: bool) -> None:
    wire = wires(LAYOUT.coordinator, LAYOUT.workers)[9]
    path = path_out(wire, DOCK) if outward else path_back(DOCK, wire)
    shares = np.linspace(0, 1, 30)
    assert max(away_from_wire(path.point_from_proportion(share)) for share in shares) < 0.03
    ends = (wire.get_start(), DOCK) if outward else (DOCK, wire.get_start())
    assert np.allclose([path.get_start(), path.get_end()], ends)


def test_a_way_is_manims_own() -> None:
    path = path_out(wires(LAYOUT.coordinator, LAYOUT.workers)[9], DOCK)
    shares = np.linspace(0, 1, 30)
    expected = [path.point_from_proportion(share) for share in shares]
    assert np.array_equal(list(map(along(path), shares)), expected)


def test_the_trail_reaches_its_packet() -> None:
    path = path_out(wires(LAYOUT.coordinator, LAYOUT.workers)[9], DOCK)
    packet = Packet("model", theme.MODEL, FRAME)
    travel, trail = Travel(packet, path), Trail(theme.MODEL, theme.MOVE, path)
    for moved in (travel, trail):
        moved.begin()
        moved.interpolate(0.6)
    assert np.linalg.norm(trail.trail.get_end() - packet.get_center()) < 0.05


def test_a_packet_makes_itself_small_where_there_is_no_room() -> None:
    path = path_out(wires(LAYOUT.coordinator, LAYOUT.workers)[9], DOCK)
    packet = Packet("a long label", theme.UPDATE, FRAME)
    travel = Travel(packet, path, appears=False, room=0.5)
    travel.begin()
    travel.finish()
    assert packet.body.width == pytest.approx(0.5)
    assert packet.words.get_fill_opacity() == 0


def test_every_wire_ends_on_its_card() -> None:
    for wire, slot in zip(wires(LAYOUT.coordinator, LAYOUT.workers), LAYOUT.workers, strict=True):
        assert np.allclose(wire.get_end(), slot.at(0.5, 1))
        assert wire.get_start()[1] == pytest.approx(LAYOUT.coordinator.bottom)
