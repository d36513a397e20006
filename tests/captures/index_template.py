#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The index template for OpenSearch and Elasticsearch that the fields call for. After a field was added or changed:

    SYNFATE_BUILD=build tests/captures/index_template.py > docs/many-captures/template.json
"""

import json
import sys

from tshark import loaded

TYPES = {"FT_STRING": "keyword", "FT_RELATIVE_TIME": "double", "FT_BOOLEAN": "boolean", "FT_FRAMENUM": "long",
         "FT_UINT32": "long", "FT_INT32": "integer"}
SENTENCES = ("synfate.summary", "synfate.advice", "synfate.shared")
BESIDE = {"ip_src": "ip", "ip_dst": "ip", "ipv6_src": "ip", "ipv6_dst": "ip", "tcp_srcport": "integer",
          "tcp_dstport": "integer"}  # what is asked for beside the plugin's fields


FRAME_TYPE = "keyword"  # FILE:N


def put(properties, name, kind):
    """A name with dots is a path through objects."""
    first, _, rest = name.partition(".")
    if rest:
        put(properties.setdefault(first, {"properties": {}})["properties"], rest, kind)
    else:
        properties[first] = {"type": kind}


def of_the_command(fields):
    """What synfate --attempts -T ndjson prints."""
    properties = {"time": {"type": "date"}}
    for name, kind in {"client.ip": "ip", "client.port": "integer", "server.ip": "ip", "server.port": "integer",
                       "point": "keyword", "call.fate": "keyword", "call.cause": "keyword", "call.attempt": "long"}.items():
        put(properties, name, kind)
    for name, kind in sorted(fields.items()):
        if kind != "FT_NONE":
            own = FRAME_TYPE if kind == "FT_FRAMENUM" else TYPES[kind]
            put(properties, name, "text" if name in SENTENCES else own)
    return properties


def template(fields):
    """fields: each field's name and type, as tshark -G fields has them."""
    types = {name: "text" if name in SENTENCES else TYPES[kind] for name, kind in sorted(fields.items())
             if kind != "FT_NONE"}  # expert infos: the summary says the same
    whole = {"synfate_" + name.replace(".", "_"): {"type": kind} for name, kind in types.items()}  # tshark -T ek
    chosen = {name.removeprefix("synfate_"): kind for name, kind in whole.items()
              if kind["type"] != "boolean"}  # tshark -T ek -e FIELD, which prints 1 or True
    layers = {**{name: {"type": kind} for name, kind in BESIDE.items()}, **chosen, "synfate": {"properties": whole}}
    properties = {"capture": {"type": "keyword"}, **of_the_command(fields), "timestamp": {"type": "date"},
                  "layers": {"properties": layers}}
    return {"index_patterns": ["synfate-*", "packets-*"], "template": {"mappings": {"dynamic": False, "properties": properties}}}


def as_text(fields):
    return json.dumps(template(fields), indent=1) + "\n"


if __name__ == "__main__":
    with loaded() as shark:
        sys.stdout.write(as_text(shark.types()))
