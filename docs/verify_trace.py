#!/usr/bin/env python3
"""Verifies traces of the format pgs.trace/1, as docs/trace-format.md describes it.

    python3 verify_trace.py [--head HEAD] TRACE...

A TRACE is a file, or FILE#RUN: the trace of that run in a file that several traces share.
Prints one line for each trace: that it is valid, with its head, or the first line that is wrong and why.
Exits 0 when all are valid, 7 when one is not, and 2 when a file cannot be read. Needs Python 3.8 and nothing else.
"""

import argparse
import hashlib
import json
import os
import re
import sys

SCHEMA = "pgs.trace/1"
MAX_LINE = 448 * 2**20
MAX_DEPTH = 640
MAX_NESTED = 16


class Invalid(Exception):
    """What is wrong with a line."""


# ---- canonical JSON ----


def canonical(value, depth=0):
    """The one text of a parsed value."""
    if depth > MAX_DEPTH:
        raise Invalid("it is nested too deeply")
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return "[" + ",".join([canonical(item, depth + 1) for item in value]) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join([canonical(name) + ":" + canonical(value[name], depth + 1) for name in names]) + "}"
    return json.dumps(value, ensure_ascii=False)


def number(value):
    """The double as ECMAScript writes it. Python finds the same digits, but sets the point in other places."""
    if value != value or abs(value) == float("inf"):
        raise Invalid("it holds a number that is too large")
    if value == 0:
        return "0"
    digits, exponent = ("%r" % abs(value) + "e0").split("e")[:2]
    whole, _, fraction = digits.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = int(exponent) + len(digits) - len(fraction)  # where it is, counted from the first digit
    digits = digits.rstrip("0")
    if not -6 < point <= 21:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        digits = "%s%se%+d" % (digits[0], rest, point - 1)
    elif point <= 0:
        digits = "0." + "0" * -point + digits
    elif point < len(digits):
        digits = digits[:point] + "." + digits[point:]
    else:
        digits += "0" * (point - len(digits))
    return "-" + digits if value < 0 else digits


def parse(line):
    """The object of a line, which must be its canonical text. Every number becomes a float."""
    if len(line) > MAX_LINE:
        raise Invalid("it is too long")
    try:
        text = line.decode("utf-8")
        value = json.loads(text, parse_int=float, parse_float=float, parse_constant=float)
    except UnicodeDecodeError:
        raise Invalid("it is not UTF-8") from None
    except RecursionError:
        raise Invalid("it is nested too deeply") from None
    except ValueError:
        raise Invalid("it is not JSON") from None
    if not isinstance(value, dict):
        raise Invalid("it is not a JSON object")
    if canonical(value) != text:
        raise Invalid("it is not in canonical form")
    return value


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# ---- the tables ----


