import { deepEqual, ok } from "node:assert/strict"

import type { Append } from "@millrace/core/backend"

import { kinds, to } from "../../src/conformance/build/appending.ts"
import { command, event, events } from "../../src/conformance/build/messages.ts"
import type { Scenario } from "./scenario.ts"
import { idsIn } from "./work.ts"

export const append: Scenario = {
  what: "append",
  leftAlone: true,
  async prepare({ name, faulty, healthy }) {
    const [a, b] = [events(`a-${name}`, 2), events(`b-${name}`, 1)]
    const appends = [
      to(`a-${name}`, a, "no-stream", { idempotencyKey: `key-${name}`, fingerprint: "f" }),
      to(`b-${name}`, b),
    ]
    return {
      call: () => faulty.append(appends),
      async after({ died, answer, failed }) {
        const again = kinds(await (died ? healthy : faulty).append(appends))
        if (failed === "unavailable")
          deepEqual(again, ["appended", "appended"], `${name}: it said that nothing was written`)
        ok(
          again.every((kind) => kind === "appended") || again.every((kind) => kind === "duplicate"),
          `${name}: ${again.join(" ")}`,
        )
        if (answer !== undefined) deepEqual(again, ["duplicate", "duplicate"], name)
        for (const [stream, messages] of [
          ["a", a],
          ["b", b],
        ] as const) {
          deepEqual(
            await idsIn(healthy, `${stream}-${name}`),
            messages.map(({ id }) => id),
            name,
          )
        }
      },
    }
  },
}

export const appendWithEverything: Scenario = {
  what: "append of events, commands, schedules and documents",
  async prepare({ name, faulty, healthy, clock }) {
    const streamId = `all-${name}`
    const messages = [event(streamId), command(streamId)]
    const later = event(`later-${name}`)
    const append = to(streamId, messages, "any", {
      schedules: [{ message: later, at: clock.now() + 1_000 }],
      documents: [{ collection: "notes", id: name, expectedRevision: 0, value: { name } }],
    })
    return {
      call: () => faulty.append([append]),
      async after({ died, answer }) {
        const [again = ""] = kinds(await (died ? healthy : faulty).append([append]))
        ok(
          answer === undefined ? ["appended", "duplicate"].includes(again) : again === "duplicate",
          `${name}: ${again}`,
        )
        deepEqual(
          await idsIn(healthy, streamId),
          messages.map(({ id }) => id),
          name,
        )
        const [document, ...more] = await healthy.documents({ collection: "notes", ids: [name] })
        deepEqual([document?.revision, document?.value, more.length], [1, { name }, 0], name)
        await clock.advance(2_000)
        await healthy.promote(1_000)
        deepEqual(await idsIn(healthy, `later-${name}`), [later.id], name)
      },
    }
  },
}

export const promote: Scenario = {
  what: "promote",
  async prepare({ name, faulty, healthy, clock }) {
    const due = [event(`due-${name}`), event(`due-${name}`)]
    await healthy.append([
      { streams: [], schedules: due.map((message, index) => ({ message, at: clock.now() + 1_000 + index })) },
    ])
    await clock.advance(2_000)
    return {
      call: () => faulty.promote(1_000),
      async after({ died }) {
        await (died ? healthy : faulty).promote(1_000)
        await healthy.promote(1_000)
        deepEqual(
          await idsIn(healthy, `due-${name}`),
          due.map(({ id }) => id),
          name,
        )
        deepEqual((await healthy.operator.schedules({ limit: 1_000 })).length, 0, name)
      },
    }
  },
}

/** The usual append, which storages may treat as a case of its own. */
export const appendOfOne: Scenario = {
  what: "append of one message",
  async prepare({ name, faulty, healthy }) {
    const one = event(`one-${name}`)
    return {
      call: () => faulty.append([to(one.streamId, [one])]),
      async after({ died, answer, failed }) {
        const [again] = kinds(await (died ? healthy : faulty).append([to(one.streamId, [one])]))
        if (failed === "unavailable") deepEqual(again, "appended", name)
        if (answer !== undefined) deepEqual(again, "duplicate", name)
        deepEqual(await idsIn(healthy, one.streamId), [one.id], name)
      },
    }
  },
}

export const appendOfMany: Scenario = {
  what: "append of several messages, each to a stream of its own, of which one conflicts",
  async prepare({ name, faulty, healthy }) {
    const some = [0, 1, 2].map((at) => event(`many-${name}-${at}`))
    const bad = event(`many-${name}-0`)
    const appends = [...some.map((one) => to(one.streamId, [one])), to(bad.streamId, [bad], 7)]
    return {
      call: () => faulty.append(appends),
      async after({ died, answer, failed }) {
        const again = kinds(await (died ? healthy : faulty).append(appends))
        if (failed === "unavailable") deepEqual(again.slice(0, 3), ["appended", "appended", "appended"], name)
        if (answer !== undefined) deepEqual(again.slice(0, 3), ["duplicate", "duplicate", "duplicate"], name)
        deepEqual(again[3], "conflict", name)
        for (const { streamId, id } of some) deepEqual(await idsIn(healthy, streamId), [id], name)
      },
    }
  },
}

export const appendThatRemoves: Scenario = {
  what: "append that removes a document",
  async prepare({ name, faulty, healthy }) {
    const put = (value: string | undefined, expectedRevision: number): Append => ({
      streams: [],
      documents: [{ collection: "notes", id: name, expectedRevision, value }],
    })
    await healthy.append([put("here", 0)])
    const removing = { ...put(undefined, 1), idempotencyKey: `remove-${name}`, fingerprint: "f" }
    return {
      call: () => faulty.append([removing]),
      async after({ died, answer }) {
        const [again = ""] = kinds(await (died ? healthy : faulty).append([removing]))
        ok(["duplicate", ...(answer === undefined ? ["appended"] : [])].includes(again), `${name}: ${again}`)
        deepEqual(await healthy.documents({ collection: "notes", ids: [name] }), [], name)
      },
    }
  },
}
