import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Envelope } from "../../src/sign/dsse.ts";
import { readAll } from "../../src/snapshot/read-all.ts";
import {
  changedLine,
  checkSealOnDisk,
  parseSeal,
  rootOf,
  SEAL_FILE,
  type Seal,
  sealText,
} from "../../src/snapshot/seal.ts";
import { verifyAgainst } from "../../src/snapshot/verify.ts";
import { anyCharacter } from "../support/any-character.ts";
import { FOLDER, memoryFiles } from "./memory-files.ts";

const tool = { name: "test", version: "1" };
const files = fc.uniqueArray(
  fc.record({
    path: fc.string({ unit: anyCharacter, minLength: 1 }),
    bytes: fc.uint8Array({ maxLength: 60 }),
  }),
  { selector: ({ path }) => path, minLength: 1 },
);

function parsed(text: string): Seal {
  const result = parseSeal(Buffer.from(text));
  assert.ok("seal" in result);
  return result.seal;
}

test("the root does not depend on the order in which the files are given", () => {
  fc.assert(
    fc.property(
      files.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => assert.deepEqual(sealText(all, tool), sealText(shuffled, tool)),
    ),
  );
});

test("the same bytes have the same root, whoever seals them, and other bytes another", () => {
  fc.assert(
    fc.property(files, fc.nat(), (all, which) => {
      const { root } = sealText(all, tool);
      assert.equal(sealText(all, { name: "other", version: "2" }).root, root);
      const index = which % all.length;
      const grown = all.map((file, i) =>
        i === index ? { ...file, bytes: Uint8Array.of(...file.bytes, 0) } : file,
      );
      const renamed = all.map((file, i) => (i === index ? { ...file, path: `${file.path}\u{10ffff}x` } : file));
      for (const other of [grown, renamed, all.slice(1)]) assert.notEqual(sealText(other, tool).root, root);
    }),
  );
});

test("what is sealed reads back, file by file", () => {
  fc.assert(
    fc.property(files, (all) => {
      const { root, text } = sealText(all, tool);
      const seal = parsed(text);
      assert.equal(seal.root, root);
      assert.equal(rootOf(all), root);
      assert.deepEqual(
        seal
          .entries()
          .map(({ path }) => path)
          .sort(),
        all.map(({ path }) => path).sort(),
      );
      assert.deepEqual(verifyAgainst(seal, all), []);
    }),
  );
});

test("sealing what is sealed already gives the same bytes", () => {
  const contents = new Map([["a.json", Buffer.from("{}\n")]]);
  const once = sealText([{ path: "a.json", bytes: Buffer.from("{}\n") }], tool).text;
  contents.set(SEAL_FILE, Buffer.from(once));
  assert.equal(sealText(readAll(FOLDER, memoryFiles(contents), []), tool).text, once);
});

const before = "one\ntwo\n\nfour\nfive";
const changes: readonly (readonly [about: string, after: string, line: number | undefined])[] = [
  ["a changed first line", "One\ntwo\n\nfour\nfive", 1],
  ["a changed last line", "one\ntwo\n\nfour\nfivE", 5],
  ["an empty line with a space", "one\ntwo\n \nfour\nfive", 3],
  ["a line put in", "one\ntwo\nnew\n\nfour\nfive", 3],
  ["a line left out", "one\n\nfour\nfive", 2],
  ["lines cut off", "one\ntwo", 3],
  ["a line put on", "one\ntwo\n\nfour\nfive\nsix", 6],
  ["other line ends", before.replaceAll("\n", "\r\n"), 1],
  ["nothing at all", "", 1],
  ["the same bytes", before, undefined],
];

for (const [about, after, line] of changes) {
  test(`${about} is found ${line === undefined ? "nowhere" : `in line ${line}`}`, () => {
    const seal = parsed(sealText([{ path: "a", bytes: Buffer.from(before) }], tool).text);
    const entry = seal.entry("a");
    assert.ok(entry);
    assert.equal(changedLine(entry, Buffer.from(after)), line);
  });
}

// ---- a seal that is not what sealText writes ----