def spelled(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def list_of(kind):
    return lambda value: isinstance(value, list) and all(kind(item) for item in value)


def kind_of(words):
    """A value of one of the kinds, or one of the words, between the bars."""
    kinds = [KINDS.get(word) or spelled(word) for word in words.split("|")]
    return lambda value: any(kind(value) for kind in kinds)


def members_of(table):
    """Each member with its kind, and whether it is optional, as its question mark says."""
    pairs = [entry.split(":") for entry in table.split()]
    return {name.rstrip("?"): (kind_of(words), name.endswith("?")) for name, words in pairs}


def wrong_member(value, members):
    """The first member that is missing, of another kind, or not in the table."""
    for name, (kind, optional) in members.items():
        if not (kind(value[name]) if name in value else optional):
            return name
    return next((name for name in value if name not in members), None)


def closed(table):
    members = members_of(table)
    return lambda value: isinstance(value, dict) and wrong_member(value, members) is None


KINDS = {
    "any": lambda value: True,
    "null": lambda value: value is None,
    "text": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "flag": lambda value: isinstance(value, bool),
    "true": lambda value: value is True,
    "list": lambda value: isinstance(value, list),
    "count": lambda value: isinstance(value, float) and value.is_integer() and 0 <= value < 2**53,
    "object": lambda value: isinstance(value, dict),
    "SHA-256": spelled("[0-9a-f]{64}"),
    "instant": spelled(r"([0-9]{4}|[+-][0-9]{6})(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z"),
    "run": spelled(r"0(\.[0-9]+)*"),
}
KINDS["suppressed"] = closed("$suppressed:text")
KINDS["rules"] = list_of(closed("event:text where:object matched:flag"))
KINDS["clock"] = closed("clock:instant|suppressed")
KINDS["entropy"] = closed("entropy:text|suppressed")
KINDS["observations"] = list_of(kind_of("clock|entropy"))
KINDS["change"] = closed("before:object|null after:object|null")
KINDS["digest"] = kind_of("SHA-256|suppressed")
KINDS["requests"] = list_of(closed("""method:text url:text|suppressed sent:flag request_digest?:digest status?:count
    answer_digest?:digest failure?:text"""))
KINDS["runtime"] = closed("name:text version:text")
KINDS["snapshot"] = closed("root:SHA-256 seal:sealed|verified closure_root?:SHA-256")
KINDS["parent"] = closed("run:text node:text step:text")
KINDS["waits"] = list_of(closed("""run:run node:text step:text kind:EVENT|TIME key?:text|suppressed due?:instant
    prompt?:text|suppressed choices?:list effect_key:SHA-256"""))
KINDS["packages"] = list_of(closed("package:text version:text digest:SHA-256"))

ENVELOPE = members_of("""
    schema:pgs\\.trace/1 sequence:count event_type:text timestamp:instant elapsed_us:count execution_id:text run:run
    node_id?:text payload:object prev_hash:SHA-256 hash:SHA-256""")

# By event type; those that need a node are marked.
TABLES = {
    "execution_start": """workflow_code:text content_hash:SHA-256 snapshot:snapshot runtime:runtime payload:object
        payload_digest:SHA-256 max_hops:count observed:observations actor?:text dry_run?:true strict_payload?:true parent?:parent capabilities?:packages""",
    "admission": "requires:rules forbids:rules result:ADMITTED|DENIED",
    "node_start @node": "node_type:IN|CC|EXIT capability_code?:text inputs?:object reason?:text",
    "violation": """violation_code:INTENT_VIOLATION|INPUT_VIOLATION|ADMISSION_BINDING_MISSING_FIELD|ADMISSION_REQUIRES_UNMET|ADMISSION_FORBIDS_MET
        field?:text constraint?:text expected?:any actual?:any event?:text""",
    "transform_end @node": """step:text ct_code:text inputs:object outcome:text outputs?:object reason?:object
        observed?:observations""",
    "side_effect_start @node": """step:text cs_code:text op:text store:text|null inputs:object effect_key:SHA-256
        attempt?:count observed?:observations""",
    "side_effect_end @node": """step:text outcome:text result:object reason?:object change?:change requests?:requests
        observed?:observations retried?:true settled?:shown|assumed actor?:text""",
    "step_end @node": "step:text outcome:text continuation:text published:object",
    "evaluation_end @node": "evaluation:text condition:text left:any right:any outcome:text",
    "node_end @node": "status:text outputs:object next:text|null duration_us:count",
    "event_announced @node": "event_code:text payload:object",
    "error": """error_code:text node_category:WF|IN|CC|CT|CS step?:text facts:object
        stage:usage|load|seal|compile|payload|admission|walk|contract|transform|effect|trace|examine""",
    "workflow_complete": """status:SUCCESS|FAILED|CANCELLED outcome:text|null exit_reason_code:text events:count
        effects:count duration_us:count""",
    "run_suspended": "waits:waits",
    "run_resumed": """cause:EVENT|TIME|INTERRUPTED key?:text|suppressed event_id?:text answer?:any torn_bytes?:count
        actor?:text runtime:runtime observed:observations""",
    "run_cancelled": "reason?:text|suppressed actor?:text runtime:runtime observed:observations",
}
# They say how the work was divided between processes, and are not counted.
OF_SESSIONS = ("run_suspended", "run_resumed", "run_cancelled")

EVENTS = {key.split()[0]: members_of(table) for key, table in TABLES.items()}
AT_A_NODE = {key.split()[0] for key in TABLES if key.endswith("@node")}


def check_shape(event):
    member = wrong_member(event, ENVELOPE)
    kind = event.get("event_type")
    if member is None and kind not in EVENTS:
        member = "event_type"
    if member is None and kind in AT_A_NODE and "node_id" not in event:
        member = "node_id"
    if member is None:
        inside = wrong_member(event["payload"], EVENTS[kind])
        member = None if inside is None else "payload." + inside
    if member is not None:
        raise Invalid("the member %s is not what the format allows there" % member)


# ---- the chain ----


class Chain:
    """Follows one trace line by line."""

    def __init__(self):
        self.lines = 0
        self.head = self.name = None
        self.ended = self.waits = False
        self.counts = {}  # by run that goes on: its events and effects, with those of the runs nested in it

    def take(self, line):
        event = parse(line)
        check_shape(event)
        if self.lines == 0:
            self.name = event["execution_id"]
            self.head = sha256(SCHEMA + ":" + self.name)
        self.lines += 1
        kind, run, payload = event["event_type"], event["run"], event["payload"]
        if self.lines == 1 and kind != "execution_start":
            raise Invalid("the first event is not execution_start")
        if self.ended:
            raise Invalid("it follows the workflow_complete of the main run")
        if event["execution_id"] != self.name:
            raise Invalid("its execution_id is not that of the first line")
        if event["sequence"] != self.lines:
            raise Invalid("its sequence is %d, not %d" % (event["sequence"], self.lines))
        if event["prev_hash"] != self.head:
            raise Invalid("its prev_hash is not the hash of the line before")
        self.head = event.pop("hash")
        if sha256(canonical(event)) != self.head:
            raise Invalid("its hash is not that of the line")
        if kind == "execution_start":
            if sha256(canonical(payload["payload"])) != payload["payload_digest"]:
                raise Invalid("payload_digest is not that of the payload")
            self.counts[run] = {"events": 0, "effects": 0}
        if kind not in OF_SESSIONS:
            self.count(run, kind == "side_effect_start")
        self.waits = kind == "run_suspended"
        if kind == "workflow_complete":
            self.complete(run, payload)

    def count(self, run, is_effect):
        """Counts an event for its run and the runs that this one is nested in."""
        parts = run.split(".", MAX_NESTED + 1)
        callers = [".".join(parts[:end]) for end in range(1, len(parts))]
        for counts in [self.counts[name] for name in callers + [run] if name in self.counts]:
            counts["events"] += 1
            counts["effects"] += is_effect

    def complete(self, run, payload):
        for name, found in self.counts.pop(run, {"events": 0, "effects": 0}).items():
            if payload[name] != found:
                raise Invalid("it states %d %s, but there are %d" % (payload[name], name, found))
        self.ended = run == "0"


NAMED = re.compile(rb'\{"elapsed_us":\d+,"event_type":"\w+","execution_id":"([^"\\]+)"')


def lines_of(path):
    """The lines of a trace, in a file of its own or in one that several traces share."""
    path, _, run = (path, "", "") if os.path.exists(path) or "#" not in path else path.rpartition("#")
    with open(path, "rb") as file:
        for line in file:
            named = NAMED.match(line[:512]) if run else None
            if not run or (named and named[1] == run.encode()):
                yield line


def verify(path, head):
    """Whether the trace is valid, and what to print."""
    chain, at = Chain(), 0
    try:
        for at, line in enumerate(lines_of(path), 1):
            if not line.endswith(b"\n"):
                raise Invalid("the line is torn: the run was cut off while it wrote")
            chain.take(line[:-1])
        if at == 0:
            raise Invalid("the file holds no event")
        if not chain.ended and not chain.waits:
            raise Invalid("no workflow_complete follows: the run was interrupted, or the trace was cut")
        if head not in (None, chain.head):
            raise Invalid("its hash is %s, not the expected head" % chain.head)
    except Invalid as reason:
        return False, "%s: line %d: %s" % (path, at, reason)
    return True, "%s: valid, %d events, head %s%s" % (path, chain.lines, chain.head, ", it waits" if chain.waits else "")


def main():
    sys.setrecursionlimit(10_000)
    parser = argparse.ArgumentParser(description="Verify traces of the format " + SCHEMA + ".")
    parser.add_argument("traces", metavar="TRACE", nargs="+")
    parser.add_argument("--head", help="the hash that the last line must have")
    options = parser.parse_args()
    code = 0
    for path in options.traces:
        try:
            valid, message = verify(path, options.head)
        except OSError as error:
            print("%s: %s" % (path, error.strerror), file=sys.stderr)
            return 2
        print(message)
        code = code if valid else 7
    return code


if __name__ == "__main__":
    sys.exit(main())
