import { describe, expect, it } from "vitest"

import { handledBefore } from "../../src/backend/index.ts"
import { memoryBackend } from "../../src/memory/index.ts"
import { appendOf, claim, claimPartition, ensure, event, GROUP, openLog, settle } from "./log.ts"

describe("on memory", () => {
  it("the log keeps copies: what a caller changes later changes nothing stored [S3.b lesson 48]", async () => {
    const { backend } = await openLog()
    const message = event("a", { payload: { items: [{ n: 1 }], when: -0 } })
    const items = { list: [1, 2] }
    const mutable = event("a", { payload: items })
    await backend.append([appendOf(message), appendOf(mutable)])
    items.list.push(3)
    const { messages } = await backend.read({ from: "log", limit: 9 })
    expect(messages.map((one) => one.payload)).toEqual([{ items: [{ n: 1 }], when: 0 }, { list: [1, 2] }])
    expect(messages.every((one) => Object.isFrozen(one) && Object.isFrozen(one.payload))).toBe(true)
  })

  it("wake-ups come after the write: what they tell of can be read by then [lesson 15 lesson 28]", async () => {
    const { backend } = await openLog()
    const heard: { readonly types: readonly string[]; readonly readable: Promise<readonly string[]> }[] = []
    const ear = await backend.listen((wake) => {
      if (wake.kind !== "messages") return
      const readable = backend.read({ from: "log", limit: 9 }).then(({ messages }) => messages.map(({ type }) => type))
      heard.push({ types: wake.types ?? [], readable })
    })
    await backend.append([appendOf(event("a")), appendOf(event("b", { type: "other" }))])
    await backend.append([appendOf(event("c", { type: "third" }))])
    await ear.close()
    await backend.append([appendOf(event("d", { type: "unheard" }))])
    expect(heard.map(({ types }) => types)).toEqual([["happened", "other"], ["third"]])
    for (const { types, readable } of heard) expect(await readable).toEqual(expect.arrayContaining([...types]))
  })

  it("a claim finds the one wanted message behind very many that are not", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    const many = 50_000
    for (let stored = 0; stored < many; stored += 5_000)
      await backend.append(Array.from({ length: 5_000 }, (_, at) => appendOf(event(`s-${at}`, { type: "unwanted" }))))
    await backend.append([appendOf(event("a"))])
    const slice = await claimPartition(backend)
    expect(slice.messages.map(({ message }) => message.position)).toEqual([many + 1])
    await settle(backend, slice)
    expect((await backend.operator.groups())[0]?.oldestCheckpoint).toBe(many + 1)
  })

  it("a reset of a keyed group names the keys whose lane was open, for the worker alone knows their messages [S24.b S25.b]", async () => {
    const { backend } = await openLog()
    await ensure(backend, { order: "key" })
    await backend.append([appendOf(event("x-1")), appendOf(event("y-1")), appendOf(event("x-2"))])
    const slice = await claimPartition(backend)
    const deferral = { as: "park", position: 1, failures: 1 } as const
    await settle(backend, slice, { key: "x", from: 1, deferral }, { key: "y", from: 2 })
    await backend.operator.resetGroup(GROUP, { at: "beginning" })
    const again = await claim(backend)
    const rows = new Map(again.source === "partition" ? again.replayRows?.map(({ key, replay }) => [key, replay]) : [])
    const flags = again.messages.map(({ message, handledBefore: flag }) => {
      const row = rows.get(message.streamId.slice(0, 1))
      return [message.streamId, row === undefined ? flag : handledBefore(row, message)]
    })
    expect(flags).toEqual([
      ["x-1", false],
      ["y-1", true],
      ["x-2", false],
    ])
  })

  it("a group made again under an old name accepts no settle of the one before [S41.c lesson 7]", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a"))])
    const old = await claimPartition(backend)
    await backend.operator.deleteGroup(GROUP)
    await ensure(backend)
    const slice = await claimPartition(backend)
    expect(await settle(backend, old)).toEqual({ kind: "fenced" })
    expect(await settle(backend, slice)).toMatchObject({ kind: "settled" })
  })

  it("a message that its lane keeps after a forced trim holds nothing back, and is handed out all the same [S43.c]", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a"), event("a")), appendOf(event("b"))])
    const slice = await claimPartition(backend)
    await settle(backend, slice, { key: "a", from: 1, deferral: { as: "park", position: 1, failures: 1 } })
    expect(await backend.operator.trim(3)).toEqual({ removed: 0, trimmedTo: 0, heldBackBy: [GROUP] })
    expect(await backend.operator.trim(1, { force: true })).toMatchObject({ removed: 1, trimmedTo: 1 })
    expect(await backend.operator.trim(3)).toMatchObject({ removed: 0, heldBackBy: [GROUP] })
    await backend.operator.trim(2, { force: true })
    expect(await backend.operator.trim(3)).toEqual({ removed: 1, trimmedTo: 3, heldBackBy: [] })
    expect((await backend.operator.groups())[0]).toMatchObject({ skipped: 1, skips: [{ position: 2, how: "trimmed" }] })
    await backend.operator.retryLanes(GROUP)
    expect((await claim(backend)).messages.map(({ message }) => message.position)).toEqual([1])
  })

  it("a log is made with partitions in bounds", () => {
    for (const partitions of [0, 1.5, 5_000]) expect(() => memoryBackend({ partitions })).toThrow("whole number from 1")
    expect(memoryBackend({ partitions: 7 }).capabilities.partitions).toBe(7)
  })
})
