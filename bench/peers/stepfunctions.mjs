/** The registration as a definition in the Amazon States Language, its tasks local functions. */

import { StateMachine } from "aws-local-stepfunctions";
import { SUCCESS } from "./work.mjs";

/** The library asks for Node.js 22 because of this function alone. */
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const task = (Parameters, ResultPath, Next) => ({
  ...{ Type: "Task", Resource: "arn:aws:lambda:eu-west-1:000000000000:function:local" },
  ...{ Parameters, ResultPath, Next },
});
const onSuccess = (of, Next) => ({
  Type: "Choice",
  Choices: [{ Variable: `$.${of}.outcome`, StringEquals: SUCCESS, Next }],
  Default: "Refused",
});

const DEFINITION = {
  StartAt: "Validate",
  States: {
    Validate: task({ "actor_record.$": "$.actor_record" }, "$.validated", "Is valid"),
    "Is valid": onSuccess("validated", "Identify"),
    Identify: { ...task({}, "$.actor", "Key"), InputPath: "$.actor_record", Parameters: undefined },
    Key: { ...task({}, "$.kyc", "Register KYC"), InputPath: "$.actor_record", Parameters: undefined },
    "Register KYC": task({ "key.$": "$.kyc.id", "target.$": "$.actor.id" }, "$.mapping", "Is KYC registered"),
    "Is KYC registered": onSuccess("mapping", "Register actor"),
    "Register actor": task({ "key.$": "$.actor.id", "target.$": "$.actor.id" }, "$.binding", "Is registered"),
    "Is registered": onSuccess("binding", "Append event"),
    "Append event": task({ "id.$": "$.actor.id", "actor.$": "$.actor_record" }, "$.event", "Is appended"),
    "Is appended": onSuccess("event", "Done"),
    Done: { Type: "Succeed" },
    Refused: { Type: "Fail", Error: "REFUSED" },
  },
};

/** Runs the payload; rejects unless the run reaches its end. */
export function stepFunctionsRunner(work) {
  const machine = new StateMachine(JSON.parse(JSON.stringify(DEFINITION)));
  const overrides = {
    taskResourceLocalHandlers: {
      Validate: async (input) => work.validate(input),
      Identify: async (input) => work.actorId(input),
      Key: async (input) => work.kycKey(input),
      "Register KYC": work.registerKyc,
      "Register actor": work.registerActor,
      "Append event": work.appendEvent,
    },
  };
  return async (payload) => {
    await machine.run(payload, { overrides }).result;
    await work.end();
  };
}
