import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import type { StoreFile } from "../../src/ports.ts";
import { takingTurns } from "../support/portion.ts";
import { contract, eventsOf, memoryData, oneContract, type Protocol, passing, runTrial } from "./trial.ts";

const it = takingTurns(import.meta.url);

const OPEN = "EV_OPEN_V0";
const CLOSED = "EV_CLOSED_V0";

function admitting(admission: JsonObject): Protocol {
  const protocol = oneContract(contract([passing("pass", { value: 1 })]));
  return { ...protocol, workflow: { ...protocol.workflow, admission } };
}

const byId = {
  requires: [OPEN],
  forbids: [CLOSED],
  bindings: { [OPEN]: { case_id: "id" }, [CLOSED]: { case_id: "id" } },
};
const line = (record: JsonObject) => `${JSON.stringify({ record })}\n`;
const stored = (...records: readonly JsonObject[]) =>
  memoryData({ "cases/log.jsonl": records.map(line).join("") });

async function denied(
  admission: JsonObject,
  payload: JsonObject,
  data = memoryData(),
): Promise<readonly string[]> {
  const trial = await runTrial(admitting(admission), payload, { data });
  const violations = eventsOf(trial, "violation").map(({ payload: { violation_code, event, field } }) =>
    [violation_code, event, field].filter((part) => part !== undefined).join(" "),
  );
  const isDenied = trial.ending.exitReason === "ADMISSION_DENIED";
  assert.equal(eventsOf(trial, "admission")[0]?.payload.result, isDenied ? "DENIED" : "ADMITTED");
  assert.equal(violations.length > 0, isDenied);
  if (isDenied) {
    assert.deepEqual(eventsOf(trial, "node_start"), []);
    assert.deepEqual(trial.ending, { status: "FAILED", outcome: null, exitReason: "ADMISSION_DENIED" });
  }
  return violations;
}

const rows: readonly {
  name: string;
  data: ReturnType<typeof memoryData>;
  payload: JsonObject;
  found: readonly string[];
}[] = [
  {
    name: "a required record is there",
    data: stored({ event_code: OPEN, case_id: 7 }),
    payload: { id: 7 },
    found: [],
  },
  {
    name: "event_type says the event as well",
    data: stored({ event_type: OPEN, case_id: 7 }),
    payload: { id: 7 },
    found: [],
  },
  { name: "no record", data: memoryData(), payload: { id: 7 }, found: [`ADMISSION_REQUIRES_UNMET ${OPEN}`] },
  {
    name: "the bound field differs",
    data: stored({ event_code: OPEN, case_id: 8 }),
    payload: { id: 7 },
    found: [`ADMISSION_REQUIRES_UNMET ${OPEN}`],
  },
  {
    name: "the bound field differs in type only",
    data: stored({ event_code: OPEN, case_id: "7" }),
    payload: { id: 7 },
    found: [`ADMISSION_REQUIRES_UNMET ${OPEN}`],
  },
  {
    name: "a line without a record",
    data: memoryData({ "log.jsonl": '{"event_code":"EV_OPEN_V0","case_id":7}\n' }),
    payload: { id: 7 },
    found: [`ADMISSION_REQUIRES_UNMET ${OPEN}`],
  },
  {
    name: "a half-written last line is no record",
    data: memoryData({
      "log.jsonl": `\n${line({ event_code: OPEN, case_id: 7 })}{"record":{"event_code":"EV_CLOSED_V0","case_id":7}`,
    }),
    payload: { id: 7 },
    found: [],
  },
  {
    name: "a forbidden record is there",
    data: stored({ event_code: OPEN, case_id: 7 }, { event_code: CLOSED, case_id: 7 }),
    payload: { id: 7 },
    found: [`ADMISSION_FORBIDS_MET ${CLOSED}`],
  },
  {
    name: "both rules are unmet",
    data: stored({ event_code: CLOSED, case_id: 7 }),
    payload: { id: 7 },
    found: [`ADMISSION_REQUIRES_UNMET ${OPEN}`, `ADMISSION_FORBIDS_MET ${CLOSED}`],
  },
  {
    name: "the bound payload field is missing",
    data: memoryData(),
    payload: {},
    found: [`ADMISSION_BINDING_MISSING_FIELD ${OPEN} /id`],
  },
  {
    name: "the bound payload field is null",
    data: memoryData(),
    payload: { id: null },
    found: [`ADMISSION_BINDING_MISSING_FIELD ${OPEN} /id`],
  },
];

