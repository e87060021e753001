/** The registration as a machine of xstate: an actor a run, its effects as invoked promises. */

import { assign, createActor, fromPromise, setup, toPromise } from "xstate";
import { SUCCESS } from "./work.mjs";

/** Runs the payload; rejects unless the run reaches its end. */
export function xstateRunner(work) {
  const machine = machineOf(work);
  return async (payload) => {
    const actor = createActor(machine, { input: payload });
    const ended = toPromise(actor);
    actor.start();
    const outcome = await ended;
    if (outcome !== SUCCESS) throw new Error(`xstate ended ${outcome}`);
    await work.end();
  };
}

function machineOf(work) {
  const { registerKyc, registerActor, appendEvent } = work;
  const promised = (effect) => fromPromise(({ input }) => effect(input));
  const isSuccess = { guard: ({ event }) => event.output.outcome === SUCCESS };
  const effect = (src, input, target) => ({
    invoke: { src, input, onDone: [{ ...isSuccess, target }, { target: "refused" }], onError: "refused" },
  });
  return setup({
    actors: {
      registerKyc: promised(registerKyc),
      registerActor: promised(registerActor),
      appendEvent: promised(appendEvent),
    },
  }).createMachine({
    initial: "validating",
    context: ({ input }) => ({ payload: input, actor: input.actor_record, outcome: null, id: null, key: null }),
    states: {
      validating: {
        entry: assign(({ context }) => work.validate(context.payload)),
        always: [
          { guard: ({ context }) => context.outcome === SUCCESS, target: "identifying" },
          { target: "refused" },
        ],
      },
      identifying: {
        entry: assign({ id: ({ context }) => work.actorId(context.actor).id }),
        always: "keying",
      },
      keying: {
        entry: assign({ key: ({ context }) => work.kycKey(context.actor).id }),
        always: "registeringKyc",
      },
      registeringKyc: effect(
        "registerKyc",
        ({ context: { key, id } }) => ({ key, target: id }),
        "registeringActor",
      ),
      registeringActor: effect(
        "registerActor",
        ({ context: { id } }) => ({ key: id, target: id }),
        "appendingEvent",
      ),
      appendingEvent: effect("appendEvent", ({ context: { id, actor } }) => ({ id, actor }), "done"),
      done: { type: "final" },
      refused: { type: "final", entry: assign({ outcome: "REFUSED" }) },
    },
    output: ({ context }) => context.outcome,
  });
}
