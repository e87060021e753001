/** The files of a package that a capability needs: every import resolved, in the order in which they are evaluated. */

import { isUtf8 } from "node:buffer";
import { readObject } from "../../json/parse.ts";
import { utf8 } from "../../json/text.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { CapabilityFault, collecting, type InLine } from "./errors.ts";
import { DECLARATIONS, type Import, type Module, parseModule, type Reexport } from "./module.ts";
import type { PackageSource } from "./source.ts";

/** What `pgs-runner/capability` exports. */
export const DECLARATION_NAMES = [
  "anything",
  "array",
  "boolean",
  "effect",
  "integer",
  "number",
  "object",
  "optional",
  "storeEffect",
  "string",
  "transform",
] as const;

/** Where an imported value comes from: a file of the package, or the declarations. */
export interface Source {
  /** A path of the package, or `pgs-runner/capability`. */
  readonly from: string;
  /** `*` is an object of all exports. */
  readonly name: string;
}

export type LinkedFile =
  | { readonly kind: "json"; readonly file: string; readonly text: string }
  | {
      readonly kind: "module";
      readonly module: Module;
      /** Where the value of each import comes from, in order. */
      readonly imports: readonly Source[];
      /** Every name that can be imported of it, and where its value is. */
      readonly exports: ReadonlyMap<string, Source>;
    };

/** Links the files of one package; each is read once, and everything that is wrong is added to the faults. */
export class Linker {
  readonly #source: PackageSource;
  readonly #faults: CapabilityFault[];
  readonly #isHost: boolean;
  /** Null for a file that cannot be linked, or that imports one. */
  readonly #linked = new Map<string, LinkedFile | null>();
  readonly #parsed = new Map<string, Module | null>();

  /** Files of a host effect may import modules of Node, and npm packages. */
  constructor(source: PackageSource, faults: CapabilityFault[], { isHost = false } = {}) {
    this.#source = source;
    this.#faults = faults;
    this.#isHost = isHost;
  }

