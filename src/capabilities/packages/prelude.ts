/**
 * What runs first in the realm of a package: removes what could answer differently tomorrow or elsewhere, and keeps the
 * package's modules and declarations. Only texts go in and out, and functions that take and return texts.
 */
export const PRELUDE = String.raw`(() => {
"use strict";
const { parse, stringify } = JSON;
const { defineProperty, freeze, getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, keys, isFrozen } = Object;
const { construct } = Reflect;
const { isFinite: isFiniteNumber } = Number;
const { isArray } = Array;
const RealDate = Date, RealError = Error, RealPromise = Promise;
const { call, toString: toSource } = Function.prototype;
const uncurry = (method) => call.bind(method);
const isWellFormed = uncurry(String.prototype.isWellFormed), test = uncurry(RegExp.prototype.test), exec = uncurry(RegExp.prototype.exec);

// ---- what is not there ----

/** By error: why the capability is at fault, in words that every JavaScript engine has in common. */
const reasons = new WeakMap();
const remember = uncurry(WeakMap.prototype.set), recall = uncurry(WeakMap.prototype.get);
function refuse(reason) {
  const error = new RealError(reason);
  remember(reasons, error, reason);
  throw error;
}
const without = (name) => "it used " + name + ", which a capability does not have";
const hide = (holder, key, value) => defineProperty(holder, key, { value, writable: false, enumerable: false, configurable: false });
const forbid = (holder, label, names) => {
  for (const name of names) hide(holder, name, function () { refuse(without(label + name)); });
};

const STANDARD = new Set(("globalThis Infinity NaN undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape " +
  "Object Boolean Symbol Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError Number BigInt Math Date String RegExp " +
  "Array Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array " +
  "Map Set WeakMap WeakSet ArrayBuffer DataView JSON Promise Proxy Reflect $work").split(" "));
for (const name of getOwnPropertyNames(globalThis)) {
  if (STANDARD.has(name)) continue;
  // A flag of V8, such as --expose-gc, adds what cannot be deleted.
  if (getOwnPropertyDescriptor(globalThis, name).configurable) delete globalThis[name];
  else defineProperty(globalThis, name, { value: undefined, writable: false });
}

const LOCAL = "FullYear Year Month Date Day Hours Minutes Seconds Milliseconds".split(" ");
forbid(RealDate.prototype, "Date.prototype.", [
  ...LOCAL.map((part) => "get" + part), ...LOCAL.filter((part) => part !== "Day").map((part) => "set" + part),
  "getTimezoneOffset", "toString", "toDateString", "toTimeString", "toLocaleString", "toLocaleDateString", "toLocaleTimeString",
]);
forbid(Math, "Math.", ["random"]);
forbid(String.prototype, "String.prototype.", ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase"]);
for (const type of [Number, BigInt, Array, Object]) forbid(type.prototype, type.name + ".prototype.", ["toLocaleString"]);
forbid(getPrototypeOf(Uint8Array.prototype), "TypedArray.prototype.", ["toLocaleString"]);

const ISO = /^(?:\d{4}|[+-]\d{6})(?:-\d\d(?:-\d\d)?)?$|^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
function checkDate(value) {
  if (typeof value === "string" && !test(ISO, value)) refuse(without("the local time zone: a date is read as 2026-01-31, or as 2026-01-31T09:00:00Z"));
  if (typeof value === "object" && value !== null && !(value instanceof RealDate)) refuse("it made a Date of an object");
}
function SafeDate(...parts) {
  if (new.target === undefined) refuse(without("the present time: Date()"));
  if (parts.length === 0) refuse(without("the present time: new Date()"));
  if (parts.length > 1) refuse(without("the local time zone: new Date(year, month, …); Date.UTC(…) is there"));
  checkDate(parts[0]);
  return construct(RealDate, parts, new.target === SafeDate ? RealDate : new.target);
}
SafeDate.prototype = RealDate.prototype;
hide(SafeDate, "name", "Date");
hide(SafeDate, "UTC", RealDate.UTC);
hide(SafeDate, "parse", (given) => { const text = String(given); checkDate(text); return RealDate.parse(text); });
hide(SafeDate, "now", () => refuse(without("the present time: Date.now()")));
hide(RealDate.prototype, "constructor", SafeDate);
hide(globalThis, "Date", SafeDate);

/** A stack names the package's own files only: where the runner is installed is none of an answer. */
hide(RealError, "prepareStackTrace", (error, frames) => {
  let text = String(error);
  for (const frame of frames) {
    const file = String(frame.getFileName());
    if (file.startsWith("capability:")) text += "\n    at " + file.slice(11) + ":" + frame.getLineNumber();
  }
  return text;
});
hide(RealError, "stackTraceLimit", 50);

// ---- what stays the same ----

const same = "which stays the same from call to call";
const { preventExtensions } = Object;
const { ownKeys } = Reflect;
const { isView } = ArrayBuffer;
const setPrototype = getPrototypeOf(Int8Array.prototype);
const bufferOf = uncurry(getOwnPropertyDescriptor(setPrototype, "buffer").get), viewedBy = uncurry(getOwnPropertyDescriptor(DataView.prototype, "buffer").get);
const sourceOf = uncurry(toSource), isAbove = uncurry(Object.prototype.isPrototypeOf);
const Iterator = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
const isObject = (value) => typeof value === "function" || (typeof value === "object" && value !== null);

/** Lets objects below the prototype have members of the same names, which assigning to them would not once it is frozen. */
function allowOverrides(prototype) {
  for (const key of ownKeys(prototype)) {
    const { value, writable, configurable, enumerable } = getOwnPropertyDescriptor(prototype, key);
    if (!writable || !configurable) continue;
    const set = function (given) {
      if (this === prototype) refuse("it wrote to " + String(key) + " of a prototype, " + same);
      defineProperty(this, key, { value: given, writable: true, enumerable: true, configurable: true });
    };
    defineProperty(prototype, key, { get: freeze(() => value), set: freeze(set), enumerable, configurable: false });
  }
  freeze(prototype);
}

/** The objects of the language, after which a module finds them as every other one does. */
function lock() {
  for (const name of ownKeys(RegExp)) if (!["length", "name", "prototype", Symbol.species, "escape"].includes(name)) delete RegExp[name];
  const names = getOwnPropertyNames(globalThis).filter((name) => name !== "$work" && name !== "globalThis");
  const globals = { __proto__: null };
  for (const name of names) {
    const { value } = getOwnPropertyDescriptor(globalThis, name);
    globals[name] = value;
    if (isObject(value)) hide(globalThis, name, value);
  }
  globals.globalThis = globals;
  hide(globalThis, "globalThis", globals);
  const errors = names.filter((name) => name.endsWith("Error")).map((name) => globals[name].prototype);
  const function_ = function () {}, generator = function* () {}, waiter = async () => {}, streamer = async function* () {};
  const hidden = [function_, generator, waiter, streamer].map(getPrototypeOf);
  const iterators = [[][Symbol.iterator](), ""[Symbol.iterator](), new Map().entries(), new Set().values(), "".matchAll(/./g)].map(getPrototypeOf);
  const all = [...names.map((name) => globals[name]), ...hidden, ...iterators, Iterator, setPrototype, setPrototype.constructor,
    getPrototypeOf(generator.prototype), getPrototypeOf(streamer.prototype), getPrototypeOf(getPrototypeOf(streamer.prototype)), RealDate];
  for (const prototype of [Object.prototype, ...errors]) allowOverrides(prototype);
  for (const one of all.flatMap((value) => (typeof value === "function" ? [value, value.prototype] : [value]))) if (isObject(one)) { kept.add(one); freeze(one); }
  for (const prototype of [Object.prototype, ...errors]) kept.add(prototype);
  freeze(globals);
}

const kept = new WeakSet(), patterns = [], buffers = new Map();

/** Freezes what a module keeps, and all that it leads to. */
function keep(values) {
  const waiting = values.map((value) => ({ value, isPrototype: false }));
  while (waiting.length > 0) {
    const { value, isPrototype } = waiting.pop();
    if (!isObject(value) || kept.has(value)) continue;
    kept.add(value);
    const above = getPrototypeOf(value);
    waiting.push({ value: above, isPrototype: true });
    if (value instanceof Map || value instanceof Set) for (const entry of value.entries()) waiting.push({ value: entry[0], isPrototype }, { value: entry[1], isPrototype });
    for (const key of ownKeys(value)) {
      const { value: member, get, set } = getOwnPropertyDescriptor(value, key);
      const isOfClass = key === "prototype" && typeof value === "function";
      waiting.push({ value: member, isPrototype: isOfClass }, { value: get, isPrototype: false }, { value: set, isPrototype: false });
    }
    if (isPrototype) allowOverrides(value);
    else keepOne(value);
  }
}

/** Methods that change what freezing does not reach. */
const CHANGING = [
  [Map, ["set", "delete", "clear"]], [Set, ["add", "delete", "clear"]], [WeakMap, ["set", "delete"]], [WeakSet, ["add", "delete"]],
  [RealDate, getOwnPropertyNames(RealDate.prototype).filter((name) => name.startsWith("set"))],
];

function keepOne(value) {
  const name = privateClassOf(value);
  if (name !== null) refuse("it keeps an object of the class " + name + ", whose private fields a call could change");
  if (isView(value)) keepBuffer(value instanceof DataView ? viewedBy(value) : bufferOf(value));
  if (value instanceof ArrayBuffer) keepBuffer(value);
  for (const [type, methods] of CHANGING) {
    if (!(value instanceof type)) continue;
    const called = type === RealDate ? "Date" : type.name;
    for (const method of methods) hide(value, method, () => refuse("it called " + method + " of a " + called + " of its module, " + same));
  }
  if (isAbove(Iterator, value)) hide(value, "next", () => refuse("it called next of an iterator of its module, " + same));
  if (value instanceof RegExp && (value.global || value.sticky)) patterns.push(value);
  // Elements of a typed array and the place where a pattern goes on cannot be frozen: beginCall sets them back.
  if (isView(value) || patterns.includes(value)) preventExtensions(value);
  else freeze(value);
}

/** Of an object whose class has private fields, which nothing freezes: the name of the class. */
function privateClassOf(value) {
  if (typeof value === "function") return null;
  for (let above = getPrototypeOf(value); above !== null; above = getPrototypeOf(above)) {
    const { value: type } = getOwnPropertyDescriptor(above, "constructor") ?? {};
    if (typeof type === "function" && test(/[\s;{.}]#[\p{ID_Start}$_]/u, sourceOf(type))) return type.name;
  }
  return null;
}

function keepBuffer(buffer) {
  if (!buffers.has(buffer)) buffers.set(buffer, new Uint8Array(buffer).slice());
}
function beginCall() {
  for (const pattern of patterns) pattern.lastIndex = 0;
  for (const [buffer, bytes] of buffers) new Uint8Array(buffer).set(bytes);
}
function endCall() {
  for (const [buffer, bytes] of buffers) {
    const now = new Uint8Array(buffer);
    if (bytes.some((byte, i) => byte !== now[i])) refuse("it wrote to a typed array of its module, " + same);
  }
}

// ---- values that go in and out ----

function frozen(value) {
  if (typeof value !== "object" || value === null || isFrozen(value)) return value;
  for (const key of keys(value)) frozen(value[key]);
  return freeze(value);
}

const pointer = (path) => path.map((part) => "/" + String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("");
const MOST_DEEP = 600;

/** A copy of what JSON can carry, exactly; anything else is refused by its place. */
function copy(value, path, within) {
  switch (typeof value) {
    case "boolean": return value;
    case "string": return isWellFormed(value) ? value : invalid("half of a surrogate pair", path);
    case "number": return isFiniteNumber(value) ? value : invalid(String(value), path);
    case "object": return value === null ? null : copyObject(value, path, within);
    case "undefined": return invalid("undefined", path);
    default: return invalid("a " + typeof value, path);
  }
}
function copyObject(value, path, within) {
  if (within.includes(value)) invalid("a value that contains itself", path);
  if (path.length > MOST_DEEP) invalid("a value that nests too deep", path.slice(0, 3));
  const inner = [...within, value];
  if (isArray(value)) {
    const items = [];
    for (let i = 0; i < value.length; i++) items.push(i in value ? copy(value[i], [...path, i], inner) : invalid("a hole", [...path, i]));
    return items;
  }
  const prototype = getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) invalid("an object of a class", path);
  if (getOwnPropertySymbols(value).length > 0) invalid("a symbol", path);
  const members = { __proto__: null };
  for (const key of keys(value)) members[isWellFormed(key) ? key : invalid("half of a surrogate pair", path)] = copy(value[key], [...path, key], inner);
  return members;
}
function invalid(what, path) {
  refuse("it answered " + what + (path.length === 0 ? "" : " at " + pointer(path)) + ", which JSON cannot carry");
}
/** Of the outermost object, a member that is undefined counts as none. */
function copyAnswer(value) {
  if (typeof value !== "object" || value === null || isArray(value)) return copy(value, [], []);
  const there = { __proto__: null };
  for (const key of keys(value)) if (value[key] !== undefined) there[key] = value[key];
  return copy(there, [], []);
}

// ---- what fails ----

/** A function of the host may fail where the stack ends: no error of the host comes into the realm. */
function ask(host, ...given) {
  try { return host(...given); } catch { refuse("it called itself too often"); }
}
/** The host calls settle when it has the answer, and counts the time that the realm then takes. */
const answerOf = (host, ...given) => new RealPromise((settle) => ask(host, ...given, settle));
const LONGEST = 500, LONGEST_DETAIL = 10000;

/** By error: the number under which the host keeps the error that it stands for. */
const hostErrors = new WeakMap();
function hostError(kept) {
  const [number, code, sent] = parse(kept);
  const error = new RealError((sent === null ? "the storage failed: " : "the request failed: ") + code);
  error.code = code;
  if (sent !== null) { error.name = "HttpFailure"; error.sent = sent; }
  remember(hostErrors, error, number);
  return error;
}
const WRITTEN = /^Cannot (?:assign to read only property|add property|delete property|define property|redefine property:) '?([^', ]+)/;
function failure(error) {
  const isError = typeof error === "object" && error !== null;
  const number = isError ? recall(hostErrors, error) : undefined;
  if (number !== undefined) return stringify({ host: number });
  let name = "a value that is no error", detail = "", place = "";
  try {
    if (isError) {
      name = "an error of the kind " + error.name;
      detail = String(error.stack).slice(0, LONGEST_DETAIL);
      const at = exec(/\n {4}at (.+)/, detail);
      if (at !== null && error.name !== "RangeError") place = " (" + at[1].slice(0, LONGEST) + ")";
      const written = error instanceof TypeError ? exec(WRITTEN, String(error.message)) : null;
      if (written !== null) remember(reasons, error, "it wrote to " + written[1] + " of an object that is frozen: its input and what its modules keep stay the same");
      const missing = error instanceof ReferenceError ? exec(/^(\S+) is not defined$/, String(error.message)) : null;
      if (missing !== null) remember(reasons, error, without(missing[1]));
      if (error instanceof EvalError) remember(reasons, error, without("eval or Function"));
    } else detail = String(error).slice(0, LONGEST_DETAIL);
  } catch {}
  const known = isError ? recall(reasons, error) : undefined;
  return stringify({ failed: (known ?? "it threw " + name).slice(0, LONGEST) + place, detail });
}
function attempt(work) {
  try { return stringify({ ok: work() }); } catch (error) { return failure(error); }
}
function computed(work) {
  return attempt(() => {
    beginCall();
    const answer = copyAnswer(work());
    endCall();
    return answer;
  });
}

// ---- declarations and modules ----

const field = (type) => freeze({ type, required: true });
const declarations = new WeakMap();
const declare = (by) => (declaration) => {
  keep([declaration]);
  const made = freeze({ __proto__: null });
  remember(declarations, made, { by, declaration });
  return made;
};
const modules = new Map([["pgs-runner/capability", freeze({
  __proto__: null,
  anything: field("any"), string: field("string"), integer: field("integer"), number: field("number"),
  boolean: field("boolean"), object: field("object"), array: field("array"),
  optional: (of) => freeze({ type: of.type, required: false }),
  transform: declare("transform"), storeEffect: declare("storeEffect"), effect: declare("effect"),
})]]);
const declared = (file) => recall(declarations, modules.get(file).default);
const valueOf = ([from, name]) => (name === "*" ? modules.get(from) : modules.get(from)[name]);

/** The parts of a declaration that are no functions; of a function, that it is one. */
function described(value, key) {
  if (typeof value === "function") return { function: true };
  if (typeof value !== "object" || value === null || isArray(value)) return copy(value, [key], []);
  const prototype = getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return copy(value, [key], []);
  const members = { __proto__: null };
  for (const name of keys(value)) if (value[name] !== undefined) members[name] = described(value[name], name);
  return members;
}

// ---- what the capability is given ----

function sourcesOf(draw, kinds, more) {
  const drawing = (kind, count) => {
    if (!kinds.includes(kind)) refuse("it drew " + kind + ", which it does not declare");
    if (typeof count !== "number") refuse("it drew entropy without a number of bytes");
    const drawn = parse(ask(draw, kind, count));
    if ("host" in drawn) throw hostError(drawn.host);
    return drawn.ok;
  };
  return freeze({ ...more, clock: () => drawing("clock", 0), entropy: (count) => drawing("entropy", count) });
}

const METHODS = {
  registry: ["history", "register", "resolve", "exists", "deregister", "count"],
  log: ["find", "append", "entries"],
  document: ["get", "all", "put", "remove", "update", "updateWhere"],
  names: ["lookUp", "bind"],
};
function storeOf(kind, name, call) {
  const store = { name };
  for (const method of METHODS[kind]) {
    store[method] = async (...given) => {
      const make = given.find((one) => typeof one === "function");
      let thrown;
      const made = make && ((number) => {
        try { return stringify(copy(make(number), [], [])); } catch (error) { thrown = { error }; return ""; }
      });
      const answer = parse(await answerOf(call, method, stringify(given.filter((one) => one !== make).map((one, i) => copy(one, [i], []))), made));
      if (thrown !== undefined) throw thrown.error;
      if ("host" in answer) throw hostError(answer.host);
      return answer.ok;
    };
  }
  return freeze(store);
}

function clientOf(effectKey, exchange, readJson) {
  const send = async (request) => {
    const answer = parse(await answerOf(exchange, stringify(copyAnswer(request))));
    if ("host" in answer) throw hostError(answer.host);
    const { number, ...response } = answer.ok;
    const json = () => {
      const read = parse(ask(readJson, number));
      if ("host" in read) throw hostError(read.host);
      return frozen(read.ok);
    };
    return frozen({ ...response, json });
  };
  return freeze({ effectKey, send });
}

/** What a file gets of a module outside the package as long as it is only declared: everything, and nothing of it does anything. */
const absent = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "" : key === Symbol.iterator ? function* () {} : absent),
  apply: () => absent,
  construct: () => absent,
  set: () => true,
});

kept.add(absent);

const inputOf = (text) => frozen(parse(text));
const operationOf = (file, name) => declared(file).declaration.operations[name];
async function settled(work, done) {
  let text;
  try {
    beginCall();
    const answer = copyAnswer(await work());
    endCall();
    text = stringify({ ok: answer });
  } catch (error) { text = failure(error); }
  done(text);
}

lock();
return {
  addJson: (file, text) => attempt(() => void modules.set(file, freeze({ __proto__: null, default: frozen(parse(text)) }))),
  add: (file, define, imports, exports) => attempt(() => {
    const own = define({ imports: parse(imports).map(valueOf), keep });
    const all = { __proto__: null };
    for (const [name, from, source] of parse(exports)) all[name] = from === file ? own[source] : valueOf([from, source]);
    modules.set(file, freeze(all));
  }),
  describe: (file) => attempt(() => {
    const { by, declaration } = declared(file);
    return { by, declaration: declaration === undefined ? null : described(declaration, "declaration") };
  }),
  answer: (file, input, draw, kinds) =>
    computed(() => declared(file).declaration.run(inputOf(input), sourcesOf(draw, kinds, {}), undefined)),
  perform: (done, file, operation, input, kind, name, call, draw, effectKey) =>
    void settled(() => operationOf(file, operation).run(inputOf(input), storeOf(kind, name, call), sourcesOf(draw, "clock entropy", { effectKey })), done),
  addExternal: (specifier) => attempt(() => void modules.set(specifier, absent)),
  exchange: (done, file, operation, method, input, policy, begun, effectKey, send, readJson) =>
    void settled(() => operationOf(file, operation)[method](inputOf(input), clientOf(effectKey, send, readJson), inputOf(policy), inputOf(begun)), done),
  probe: (done, file, operation, input, kind, name, call, begun) =>
    void settled(() => operationOf(file, operation).probe(inputOf(input), storeOf(kind, name, call), inputOf(begun)), done),
};
})()`;
