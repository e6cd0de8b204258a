import { equal, ok } from "node:assert/strict"

import type { Backend } from "@millrace/core"

import { readAll } from "../../src/conformance/build/reading.ts"

/** Holds a log to what is promised of every log: no position twice or out of order, no id twice, versions dense, time never falling. */
export async function auditedRead(backend: Backend): Promise<void> {
  const messages = await readAll(backend)
  equal(new Set(messages.map(({ id }) => id)).size, messages.length, "an id is there twice")
  const versions = new Map<string, number>()
  let last = { position: 0, recordedAt: "" }
  for (const { position, recordedAt, kind, streamId, version } of messages) {
    ok(position > last.position, `position ${position} stands behind ${last.position}`)
    ok(recordedAt >= last.recordedAt, `the time falls at position ${position}`)
    last = { position, recordedAt }
    if (kind === "command") continue
    equal(version, (versions.get(streamId) ?? 0) + 1, `the version at position ${position} of ${streamId}`)
    versions.set(streamId, version ?? 0)
  }
}
