"""The help of the command line in both languages: longer texts, and what the parser says in English only."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

PANELS = {"ARGUMENTS": "参数 / Arguments", "OPTIONS": "选项 / Options", "COMMANDS": "命令 / Commands"}
"""Titles of the boxes, by the first part of their name in `typer.rich_utils`."""
HORIZON_END = "预测到哪一天，不给则为当年12月31日 / last day, 31 December if not said"
CASE_FILE = "案例文件，不给则为 <编号>.yaml / case file, <id>.yaml if not said"
AS_OF = "数据截止日，不给则用案例的 / as-of date, the case's if not said"
PROGRESS = "推演所据进度表或台账，参照类取案例的 / progress table or ledger to start from; the case's class"
WORKERS = "同时做几份报告，不给则与核数相同 / reports at a time, one per core if not said"
REFERENCE = "对照方案，不给则为现行部署 / reference strategy, the arrangement in force if not said"
SOME_CASES = "案例名或文件，不给则为全部案例 / case names or files, all cases if not said"
FIGURES = "图表文件夹，不给则不写 / folder for figure and tables, not written if not said"
VERIFIED = "推演、报告、比较、预测、台账、检验或批次的文件夹 / folder of runs, a report, ledgers, a batch ..."
STORE = "保存推演的文件夹，中断后可续跑 / folder that keeps runs, to go on after a stop"
STRATEGY = "监管方案，不给则为现行部署 / strategy, the arrangement in force if not said"
PROGRAMMES = "项目文件夹，不给则用变量 DPSIM_DATA / folder of programmes, the variable DPSIM_DATA if not said"
METHODS = "只用这些方法，逗号分隔 / these methods only, by commas"
WORKERS_OF_BACKTEST = "进程数，不给则与核数相同 / processes, one per core if not said"
TARGETS = "目标表：单位、环节、时限、目标 / table of targets: unit, stage, deadline, target"
REFERENCE_CLASS = "参照类，不给则未说明 / reference class, unstated if not said: voluntary, order, filing"
SUPPLY = "服务能力计划：环节、自、每周家数 / supply plan: stage, from, per week"
SCOREBOARD = "留存预测的文件夹，不给则不留 / folder of kept forecasts, not kept if not said"
CAPACITY = "每周能力：环节=家数，可重复，不给则按此前最快一周 / members a week, repeatable; the best week if not said"
LEVER = "措施.start（开始日期）或 措施.参数 / INSTRUMENT.start, or INSTRUMENT.SETTING for a number"
ONE_TARGET = "目标编号，不给则为总目标 / id of a target, the headline if not said"
ATTAINMENT = "达到要求数的多少算达到 / share of what is required that counts as met"
VALUES = "试算的取值，逗号分隔，不给则按方案的范围 / values to try, by commas; the strategy's range if not said"
ON_HELP = "显示本说明 / show this help"


class Command(TyperCommand):
    """A command whose help is in both languages."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option with a text in both languages."""
        return _told(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with titles in both languages."""
        _entitle()
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """The program, whose help is in both languages."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option with a text in both languages."""
        return _told(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with titles in both languages."""
        _entitle()
        super().format_help(ctx, formatter)


def in_both_languages(app: typer.Typer) -> typer.Typer:
    """Let all commands of a program show their help in both languages."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    return app


def _told(option: Any) -> Any:
    """Give the option `--help` its text."""
    if option is not None:
        option.help = ON_HELP
    return option


def _entitle() -> None:
    """Give the boxes their titles; without rich there are none."""
    try:
        from typer import rich_utils
    except ImportError:
        return
    for name, title in PANELS.items():
        setattr(rich_utils, f"{name}_PANEL_TITLE", title)


MORE_STAGES = "另加的环节及其表头，可多次 / a further stage and its headers, may be repeated"
AS_OF_DATES = "数据截止日，可用逗号给出多个 / as-of date, or several by commas: 2018-09-10"
EACH_UNIT = "各单位、组和合计各作一个预测 / a forecast and a folder for each unit, group and all"
TRACED = "企业编号、机构或隐患（LY-000001#G12）/ code of an enterprise, organisation or hazard (LY-000001#G12)"
AGAINST = "并排对照的方案 / a second strategy beside it"
TRACE_FILE = "另存为文件（.csv、.parquet）/ file for the table (.csv, .parquet)"
LEDGER_DATE = "截至哪一天，不给则为最后一天 / at the end of which day, the last one if not said"
LISTS = "名单变化，可重复 / a change of the list, repeatable: stops=5%, removals=40, additions=9@2018-11-01"
GROUPS = "分组表：单位、上级，各组另作预测 / table of units and the group each is part of: unit, group"
TOWNSHIPS = "台账按乡镇预测，县区为其合计 / a ledger by township, with its counties"
