import { isObject, type Json, own } from "../../json/value.ts";
import { array, integer, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctEvaluateQuorum = transform({
  code: "capability_transforms::CT_PURE_EVALUATE_QUORUM_V0",
  about: "The people besides the author whose last decision was to approve, if they are enough.",
  input: { author: string, approvals: array, required: integer },
  result: ["approvers", "count"],
  violations: ["MALFORMED_APPROVAL", "QUORUM_NOT_MET"],
  run({ author, approvals, required }) {
    const read = readApprovals(approvals);
    if ("malformed" in read) return { violation: "MALFORMED_APPROVAL", facts: { index: read.malformed } };
    const approvers = approversBesides(person(author), read.approvals);
    const count = approvers.length;
    if (count < required) return { violation: "QUORUM_NOT_MET", facts: { count, required } };
    return { result: { approvers, count } };
  },
  examples: [
    {
      about: "a person counts once, the author not at all",
      input: {
        author: "ines@example.org",
        approvals: [
          { approver: "ines@example.org", decision: "approve" },
          { approver: "tom@example.org", decision: "approve" },
          { approver: "Tom@example.org", decision: "approve" },
          { approver: "mara@example.org", decision: "approve" },
        ],
        required: 2,
      },
      result: { approvers: ["tom@example.org", "mara@example.org"], count: 2 },
    },
    {
      about: "the last decision of a person is the one that counts",
      input: {
        author: "ines@example.org",
        approvals: [
          { approver: "tom@example.org", decision: "approve" },
          { approver: "tom@example.org", decision: "reject" },
        ],
        required: 1,
      },
      violation: "QUORUM_NOT_MET",
    },
    {
      about: "an entry without a decision",
      input: { author: "ines@example.org", approvals: [{ approver: "tom@example.org" }], required: 1 },
      violation: "MALFORMED_APPROVAL",
    },
  ],
});

interface Approval {
  readonly approver: string;
  readonly decision: string;
}

function readApprovals(
  entries: readonly Json[],
): { readonly approvals: readonly Approval[] } | { readonly malformed: number } {
  const approvals: Approval[] = [];
  for (const [index, entry] of entries.entries()) {
    const approver = isObject(entry) ? own(entry, "approver") : undefined;
    const decision = isObject(entry) ? own(entry, "decision") : undefined;
    if (typeof approver !== "string" || typeof decision !== "string") return { malformed: index };
    approvals.push({ approver: person(approver), decision });
  }
  return { approvals };
}

/** In the order in which each person first appears: a map keeps a key's place when its value is replaced. */
function approversBesides(author: string, approvals: readonly Approval[]): readonly string[] {
  const decisions = new Map(approvals.map(({ approver, decision }) => [approver, decision]));
  decisions.delete(author);
  return [...decisions].filter(([, decision]) => decision === "approve").map(([approver]) => approver);
}

/** One form for all the ways to write a person's name, so that nobody counts twice by the shift key. */
function person(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
