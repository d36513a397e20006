# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the figures of the bench as an SVG picture."""

import math

COLORS = {"stock": "#9aa5b1", "synfate": "#c0392b", "transum": "#2e86c1", "lua": "#7d6608"}
LINES = ["#c0392b", "#2e86c1", "#1e8449", "#7d6608"]
NAMES = {"stock": "tshark alone", "synfate": "with synfate", "transum": "with TRANSUM", "lua": "with Lua"}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 860, 300, 70, 40, 50


def text(x, y, words, anchor="middle", size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{words}</text>'


def key(items, y):
    """Names and colors, side by side."""
    parts, x = [], LEFT
    for name, color in items:
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{color}"/>')
        parts.append(text(x + 18, y, name, "start"))
        x += 40 + 8 * len(name)
    return parts


def axis(top, y0, unit):
    """Four lines across, with their values; top is the value of the highest."""
    parts = []
    for i in range(5):
        y = y0 + HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * i / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(LEFT - 6, y + 4, f"{top * i / 4:,.0f}".replace(",", " "), "end", 11))
    return parts + [text(LEFT, y0 + 14, unit, "start", 13)]


def scale(values):
    """A round number that is no less than any of the values."""
    highest = max(values)
    step = 10 ** math.floor(math.log10(highest))
    return next(step * m for m in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10) if step * m >= highest)


def height(value, top):
    return (HEIGHT - BOTTOM - TOP) * value / top


def bars(results, variants, y0):
    loads = list(dict.fromkeys(load for load, _ in results.cost))
    top, floor = scale(results.cost.values()), y0 + HEIGHT - BOTTOM
    parts = axis(top, y0, "Instructions a packet")
    group = (WIDTH - LEFT - 10) / len(loads)
    for i, load in enumerate(loads):
        for j, variant in enumerate(variants):
            tall = height(results.cost[load, variant], top)
            x = LEFT + group * i + group * 0.8 / len(variants) * j + group * 0.1
            parts.append(f'<rect x="{x:.1f}" y="{floor - tall:.1f}" width="{group * 0.75 / len(variants):.1f}" '
                         f'height="{tall:.1f}" fill="{COLORS[variant]}"/>')
        parts.append(text(LEFT + group * (i + 0.5), floor + 16, load.replace("_", " ")))
    return parts + key([(NAMES[variant], COLORS[variant]) for variant in variants], y0 + 36)


def lines(results, y0):
    top, floor = scale(cost for row in results.growth.values() for _, cost in row), y0 + HEIGHT - BOTTOM
    powers = [math.log10(n) for row in results.growth.values() for n, _ in row]
    first, last = min(powers), max(powers)
    parts = axis(top, y0, "Instructions a packet in the engine, by the number of connections")
    place = lambda n: LEFT + 30 + (WIDTH - LEFT - 80) * (math.log10(n) - first) / (last - first)
    for row, color in zip(results.growth.values(), LINES):
        points = " ".join(f"{place(n):.1f},{floor - height(cost, top):.1f}" for n, cost in row)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
    for power in range(round(first), round(last) + 1):
        parts.append(text(place(10**power), floor + 16, f"{10**power:,}".replace(",", " ")))
    return parts + key([(load.replace("_", " "), color) for load, color in zip(results.growth, LINES)], y0 + 36)


def plot(results, variants):
    body = bars(results, variants, 0) + lines(results, HEIGHT + 10)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * HEIGHT + 10}" font-family="sans-serif">\n'
            f'<rect width="{WIDTH}" height="{2 * HEIGHT + 10}" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n")
