import assert from "node:assert/strict";
import { test } from "node:test";
import { renderHtml } from "../../../src/render/html/html.ts";
import { visible } from "../../../src/render/markdown-text.ts";
import { type Element, elementsOf, textOf } from "../../support/html.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import {
  fullRun,
  HOSTILE,
  hostileRun,
  PARCEL,
  RETRY,
  readBack,
  refusedRun,
  TrialRun,
  traceOf,
} from "../trial-run.ts";

const it = takingTurns(import.meta.url);

const PAGE = renderHtml(fullRun(), PARCEL);

const namedLike = (page: string, name: string): readonly Element[] =>
  elementsOf(page).filter((element) => element.name === name);

/** Which elements stand within which: all that a text could change by being read as markup. */
function skeletonOf(page: string): readonly string[] {
  return elementsOf(page).map(({ name, attributes, within }) => {
    return `${[...within, name].join(" ")} ${Object.keys(attributes).join(",")}`;
  });
}

test("the page names workflow, ending, trace, snapshot and head of the chain", () => {
  const events = fullRun();
  const text = textOf(PAGE);
  const trace = events[0]?.execution_id as string;
  const root = events[0]?.event_type === "execution_start" ? events[0].payload.snapshot.root : "";
  for (const fact of [PARCEL.workflow, "SUCCESS", "COMPLETED", trace, root, "(sealed)", events.at(-1)?.hash]) {
    assert.ok(text.includes(fact as string), fact);
  }
  assert.match(PAGE, /^<!DOCTYPE html>\n<html lang="en">/);
  assert.ok(textOf(PAGE).includes(`${PARCEL.workflow}: SUCCESS, trace ${trace}`));
});

test("headings follow one another without a gap, and ids are unique", () => {
  const levels = elementsOf(PAGE).flatMap(({ name }) => (/^h\d$/.test(name) ? [Number(name[1])] : []));
  assert.deepEqual(levels, [1, 2, 2, 3, 3, 3, 3, 3, 2]);
  const ids = elementsOf(PAGE).flatMap(({ attributes: { id } }) => (id === undefined ? [] : [id]));
  assert.equal(new Set(ids).size, ids.length);
});

test("every node of the path can be opened, and the picture's boxes lead into what they open", () => {
  const visits = elementsOf(PAGE).filter(({ attributes: { id } }) => id?.startsWith("visit-0-"));
  assert.deepEqual(
    visits.map(({ attributes: { id } }) => id),
    [1, 2, 3, 4, 5].map((order) => `visit-0-${order}`),
  );
  // What stands inside of an element that is closed opens it when a link leads there; what is the element does not.
  for (const { within } of visits) assert.equal(within.at(-1), "details");
  assert.deepEqual(
    namedLike(PAGE, "a").map(({ attributes: { href }, within }) => [href, within.includes("svg")]),
    visits.map(({ attributes: { id } }) => [`#${id}`, true]),
  );
  assert.equal(namedLike(PAGE, "summary").length, namedLike(PAGE, "details").length);
});

test("links follow the path, whatever the order in which the nodes are declared", () => {
  const graph = { ...PARCEL, nodes: PARCEL.nodes.toReversed() };
  const targets = namedLike(renderHtml(fullRun(), graph), "a").map(({ attributes: { href } }) => href);
  assert.deepEqual(
    targets,
    [1, 2, 3, 4, 5].map((order) => `#visit-0-${order}`),
  );
});

test("a node entered more than once is one box, which leads to its last visit", () => {
  const run = new TrialRun(RETRY).walk(["ACK", "UNREADABLE", "SUCCESS", "SUCCESS"]);
  const page = renderHtml(run.end("SUCCESS", "COMPLETED", "SUCCESS").trace(), RETRY);
  const targets = namedLike(page, "a").map(({ attributes: { href } }) => href);
  assert.deepEqual(targets, ["#visit-0-1", "#visit-0-3", "#visit-0-4", "#visit-0-5"]);
});