const contents = new Map([
  ["a.json", Buffer.from("{}\n")],
  ["b.json", Buffer.from("[1,\n2]\n")],
]);
const two = sealText(
  [...contents].map(([path, bytes]) => ({ path, bytes })),
  tool,
).text;

const broken: readonly (readonly [about: string, text: string, code: string, line: number])[] = [
  ["nothing in it", "", "SEAL_MALFORMED", 1],
  ["another schema", two.replace("pgs.seal/1", "pgs.seal/2"), "SEAL_MALFORMED", 1],
  ["no tool", two.replace('"tool"', '"Tool"'), "SEAL_MALFORMED", 1],
  ["another tool", two.replace('"name":"test"', '"name":"Test"'), "SEAL_MALFORMED", 1],
  ["a root that is no hash", two.replace(/"root":"./, '"root":"x'), "SEAL_MALFORMED", 1],
  [
    "another root",
    two.replace(/"root":"(.)/, (_, digit) => `"root":"${digit === "0" ? "1" : "0"}`),
    "SEAL_MALFORMED",
    1,
  ],
  [
    "another digest",
    two.replace(/"digest":"(.)/, (_, digit) => `"digest":"${digit === "0" ? "1" : "0"}`),
    "SEAL_MALFORMED",
    1,
  ],
  ["a member nobody knows", two.replace('"tool"', '"note":1,"tool"'), "SEAL_MALFORMED", 1],
  ["a byte order mark", `\u{feff}${two}`, "SEAL_MALFORMED", 1],
  ["a line end too many", `${two}\n`, "SEAL_MALFORMED", 5],
  ["no line end", two.slice(0, -1), "SEAL_MALFORMED", 4],
  ["another end", two.replace("]}\n", "}]\n"), "SEAL_MALFORMED", 4],
  ["Windows line ends", two.replaceAll("\n", "\r\n"), "SEAL_MALFORMED", 1],
  ["an entry that is no JSON", two.replace('"b.json"', '"b.json'), "SEAL_ROOT_MISMATCH", 3],
  ["another path", two.replace("b.json", "c.json"), "SEAL_ROOT_MISMATCH", 3],
  ["another hash", two.replace(/("a\.json","sha256":")./, "$1x"), "SEAL_ROOT_MISMATCH", 2],
  ["another size", two.replace('"size":3', '"size":4'), "SEAL_ROOT_MISMATCH", 2],
  ["another mark", two.replace(/("size":7,"lines":")./, "$1x"), "SEAL_ROOT_MISMATCH", 3],
  [
    "a member twice",
    two.replace('{"path":"b.json"', '{"path":"b.json","path":"b.json"'),
    "SEAL_ROOT_MISMATCH",
    3,
  ],
  ["white space", two.replace('"path":"b.json"', '"path": "b.json"'), "SEAL_ROOT_MISMATCH", 3],
  ["an entry left out", two.replace(/,\n.*"b\.json".*\n/, "\n"), "SEAL_ROOT_MISMATCH", 1],
  [
    "its entries in another order",
    two.replace(/(\{"path":"a.*),\n(.*)\n/, "$2,\n$1\n"),
    "SEAL_ROOT_MISMATCH",
    1,
  ],
];

for (const [about, text, code, line] of broken) {
  test(`a seal with ${about} is refused`, () => {
    assert.notEqual(text, two);
    const result = parseSeal(Buffer.from(text));
    assert.ok("fault" in result);
    const fault = checkSealOnDisk(result, (path) => contents.get(path) ?? null);
    assert.deepEqual([fault.code, fault.facts["file"], fault.facts["line"]], [code, SEAL_FILE, line]);
  });
}

// ---- a seal with signatures: their form alone, no keys ----

const sealed = [...contents].map(([path, bytes]) => ({ path, bytes }));
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  payloadType: fc.string(),
  payload: fc.uint8Array({ maxLength: 40 }),
  signatures: fc.tuple(fc.record({ keyid: fc.string(), sig: fc.uint8Array({ maxLength: 70 }) })),
});

test("signatures stand behind the list, change nothing before them, and read back with their lines", () => {
  fc.assert(
    fc.property(fc.array(envelopes, { minLength: 1, maxLength: 4 }), (signatures) => {
      const { root, text } = sealText(sealed, tool, signatures);
      assert.equal(root, rootOf(sealed));
      assert.ok(text.startsWith(two.slice(0, -"]}\n".length)));
      assert.equal((JSON.parse(text) as { signatures: unknown[] }).signatures.length, signatures.length);
      const read = parsed(text).signatures;
      assert.deepEqual(
        sealText(
          sealed,
          tool,
          read.map(({ envelope }) => envelope),
        ).text,
        text,
      );
      const lines = text.split("\n");
      for (const { line, envelope } of read) {
        const { signatures: listed } = JSON.parse((lines[line - 1] as string).replace(/,$/, "")) as Envelope;
        assert.equal(listed[0]?.keyid, envelope.signatures[0]?.keyid);
      }
      assert.deepEqual(verifyAgainst(parsed(text), sealed), []);
    }),
  );
});

const one: Envelope = {
  payloadType: "t",
  payload: Buffer.of(251, 240),
  signatures: [{ keyid: "k", sig: Buffer.of(255) }],
};
const twice = sealText(sealed, tool, [one, one]).text;
const line = '{"payload":"+/A=","payloadType":"t","signatures":[{"keyid":"k","sig":"/w=="}]}';

const brokenSigned: readonly (readonly [about: string, text: string, code: string, line: number])[] = [
  ["the URL-safe alphabet", twice.replace("+/A=", "-_A="), "SEAL_MALFORMED", 5],
  ["bits behind a payload's end", twice.replace("+/A=", "+/B="), "SEAL_MALFORMED", 5],
  ["bits behind a signature's end", twice.replace(/(.*)\/w==/s, "$1/x=="), "SEAL_MALFORMED", 6],
  ["a signature without a key id", twice.replace('"keyid":"k",', ""), "SEAL_MALFORMED", 5],
  ["a member nobody knows", twice.replace('"keyid"', '"x":1,"keyid"'), "SEAL_MALFORMED", 5],
  ["a member twice", twice.replace('"keyid":"k"', '"keyid":"j","keyid":"k"'), "SEAL_MALFORMED", 5],
  ["white space", twice.replace(/(.*)"sig":/s, '$1"sig": '), "SEAL_MALFORMED", 6],
  [
    "two signatures in one envelope",
    twice.replace("]},", ',{"keyid":"k","sig":"/w=="}]},'),
    "SEAL_MALFORMED",
    5,
  ],
  ["an envelope cut off", twice.replace('"/w=="}]},', '"/w=="}],'), "SEAL_MALFORMED", 5],
  ["a comma too many", twice.replace("}\n]}\n", "},\n]}\n"), "SEAL_MALFORMED", 6],
  ["another name for them", twice.replace('"signatures":[\n', '"Signatures":[\n'), "SEAL_ROOT_MISMATCH", 3],
  ["another list before them", twice.replace('"size":7', '"size":8'), "SEAL_ROOT_MISMATCH", 3],
  ["nothing signed", two.replace("\n]}\n", '\n],"signatures":[\n]}\n'), "SEAL_ROOT_MISMATCH", 3],
  ["an envelope in its list", two.replace("\n]}\n", `,\n${line}\n]}\n`), "SEAL_ROOT_MISMATCH", 4],
];

test("what the broken signatures are made from is sound", () => {
  assert.ok(twice.includes(`"signatures":[\n${line},\n${line}\n]}\n`));
  assert.equal(parsed(twice).signatures.length, 2);
});

for (const [about, text, code, at] of brokenSigned) {
  test(`signatures with ${about} are refused with the whole seal`, () => {
    assert.notEqual(text, twice);
    const result = parseSeal(Buffer.from(text));
    assert.ok("fault" in result);
    const fault = checkSealOnDisk(result, (path) => contents.get(path) ?? null);
    assert.deepEqual([fault.code, fault.facts["line"]], [code, at], fault.message);
  });
}
