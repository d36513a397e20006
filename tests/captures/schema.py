# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/report.schema.json, and what checks by it that all that is printed is described."""

import copy
import json

import jsonschema

from tshark import REPO

SCHEMA = json.loads((REPO / "docs" / "report.schema.json").read_text())


def strict(schema):
    """The schema, with nothing in an object that it does not name: what is printed is all described."""
    def close(part):
        if isinstance(part, dict):
            if "properties" in part:
                part["unevaluatedProperties"] = False
            for inner in part.values():
                close(inner)
        elif isinstance(part, list):
            for inner in part:
                close(inner)

    closed = copy.deepcopy(schema)
    close(closed)
    del closed["$defs"]["call"]["unevaluatedProperties"]  # a part of worst_call, too
    return closed


REPORT = jsonschema.Draft202012Validator(strict(SCHEMA))
CALL = jsonschema.Draft202012Validator(
    {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": "#/$defs/call", "unevaluatedProperties": False})
