/** Members of a payload that the intent does not declare. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { checkDocument } from "./documents.ts";
import { at, document, FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const INTENT = "release_governance::IN_RELEASE_REQUESTED_V0";
const RUN = ["run", "--wf", RELEASE, "--no-png", "--no-md"];

/** A payload whose `change_id` is misspelt, and one that has a member too many. */
function payloads(t: TestContext): Workspace {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { change_id, ...rest } = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")) as {
    readonly change_id: string;
  };
  writeFileSync(place.path("misspelt.json"), JSON.stringify({ ...rest, chnge_id: change_id }));
  writeFileSync(place.path("more.json"), JSON.stringify({ ...rest, change_id, more: 1 }));
  const lines = ["more", "misspelt"].map((name) => readFileSync(place.path(`${name}.json`), "utf8"));
  writeFileSync(place.path("lines.jsonl"), `${lines.join("\n")}\n`);
  return place;
}

test("it is told with the nearest declared name, and changes nothing about the run", async (t) => {
  const place = payloads(t);
  const more = await place.session(...RUN, "--payload", "more.json");
  assert.equal(more.code, 0);
  assert.equal(
    more.err,
    `notice: UNDECLARED_FIELD the payload has /more, which ${INTENT} does not declare\nhint: remove /more of the payload, or declare it in ${INTENT}\n`,
  );
  const misspelt = await place.session(...RUN, "--payload", "misspelt.json", "--json");
  assert.deepEqual(at(document(misspelt), "notices"), [
    {
      code: "UNDECLARED_FIELD",
      stage: "payload",
      message: `the payload has /chnge_id, which ${INTENT} does not declare`,
      details: { field: "/chnge_id", intent: INTENT, nearest: "change_id" },
      hint: 'rename /chnge_id of the payload to "change_id"',
    },
  ]);
  const quiet = await place.session(...RUN, "--payload", "more.json", "--quiet");
  assert.deepEqual([quiet.code, quiet.err], [0, ""]);
});

test("with --strict-payload it is a violation, with what to do about it, and examine replays that", async (t) => {
  const place = payloads(t);
  const strict = await place.session(...RUN, "--payload", "more.json", "--strict-payload");
  assert.equal(strict.code, 1);
  assert.match(strict.out, /^ {2}INTENT_VIOLATION {2}\/more {2}undeclared$/m);
  assert.equal(strict.err, "hint: remove /more of the payload\n");
  const [trace = ""] = place.traces();
  const { code, out } = await place.session("examine", trace);
  assert.deepEqual([code, /^VALID /.test(out)], [0, true]);
  const misspelt = await place.session(...RUN, "--payload", "misspelt.json", "--strict-payload", "--json");
  const { notices, hints } = document(misspelt) as { readonly notices: unknown; readonly hints: unknown };
  assert.deepEqual(notices, []);
  assert.deepEqual(hints, ['rename /chnge_id of the payload to "change_id"']);
});

test("each line of --payloads has its own, and --strict-payload counts for each", async (t) => {
  const place = payloads(t);
  const documents = async (...more: readonly string[]) => {
    const { out } = await place.session("run", "--wf", RELEASE, "--payloads", "lines.jsonl", ...more);
    const lines = out.trimEnd().split("\n");
    return lines.map((line) => {
      const one = JSON.parse(line) as JsonObject & { readonly notices: readonly JsonObject[] };
      checkDocument("run-line", one);
      return `${one["exit_reason_code"]} ${one.notices.map(({ code }) => code).join()}`;
    });
  };
  assert.deepEqual(await documents(), ["COMPLETED UNDECLARED_FIELD", "ADMISSION_DENIED UNDECLARED_FIELD"]);
  assert.deepEqual(await documents("--strict-payload"), ["EXIT_REJECTED ", "ADMISSION_DENIED "]);
});