for (const { name, data, payload, found } of rows) {
  test(`admission: ${name}${found.length === 0 ? ": admitted" : `: ${found.join(", ")}`}`, async () => {
    assert.deepEqual(await denied(byId, payload, data), found);
  });
}

test("a forbidden event without bindings of its own is matched on all bindings together", async () => {
  const admission = {
    requires: [OPEN],
    forbids: [CLOSED],
    bindings: { [OPEN]: { case_id: "id", place: "place" } },
  };
  const open = { event_code: OPEN, case_id: 7, place: "here" };
  const payload = { id: 7, place: "here" };
  assert.deepEqual(
    await denied(admission, payload, stored(open, { ...open, event_code: CLOSED, place: "there" })),
    [],
  );
  assert.deepEqual(await denied(admission, payload, stored(open, { ...open, event_code: CLOSED })), [
    `ADMISSION_FORBIDS_MET ${CLOSED}`,
  ]);
});

test("what was compared is on record, rule by rule", async () => {
  const trial = await runTrial(admitting(byId), { id: 7 }, { data: stored({ event_code: OPEN, case_id: 7 }) });
  assert.deepEqual(eventsOf(trial, "admission")[0]?.payload, {
    requires: [{ event: OPEN, where: { case_id: 7 }, matched: true }],
    forbids: [{ event: CLOSED, where: { case_id: 7 }, matched: false }],
    result: "ADMITTED",
  });
});

test("admission writes nothing", async () => {
  const data = stored({ event_code: CLOSED, case_id: 7 });
  const before = new Map(data.files);
  await runTrial(admitting(byId), { id: 7 }, { data });
  assert.deepEqual(data.files, before);
});

it("a journal is read the same however it is cut into pieces, and says what is wrong with its line", async () => {
  const good = `${line({ event_code: OPEN, case_id: "é€🎉" })}\n  \n${line({ event_code: CLOSED, case_id: 1 })}`;
  const texts: readonly (readonly [text: string, defect: string | undefined, place?: RegExp])[] = [
    [good, undefined],
    [`${good}{"torn`, undefined],
    [`\ufeff${good}`, "BYTE_ORDER_MARK"],
    [
      `${good}{"n":12345678901234567890}\n`,
      "NUMBER_NOT_HELD",
      /the number at \/n in line 5 of log\.jsonl in double quotes/,
    ],
    [`${good}{"n":1,"n":2}\n`, "DUPLICATE_KEY", /keys at \/n in line 5 of log\.jsonl/],
    [`${good}oops\n`, "NOT_JSON"],
  ];
  for (const [text, defect, place = /./] of texts) {
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const { root: data } = memoryData({ "log.jsonl": text });
      const readFrom: StoreFile["readFrom"] = (_, take) => pieces.forEach(take);
      const root = { ...data, store: (path: string) => ({ ...data.store(path), readFrom }) };
      const trial = await runTrial(admitting(byId), { id: "é€🎉" }, { root });
      if (defect === undefined) assert.equal(trial.ending.status, "SUCCESS", text);
      else {
        assert.equal(trial.ending.fault?.facts["defect"], defect, text);
        assert.match(trial.ending.fault?.wording.hint ?? "", place);
        assert.doesNotMatch(trial.ending.fault?.wording.hint ?? "", /\b(?:remove|delete)\b/);
      }
    }
  }
});
