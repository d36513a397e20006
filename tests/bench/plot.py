# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the figures of the bench with Matplotlib (Debian's python3-matplotlib), which only --plot needs."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "synfate", "font.size": 9,
                            "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y",
                            "grid.color": "#dddddd", "axes.axisbelow": True})

from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter  # noqa: E402

COLORS = {"stock": "#9aa5b1", "synfate": "#c0392b", "transum": "#2e86c1", "lua": "#7d6608"}
NAMES = {"stock": "tshark alone", "synfate": "with synfate", "transum": "with TRANSUM", "lua": "with Lua"}
SPACED = FuncFormatter(lambda value, _: f"{value:,.0f}".replace(",", " "))


def plain(load):
    return load.replace("_", " ")


def draw_cost(axes, results, variants):
    loads = list(dict.fromkeys(load for load, _ in results.cost))
    width = 0.8 / len(variants)
    for j, variant in enumerate(variants):
        axes.bar([i + j * width for i in range(len(loads))], [results.cost[load, variant] for load in loads], 0.92 * width,
                 color=COLORS[variant], label=NAMES[variant])
    axes.set_xticks([i + 0.4 - width / 2 for i in range(len(loads))], [plain(load) for load in loads])
    axes.tick_params(axis="x", length=0)
    axes.set_title("Instructions a packet", loc="left")


def draw_growth(axes, results):
    for load, row in results.growth.items():
        axes.plot(*zip(*row), marker="o", markersize=3, label=plain(load))
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(SPACED)
    axes.set_title("Instructions a packet in the engine, by the number of connections", loc="left")


def plot(results, variants, path):
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 6.6), layout="constrained")
    draw_cost(above, results, variants)
    draw_growth(below, results)
    for axes in above, below:
        axes.yaxis.set_major_formatter(SPACED)
        axes.legend(ncols=4, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.0))
    above.set_ylim(top=1.18 * max(results.cost.values()))
    below.set_ylim(top=1.25 * max(cost for row in results.growth.values() for _, cost in row))
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
