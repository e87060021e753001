import { pythonNumber } from "../../json/python-canonical.ts";
import { identityKey } from "../identity-key.ts";
import { integer, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctFormBookIdentityKey = transform({
  code: "book_library_mgmt::CT_PURE_FORM_BOOK_IDENTITY_KEY_V0",
  about: "One key for an edition: title, author and year, whatever their case and white space.",
  input: { title: string, author: string, publication_year: integer },
  result: ["identity_key"],
  violations: ["PART_BLANK", "KEY_TOO_LONG"],
  run({ title, author, publication_year }) {
    const formed = identityKey({ title, author }, `|${pythonNumber(publication_year)}`);
    return "key" in formed ? { result: { identity_key: formed.key } } : formed;
  },
  examples: [
    {
      about: "case, white space and the separator",
      input: { title: "  The\tLeft | Hand ", author: "U. K. Le Guin", publication_year: 1969 },
      result: { identity_key: "the left \\| hand|u. k. le guin|1969" },
    },
    {
      about: "full case folding",
      input: { title: "Straße", author: "ΣΑΣ", publication_year: -5 },
      result: { identity_key: "strasse|σασ|-5" },
    },
    { about: "no author", input: { title: "A", author: " ", publication_year: 1 }, violation: "PART_BLANK" },
    {
      about: "a key has at most 256 characters",
      input: { title: "x".repeat(253), author: "y", publication_year: 1 },
      violation: "KEY_TOO_LONG",
    },
    {
      about: "a year is no truth value",
      input: { title: "A", author: "B", publication_year: true },
      violation: "INPUT_TYPE",
    },
  ],
});
