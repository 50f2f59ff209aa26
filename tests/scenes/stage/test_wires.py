"""Packets travel along their wire, out and back."""

import numpy as np
import pytest

from scenes import theme
from scenes.drawing.layout import Frame, layout
from scenes.stage.parcel import Carry, Parcel
from scenes.stage.wires import (
    Packet,
    Trail,
    Travel,
    Wire,
    along,
    path_back,
    path_out,
    ports,
    wire_steps,
)

FRAME = Frame(128 / 9, 8.0)
LAYOUT = layout(FRAME)
END = LAYOUT.workers.at(0.9, 0.7)
PORTS = ports(LAYOUT.coordinator, 10, FRAME)
WIRE = Wire(PORTS[9], END, straight=1.0)


def test_wires_leave_the_coordinator_side_by_side() -> None:
    xs = [port[0] for port in PORTS]
    assert np.allclose(np.diff(xs), FRAME.px(52))
    assert np.mean(xs) == pytest.approx(LAYOUT.coordinator.x)
    many = [port[0] for port in ports(LAYOUT.coordinator, 12, FRAME)]
    assert np.ptp(many) < LAYOUT.coordinator.width
    assert {port[1] for port in PORTS} == {LAYOUT.coordinator.bottom}


def test_a_wire_is_vertical_at_both_ends_and_straight_above_its_card() -> None:
    steps = wire_steps(WIRE)
    assert np.allclose(steps[[0, -1]], [PORTS[9][:2], END[:2]])
    straight = steps[steps[:, 1] < END[1] + 1.0]
    assert np.ptp(straight[:, 0]) < 1e-9
    assert WIRE.points[1][0] == pytest.approx(PORTS[9][0])


def test_a_parcel_goes_as_far_as_its_dock_and_back() -> None:
    out, back = path_out(WIRE), path_back(WIRE)
    dock = END + np.array([0.0, 1.0, 0.0])
    assert np.allclose([out.get_start(), out.get_end()], [PORTS[9], dock])
    assert np.allclose([back.get_start(), back.get_end()], [dock, PORTS[9]])


def test_a_way_is_manims_own() -> None:
    path = path_out(WIRE)
    shares = np.linspace(0, 1, 30)
    expected = [path.point_from_proportion(share) for share in shares]
    assert np.array_equal(list(map(along(path), shares)), expected)


def test_the_light_reaches_its_parcel_and_the_arrow_head_is_ahead() -> None:
    path = path_out(WIRE)
    parcel = Parcel(None, theme.MODEL, FRAME)
    carry, trail = Carry(parcel, path, 1.0, theme.MOVE), Trail(theme.MODEL, theme.MOVE, path)
    for moved in (carry, trail):
        moved.begin()
        moved.interpolate(0.5)
    middle = parcel.get_center()
    assert np.linalg.norm(trail.trail[-1].get_end() - middle) < 0.05
    tip = carry.head.points[0]
    assert tip[1] < middle[1]
    assert abs(tip[0] - middle[0]) > parcel.plate.width / 2
    assert carry.head.get_fill_opacity() == 1
    carry.finish()
    assert carry.head.get_fill_opacity() == 0


def test_a_packet_makes_itself_small_where_there_is_no_room() -> None:
    packet = Packet("a long label", theme.UPDATE, FRAME)
    travel = Travel(packet, path_out(WIRE), appears=False, room=0.5)
    travel.begin()
    travel.finish()
    assert packet.body.width == pytest.approx(0.5)
    assert packet.words.get_fill_opacity() == 0