test("steps show what they were given, what came of it and why, and what an effect changed", () => {
  const text = textOf(PAGE);
  for (const words of [
    /transform depot::CT_ROUND_WEIGHT_V0 VIOLATION\s+Inputs\{"grams": 1250\}Reason\{"code": "TOO_HEAVY", "limit": 1000\}/,
    /side effect storage::CS_REGISTRY_V0 REGISTER on PARCELS ALREADY_EXISTS 0\.250 ms/,
    /Inputs\{"key": "P-7"\}Result\{"address": "P-7"\}\s+Beforenothing\s*After\{"lines": 1\}/,
    /Violation INPUT_VIOLATION\s*field\/parcel\/weight_gramsconstraintmaximum\s+Expected1000Actual1250/,
    /requires depot::EV_DEPOT_OPENED_V0: a record matchesWhere\{"depot": "north"\}/,
    /Announced depot::EV_PARCEL_ADMITTED_V0\s*Payload\{"parcel": "P-7"\}/,
  ]) {
    assert.match(text, words);
  }
});

test("a nested run is a group inside the step that called it", () => {
  const nested = elementsOf(PAGE).filter(({ attributes: { id } }) => id?.startsWith("visit-0.1-"));
  assert.equal(nested.length, 4);
  for (const { within } of nested) {
    assert.equal(within.filter((name) => name === "details").length, 3);
    assert.equal(within.filter((name) => name === "ol").length, 3);
  }
  assert.match(textOf(PAGE), /nested run 0\.1 depot::WF_SCAN_UNTIL_READ_V0 SUCCESS/);
  assert.doesNotMatch(PAGE, /Runs without a caller/);
});

test("a nested run whose call is missing from the trace is shown as one", () => {
  const events = fullRun().filter(({ event_type }) => event_type !== "side_effect_start");
  assert.match(textOf(renderHtml(events, PARCEL)), /Runs without a caller\s+nested run 0\.1/);
});

test("a run that was refused before it began is a group in the step that called it, and says why", () => {
  const events = fullRun();
  const began = events.findIndex(({ run }) => run === "0.1");
  const facts = { workflow: RETRY.workflow, limit: 16 };
  const refusal = { error_code: "DEPTH_LIMIT", node_category: "WF", stage: "walk", facts } as const;
  const prevented = [
    ...events.slice(0, began),
    { event_type: "error", run: "0.1", payload: refusal } as const,
    ...events.slice(began).filter(({ run }) => run === "0"),
  ];
  const page = renderHtml(traceOf(prevented), PARCEL);
  assert.match(textOf(page), /nested run 0\.1 unknown workflow REFUSED before it began\s+Refused: DEPTH_LIMIT/);
  assert.match(page, /<details class="nested refused" open>/);
  assert.doesNotMatch(page, /Runs without a caller|UNFINISHED/);
});

test("a refusal of what follows from a step stands below the step, which is there once", () => {
  const run = new TrialRun(PARCEL).walk(["ACK"]);
  const [step, node] = ["ASK", "CC_WEIGH_PARCEL_V0"];
  run.say("step_end", node, { step, outcome: "SUCCESS", continuation: "judge", published: {} });
  const facts = { pointer: "/core/evaluation/judge" };
  run.say("error", node, {
    error_code: "EXPRESSION_TYPE",
    node_category: "CC",
    stage: "contract",
    step,
    facts,
  });
  const text = textOf(renderHtml(run.end(null, "EXPRESSION_TYPE").trace(), PARCEL));
  assert.match(text, /ASK\s+step outcome SUCCESS, then judge\s+Refused: EXPRESSION_TYPE/);
  assert.equal(text.match(/\bASK\b/g)?.length, 1);
  assert.match(text, /2 CC_WEIGH_PARCEL_V0 refused: EXPRESSION_TYPE/);
});

