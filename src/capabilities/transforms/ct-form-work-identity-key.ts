import { identityKey } from "../identity-key.ts";
import { string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctFormWorkIdentityKey = transform({
  code: "book_library_mgmt::CT_PURE_FORM_WORK_IDENTITY_KEY_V0",
  about: "One key for all editions of a work: title and author, whatever their case and white space.",
  input: { title: string, author: string },
  result: ["work_key"],
  violations: ["PART_BLANK", "KEY_TOO_LONG"],
  run({ title, author }) {
    const formed = identityKey({ title, author });
    return "key" in formed ? { result: { work_key: formed.key } } : formed;
  },
  examples: [
    {
      about: "another spelling of the same work",
      input: { title: "DUNE ", author: "frank  herbert" },
      result: { work_key: "dune|frank herbert" },
    },
    { about: "no title", input: { title: "", author: "X" }, violation: "PART_BLANK" },
    {
      about: "a key has at most 256 characters",
      input: { title: "x".repeat(255), author: "y" },
      violation: "KEY_TOO_LONG",
    },
  ],
});
