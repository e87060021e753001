/** Operations that send a message by mail. */

import type { Json, JsonObject } from "../../json/value.ts";
import type { Mail } from "../../ports.ts";
import type { EffectStart, Evidence } from "../evidence.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  type Declared,
  type EffectOf,
  evidenceOf,
  type OutsideTarget,
  type Performed,
  withInput,
} from "../target.ts";

interface MailDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, mail: Mail, policy: JsonObject): Promise<Performed<NoInfer<O>>>;
  /** What is known of a message whose sending began: what to ask the mail server for. */
  probe(input: Input<S>, begun: EffectStart): Promise<Evidence>;
}

export interface MailOperation extends Declared {
  readonly target: "mail";
  /** `policy` is the runtime binding's. */
  perform(input: JsonObject, mail: Mail, policy: JsonObject): Promise<Performed>;
  probe(input: JsonObject, begun: EffectStart): Promise<Evidence>;
}

/** What it does is shown by its own test, against a real server. */
export type MailEffect = EffectOf<MailOperation>;

/** An operation that sends mail. */
export function mailing<S extends InputSchema, const O extends string>({
  run,
  probe,
  ...declared
}: MailDeclaration<S, O>): MailOperation {
  return {
    ...declared,
    target: "mail",
    perform: (input, mail, policy) => withInput(declared.input, input, (parsed) => run(parsed, mail, policy)),
    probe: (input, begun) => evidenceOf(declared.input, input, (parsed) => probe(parsed, begun)),
  };
}

/** A reply of SMTP that says that the message was not taken. */
const isRefusal = (reply: Json | undefined) => typeof reply === "number" && reply >= 400 && reply <= 599;

export const mailTarget: OutsideTarget<MailOperation> = {
  answers: "recorded",
  needsPath: false,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: () => false,
  perform: (operation, { inputs, policy }, { mail }) => operation.perform(inputs, mail, policy),
  /** A message leaves no change. */
  tookPlace: ({ outcome }) => outcome === "SUCCESS",
  secondTime: () => "sends",
  retriable: () => ["BACKEND_ERROR"],
  /** Only where the server itself refused the message: after silence it may have taken it. */
  canRetry: (_, { reason = {} }) => isRefusal(reason["reply"]),
  isVisible: () => false,
  probe: async (operation, { inputs }, begun) => ({
    found: await operation.probe(inputs, begun),
    looked: null,
    lock: null,
  }),
};
