import { meetsExpectation, type Append, type Verdict } from "@millrace/core/backend"

import { appending, appendingTo, judging } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of append. */
export const appendFaults: readonly Fault[] = [
  {
    name: "no-stream is ignored",
    caughtBy: "append lets one of many first writers in",
    alter: (backend) =>
      appendingTo(backend, (one) =>
        one.expected === "no-stream" || one.expected === 0 ? { ...one, expected: "any" } : one,
      ),
  },
  {
    name: "stream-exists is ignored",
    caughtBy: "append judges every expectation",
    alter: (backend) =>
      appendingTo(backend, (one) => (one.expected === "stream-exists" ? { ...one, expected: "any" } : one)),
  },
  {
    name: "an expected version is compared with a version read before the write",
    caughtBy: "append lets one of many writers of the same version in",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const verdicts: Verdict[] = []
        for (const append of appends) {
          const read = await Promise.all(append.streams.map(({ streamId }) => versionOf(streamId)))
          const met = append.streams.every(({ expected }, at) => meetsExpectation(expected, read[at] ?? 0))
          const streams = met ? append.streams.map((one) => ({ ...one, expected: "any" as const })) : append.streams
          verdicts.push(...(await backend.append([{ ...append, streams }])))
        }
        return verdicts

        async function versionOf(streamId: string): Promise<number> {
          const page = await backend.read({ from: "streams", streams: [{ streamId }], limit: 1, direction: "backward" })
          return page.messages[0]?.version ?? 0
        }
      },
    }),
  },
  {
    name: "an append that asks no questions conflicts with its neighbour",
    caughtBy: "append loses none of many parallel appends",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const tried = await Promise.all(
          appends.map(async (append): Promise<Append> => {
            const streams = await Promise.all(
              append.streams.map(async (one) => {
                if (one.expected !== "any") return one
                const page = await backend.read({ from: "streams", streams: [one], limit: 1, direction: "backward" })
                return { ...one, expected: page.messages[0]?.version ?? 0 }
              }),
            )
            return { ...append, streams }
          }),
        )
        return backend.append(tried)
      },
    }),
  },
  {
    name: "an append that met another in flight is answered and not stored",
    caughtBy: "append loses none of many parallel appends",
    alter: (backend) => {
      let inFlight = 0
      return {
        ...backend,
        async append(appends) {
          inFlight += 1
          try {
            await Promise.resolve()
            if (inFlight < 20 || appends.length !== 1) return await backend.append(appends)
            const streams = appends[0]?.streams.map(({ streamId }) => ({ streamId, version: 1 })) ?? []
            return [{ kind: "appended", firstPosition: 1, position: 1, streams }]
          } finally {
            inFlight -= 1
          }
        },
      }
    },
  },
  {
    name: "an expected version above the stream's is accepted: gaps",
    caughtBy: "append accepts no gap and no step back",
    alter: (backend) =>
      appendingTo(backend, (one) =>
        typeof one.expected === "number" && one.expected > 4 ? { ...one, expected: "any" } : one,
      ),
  },
  {
    name: "versions count commands",
    caughtBy: "append counts events only",
    alter: (backend) =>
      appendingTo(backend, (one) => ({
        ...one,
        messages: one.messages.map((message) => ({ ...message, kind: "event" as const })),
      })),
  },
  {
    name: "streams of one append are stored one by one",
    caughtBy: "append writes several streams at once or none",
    alter: (backend) => ({
      ...backend,
      append: (appends) =>
        Promise.all(
          appends.map(async (append) => {
            let last: Verdict | undefined
            for (const stream of append.streams) {
              const [verdict] = await backend.append([{ streams: [stream] }])
              last = verdict
              if (verdict?.kind !== "appended") break
            }
            return last ?? { kind: "appended" as const, firstPosition: 0, position: 0, streams: [] }
          }),
        ),
    }),
  },
  {
    name: "appends of a call are judged by what was stored before the call",
    caughtBy: "append judges each append as if they had run one by one",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const seen = new Set<string>()
        return Promise.all(
          appends.map(async (append) => {
            const later = append.streams.find(
              ({ streamId, expected }) => seen.has(streamId) && typeof expected === "number",
            )
            for (const { streamId } of append.streams) seen.add(streamId)
            if (later !== undefined)
              return { kind: "conflict", streamId: later.streamId, expected: later.expected, actualVersion: 0 } as const
            const [verdict] = await backend.append([append])
            return verdict ?? { kind: "appended", firstPosition: 0, position: 0, streams: [] }
          }),
        )
      },
    }),
  },
  {
    name: "an append that is not stored takes those behind it along",
    caughtBy: "append leaves the neighbours of a conflict",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const verdicts: Verdict[] = []
        let failed: Verdict | undefined
        for (const append of appends) {
          const [verdict] = failed === undefined ? await backend.append([append]) : [failed]
          if (verdict === undefined) continue
          if (verdict.kind !== "appended") failed = verdict
          verdicts.push(verdict)
        }
        return verdicts
      },
    }),
  },
  {
    name: "a call of any size is stored",
    caughtBy: "append takes maxBatch messages in one call",
    alter: (backend) => ({
      ...backend,
      append: async (appends) => (await Promise.all(appends.map((append) => backend.append([append])))).flat(),
    }),
  },
  {
    name: "scheduled messages do not count towards maxBatch",
    caughtBy: "append takes maxBatch messages in one call",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const bare = appends.map(({ schedules: _schedules, ...append }) => append)
        const verdicts = await backend.append(bare)
        for (const { schedules = [] } of appends)
          if (schedules.length > 0) await backend.append([{ streams: [], schedules }])
        return verdicts
      },
    }),
  },
  {
    name: "one message that is too large fails its whole call",
    caughtBy: "append refuses a message beyond the storage's size",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const bytes = appends.map((append) => JSON.stringify(append).length)
        if (Math.max(0, ...bytes) <= backend.capabilities.maxMessageBytes) return backend.append(appends)
        return appends.map(() => ({ kind: "refused", code: "bad-data", detail: "too large" }) as const)
      },
    }),
  },
  {
    name: "a NUL character is cut off",
    caughtBy: "append stores what is hard to store unchanged",
    alter: (backend) =>
      appendingTo(backend, (one) => ({
        ...one,
        streamId: withoutNul(one.streamId),
        messages: one.messages.map((message) => ({
          ...message,
          streamId: withoutNul(message.streamId),
          type: withoutNul(message.type),
          payload: null,
          metadata: {},
        })),
      })),
  },
  {
    name: "an idempotency key is matched whatever its content",
    caughtBy: "append refuses an idempotency key that stands for other content",
    alter: (backend) =>
      appending(backend, (append) => ("fingerprint" in append ? { ...append, fingerprint: "same" } : append)),
  },
  {
    name: "idempotency keys are ignored",
    caughtBy: "append answers a repeated idempotency key with duplicate",
    alter: (backend) => appending(backend, ({ idempotencyKey: _key, fingerprint: _print, ...append }) => append),
  },
  {
    name: "ids known in part are taken for a repetition",
    caughtBy: "append refuses ids of which some are stored",
    alter: (backend) =>
      judging(backend, (verdict) =>
        verdict.kind === "refused" && verdict.code === "ids-partly-known"
          ? { kind: "duplicate", of: { firstPosition: 1, position: 1 } }
          : verdict,
      ),
  },
  {
    name: "a repetition is judged by its expected version first",
    caughtBy: "append answers a repetition of the same message ids with duplicate",
    alter: (backend) =>
      judging(backend, (verdict, append) => {
        const [stream] = append?.streams ?? []
        if (verdict.kind !== "duplicate" || stream === undefined || stream.expected === "any") return verdict
        return { kind: "conflict", streamId: stream.streamId, expected: stream.expected, actualVersion: 3 }
      }),
  },
  {
    name: "a repeated schedule is made again",
    caughtBy: "append makes a schedule once",
    alter: (backend) =>
      appending(backend, (append) => ({
        ...append,
        ...(append.schedules === undefined
          ? {}
          : {
              schedules: append.schedules.map(({ message, at }) => ({
                at,
                message: { ...message, id: crypto.randomUUID() },
              })),
            }),
      })),
  },
  {
    name: "keys are compared without their case",
    caughtBy: "append keeps idempotency keys apart by every character",
    alter: (backend) =>
      appending(backend, (append) =>
        append.idempotencyKey === undefined
          ? append
          : { ...append, idempotencyKey: append.idempotencyKey.toLowerCase() },
      ),
  },
]

const withoutNul = (text: string): string => text.replaceAll("\u0000", "")
