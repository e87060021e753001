import assert from "node:assert/strict";
import { test } from "node:test";
import { endAt } from "../../src/engine/advance.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { contract, eventsOf, passing, runTrial } from "./trial.ts";

type Row = readonly [reason: string | null, outcome: string, exitReason: string, status: "SUCCESS" | "FAILED"];

const endings: readonly Row[] = [
  ...[
    "SUCCESS",
    "ACK",
    "ALREADY_EXISTS",
    "NOT_FOUND",
    "VIOLATION",
    "BACKEND_ERROR",
    "NACK",
    "QUORUM_NOT_MET",
  ].map((outcome): Row => ["COMPLETED", outcome, "COMPLETED", "SUCCESS"]),
  ...([null, "EXITED", "REJECTED"] as const).flatMap((reason): readonly Row[] => [
    [reason, "SUCCESS", "COMPLETED", "SUCCESS"],
    [reason, "ACK", "COMPLETED", "SUCCESS"],
    [reason, "ALREADY_EXISTS", "EXIT_ALREADY_EXISTS", "SUCCESS"],
    [reason, "NOT_FOUND", "EXIT_NOT_FOUND", "FAILED"],
    [reason, "VIOLATION", "EXIT_VIOLATION", "FAILED"],
    [reason, "BACKEND_ERROR", "EXIT_BACKEND_ERROR", "FAILED"],
    [reason, "NACK", "EXIT_REJECTED", "FAILED"],
    [reason, "QUORUM_NOT_MET", "EXIT_QUORUM_NOT_MET", "FAILED"],
  ]),
  ["FAILED", "SUCCESS", "EXIT_FAILED", "FAILED"],
  ["FAILED", "ACK", "EXIT_FAILED", "FAILED"],
  ["FAILED", "ALREADY_EXISTS", "EXIT_ALREADY_EXISTS", "FAILED"],
  ["FAILED", "NOT_FOUND", "EXIT_NOT_FOUND", "FAILED"],
  ["FAILED", "VIOLATION", "EXIT_VIOLATION", "FAILED"],
  ["FAILED", "BACKEND_ERROR", "EXIT_BACKEND_ERROR", "FAILED"],
  ["FAILED", "NACK", "EXIT_REJECTED", "FAILED"],
  ["FAILED", "QUORUM_NOT_MET", "EXIT_QUORUM_NOT_MET", "FAILED"],
];

for (const [reason, outcome, exitReason, status] of endings) {
  test(`an EXIT with reason ${reason} after ${outcome} ends the run ${status} ${exitReason}`, () => {
    const ending = endAt({ type: "EXIT", key: "END", reason, emit: [] }, outcome);
    assert.deepEqual(ending, { status, outcome, exitReason });
  });
}

test("an outcome named like a member of every object ends like any other declared outcome", () => {
  const ending = endAt({ type: "EXIT", key: "END", reason: null, emit: [] }, "constructor");
  assert.deepEqual(ending, { status: "FAILED", outcome: "constructor", exitReason: "EXIT_constructor" });
});

const exiting = (exit: JsonObject) => ({
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", next: { ACK: "WORK" } },
      WORK: { type: "CC", code: "CC_WORK_V0", next: { SUCCESS: "END" } },
      END: { type: "EXIT", ...exit },
    },
  },
  contracts: { CC_WORK_V0: contract([passing("pass", { value: 1 })]) },
});

test("an EXIT's emit is announced once, with how the run ends", async () => {
  const trial = await runTrial(exiting({ reason: "FAILED", emit: "EV_DONE_V0" }));
  assert.deepEqual(
    eventsOf(trial, "event_announced").map(({ node_id, payload }) => ({ node_id, ...payload })),
    [
      {
        node_id: "END",
        event_code: "EV_DONE_V0",
        payload: { outcome: "SUCCESS", exit_reason_code: "EXIT_FAILED" },
      },
    ],
  );
});

test("an EXIT without emit announces nothing", async () => {
  assert.deepEqual(eventsOf(await runTrial(exiting({ reason: "COMPLETED" })), "event_announced"), []);
});
