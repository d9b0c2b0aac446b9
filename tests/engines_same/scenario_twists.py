"""What sets a scenario apart: extremes that the schema allows and a published case would never show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Twist = Mapping[str, Sequence[float]]

TWISTS: dict[str, Twist] = {
    "many leave": {"scenario.removals_per_year": (0.5, 3.0, 10.0)},
    "few assessors": {"assessors.teams": (1, 2), "assessors.service_mean": (4.0, 20.0)},
    "many assessors": {"assessors.teams": (60, 300), "assessors.service_mean": (0.5, 1.0)},
    "most fail": {
        "assessors.score_mean": (40.0, 60.0),
        "assessors.pass_score_other": (70, 100),
        "assessors.rework_mean": (2.0, 8.0),
    },
    "all pass": {"assessors.pass_score_other": (0,), "assessors.pass_score_benchmark": (0,)},
    "agencies swamped": {
        "agencies.user_share": (1.0,),
        "agencies.headroom": (0.1, 1.0),
        "agencies.service_mean": (15.0, 90.0),
    },
    "no agencies": {"agencies.user_share": (0.0,)},
    "same service for all": {"agencies.service_cv": (0.0,), "assessors.service_cv": (0.0,)},
    "very unequal": {"adoption.frailty_shape": (0.05, 0.3), "hazards.heterogeneity_shape": (0.1, 0.5)},
    "all alike": {"adoption.frailty_shape": (1e6,), "hazards.heterogeneity_shape": (1e6,)},
    "sure rush": {"scenario.rush.factor": (3.0, 8.0), "scenario.rush.weeks": (1, 8)},
    "fast": {"adoption.reference_closure_per_week": (0.2, 0.9), "adoption.max_rate_per_day": (5.0, 100.0)},
    "noisy": {"adoption.weekly_noise_log_sd": (1.0, 3.0)},
    "no hazards arise": {"hazards.arising.general": (0.0,), "hazards.arising.major": (0.0,)},
    "only major": {"hazards.arising.general": (0.0,), "hazards.arising.major": (5.0, 20.0)},
    "dangerous": {"incidents.accidents.general": (1.0, 5.0), "incidents.accidents.major": (5.0, 10.0)},
    "nothing ever happens": {
        "incidents.accidents.general": (0.0,),
        "incidents.accidents.major": (0.0,),
        "discovery.worker_reports.general": (0.0,),
        "discovery.worker_reports.major": (0.0,),
        "staff.past_visits_per_year": (0.0,),
        "hazards.growth_per_year": (0.0,),
    },
    "workers report": {"discovery.worker_reports.general": (2.0, 10.0)},
    "patrols see": {"discovery.patrol.general": (0.3, 1.0), "discovery.patrol_every": (3.0, 9.0)},
    "experts everywhere": {"discovery.expert_every": (10.0, 40.0), "discovery.oversight_every": (15.0, 60.0)},
    "no inspectors": {"staff.inspectors_per_county": (0,)},
    "one inspector": {"staff.inspectors_per_county": (1,), "staff.staff_per_visit": (1.0,)},
    "many inspectors": {
        "staff.inspectors_per_county": (60, 200),
        "staff.visits_per_team_day": (4, 20),
        "staff.revisit_gap": (1.0, 5.0),
    },
    "only reporting": {"staff.reporting_days_per_week": (200.0, 1e5)},
    "borrowed days are paid back": {"staff.payback_share": (1.0,), "staff.system_share": (0.8, 1.0)},
    "at once": {f"closed_loop.{step}.{klass}": (0.0,) for step in ("assign", "rectify", "accept", "close")
                for klass in ("general", "major")},
    "sham": {"closed_loop.sham.general": (0.6, 1.0), "closed_loop.relapse.general": (0.9,),
             "closed_loop.relapse_days.general": (5.0, 20.0)},
    "refused": {"closed_loop.accepted.general": (0.0, 0.3)},
    "limits of a day": {"closed_loop.limit.general": (0.0, 1.0)},
    "all fined": {"deterrence.penalty_share": (0.9, 1.0), "deterrence.penalty_jump": (1.0,),
                  "deterrence.published_jump": (0.3, 1.0)},
    "paper": {"caveats.paper_share": (0.6, 1.0), "formalism.reveal_share": (0.5, 1.0),
              "formalism.perceived_effect": (5.0, 10.0), "deterrence.visit_jump": (0.8, 1.0)},
    "forgotten at once": {"attention.meeting_memory": (0.01, 1.0), "deterrence.memory": (0.1, 2.0),
                          "deterrence.visit_memory": (0.05, 1.0)},
    "moved by meetings": {"attention.meeting_effect": (1.0, 3.0), "attention.notice_effect": (1.0, 3.0),
                          "attention.levels": (0, 1)},
    "moved by visits": {"deterrence.visit_effect": (1.0, 3.0), "deterrence.advice_effect": (1.0, 3.0)},
    "no effects": {"attention.meeting_effect": (0.0,), "attention.notice_effect": (0.0,),
                   "deterrence.visit_effect": (0.0,), "deterrence.advice_effect": (0.0,)},
    "leaning on advisers": {"deterrence.leaning_effect": (3.0, 8.0), "staff.advice_days": (0.25,)},
    "agencies build on paper": {"agencies.user_share": (1.0,), "caveats.paper_share": (0.6, 1.0),
                                "assessors.pass_score_other": (0,), "assessors.pass_score_benchmark": (0,)},
    "the queue for assessors empties by itself": {"scenario.removals_per_year": (3.0, 10.0), "assessors.teams": (1,),
                                                  "assessors.service_mean": (15.0, 20.0)},
    "reports late and shaded": {"reporting.delay_days": (0, 30), "reporting.shading": (0.0, 1.0),
                                "reporting.shading_days": (3, 60)},
}  # fmt: skip
"""Name to dotted keys, each with the ends of where its value is drawn, or its one value."""
