"""The supervisors' side of a replication: what they know, whom they send, what their visits leave behind.

Hazards live from one weekly report to the next; in between, each working morning turns the counties' staff-days into
visits. Both engines call the same functions; when is theirs to decide.
"""

from __future__ import annotations

import numpy as np

from dpsim.core.funds import Purse
from dpsim.core.levers import Contact
from dpsim.core.reported import Fact, Reported
from dpsim.engines.world import World, reported_counts
from dpsim.model.completion import case_formalism, complete, refused
from dpsim.model.controls import bill, set_controls, take_in
from dpsim.model.detection import fatigue_factors
from dpsim.model.hazard_sites import publish
from dpsim.model.penalty_ladder import ordered_to_close
from dpsim.model.staffing import allot_counties
from dpsim.model.state import SIDES, Col, Ints
from dpsim.model.visits import (
    ADVICE_ORDINAL,
    EXPERT,
    MOST_A_DAY,
    SPOT_CHECK,
    Roster,
    deal_advice,
    deal_visits,
    hold_visits,
    write_ledger,
    write_progress,
)


class Supervision:
    """What supervisors know and do in one replication; where hazards are off, they know the stages and do nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.state, self.hazards = world, world.state, world.hazards
        self.key = np.array([world.seed, world.replication], dtype=np.int64)
        self.nothing = np.zeros((world.state.entity.size, len(Fact)), dtype=np.int64)
        self.formalism = case_formalism(world.setting.case)
        self.elsewhere = np.zeros(4)
        self.purse = np.zeros((SIDES, len(Purse)))

    def new_year(self) -> None:
        """Let the visits of a new calendar year count from 0."""
        if self.hazards is not None:
            self.hazards.roster[:, :, Roster.VISITS_YEAR] = 0

    def know(self, day: int, *, ledger: bool) -> tuple[Reported, Reported]:
        """Return what the bureau knows on a morning (-1: at the as-of date) under the strategy and the reference."""
        counts, world = reported_counts(self.world, day), self.hazards
        if world is None:
            return self._reported(counts[0], self.nothing, 0), self._reported(counts[1], self.nothing, 1)
        for side in range(SIDES):
            write_progress(self.state.status, world.roster[side], world.facts[side])
            if ledger:
                write_ledger(world.sites, world.facts[side])
        return self._reported(counts[0], world.facts[0], 0), self._reported(counts[1], world.facts[1], 1)

    def _reported(self, counts: Ints, facts: Ints, side: int) -> Reported:
        """Return what is known on one side; what was spent is counted on there."""
        return Reported(counts, facts, self.key, self.purse[side])

    def live(self, time: float) -> None:
        """Let the hazards live until the weekly report, and publish the week's penalties."""
        world, setting = self.hazards, self.world.setting
        if world is None:
            return
        world.live(time)
        publish(world.sites, self.state.county, int(setting.case.population.counties.value), time, world.laws)

    def closed(self) -> list[int]:
        """Return the enterprises that the week's penalties close."""
        return [] if self.hazards is None else ordered_to_close(self.hazards.sites, self.state.status).tolist()

    def drop_leavers(self) -> None:
        """Drop the hazards of those who have left the list."""
        world = self.hazards
        if world is None:
            return
        for i in np.flatnonzero(world.sites["on_list"] > self.state.status[:, Col.ON_LIST]).tolist():
            world.leave(i)

    def take_in(self) -> None:
        """Take in what the strategy's instruments teach and tell this morning, and what the past weeks' work takes."""
        if self.hazards is not None:
            bill(self.world.levers, self.hazards.laws)
            take_in(self.world.levers[0], self.hazards.laws)

    def pay(self) -> None:
        """Count the public money that this morning's instruments spend under a budget."""
        for side, levers in enumerate(self.world.levers):
            self.purse[side, Purse.SUBSIDY] += levers.subsidy_yuan[0]

    def set_controls(self, time: float) -> None:
        """Let what the strategy's instruments set this morning hold until the next weekly report."""
        hazards, levers = self.hazards, self.world.levers[0]
        if hazards is None:
            return
        set_controls(levers, self.world.levers[1], hazards.sites, hazards.laws, time)

    def send(self, day: int) -> None:
        """Phase 5, last: advisers and inspectors go out, under the strategy and under the reference."""
        for side in range(SIDES):
            self._send(side, day)

    def _send(self, side: int, day: int) -> None:
        """Turn the counties' staff-days of a morning into advisers' and inspectors' visits."""
        world, levers, hazards = self.world, self.world.levers[side], self.hazards
        if hazards is None:
            return
        allot_counties(
            hazards.staff,
            levers.staff_days[0] / hazards.owed.shape[1],
            levers.advising[0],
            levers.inspect_factor[0],
            levers.borrowed[0],
            hazards.owed[side],
            hazards.advice_credit[side],
            hazards.credit[side],
            hazards.duties[day] if side == 0 else self.elsewhere,
        )
        advised = deal_advice(
            day,
            hazards.members,
            hazards.first,
            self.state.entity,
            self.state.status,
            hazards.roster[side],
            hazards.advice_credit[side],
            hazards.staff.advice_cost,
            int(world.setting.case.staff.revisit_gap.value),
            MOST_A_DAY,
        )
        visited, order = deal_visits(
            day,
            hazards.members,
            hazards.first,
            self.state.entity,
            self.state.status[:, Col.ON_LIST],
            levers.plan_share,
            levers.priority,
            levers.visit_cap,
            hazards.roster[side],
            hazards.dealt[side],
            hazards.credit[side],
            hazards.staff.visit_cost,
            int(world.setting.case.staff.revisit_gap.value),
            MOST_A_DAY,
        )
        self._hold(side, day, advised, np.zeros_like(advised), Contact.ADVICE)
        self._hold(side, day, visited, order, Contact.VISIT)

    def _hold(self, side: int, day: int, index: Ints, order: Ints, kind: Contact) -> None:
        """Hold the day's visits of one kind: contacts on this side, chances of detection under the strategy."""
        if not index.size or self.hazards is None:
            return
        world, hazards, state = self.world, self.hazards, self.state
        per_day, inspects = int(world.setting.case.staff.visits_per_team_day.value), kind == Contact.VISIT
        ordinals = hazards.roster[side, index, Roster.VISITS] if inspects else np.full(index.size, ADVICE_ORDINAL + day)
        times = hold_visits(
            day,
            index,
            order,
            ordinals,
            per_day,
            state.entity,
            side,
            int(kind),
            world.memories[kind],
            state.attention,
            state.attention_time,
            world.seed,
            world.replication,
        )
        if side == 0:
            channel, quality = np.full(index.size, EXPERT), np.ones(index.size)
            if inspects:
                channel[:], team = SPOT_CHECK, (day + order // per_day) % hazards.quality.shape[1]
                tired = float(world.setting.case.discovery.fatigue_drop.value)
                quality = hazards.quality[state.county[index], team] * fatigue_factors(order % per_day, tired)
            hazards.pending.append((index, times, channel, quality, np.full(index.size, int(inspects))))

    def refuses(self, i: int, spell: int) -> bool:
        """Return whether assessment number `spell` of an enterprise is refused the pass whatever its score."""
        if self.hazards is None:
            return False
        user = int(self.state.status[i, Col.AGENCY_USER])
        return bool(refused(self.hazards.sites, self.hazards.laws, i, user, int(self.state.entity[i]), spell))

    def tell(self, i: int, kind: int, time: float) -> bool:
        """Let an enterprise's new stage count for its self-checks; return whether what it built now is paper."""
        if self.hazards is None:
            return False
        state = self.state
        return complete(
            self.hazards.sites,
            self.hazards.laws,
            i,
            kind,
            time,
            int(state.entity[i]),
            int(state.group[i]),
            int(state.status[i, Col.AGENCY_USER]),
            self.world.path.rush,
            self.formalism,
        )