  /** The file alone; null where it is no module. */
  parse(file: string): Module | null {
    const known = this.#parsed.get(file);
    if (known !== undefined) return known;
    const parsed = collecting(this.#faults, () => parseModule(this.#source.name, file, this.#textOf(file)));
    this.#parsed.set(file, parsed);
    return parsed;
  }

  /** The modules outside the package that its files import, each with the file that does so first. */
  externals(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const linked of this.files()) {
      if (linked.kind === "json") continue;
      const { file, imports, evaluated } = linked.module;
      for (const { specifier } of [...imports, ...evaluated, ...linked.module.reexports])
        if (this.#isExternal(specifier) && !found.has(specifier)) found.set(specifier, file);
    }
    return found;
  }

  /** Every file that was linked, each after those that it imports. */
  files(): readonly LinkedFile[] {
    return [...this.#linked.values()].filter((linked) => linked !== null);
  }

  /** Whether the file, and all that it imports, could be linked. */
  link(file: string): boolean {
    return this.#link(file, [], { isJson: false }) !== null;
  }

  #link(file: string, importers: readonly string[], { isJson }: Pick<Import, "isJson">): LinkedFile | null {
    const known = this.#linked.get(file);
    if (known !== undefined) return known;
    const linked = isJson ? collecting(this.#faults, () => this.#json(file)) : this.#module(file, importers);
    this.#linked.set(file, linked);
    return linked;
  }

  #json(file: string): LinkedFile {
    const text = this.#textOf(file);
    const read = readObject(Buffer.from(`{"json":${text}\n}`));
    if ("value" in read) return { kind: "json", file, text };
    const { code: defect, line } = read.defect;
    throw new CapabilityFault("CAPABILITY_SYNTAX", { ...this.#at(file, { line, column: 1 }), defect });
  }

  #module(file: string, importers: readonly string[]): LinkedFile | null {
    const module = this.parse(file);
    if (module === null) return null;
    // The host keeps what it likes: a replay never calls it.
    const flaws = this.#isHost ? module.flaws : [...module.flaws, ...module.state];
    for (const one of flaws) this.#faults.push(one);
    const faults: CapabilityFault[] = [];
    const within = [...importers, file];
    const named = [...module.imports, ...module.evaluated, ...module.reexports];
    const resolved = new Map(
      named.map((one) => [one, collecting(faults, () => this.#resolve(file, one, within))]),
    );
    const target = (one: Import) => resolved.get(one) ?? null;
    const exports = new Map<string, Source>(module.exports.map((name) => [name, { from: file, name }]));
    for (const one of module.reexports)
      collecting(faults, () => this.#reexport(file, one, target(one), exports));
    const imports = module.imports.flatMap((one) => {
      const path = target(one);
      return path === null ? [] : (collecting(faults, () => this.#sourceOf(file, one, path)) ?? []);
    });
    for (const fault of faults) this.#faults.push(fault);
    const isWhole = flaws.length === 0 && faults.length === 0 && !named.some((one) => target(one) === null);
    return isWhole ? { kind: "module", module, imports, exports } : null;
  }

  #reexport(file: string, one: Reexport, path: string | null, exports: Map<string, Source>): void {
    const { exported } = one;
    if (path === null) return;
    if (exported !== null) exports.set(exported, this.#sourceOf(file, one, path));
    else if (this.#isExternal(path))
      throw new CapabilityFault("CAPABILITY_IMPORT", {
        ...this.#at(file, one),
        ...{ specifier: one.specifier, meant: "name what is exported: export { NAME } from …" },
      });
    else
      for (const [name, source] of this.#exportsOf(path))
        if (name !== "default" && !exports.has(name)) exports.set(name, source);
  }

  /** The text of a file, which is UTF-8. */
  #textOf(file: string): string {
    const bytes = this.#source.files.get(file)?.bytes ?? new Uint8Array();
    if (isUtf8(bytes)) return utf8(bytes);
    const place = this.#at(file, { line: 1, column: 1 });
    throw new CapabilityFault("CAPABILITY_SYNTAX", { ...place, defect: "it is not UTF-8 text" });
  }

  #at(file: string, { line, column }: { readonly line: number; readonly column: number }): InLine {
    return { package: this.#source.name, file, line, column };
  }

  /** The path of an imported file, which is linked; null where that could not be. */
  #resolve(file: string, one: Import, importers: readonly string[]): string | null {
    const { specifier } = one;
    if (specifier === DECLARATIONS || this.#isExternal(specifier)) return specifier;
    const path = below(file, specifier);
    const meant = path === null ? RELATIVE_ONLY : this.#meant(path, one);
    if (path === null || meant !== null)
      throw new CapabilityFault("CAPABILITY_IMPORT", {
        ...this.#at(file, one),
        specifier,
        meant: meant ?? RELATIVE_ONLY,
      });
    const from = importers.indexOf(path);
    if (from !== -1) {
      const cycle = [...importers.slice(from), path];
      throw new CapabilityFault("CAPABILITY_IMPORT_CYCLE", { ...this.#at(file, one), cycle });
    }
    return this.#link(path, importers, one) === null ? null : path;
  }

  /** A module of Node, or an npm package. */
  #isExternal(specifier: string): boolean {
    return this.#isHost && specifier !== DECLARATIONS && EXTERNAL.test(specifier);
  }

  /** What to write instead of importing the path so; null where it is right. */
  #meant(path: string, { isJson, specifier }: Import): string | null {
    const { files } = this.#source;
    if (!files.has(path)) {
      const near = files.has(`${path}.js`) ? `${path}.js` : nearestName(path, [...files.keys()]);
      return near === null ? `there is no file ${path} in the package` : `the package has the file ${near}`;
    }
    if (/\.m?js$/.test(path)) return isJson ? 'remove with { type: "json" }' : null;
    if (!path.endsWith(".json")) return "import a .js, .mjs or .json file of the package";
    return isJson ? null : `write import … from ${JSON.stringify(specifier)} with { type: "json" }`;
  }

  #exportsOf(path: string): ReadonlyMap<string, Source> {
    if (path === DECLARATIONS) return new Map(DECLARATION_NAMES.map((name) => [name, { from: path, name }]));
    const linked = this.#linked.get(path);
    if (linked?.kind === "module") return linked.exports;
    return new Map([["default", { from: path, name: "default" }]]);
  }

  #sourceOf(file: string, one: Import, path: string): Source {
    if (one.name === "*") return { from: path, name: "*" };
    if (this.#isExternal(path)) return { from: path, name: one.name };
    const exports = this.#exportsOf(path);
    const found = exports.get(one.name);
    if (found !== undefined) return found;
    const suggestion = nearestName(one.name, [...exports.keys()]);
    const { specifier, name } = one;
    throw new CapabilityFault("CAPABILITY_IMPORT_NAME", {
      ...this.#at(file, one.nameAt),
      ...{ specifier, name, suggestion },
    });
  }
}

/** Neither a path nor an address. */
const EXTERNAL = /^(?:node:[a-z_/]+|@?[a-z0-9][\w.-]*(?:\/[\w.-]+)*)$/i;

const RELATIVE_ONLY =
  "a capability imports files of its own package (./name.js) and pgs-runner/capability, and nothing else; copy what it needs into the package";

/** The path below the package that a file names so; null where it names anything else. */
function below(file: string, specifier: string): string | null {
  if (!/^\.\.?\//.test(specifier)) return null;
  const parts = file.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
