import { posix } from "node:path";
import { StoreFault } from "../../errors/ports.ts";
import { sha256Hex } from "../../json/sha256.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { TextFolder } from "../../storage/text-folder.ts";
import { absent, done, unclear } from "../evidence.ts";
import { array } from "../input-schema.ts";
import { isBlank } from "../python-json.ts";
import type { Performed } from "../target.ts";
import { onTexts, type TextsEffect } from "../targets/texts.ts";

interface Document {
  readonly path: string;
  readonly text: string;
}

/** Why the documents are not written; nothing of them is. */
interface Flaw {
  readonly code: "NO_DOCUMENTS" | "NOT_A_DOCUMENT" | "PATH_ESCAPES" | "PATH_TWICE";
  readonly index?: number;
}

/** How many paths evidence names; the input sets no limit. */
const MOST_NAMED = 10;

/** The documents, each with its path in one spelling, or the first flaw. */
function parseDocuments(given: readonly Json[]): readonly Document[] | Flaw {
  if (given.length === 0) return { code: "NO_DOCUMENTS" };
  const documents = new Map<string, Document>();
  for (const [index, one] of given.entries()) {
    const [path, text] = isObject(one) ? [own(one, "path"), own(one, "text")] : [];
    if (typeof path !== "string" || typeof text !== "string") return { code: "NOT_A_DOCUMENT", index };
    const below = pathBelow(path);
    if (below === null) return { code: "PATH_ESCAPES", index };
    if (documents.has(below)) return { code: "PATH_TWICE", index };
    documents.set(below, { path: below, text });
  }
  return [...documents.values()];
}

/** Null for a path that is none, or that leads to the folder itself or out of it. */
function pathBelow(path: string): string | null {
  if (isBlank(path) || /[\\:\0]/.test(path) || path.startsWith("/") || path.endsWith("/")) return null;
  const below = posix.normalize(path);
  return below === "." || below === ".." || below.startsWith("../") ? null : below;
}

const isFlaw = (parsed: readonly Document[] | Flaw): parsed is Flaw => "code" in parsed;

/** Of a document by its text. */
const digestOf = ({ text }: Document) => sha256Hex(text);

/** All are written, or the storage fails: those before are, and the change says which. */
async function writeAll(
  documents: readonly Document[],
  folder: TextFolder,
  isOnDevice: boolean,
): Promise<Performed<"SUCCESS" | "BACKEND_ERROR">> {
  const before: { [path: string]: Json } = {};
  const after: { [path: string]: Json } = {};
  const change = { before, after };
  try {
    for (const document of documents) {
      const { path, text } = document;
      const found = await folder.digest(path);
      if (found === digestOf(document)) continue;
      await folder.write(path, text);
      before[path] = found;
      after[path] = digestOf(document);
    }
    if (isOnDevice) await folder.sync();
  } catch (error) {
    if (!(error instanceof StoreFault) || Object.keys(after).length === 0) throw error;
    return { outcome: "BACKEND_ERROR", reason: { code: `STORE_${error.reason}`, ...error.facts }, change };
  }
  return { outcome: "SUCCESS", result: answerFor(documents), change };
}

function answerFor(documents: readonly Document[]): JsonObject {
  return { written: documents.length, paths: documents.map(({ path }) => path) };
}

const WRITE_ALL = onTexts({
  about: "Writes every document below the folder, over those that are there, and keeps all others.",
  input: { documents: array },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  async run({ documents: given }, folder, isOnDevice) {
    const documents = parseDocuments(given);
    if (isFlaw(documents)) return { outcome: "VIOLATION", reason: { ...documents } };
    return writeAll(documents, folder, isOnDevice);
  },
  async probe({ documents: given }, folder) {
    const documents = parseDocuments(given);
    if (isFlaw(documents)) return absent();
    const digests = await Promise.all(documents.map(({ path }) => folder.digest(path)));
    const other = documents.filter((document, i) => digests[i] !== digestOf(document));
    const there = digests.filter((digest) => digest !== null).length;
    const evidence = { documents: documents.length, there, as_written: documents.length - other.length };
    const answer = { result: answerFor(documents) };
    if (other.length === 0) return done(evidence, answer);
    if (there === 0) return absent(evidence);
    const paths = other.slice(0, MOST_NAMED).map(({ path }) => path);
    return unclear("SOME_WRITTEN", { ...evidence, other: paths }, answer);
  },
});

/** Each document is whole at any time; after a crash some may be new and others old, and to write all again completes them. */
export const csTextArtifact = {
  code: "capability_side_effects::CS_TEXT_ARTIFACT_V0",
  about:
    "Text documents below a folder of the data root: the root, or the path, of the runtime binding's policy.",
  operations: { WRITE_ALL },
  examples: [
    {
      about: "documents are written over those that are there; all others stay",
      op: "WRITE_ALL",
      input: {
        documents: [
          { path: "notes/a.md", text: "# New\n" },
          { path: "./b.txt", text: "" },
        ],
      },
      given: { documents: { "notes/a.md": "# Old\n", "c.txt": "kept" } },
      outcome: "SUCCESS",
      result: { written: 2, paths: ["notes/a.md", "b.txt"] },
      documents: { "notes/a.md": "# New\n", "b.txt": "", "c.txt": "kept" },
    },
    {
      about: "with one path outside the folder, none of the documents is written",
      op: "WRITE_ALL",
      input: {
        documents: [
          { path: "a.md", text: "a" },
          { path: "../b.md", text: "b" },
        ],
      },
      given: { documents: { "a.md": "old" } },
      outcome: "VIOLATION",
    },
  ],
} satisfies TextsEffect;
