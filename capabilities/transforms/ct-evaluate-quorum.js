import { array, integer, string, transform } from "pgs-runner/capability";

export default transform({
  code: "capability_transforms::CT_PURE_EVALUATE_QUORUM_V0",
  about: "The people besides the author whose last decision was to approve, if they are enough.",
  input: { author: string, approvals: array, required: integer },
  result: ["approvers", "count"],
  violations: ["MALFORMED_APPROVAL", "QUORUM_NOT_MET"],
  run({ author, approvals, required }) {
    const malformed = approvals.findIndex((entry) => !isApproval(entry));
    if (malformed !== -1) return { violation: "MALFORMED_APPROVAL", facts: { index: malformed } };
    const approvers = approversBesides(person(author), approvals);
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

function isApproval(entry) {
  return typeof entry?.approver === "string" && typeof entry.decision === "string";
}

/** In the order in which each person first appears: a map keeps a key's place when its value is replaced. */
function approversBesides(author, approvals) {
  const decisions = new Map(approvals.map(({ approver, decision }) => [person(approver), decision]));
  decisions.delete(author);
  return [...decisions].filter(([, decision]) => decision === "approve").map(([approver]) => approver);
}

/** One form for all the ways to write a person's name, so that nobody counts twice by the shift key. */
function person(name) {
  return name.normalize("NFC").toLowerCase();
}