test("the page loads nothing, runs nothing, and its policy allows neither", () => {
  const names = new Set(elementsOf(PAGE).map(({ name }) => name));
  for (const name of ["script", "link", "img", "iframe", "object", "form", "base"]) assert.ok(!names.has(name));
  const policy = namedLike(PAGE, "meta").find(({ attributes }) => "http-equiv" in attributes);
  assert.match(
    policy?.attributes["content"] ?? "",
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
  );
  assert.ok(PAGE.indexOf("Content-Security-Policy") < PAGE.indexOf("<style>"));
  assert.doesNotMatch(PAGE.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:|url\(|@import/);
  const handlers = elementsOf(PAGE).flatMap(({ attributes }) =>
    Object.keys(attributes).filter((key) => /^on|style/.test(key)),
  );
  assert.deepEqual(handlers, []);
});

test("same events and graph, same bytes; also when the events come back from their lines", () => {
  assert.equal(renderHtml(fullRun(), PARCEL), PAGE);
  assert.equal(renderHtml(readBack(fullRun()), PARCEL), PAGE);
});

for (const text of [...HOSTILE, "\u0007bell\u001b[31m", "\u2066isolate\u2069\ufeff", "__proto__"]) {
  test(`hostile text stays text on the page: ${JSON.stringify(text)}`, () => {
    const { events, graph } = hostileRun(text);
    const page = renderHtml(events, graph, [{ code: text, line: 1, what: text, hint: text }]);
    const plain = hostileRun("plain");
    const warning = { code: "plain", line: 1, what: "plain", hint: "plain" };
    assert.deepEqual(skeletonOf(page), skeletonOf(renderHtml(plain.events, plain.graph, [warning])));
    assert.doesNotMatch(page.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.ok(textOf(page).includes(visible(text)));
  });
}

test("a value is shown whole, however long", () => {
  const run = new TrialRun(PARCEL).walk(["NACK"]);
  const actual = { deep: [[["x".repeat(5000)]]] };
  run.say("violation", "EXIT", { violation_code: "INTENT_VIOLATION", actual });
  assert.ok(renderHtml(run.end("NACK", "EXIT_REJECTED").trace(), PARCEL).includes("x".repeat(5000)));
});

test("what the trace suppresses is marked, and a text that looks like the mark is not", () => {
  const run = new TrialRun(PARCEL).walk(["NACK"]);
  const actual = { key: { $suppressed: "sha256:ab" }, note: "suppressed sha256:ab" };
  run.say("violation", "EXIT", { violation_code: "INTENT_VIOLATION", actual });
  const page = renderHtml(run.end("NACK", "EXIT_REJECTED").trace(), PARCEL);
  assert.equal(namedLike(page, "mark").length, 1);
  assert.match(textOf(page), /"key": suppressed sha256:ab,?\s+"note": "suppressed sha256:ab"/);
});

test("a refused run says why and what to do, and the node it stands in is open", () => {
  const page = renderHtml(refusedRun(), PARCEL);
  assert.match(textOf(page), /FAILED no outcome · exit NO_TRANSITION · refused with NO_TRANSITION/);
  assert.match(textOf(page), /Hint: declare next\.PARTIAL_FAILURE for this node in depot::WF_ADMIT_PARCEL_V0/);
  const opened = namedLike(page, "details").map(({ attributes }) => "open" in attributes);
  assert.deepEqual(opened, [false, false, true]);
});

test("an effect without an end may be incomplete; with a nested run in it, that one was cut off", () => {
  const events = fullRun();
  const starts = events.flatMap(({ event_type }, i) => (event_type === "side_effect_start" ? [i] : []));
  const [first = 0, second = 0] = starts;
  assert.match(textOf(renderHtml(events.slice(0, first + 1), PARCEL)), /no end recorded: it may be incomplete/);
  const cut = textOf(renderHtml(events.slice(0, second + 4), PARCEL));
  assert.match(cut, /no end recorded: a nested run was interrupted/);
  assert.match(cut, /nested run 0\.1 \S+ UNFINISHED/);
});

it("every prefix of a trace and every trace with a line missing is a whole page, the empty one too", (t) => {
  const events = fullRun();
  for (const i of portion(t, [...Array(events.length + 1).keys()], 6)) {
    elementsOf(renderHtml(events.slice(0, i), PARCEL));
    elementsOf(renderHtml(events.toSpliced(i, 1), PARCEL));
  }
});

test("warnings stand before everything else that the page says, with line and hint", () => {
  const warnings = [{ code: "BAD_HASH", line: 3, what: "the line was changed", hint: "ask for the original" }];
  const text = textOf(renderHtml(fullRun(), PARCEL, warnings));
  assert.match(text, /BAD_HASH \(line 3\): the line was changedHint: ask for the original/);
  assert.ok(text.indexOf("BAD_HASH") < text.indexOf("Snapshot root"));
  assert.doesNotMatch(textOf(PAGE), /not valid for this snapshot/);
});
